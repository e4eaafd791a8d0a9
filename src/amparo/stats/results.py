"""Values that every method's result is built from."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

__all__ = ["Caution", "Interval", "Said"]


@dataclass(frozen=True, slots=True)
class Interval:
    """Holds the whole numbers from ``low`` to ``high``, both included; ``high`` of None means without end."""

    low: int
    high: int | None = None

    def __post_init__(self) -> None:
        if self.high is not None and self.high < self.low:
            raise ValueError(f"An interval cannot end ({self.high}) before it begins ({self.low}).")

    def __contains__(self, value: int) -> bool:
        return self.low <= value and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        return f"{self.low} or more" if self.high is None else f"{self.low} to {self.high}"


@dataclass(frozen=True, slots=True)
class Said:
    """Holds a sentence for people: English as text; in another language it is its translated template with the values.

    A value that is a tuple is several, which each language joins in its own way.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template % self.written()

    def written(self, joined: Callable[[Iterable[str]], str] = ", ".join) -> dict[str, object]:
        """Give the values, several of them joined."""
        return {
            name: joined(map(str, value)) if isinstance(value, tuple) else value
            for name, value in self.values.items()
        }


@dataclass(frozen=True, slots=True)
class Caution:
    """Tells the reader of a result what to keep in mind; ``code`` is for programs, ``message`` for people."""

    code: str
    message: Said
