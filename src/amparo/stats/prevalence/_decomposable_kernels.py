"""Compiled loops over decomposable graphs: finding them, and adding up their scores at each number of unseen people.

Arrays are made outside what is compiled, and written element by element: that spares half of the compilation.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from amparo.stats.compiling import compiled

__all__ = ["add_scores", "best_scores", "find_graphs"]

VECTOR, MATRIX, WHOLE = "f8[::1]", "f8[:,::1]", "i8[::1]"
SMALLEST = -60.0  # exp of less than this adds nothing to a sum of 617,675 terms of which the largest is 1


@compiled("i8(i8)", inner=True, borrows=True)
def _count_bits(value: int) -> int:
    """Count the bits that are set."""
    count = 0
    while value:
        value &= value - 1
        count += 1
    return count


@compiled(f"void(i8, i8, {WHOLE})", inner=True, borrows=True)
def _join(lists: int, edges: int, adjacent: NDArray[np.int64]) -> None:
    """Write the neighbours of each list as bits."""
    for v in range(lists):
        adjacent[v] = 0
    bit = 0
    for i in range(lists):
        for j in range(i + 1, lists):
            if edges >> bit & 1:
                adjacent[i] |= 1 << j
                adjacent[j] |= 1 << i
            bit += 1


@compiled(f"Tuple((i8, i8))(i8, i8, {WHOLE})", inner=True, borrows=True)
def _next(lists: int, visited: int, adjacent: NDArray[np.int64]) -> tuple[int, int]:
    """Give the list with the most neighbours among those visited, and how many they are."""
    chosen, most = -1, -1
    for v in range(lists):
        if not visited >> v & 1:
            size = _count_bits(adjacent[v] & visited)
            if size > most:
                chosen, most = v, size
    return chosen, most


@compiled(f"i8(i8, i8, {WHOLE}, i1[::1])", inner=True, borrows=True)
def _decompose(lists: int, edges: int, adjacent: NDArray[np.int64], found: NDArray[np.int8]) -> int:
    """Decompose the graph of a bitmask of edges by maximum-cardinality search; give the number of its parts, or -1.

    Writes the maximal cliques as positive and the separators that are not empty as negative subsets into ``found``. A graph is
    decomposable when the neighbours already visited of each vertex are all joined to each other (Tarjan & Yannakakis 1984);
    a clique ends where their number stops growing, and the neighbours of the next vertex are then the separator
    (Blair & Peyton 1993).
    """
    _join(lists, edges, adjacent)
    visited, parts, before, size_before = 0, 0, 0, -1
    for _ in range(lists):
        chosen, most = _next(lists, visited, adjacent)
        neighbours = adjacent[chosen] & visited
        for u in range(lists):
            if neighbours >> u & 1 and neighbours & ~(adjacent[u] | 1 << u):
                return -1
        if before and most <= size_before:
            found[parts] = before
            parts += 1
            if neighbours:
                found[parts] = -neighbours
                parts += 1
        before, size_before = neighbours | 1 << chosen, most
        visited |= 1 << chosen
    found[parts] = before
    return parts + 1


@compiled(f"i8(i8, {WHOLE}, i1[::1], u1[::1], i1[:,::1])", borrows=True)
def _visit(
    lists: int,
    adjacent: NDArray[np.int64],
    found: NDArray[np.int8],
    decomposable: NDArray[np.uint8],
    graphs: NDArray[np.int8],
) -> int:
    """Mark the decomposable graphs and count them; where there is room in ``graphs``, write those that are marked."""
    count = 0
    writes = graphs.shape[0] > 0
    for edges in range(decomposable.size):
        if writes and not decomposable[edges]:
            continue
        parts = _decompose(lists, edges, adjacent, found)
        if parts > 0:
            decomposable[edges] = 1
            if writes:
                for part in range(parts):
                    graphs[count, part] = found[part]
            count += 1
    return count


def find_graphs(lists: int) -> NDArray[np.int8]:
    """Find every decomposable graph of 2 to 7 lists. Shape: graphs x (2 lists - 1), filled up with 0.

    Positive entries are cliques, negative ones separators (with their multiplicity), as bitmasks of lists.
    """
    adjacent = np.zeros(lists, dtype=np.int64)
    found = np.zeros(2 * lists, dtype=np.int8)
    decomposable = np.zeros(1 << (lists * (lists - 1) // 2), dtype=np.uint8)
    count = _visit(lists, adjacent, found, decomposable, np.empty((0, 2 * lists - 1), dtype=np.int8))
    graphs = np.zeros((count, 2 * lists - 1), dtype=np.int8)
    _visit(lists, adjacent, found, decomposable, graphs)
    return graphs


@compiled(f"void(i1[:,::1], i8, {MATRIX}, {VECTOR}, {VECTOR})", inner=True, borrows=True)
def _score(
    graphs: NDArray[np.int8],
    g: int,
    table: NDArray[np.float64],
    base: NDArray[np.float64],
    score: NDArray[np.float64],
) -> None:
    """Write the log marginal likelihood of one graph at each point: cliques minus separators (Dawid & Lauritzen 1993)."""
    for k in range(score.size):
        score[k] = base[k]
    for part in range(graphs.shape[1]):
        subset = graphs[g, part]
        if subset == 0:
            break
        if subset > 0:
            for k in range(score.size):
                score[k] += table[subset, k]
        else:
            for k in range(score.size):
                score[k] -= table[-subset, k]


@compiled(f"void(i1[:,::1], {MATRIX}, {VECTOR}, {VECTOR}, {VECTOR})", borrows=True)
def _raise_best(
    graphs: NDArray[np.int8],
    table: NDArray[np.float64],
    base: NDArray[np.float64],
    score: NDArray[np.float64],
    best: NDArray[np.float64],
) -> None:
    for g in range(graphs.shape[0]):
        _score(graphs, g, table, base, score)
        for k in range(score.size):
            best[k] = score[k] if score[k] > best[k] else best[k]


def best_scores(
    graphs: NDArray[np.int8], table: NDArray[np.float64], base: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give at each point the highest score of any graph. ``table`` is subsets x points, ``base`` points."""
    best = np.full(base.size, -np.inf)
    _raise_best(graphs, table, base, np.empty(base.size), best)
    return best


@compiled(
    f"void(i1[:,::1], {MATRIX}, {VECTOR}, {VECTOR}, {MATRIX}, {MATRIX}, {VECTOR}, {VECTOR})", borrows=True
)
def _add(
    graphs: NDArray[np.int8],
    table: NDArray[np.float64],
    base: NDArray[np.float64],
    best: NDArray[np.float64],
    weights: NDArray[np.float64],
    by_graph: NDArray[np.float64],
    score: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> None:
    for g in range(graphs.shape[0]):
        _score(graphs, g, table, base, score)
        for k in range(score.size):
            distance = score[k] - best[k]
            if distance > SMALLEST:
                share = math.exp(distance)
                sums[k] += share
                for w in range(weights.shape[0]):
                    by_graph[g, w] += weights[w, k] * share


def add_scores(
    graphs: NDArray[np.int8],
    table: NDArray[np.float64],
    base: NDArray[np.float64],
    best: NDArray[np.float64],
    weights: NDArray[np.float64],
    by_graph: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Add exp(score - best) over graphs at each point, and weighted over points into ``by_graph`` (graphs x weights).

    ``weights`` is weights x points. What it gives has the shape of ``best``.
    """
    sums = np.zeros(best.size)
    _add(graphs, table, base, best, weights, by_graph, np.empty(best.size), sums)
    return sums
