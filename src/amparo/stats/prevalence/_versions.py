"""Which versions of which software computed a result."""

from __future__ import annotations

from importlib.metadata import version

from amparo import __version__

__all__ = ["versions_used"]


def versions_used(*packages: str) -> dict[str, str]:
    """Give the versions of Amparo, NumPy and these packages, for the record that goes with a result."""
    return {"amparo": __version__, **{name: version(name) for name in ("numpy", *packages)}}
