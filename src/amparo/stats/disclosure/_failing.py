"""What every engine says when it fails: that it is not installed, and what a driver said, in one line."""

from amparo.stats.records import CannotRead
from amparo.vocab.text import N_

__all__ = ["first_line", "not_installed"]


def not_installed(engine: str, package: str) -> CannotRead:
    """Say that what counts on an engine is not there, and how it comes."""
    return CannotRead(
        N_("%(engine)s is not installed here. Install it: pip install '%(package)s'"),
        engine=engine,
        package=package,
    )


def first_line(error: object) -> str:
    """Give the first line of what a driver said, as a sentence; the rest are lines of its source."""
    line = (str(error).strip() or type(error).__name__).splitlines()[0]
    return line if line.endswith(".") else f"{line}."
