"""A custodian that is a device (PKCS#11): a security module or a smart card. The key of keys never leaves it.

Needs the extra: pip install "amparo[pkcs11]". The key is an AES key of 256 bits that may encrypt and decrypt with AES-GCM.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from amparo.vault.custodians import DEVICE, CustodianAway
from amparo.vault.rules.keys import NONCE_BYTES, Draw, NotOpened

TAG_BITS: Final = 128


@dataclass(frozen=True, kw_only=True)
class DeviceCustodian:
    """A key in an open session with a device."""

    public_id: str
    key: Any = field(repr=False)  # Any: python-pkcs11 is an extra, and has no types
    module: Any = field(repr=False)
    kind: str = DEVICE

    def wrap(self, secret: bytes, *, bound: bytes, draw: Draw) -> bytes:
        """Wrap the secret of a compartment's key in the device."""
        nonce = draw(NONCE_BYTES)
        return nonce + bytes(
            self.key.encrypt(
                secret, mechanism=self.module.Mechanism.AES_GCM, mechanism_param=self._with(nonce, bound)
            )
        )

    def unwrap(self, wrapped: bytes, *, bound: bytes) -> bytes:
        """Unwrap it again."""
        if len(wrapped) <= NONCE_BYTES:
            raise NotOpened
        nonce, rest = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        try:
            return bytes(
                self.key.decrypt(
                    rest, mechanism=self.module.Mechanism.AES_GCM, mechanism_param=self._with(nonce, bound)
                )
            )
        except self.module.exceptions.PKCS11Error:
            raise NotOpened from None

    def _with(self, nonce: bytes, bound: bytes) -> Any:
        return self.module.GCMParams(nonce, bound, TAG_BITS)


def open_device(address: str, *, module: Any = None) -> DeviceCustodian:
    """Open the key that a PKCS#11 address names; `CustodianAway` says what is in the way."""
    if not address:
        raise CustodianAway("The key of keys is in a device, and AMPARO_DEVICE does not say in which.")
    parts, asked = _parts(address)
    module = module or _library()
    try:
        device = module.lib(asked["module-path"])
        token = device.get_token(token_label=parts["token"])
        session = _session(token, _pin(asked.get("pin-source", "")), module)
        key = session.get_key(object_class=module.ObjectClass.SECRET_KEY, label=parts["object"])
    except KeyError as error:
        raise CustodianAway(f"AMPARO_DEVICE does not say {error.args[0]}.") from None
    except (module.exceptions.PKCS11Error, RuntimeError) as error:
        raise CustodianAway(
            f"The device does not give the key of keys ({type(error).__name__}). Is it plugged in, and is the PIN right?"
        ) from None
    named = f"{bytes(token.serial).hex()}/{parts['object']}".encode()
    return DeviceCustodian(
        public_id=hashlib.sha256(b"amparo custodian" + named).hexdigest()[:16], key=key, module=module
    )


def _session(token: Any, pin: str | None, module: Any) -> Any:
    """Open a session. A process signs in to a token once for all its sessions: a second time is refused by the standard."""
    try:
        return token.open(user_pin=pin)
    except module.exceptions.UserAlreadyLoggedIn:
        return token.open()


def _parts(address: str) -> tuple[dict[str, str], dict[str, str]]:
    path, _, query = address.removeprefix("pkcs11:").partition("?")
    parts = (each.partition("=") for each in path.split(";") if each)
    return {name: unquote(value) for name, _, value in parts}, dict(parse_qsl(query))


def _pin(source: str) -> str | None:
    if not source:
        return None
    try:
        return Path(source.removeprefix("file:")).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise CustodianAway(
            f"The PIN of the device cannot be read from {source}: {error.strerror}."
        ) from None


def _library() -> Any:
    try:
        module = import_module("pkcs11")
        import_module("pkcs11.exceptions")
    except ImportError:
        raise CustodianAway('Devices need an extra. Install it with: pip install "amparo[pkcs11]"') from None
    return module
