"""One dimension of a table: the values of a column, the groups of its hierarchy, and the total."""

from collections.abc import Collection
from dataclasses import dataclass

from ._hierarchy import Hierarchy
from ._table import reading_order

__all__ = ["Dimension", "Node"]


@dataclass(frozen=True, slots=True)
class Node:
    """Holds a value, a group or the total (``label`` of None), with the values that it counts and the node above it.

    ``values`` are all values of the data that belong to it, whether they occur in this table or not: by them it is known
    whether two tables count the same.
    """

    label: str | None
    parent: int
    depth: int
    values: frozenset[str]
    is_value: bool


@dataclass(frozen=True, slots=True)
class Dimension:
    """Lists the nodes of a column, the total first, each group before its parts, in the order in which people read."""

    column: str
    nodes: tuple[Node, ...]

    @classmethod
    def of(
        cls,
        column: str,
        occurring: Collection[str],
        *,
        domain: Collection[str] = (),
        hierarchy: Hierarchy | None = None,
    ) -> "Dimension":
        """Build the dimension from the values that occur in a table; ``domain`` are those of all tables beside it."""
        everything = frozenset(domain) | frozenset(occurring)
        if hierarchy is None:
            values = sorted(occurring, key=lambda value: reading_order((value,)))
            parts = [Node(value, 0, 1, frozenset({value}), is_value=True) for value in values]
            return cls(column, (Node(None, -1, 0, everything, is_value=False), *parts))
        hierarchy.check_against(everything)
        paths = {value: hierarchy.path(value) for value in everything}
        nodes = [Node(None, -1, 0, everything, is_value=False)]
        at: dict[tuple[str, ...], int] = {(): 0}
        place = {
            code: at for at, code in enumerate(hierarchy.parent)
        }  # in the order in which the office wrote them
        order = sorted(occurring, key=lambda value: [place[step] for step in paths[value]])
        for value in order:
            path = paths[value]
            for depth in range(1, len(path) + 1):
                if path[:depth] not in at:
                    at[path[:depth]] = len(nodes)
                    counted = frozenset(v for v, way in paths.items() if way[:depth] == path[:depth])
                    nodes.append(
                        Node(path[depth - 1], at[path[: depth - 1]], depth, counted, depth == len(path))
                    )
        return cls(column, tuple(nodes))

    def ancestors(self, node: int) -> list[int]:
        """Give a node and all above it."""
        way = [node]
        while (parent := self.nodes[way[-1]].parent) >= 0:
            way.append(parent)
        return way

    def children(self) -> dict[int, list[int]]:
        """Give the parts of each node that has any."""
        found: dict[int, list[int]] = {}
        for at, node in enumerate(self.nodes[1:], start=1):
            found.setdefault(node.parent, []).append(at)
        return found

    def values(self) -> dict[str, int]:
        """Give the place of each value that is no group."""
        return {
            node.label: at for at, node in enumerate(self.nodes) if node.is_value and node.label is not None
        }
