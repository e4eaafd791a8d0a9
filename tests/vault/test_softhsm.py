"""The key of keys in a device, by SoftHSM: a security module in software that speaks PKCS#11 for real."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import pytest

from amparo.vault.actions import change_custodian
from amparo.vault.custodians import DEVICE, CustodianAway
from amparo.vault.custodians.device import open_device
from amparo.vault.keeping import LocalKeeper
from amparo.vault.models import Keyring
from amparo.vault.queries import custodian
from amparo.vault.rules import Compartment, KeyKind, NotOpened
from tests.factories.accounts import NOW

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
pytestmark = pytest.mark.skipif(
    not (MODULE.exists() and shutil.which("softhsm2-util") and find_spec("pkcs11")),
    reason="needs the package softhsm2 of the system and python-pkcs11 (the extra pkcs11)",
)


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a token with a key that never leaves it; gives its directory. The module reads its settings once a process."""
    import pkcs11

    place = tmp_path_factory.mktemp("softhsm")
    (place / "tokens").mkdir()
    (place / "softhsm2.conf").write_text(f"directories.tokendir = {place}/tokens\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(place / "softhsm2.conf")
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "amparo", "--pin", "1234", "--so-pin", "4321"],
        check=True,
        capture_output=True,
    )
    kept = pkcs11.lib(str(MODULE)).get_token(token_label="amparo")
    with kept.open(rw=True, user_pin="1234") as session:
        for label in ("custodian", "another"):
            session.generate_key(
                pkcs11.KeyType.AES,
                256,
                label=label,
                store=True,
                capabilities=pkcs11.MechanismFlag.ENCRYPT | pkcs11.MechanismFlag.DECRYPT,
                template={pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False},
            )
    (place / "pin").write_text("1234\n")
    (place / "wrong-pin").write_text("9999\n")
    return place


def address(token: Path, *, key: str = "custodian", name: str = "amparo", pin: str = "pin") -> str:
    return f"pkcs11:token={name};object={key}?module-path={MODULE}&pin-source=file:{token}/{pin}"


def test_it_wraps_and_unwraps_what_is_bound_and_nothing_else(token: Path) -> None:
    device = open_device(address(token))
    wrapped = device.wrap(b"s" * 32, bound=b"here", draw=os.urandom)
    assert device.unwrap(wrapped, bound=b"here") == b"s" * 32
    assert open_device(address(token)).unwrap(wrapped, bound=b"here") == b"s" * 32
    for position in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[position] ^= 1
        with pytest.raises(NotOpened):
            device.unwrap(bytes(changed), bound=b"here")
    for other in (wrapped[:-1], wrapped[:12], b""):
        with pytest.raises(NotOpened):
            device.unwrap(other, bound=b"here")
    with pytest.raises(NotOpened):
        device.unwrap(wrapped, bound=b"there")
    another = open_device(address(token, key="another"))
    assert another.public_id != device.public_id
    with pytest.raises(NotOpened):
        another.unwrap(wrapped, bound=b"here")


def test_the_key_itself_does_not_come_out(token: Path) -> None:
    import pkcs11

    device = open_device(address(token))
    with pytest.raises(pkcs11.exceptions.PKCS11Error):
        _ = device.key[pkcs11.Attribute.VALUE]


@pytest.mark.parametrize("wrong", [{"name": "other"}, {"key": "other"}, {"pin": "nothing"}])
def test_what_is_in_the_way_is_said_in_words(token: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(CustodianAway):
        open_device(address(token, **wrong))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("as_owner")
def test_a_keyring_moves_into_it_and_opens_by_it_only(token: Path) -> None:
    person, old, device = uuid4(), custodian(), open_device(address(token))
    made = LocalKeeper(old).make_keys([person], compartment=Compartment.PROTECTION, now=NOW)
    change_custodian(old, device)
    assert Keyring.objects.values_list("custodian_kind", "custodian").get() == (DEVICE, device.public_id)
    found = LocalKeeper(open_device(address(token))).open_keys([person], list(KeyKind))
    for kind in KeyKind:
        assert found[kind][person][0].secret == made[kind][person][0].secret
    with pytest.raises(NotOpened):
        LocalKeeper(old).unlock()


def test_a_wrong_pin_is_said_and_opens_nothing(token: Path) -> None:
    """In a process of its own: here, this one has signed in already."""
    asks = (
        "import sys; from amparo.vault.custodians import CustodianAway; "
        "from amparo.vault.custodians.device import open_device\n"
        "try:\n    open_device(sys.argv[1])\nexcept CustodianAway as away:\n    print(away)"
    )
    done = subprocess.run(
        [sys.executable, "-c", asks, address(token, pin="wrong-pin")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "(PinIncorrect)" in done.stdout
    assert "9999" not in done.stdout + done.stderr
