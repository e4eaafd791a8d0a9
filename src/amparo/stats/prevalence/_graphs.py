"""All decomposable graphs of some lists, and the posterior of the number of unseen people added up over them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ._table import OverlapTable
from ._unseen import Block, cut_blocks, points_of

__all__ = ["GraphPosterior", "decomposable_graphs", "notation", "posterior_of_graphs"]

NEGLIGIBLE: Final = 80.0  # exp(-80) of the highest adds nothing that a float64 can hold
CHUNK: Final = 1024  # points at a time: the table of 127 subsets then stays in the cache of a processor

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GraphPosterior:
    """Holds what the sums over graphs and numbers give; ``by_graph`` is graphs x (probability, sum of N)."""

    posterior: Floats
    by_graph: Floats
    slope: float  # of the log posterior against log unseen at the end
    error: (
        float  # the distance between the posteriors filled in in two ways: 0 where every number was evaluated
    )


@lru_cache(maxsize=8)
def decomposable_graphs(lists: int) -> NDArray[np.int8]:
    """Give all decomposable graphs of so many lists, as `find_graphs` does (8, 61, 822, 18,154 and 617,675 for 3 to 7)."""
    from ._decomposable_kernels import find_graphs

    graphs = find_graphs(lists)
    graphs.flags.writeable = False
    return graphs


def _margin(counts: NDArray[np.int64], subset: int) -> NDArray[np.int64]:
    """Count the people by which lists of the subset they are on. Shape: 2**(lists in it); first, on none of them."""
    places = [i for i in range(counts.size.bit_length() - 1) if subset >> i & 1]
    histories = np.arange(counts.size)
    within = sum(((histories >> i & 1) << at for at, i in enumerate(places)), np.zeros_like(histories))
    return np.bincount(within, weights=counts, minlength=1 << len(places)).astype(np.int64)


def _score_table(table: OverlapTable, delta: float, unseen: Floats) -> tuple[Floats, Floats]:
    """Give the log marginal likelihood of each subset of lists (subsets x points), and what all graphs share (points).

    The terms of Madigan & York (1997) for a hyper-Dirichlet prior with ``delta`` for each of the 2**lists cells.
    """
    from scipy.special import gammaln

    cells = table.counts.size
    total = table.observed + unseen
    whole = gammaln(cells * delta) - gammaln(total + cells * delta)
    scores = np.zeros((cells, unseen.size))
    for subset in range(1, cells):
        margin = _margin(table.counts, subset)
        of_cell = delta * cells / margin.size
        fixed = gammaln(margin[1:] + of_cell).sum() - margin.size * gammaln(of_cell)
        scores[subset] = gammaln(margin[0] + unseen + of_cell) + fixed + whole
    shared = gammaln(total + 1) - gammaln(unseen + 1) - gammaln(table.counts + 1.0).sum()
    return scores, shared


def _chunks(count: int) -> list[slice]:
    return [slice(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]


def posterior_of_graphs(
    table: OverlapTable, delta: float, log_prior: Floats, unseen: range, width: float
) -> GraphPosterior:
    """Add up the posterior over all graphs and all numbers; ``log_prior`` is that of each number of ``unseen``."""
    from ._decomposable_kernels import add_scores, best_scores

    graphs = decomposable_graphs(len(table.lists))
    blocks = cut_blocks(unseen, width)
    points = points_of(blocks)
    scores, shared = _score_table(table, delta, points)
    chunks = _chunks(points.size)
    best = np.concatenate(
        [best_scores(graphs, np.ascontiguousarray(scores[:, c]), shared[c]) for c in chunks]
    )
    weights, kept, peak = _weigh(blocks, best, log_prior, table.observed, unseen)
    sums = np.ones(points.size)
    by_graph = np.zeros((len(graphs), 2))
    used = np.flatnonzero(kept)
    for c in _chunks(used.size):
        at = used[c]
        sums[at] = add_scores(
            graphs,
            np.ascontiguousarray(scores[:, at]),
            shared[at],
            best[at],
            np.ascontiguousarray(weights[:, at]),
            by_graph,
        )
    density, other = _fill(blocks, best + np.log(sums) - peak, log_prior, kept)
    posterior = np.exp(density)
    mass = float(posterior.sum())
    error = float(np.abs(posterior - other).sum()) / mass
    return GraphPosterior(posterior / mass, by_graph / mass, _slope(density, unseen), error)


def _fill(
    blocks: tuple[Block, ...], level: Floats, log_prior: Floats, kept: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Give the log posterior of every number, and the posterior itself as it is when not the logarithm is filled in.

    The distance between the two tells how far either can be trusted.
    """
    density, other = np.empty(log_prior.size), np.empty(log_prior.size)
    start, at = 0, 0
    for block in blocks:
        stop, end = start + len(block.numbers), at + block.points.size
        density[start:stop] = block.fill(level[at:end]) + log_prior[start:stop]
        if block.filling is None or not kept[at]:
            other[start:stop] = np.exp(density[start:stop])
        else:
            top = level[at:end].max()
            other[start:stop] = np.exp(top + log_prior[start:stop]) * block.fill(np.exp(level[at:end] - top))
        start, at = stop, end
    return density, other


def _weigh(
    blocks: tuple[Block, ...], best: Floats, log_prior: Floats, observed: int, unseen: range
) -> tuple[Floats, NDArray[np.bool_], float]:
    """Weigh the points so that sums over them are sums over numbers; leave out blocks that hold nothing.

    Gives the weights (2 x points: for 1 and for N), which points count, and the highest level, from which all is told.
    """
    start, at = 0, 0
    peaks = []
    for block in blocks:
        stop, end = start + len(block.numbers), at + block.points.size
        peaks.append((best[at:end].max() + log_prior[start:stop].max(), start, stop, at, end))
        start, at = stop, end
    peak = max(entry[0] for entry in peaks)
    weights = np.zeros((2, best.size))
    kept = np.zeros(best.size, dtype=np.bool_)
    for block, (height, start, stop, at, end) in zip(blocks, peaks, strict=True):
        if block.filling is not None and height < peak - NEGLIGIBLE:
            continue
        # Taken together with the level of the point, so that neither a sharp prior nor a small likelihood is lost.
        top = log_prior[start:stop].max()
        if not np.isfinite(top):
            continue
        kept[at:end] = True
        prior = np.exp(log_prior[start:stop] - top)
        lift = np.exp(best[at:end] + top - peak)
        weights[0, at:end] = block.weigh(prior) * lift
        weights[1, at:end] = (
            block.weigh(prior * (observed + np.arange(unseen[start], unseen[start] + stop - start))) * lift
        )
    return weights, kept, float(peak)


def _slope(density: Floats, unseen: range) -> float:
    """Measure how the log posterior falls with log unseen over the last tenth of the numbers."""
    first = max(0, len(unseen) - 1 - max(1, len(unseen) // 10))
    span = np.log(max(unseen[-1], 1)) - np.log(max(unseen[first], 1))
    return (
        float((density[-1] - density[first]) / span)
        if span > 0 and np.isfinite(density[[first, -1]]).all()
        else -np.inf
    )


def notation(graph: NDArray[np.int8]) -> str:
    """Write a graph by its cliques, the largest first: "123,25,4", each digit the position of a list."""
    cliques = ["".join(str(i + 1) for i in range(7) if part >> i & 1) for part in map(int, graph) if part > 0]
    return ",".join(sorted(cliques, key=lambda clique: (-len(clique), clique)))
