"""Compile numerical loops with Numba, keeping their types for the type checker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast, overload

import numba

__all__ = ["compiled"]

F = TypeVar("F", bound=Callable[..., Any])


@overload
def compiled(asked: F, /) -> F: ...
@overload
def compiled(asked: str, /, *, inner: bool = False) -> Callable[[F], F]: ...
def compiled(asked: F | str, /, *, inner: bool = False) -> F | Callable[[F], F]:
    """Compile a function and keep the machine code on disk; only modules of kernels import this.

    With a signature, for that signature: Numba would otherwise compile again for every constant that is passed; division by
    zero then gives infinity, as in NumPy, and ``inner`` functions are called by compiled ones only. Without one, on its first
    call. Threads run compiled functions side by side (they let go of the interpreter).
    """
    if not isinstance(asked, str):
        return cast("F", numba.njit(cache=True, nogil=True)(asked))
    wrappers: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True} if inner else {}
    made = numba.njit(asked, cache=True, error_model="numpy", nogil=True, **wrappers)
    return cast("Callable[[F], F]", made)
