"""The mail server, as one address says it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

EXAMPLE = "smtp+tls://USER:PASSWORD@mail.example.org:587"
PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True, kw_only=True, slots=True)
class MailServer:
    """Where mail goes: in the clear, with TLS after the greeting (`smtp+tls`), or with TLS from the start (`smtps`)."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def uses_starttls(self) -> bool:
        """Tell whether the connection turns to TLS after the greeting."""
        return self.scheme == "smtp+tls"

    @property
    def uses_tls(self) -> bool:
        """Tell whether the connection is TLS from its first byte."""
        return self.scheme == "smtps"


def read_mail_url(value: str) -> MailServer:
    """Read `smtp+tls://USER:PASSWORD@HOST:PORT`; a fault never repeats what was written, which may hold the password."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueError(f"cannot be read as an address; for example {EXAMPLE}") from None
    if parts.scheme not in PORTS:
        raise ValueError(f"does not start with smtp://, smtp+tls:// or smtps://; for example {EXAMPLE}")
    if not parts.hostname:
        raise ValueError(f"names no host; for example {EXAMPLE}")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(
            f"goes on after the host; for example {EXAMPLE} (write / ? # in a password as %2F %3F %23)"
        )
    if parts.password and parts.scheme == "smtp":
        raise ValueError("would send the password in the clear; write smtp+tls:// or smtps://")
    return MailServer(
        scheme=parts.scheme,
        host=parts.hostname,
        port=PORTS[parts.scheme] if port is None else port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
