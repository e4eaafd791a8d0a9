"""Compile numerical loops with Numba, keeping their types for the type checker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

__all__ = ["compiled"]

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a function on its first call and keep the machine code on disk. Only modules of kernels import this.

    Threads run it side by side (it lets go of the interpreter).
    """
    return cast("F", numba.njit(cache=True, nogil=True)(function))
