"""Read the value of one setting out of its text; what cannot be read raises ValueError, with what to write.

The message goes on after the name of the variable, and never repeats a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

SECRET_KEY_LENGTH = 50
DATABASE_EXAMPLE = "postgresql://amparo_app:PASSWORD@HOST:5432/amparo"


def read_flag(value: str) -> bool:
    """Read yes or no."""
    answers = {
        "yes": True,
        "true": True,
        "1": True,
        "on": True,
        "no": False,
        "false": False,
        "0": False,
        "off": False,
    }
    if value.lower() not in answers:
        raise ValueError(f'is "{value}"; write yes or no')
    return answers[value.lower()]


def read_flag_or_unset(value: str) -> bool | None:
    """Read yes or no; None is neither."""
    return None if value == "" else read_flag(value)


def read_number(minimum: int, maximum: int) -> Callable[[str], int]:
    """Give a reader of whole numbers within limits."""

    def read(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not minimum <= int(value) <= maximum:
            raise ValueError(f'is "{value}"; write a whole number from {minimum} to {maximum}')
        return int(value)

    return read


def read_path(value: str) -> Path:
    """Read a path; it is made absolute now, whatever becomes the working directory."""
    try:
        return Path(value).expanduser().resolve()
    except RuntimeError:  # ~somebody
        raise ValueError(f'is "{value}", and there is no such user; write the whole path') from None


def read_path_or_unset(value: str) -> Path | None:
    """Read a path; None is none."""
    return read_path(value) if value else None


def read_choice(*choices: str) -> Callable[[str], str]:
    """Give a reader of one of several words."""

    def read(value: str) -> str:
        if value not in choices:
            raise ValueError(f'is "{value}"; write one of {", ".join(choices)}')
        return value

    return read


def read_hosts(value: str) -> tuple[str, ...]:
    """Read the names of hosts, with commas between."""
    hosts = tuple(host.strip() for host in value.split(",") if host.strip())
    for host in hosts:
        if host in ("*", "."):
            raise ValueError("may not be * (every host): name the hosts people type, divided by commas")
        if "/" in host or (":" in host and not host.startswith("[")):
            raise ValueError(f'has "{host}"; write the bare name, without https:// and without a port')
    return hosts


def read_database_url(value: str) -> str:
    """Check the address of a PostgreSQL database; a fault never repeats it, for it may hold the password."""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise ValueError(
            f"cannot be read as an address; for example {DATABASE_EXAMPLE} (write / ? # @ in a password as %2F %3F %23 %40)"
        ) from None
    if value and parts.scheme not in ("postgresql", "postgres"):
        raise ValueError(f"does not start with postgresql://; for example {DATABASE_EXAMPLE}")
    if value and not parts.path.strip("/"):
        raise ValueError("names no database; write its name after the host, as in postgresql://HOST/amparo")
    return value


def read_device(value: str) -> str:
    """Check the address of a key in a device."""
    if value and not (value.startswith("pkcs11:") and "module-path=" in value and "object=" in value):
        raise ValueError(
            "cannot be read; for example pkcs11:token=amparo;object=custodian?module-path=/usr/lib/softhsm/libsofthsm2.so"
            "&pin-source=/etc/amparo/pin"
        )
    return value


def read_secret_key(value: str) -> str:
    """Check that a secret is long enough."""
    if value and len(value) < SECRET_KEY_LENGTH:
        raise ValueError(
            f"is shorter than {SECRET_KEY_LENGTH} characters; make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"
        )
    return value


def read_time_zone(value: str) -> str:
    """Check that a time zone is one."""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError):
        raise ValueError(f'is "{value}"; write the name of a zone, for example Africa/Nairobi') from None
    return value


def read_web_address(value: str) -> str:
    """Check that an address of the web is whole and safe."""
    try:
        parts = urlsplit(value)
        is_whole = parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        is_whole = False
    if not is_whole:
        raise ValueError(f'is "{value}"; write a whole address that starts with https://')
    return value


def read_addresses(value: str) -> tuple[str, ...]:
    """Read whole addresses with commas between them."""
    addresses = tuple(each.strip().rstrip("/") for each in value.split(",") if each.strip())
    for address in addresses:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(
                f'has "{address}"; write whole addresses that start with https:// (or http:// on your own network)'
            )
    return addresses
