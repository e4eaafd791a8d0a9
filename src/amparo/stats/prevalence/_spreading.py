"""Work spread over processes by joblib, or over whatever backend its user has chosen there (Dask, Ray, Spark)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

__all__ = ["spread"]

T = TypeVar("T")


def spread(tasks: Sequence[Callable[[], T]], workers: int | None = 1) -> Iterator[tuple[int, T]]:
    """Run tasks and give each answer with its place as soon as it is there; with one worker in order, in this process.

    ``workers`` of None leaves it to ``joblib.parallel_config``. Tasks draw from generators of their own, so that neither the
    number of workers nor the order in which they end changes an answer.
    """
    if workers == 1:
        for place, task in enumerate(tasks):
            yield place, task()
        return
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=workers, return_as="generator_unordered")
    yield from parallel(delayed(_placed)(place, task) for place, task in enumerate(tasks))


def _placed(place: int, task: Callable[[], T]) -> tuple[int, T]:
    return place, task()
