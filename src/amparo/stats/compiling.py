"""Compile numerical loops with Numba, keeping their types for the type checker."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import numba

__all__ = ["compiled", "inlined"]

F = TypeVar("F", bound=Callable[..., Any])


def compiled(signature: str, *, inner: bool = False, borrows: bool = False) -> Callable[[F], F]:
    """Compile a function for one signature and keep the machine code on disk; only modules of kernels import this.

    The signature is given because Numba would otherwise compile again for every constant that is passed. ``inner`` functions
    are called by compiled ones only. One that ``borrows`` makes no array, only works on those it is given, and counts no references:
    that spares a tenth of the compilation. Division by zero gives infinity, as in NumPy. No fast mathematics: the same digits on
    every machine.
    """
    options: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True} if inner else {}
    if borrows:
        options["_nrt"] = False
    make = numba.njit(signature, cache=True, error_model="numpy", nogil=True, **options)

    def compile_now(function: F) -> F:
        with _garbage_kept():
            return cast("F", make(function))

    return compile_now


def inlined(function: F) -> F:
    """Make a function part of the compiled function that calls it, so that it is not compiled twice.

    Called from Python, it is compiled on its own.
    """
    return cast("F", numba.njit(inline="always", cache=True, error_model="numpy", nogil=True)(function))


@contextmanager
def _garbage_kept() -> Iterator[None]:
    """Look for no garbage meanwhile: compiling makes millions of small things that live, and a fifth of its time went there."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
