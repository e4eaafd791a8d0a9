"""Compile numerical loops with Numba, keeping their types for the type checker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

__all__ = ["compiled"]

F = TypeVar("F", bound=Callable[..., Any])


def compiled(signature: str, *, inner: bool = False) -> Callable[[F], F]:
    """Compile a function for one signature and keep the machine code on disk; only modules of kernels import this.

    ``inner`` functions are called by compiled ones only. No fast mathematics: the same rows on every machine.
    """
    wrappers: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True} if inner else {}
    made = numba.njit(signature, cache=True, error_model="numpy", nogil=True, **wrappers)
    return cast("Callable[[F], F]", made)
