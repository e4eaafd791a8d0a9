"""Who keeps the key of keys: several persons, a device, a file; and from one to the other."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from amparo.vault.actions import KeyringThere, change_custodian, make_keyring
from amparo.vault.custodians import CustodianAway, RootKeyCustodian
from amparo.vault.custodians.device import open_device
from amparo.vault.custodians.file import read_custodian, write_custodian
from amparo.vault.custodians.shares import BadShares, SharesTable, WrongShare, new_shares
from amparo.vault.keeping import LocalKeeper
from amparo.vault.models import CompartmentKey, Keyring
from amparo.vault.queries import custodian
from amparo.vault.rules import Compartment, KeyKind, NotOpened
from tests.factories.accounts import NOW

CUSTODIAN, SHARES = new_shares(3, 5)


class TestShares:
    """Three of five persons."""

    def test_any_three_of_five_are_the_key_in_any_order(self) -> None:
        for chosen in itertools.permutations(SHARES, 3):
            table = SharesTable(CUSTODIAN.public_id)
            assert table.lay(chosen[0]) is None
            assert (table.held, table.needed) == (1, 3)
            assert table.lay("  " + chosen[1].upper().replace(" ", "\n  ")) is None
            found = table.lay(chosen[2])
            assert found is not None
            assert found.root.secret == CUSTODIAN.root.secret
            assert table.held == 0

    def test_a_mistyped_share_is_refused_without_saying_which_word(self) -> None:
        words = SHARES[0].split()
        for position in range(len(words)):
            mistyped = [*words]
            mistyped[position] = "academic" if words[position] != "academic" else "acid"
            table = SharesTable(CUSTODIAN.public_id)
            with pytest.raises(WrongShare) as refusal:
                table.lay(" ".join(mistyped))
            assert not set(words + mistyped) & set(str(refusal.value).lower().split()) - {"is", "word"}
            assert table.held == 0

    @given(st.text())
    def test_no_other_text_is_a_share(self, text: str) -> None:
        with pytest.raises(WrongShare):
            SharesTable().lay(text)

    def test_a_share_of_another_key_or_typed_twice_spoils_nothing(self) -> None:
        table = SharesTable(CUSTODIAN.public_id)
        table.lay(SHARES[0])
        for wrong in (new_shares(3, 5)[1][1], SHARES[0]):
            with pytest.raises(WrongShare):
                table.lay(wrong)
        table.lay(SHARES[1])
        assert table.lay(SHARES[4]) is not None

    def test_enough_shares_of_another_key_are_forgotten_and_said_to_be_wrong(self) -> None:
        other, table = new_shares(2, 3)[1], SharesTable(CUSTODIAN.public_id)
        table.lay(other[0])
        with pytest.raises(WrongShare, match="not the key of this installation"):
            table.lay(other[1])
        assert table.held == 0
        for share in SHARES[:2]:
            table.lay(share)
        assert table.lay(SHARES[2]) is not None

    @pytest.mark.parametrize(("needed", "of"), [(1, 5), (0, 0), (6, 5), (3, 17), (-1, 3)])
    def test_numbers_that_make_no_sense_are_refused(self, needed: int, of: int) -> None:
        with pytest.raises(BadShares):
            new_shares(needed, of)


class FakeDevice:
    """Stands for python-pkcs11 and a module: no device and no SoftHSM can be assumed where the tests run."""

    class PKCS11Error(Exception):
        """The root of what the module raises."""

    Mechanism = SimpleNamespace(AES_GCM="gcm")
    ObjectClass = SimpleNamespace(SECRET_KEY="secret")

    class UserAlreadyLoggedIn(PKCS11Error):
        """What a second sign-in of one process gets."""

    exceptions = SimpleNamespace(PKCS11Error=PKCS11Error, UserAlreadyLoggedIn=UserAlreadyLoggedIn)

    def __init__(self, pin: str | None = "1234") -> None:
        self._pin = pin
        self._cipher = AESGCM(bytes(32))
        self.serial = b"\x01\x02"

    def lib(self, path: str) -> FakeDevice:
        if path != "/lib/fake.so":
            raise RuntimeError
        return self

    def get_token(self, *, token_label: str) -> FakeDevice:
        if token_label != "amparo":
            raise self.PKCS11Error
        return self

    def open(self, *, user_pin: str | None) -> FakeDevice:
        if user_pin != self._pin:
            raise self.PKCS11Error
        return self

    def get_key(self, *, object_class: str, label: str) -> FakeDevice:
        if (object_class, label) != ("secret", "custodian"):
            raise self.PKCS11Error
        return self

    def GCMParams(self, nonce: bytes, aad: bytes, tag_bits: int) -> tuple[bytes, bytes, int]:  # noqa: N802 - its name
        return nonce, aad, tag_bits

    def encrypt(self, data: bytes, *, mechanism: str, mechanism_param: tuple[bytes, bytes, int]) -> bytes:
        nonce, aad, _ = mechanism_param
        return self._cipher.encrypt(nonce, data, aad)

    def decrypt(self, data: bytes, *, mechanism: str, mechanism_param: tuple[bytes, bytes, int]) -> bytes:
        nonce, aad, _ = mechanism_param
        try:
            return self._cipher.decrypt(nonce, data, aad)
        except InvalidTag:
            raise self.PKCS11Error from None


class TestDevice:
    """A key in a device, by a device that is played."""

    @pytest.fixture
    def address(self, tmp_path: Path) -> str:
        (tmp_path / "pin").write_text("1234\n")
        return f"pkcs11:token=amparo;object=custodian?module-path=/lib/fake.so&pin-source=file:{tmp_path}/pin"

    def test_it_wraps_and_unwraps_what_is_bound(self, address: str) -> None:
        device = open_device(address, module=FakeDevice())
        wrapped = device.wrap(b"s" * 32, bound=b"here", draw=os.urandom)
        assert device.unwrap(wrapped, bound=b"here") == b"s" * 32
        for other in (wrapped[:-1], bytes(len(wrapped)), b""):
            with pytest.raises(NotOpened):
                device.unwrap(other, bound=b"here")
        with pytest.raises(NotOpened):
            device.unwrap(wrapped, bound=b"there")
        assert device.public_id == open_device(address, module=FakeDevice()).public_id

    @pytest.mark.parametrize(
        "change",
        [
            ("token=amparo", "token=other"),
            ("object=custodian", "object=other"),
            ("fake.so", "other.so"),
            ("/pin", "/nothing"),
            ("token=amparo;", ""),
        ],
    )
    def test_what_is_in_the_way_is_said_in_words(self, address: str, change: tuple[str, str]) -> None:
        with pytest.raises(CustodianAway):
            open_device(address.replace(*change), module=FakeDevice())

    def test_a_wrong_pin_and_a_missing_address_are_said(self, address: str) -> None:
        for given_address in (address, ""):
            with pytest.raises(CustodianAway):
                open_device(given_address, module=FakeDevice(pin="other"))

    def test_without_the_extra_it_says_what_to_install(
        self, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(__import__("sys").modules, "pkcs11", None)
        with pytest.raises(CustodianAway, match=r"amparo\[pkcs11\]"):
            open_device(address)


class TestInit:
    """The first key."""

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.usefixtures("as_owner")
    def test_a_keyring_that_is_there_gets_no_new_key_of_keys(self, tmp_path: Path) -> None:
        with pytest.raises(KeyringThere):
            make_keyring(lambda: write_custodian(tmp_path / "custodian"), now=NOW)
        assert not (tmp_path / "custodian").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("as_owner")
class TestMoving:
    """From one custodian to another, and back."""

    def test_each_kind_opens_what_the_one_before_wrapped(self, tmp_path: Path) -> None:
        person, first = uuid4(), custodian()
        made = LocalKeeper(first).make_keys([person], compartment=Compartment.PROTECTION, now=NOW)
        old: Any = first
        device = open_device(
            "pkcs11:token=amparo;object=custodian?module-path=/lib/fake.so", module=FakeDevice(pin=None)
        )
        for new in (CUSTODIAN, device, write_custodian(tmp_path / "custodian")):
            change_custodian(old, new)
            assert Keyring.objects.values_list("custodian_kind", "custodian").get() == (
                new.kind,
                new.public_id,
            )
            opened = LocalKeeper(new).open_keys([person], [KeyKind.PLACE])
            assert opened[KeyKind.PLACE][person][0].secret == made[KeyKind.PLACE][person][0].secret
            with pytest.raises(NotOpened):
                LocalKeeper(old).open_keys([person], [KeyKind.PLACE])
            old = new
        assert read_custodian(tmp_path / "custodian").public_id == old.public_id

    def test_a_wrong_old_custodian_changes_nothing(self) -> None:
        before = list(CompartmentKey.objects.order_by("id").values_list("wrapped", flat=True))
        stranger = new_shares(2, 2)[0]
        with pytest.raises(NotOpened):
            change_custodian(stranger, CUSTODIAN)
        assert list(CompartmentKey.objects.order_by("id").values_list("wrapped", flat=True)) == before
        assert isinstance(custodian(), RootKeyCustodian)
