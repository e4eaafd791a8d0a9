"""How a command says that it cannot do what was asked."""

from __future__ import annotations


class CommandRefused(Exception):
    """A command stops; the text says what is wrong and how to mend it. Printed without a traceback, exit code 2."""
