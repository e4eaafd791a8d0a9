"""Find the access lines of a source, and make the source without one of them."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parents[1] / "src" / "amparo"
MARK: Final = "__amparo_reached__"
GUARDS: Final = ("requires", "signed_in", "completes_sign_in", "fresh")
SCOPES: Final = ("scoped", "not_closed")
NARROWING: Final = ("filter", "exclude")
DEMANDS: Final = re.compile(r"_?(require|refuse|ask_again|covered|demand|only_)[a-z_]*")
# These look at the shape of what was sent, or do what was asked for.
NO_DEMANDS: Final = re.compile(
    r"refuse_unknown|refuse_twice|refuse_act|_refuse_faults|_refuse_unwritable|_refuse_merged"
)
LETTING: Final = re.compile(r"_?(may|has|can)_")  # functions whose yes opens something
LIMITS: Final = re.compile(r"(MOST|SHORTEST)_[A-Z_]+")
EMPTY: Final = ("None", "()", "[]", "{}", "frozenset()", "set()", "NOBODY", "False", "''", "0")


class NoSuchPlace(LookupError):
    """A place that is to be looked through is not there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One access line: where it stands, what it is, and how it is taken away from the tree that it was found in."""

    file: str
    name: str  # the function around it
    number: int
    what: str
    take_away: Callable[[], None]
    body: list[ast.stmt] | None = None  # where its statement stands, for the mark of who gets there
    statement: ast.stmt | None = None
    kind: str = "code"  # or decorator, or constant

    @property
    def key(self) -> str:
        """Give its name in the table of what is no access line."""
        return f"{self.file}:{self.name}: {self.what}"


def files_of(place: str) -> list[str]:
    """List the sources of a place, a folder or a file under src/amparo; raises `NoSuchPlace`."""
    path = SOURCE / place
    if path.is_file():
        return [place]
    found = sorted(each for each in path.rglob("*.py") if "migrations" not in each.parts)
    if not found:
        raise NoSuchPlace(
            f"src/amparo/{place} is not there. Say in bench/mutations.py where its access lines are now."
        )
    return [each.relative_to(SOURCE).as_posix() for each in found]


def parse(file: str) -> ast.Module:
    """Read a source anew."""
    return ast.parse((SOURCE / file).read_text(encoding="utf-8"))


def lines_of(tree: ast.Module, file: str) -> list[Line]:
    """List the access lines of a source, in their order."""
    return [*_Finder(file).in_body(tree.body, ())]


def keyed(lines: list[Line]) -> dict[str, Line]:
    """Name each line; what stands twice in a function is numbered."""
    seen: Counter[str] = Counter()
    found = {}
    for line in lines:
        seen[line.key] += 1
        found[line.key if seen[line.key] == 1 else f"{line.key} ({seen[line.key]})"] = line
    return found


def without(file: str, key: str) -> tuple[ast.Module, Line]:
    """Give the source without that line."""
    tree = parse(file)
    line = keyed(lines_of(tree, file))[key]
    line.take_away()
    return ast.fix_missing_locations(tree), line


def marked(file: str) -> tuple[ast.Module, dict[str, str]]:
    """Give the source with a mark before each statement that holds an access line, and the mark of each line."""
    tree = parse(file)
    marks: dict[str, str] = {}
    placed: set[int] = set()
    for key, line in keyed(lines_of(tree, file)).items():
        if line.body is None or line.statement is None:
            continue
        marks[key] = mark = f"{file}#{line.statement.lineno}"
        if id(line.statement) not in placed:
            placed.add(id(line.statement))
            call = ast.parse(f"{MARK}({mark!r})").body[0]
            for node in ast.walk(call):
                ast.copy_location(node, line.statement)
            line.body.insert(
                next(place for place, one in enumerate(line.body) if one is line.statement), call
            )
    return ast.fix_missing_locations(tree), marks


@dataclass(slots=True)
class _Finder:
    file: str

    def in_body(self, body: list[ast.stmt], names: tuple[str, ...]) -> Iterator[Line]:
        for statement in list(body):
            if isinstance(statement, ast.FunctionDef):
                yield from self._decorators(statement, (*names, statement.name))
                yield from self.in_body(statement.body, (*names, statement.name))
            elif isinstance(statement, ast.ClassDef):
                yield from self.in_body(statement.body, (*names, statement.name))
            elif names and names[-1].lower() == names[-1]:
                yield from self._in_statement(statement, body, names)
            else:
                yield from self._constant(statement, names)

    def _in_statement(
        self, statement: ast.stmt, body: list[ast.stmt], names: tuple[str, ...]
    ) -> Iterator[Line]:
        def line(number: int, what: str, take_away: Callable[[], None]) -> Line:
            return Line(
                file=self.file,
                name=".".join(names),
                number=number,
                what=what,
                take_away=take_away,
                body=body,
                statement=statement,
            )

        blocks: list[list[ast.stmt]] = []
        for field, value in ast.iter_fields(statement):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                blocks.append(value)
            elif (
                isinstance(value, list) and value and isinstance(value[0], ast.ExceptHandler | ast.match_case)
            ):
                blocks += [each.body for each in value]
            else:
                for node in value if isinstance(value, list) else [value]:
                    if isinstance(node, ast.expr | ast.withitem | ast.keyword):
                        for number, what, take_away in self._of(names[-1], statement, field, node):
                            yield line(number, what, take_away)
        for block in blocks:
            yield from self.in_body(block, names)

    def _of(self, name: str, statement: ast.stmt, field: str, node: ast.AST) -> Iterator[_Found]:
        if isinstance(statement, ast.Expr) and isinstance(node, ast.Call) and _is_demand(node):
            yield statement.lineno, f"the demand {_said(node)}", _swap(statement, "value", _never(node))
        elif isinstance(statement, ast.If) and field == "test" and isinstance(node, ast.expr):
            yield from self._guard(statement, node)
            return
        elif isinstance(statement, ast.Return) and _is_either(node) and self.file.startswith("access/rules/"):
            yield from _sides(node, ast.Or)
        elif isinstance(statement, ast.Return) and isinstance(node, ast.Compare) and LETTING.match(name):
            yield statement.lineno, f"the answer {_said(node)}", _swap(statement, "value", _always(node))
        yield from _inside(node)

    def _guard(self, statement: ast.If, test: ast.expr) -> Iterator[_Found]:
        last = statement.body[-1]
        is_raising = isinstance(last, ast.Raise | ast.Continue)
        said = ast.unparse(last.value) if isinstance(last, ast.Return) and last.value else ""
        keeps_out = is_raising or (isinstance(last, ast.Return) and said != "True" and not statement.orelse)
        if keeps_out and not _only_spares_work(test, said, is_raising=is_raising):
            yield statement.lineno, f"the guard {_said(test)}", _swap(statement, "test", _never(test))
            yield from _denying(test)
        if not is_raising:
            yield from _inside(test)
        else:
            yield from _inside(test, with_sides=False)

    def _decorators(self, function: ast.FunctionDef, names: tuple[str, ...]) -> Iterator[Line]:
        for each in function.decorator_list:
            called = each.func if isinstance(each, ast.Call) else each
            if isinstance(called, ast.Name) and called.id in GUARDS:
                yield Line(
                    file=self.file, name=".".join(names), number=each.lineno, what=f"@{_said(each)}",
                    take_away=lambda: None, body=function.body, statement=function.body[-1], kind="decorator",
                )  # fmt: skip

    def _constant(self, statement: ast.stmt, names: tuple[str, ...]) -> Iterator[Line]:
        if names or not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
            return
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        is_number = isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, int)
        is_time = isinstance(statement.value, ast.Call) and ast.unparse(statement.value.func) == "timedelta"
        if isinstance(target, ast.Name) and (is_time or (is_number and LIMITS.fullmatch(target.id))):
            yield Line(
                file=self.file, name=target.id, number=statement.lineno, what="the limit", take_away=lambda: None,
                kind="constant",
            )  # fmt: skip


_Found = tuple[int, str, Callable[[], None]]


def _inside(root: ast.AST, *, with_sides: bool = True) -> Iterator[_Found]:
    for node in ast.walk(root):
        if isinstance(node, ast.Call):
            yield from _call(node)
        elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And) and with_sides:
            yield from _sides(node, ast.And)
        elif isinstance(node, ast.comprehension):
            for place, test in enumerate(node.ifs):
                if not isinstance(test, ast.BoolOp):
                    yield test.lineno, f"the condition {_said(test)}", _swap(node.ifs, place, _always(test))
        elif isinstance(node, ast.IfExp) and _is_closing(node):
            if not (isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.And)):
                yield (
                    node.lineno,
                    f"the condition {_said(node.test)}",
                    _swap(node, "test", _always(node.test)),
                )
        elif isinstance(node, ast.BinOp):
            yield from _narrowed(node)


def _call(node: ast.Call) -> Iterator[_Found]:
    name = _called(node)
    if isinstance(node.func, ast.Attribute) and node.func.attr in NARROWING:
        for place, argument in enumerate(node.args):
            emptied = ast.Starred(_empty("()", ast.Tuple([argument], ast.Load())), ast.Load())
            yield node.lineno, f"{name} {_said(argument)}", _swap(node.args, place, emptied)
        for place, keyword in enumerate(node.keywords):
            if keyword.arg is None:
                kept: ast.expr = keyword.value
            else:
                kept = ast.Dict([ast.Constant(keyword.arg)], [keyword.value])
            said = f"{keyword.arg}={_said(keyword.value)}"
            yield (
                node.lineno,
                f"{name} {said}",
                _swap(node.keywords, place, ast.keyword(None, _empty("{}", kept))),
            )
    elif name == "Q":
        yield from _conditions(node)
    elif name in SCOPES and len(node.args) >= 2:
        open_to_all = ast.parse("lambda viewer, rows, *more, **named: rows", mode="eval").body
        yield node.lineno, f"the scope {name}", _swap(node, "func", open_to_all)
    for place, keyword in enumerate(node.keywords):
        if keyword.arg == "permission" and name != "DualKind":
            nothing = ast.keyword(None, _empty("{}", keyword.value))
            yield node.lineno, f"{name} with {_said(keyword.value)}", _swap(node.keywords, place, nothing)


def _conditions(node: ast.Call) -> Iterator[_Found]:
    """Give the conditions of a `Q` that has several."""
    named = [keyword for keyword in node.keywords if keyword.arg is not None]
    if len(named) > 1:
        for keyword in named:
            nothing = ast.keyword(None, _empty("{}", keyword.value))
            said = f"Q {keyword.arg}={_said(keyword.value)}"
            yield node.lineno, said, _swap(node.keywords, node.keywords.index(keyword), nothing)
    for keyword in node.keywords:
        if keyword.arg is None and isinstance(keyword.value, ast.Dict) and len(keyword.value.keys) > 1:
            for place, key in enumerate(keyword.value.keys):
                yield node.lineno, f"Q {_said(key) if key else ''}", _without_pair(keyword.value, place)


def _without_pair(pairs: ast.Dict, place: int) -> Callable[[], None]:
    def take_away() -> None:
        pairs.values[place] = _empty("{}", pairs.values[place])
        pairs.keys[place] = None  # `**({} and value)`

    return take_away


def _sides(node: ast.AST, kind: type[ast.boolop]) -> Iterator[_Found]:
    assert isinstance(node, ast.BoolOp)
    for place, side in enumerate(node.values):
        if kind is ast.And and _only_spares_failing(side, node.values[place + 1 :]):
            continue
        if isinstance(side, ast.NamedExpr):
            continue
        gone = _always(side) if kind is ast.And else _never(side)
        word = "and" if kind is ast.And else "or"
        yield side.lineno, f"the side {_said(side)} of an {word}", _swap(node.values, place, gone)


def _denying(test: ast.AST) -> Iterator[_Found]:
    """Give the parts of a test by which it keeps more out: the sides of an `or`, and of an `and` that is denied."""
    if isinstance(test, ast.BoolOp):
        if isinstance(test.op, ast.Or):
            yield from _sides(test, ast.Or)
        for side in test.values:
            yield from _denying(side)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = test.operand
        if isinstance(inner, ast.BoolOp) and isinstance(inner.op, ast.And):
            yield from _sides(inner, ast.And)


def _narrowed(node: ast.BinOp) -> Iterator[_Found]:
    """Give the sides of `Q(...) & Q(...)` and of sets that are cut, and what is taken out of a set."""
    if isinstance(node.op, ast.BitAnd):
        yield node.lineno, f"the side {_said(node.right)} of an &", _become(node, node.left, node.right)
        yield node.lineno, f"the side {_said(node.left)} of an &", _become(node, node.right, node.left)
    elif isinstance(node.op, ast.Sub) and (isinstance(node.right, ast.Set) or _is_constant(node.right)):
        yield node.lineno, f"what is left out, {_said(node.right)}", _become(node, node.left, node.right)


def _become(node: ast.BinOp, kept: ast.expr, gone: ast.expr) -> Callable[[], None]:
    def take_away() -> None:
        # `kept & ~0 if True else gone` would not do for sets: the node becomes `(kept, () and gone)[0]` in its place.
        node.__class__ = ast.Subscript  # type: ignore[assignment]
        node.value = ast.Tuple([kept, _empty("()", gone)], ast.Load())  # type: ignore[attr-defined]
        node.slice, node.ctx = ast.Constant(0), ast.Load()  # type: ignore[attr-defined]

    return take_away


def _swap(holder: object, part: str | int, new: ast.AST) -> Callable[[], None]:
    def take_away() -> None:
        if isinstance(part, int):
            holder[part] = new  # type: ignore[index]
        else:
            setattr(holder, part, new)

    return take_away


# What is taken away is still spelled out, behind what is never looked at: a function keeps the names that it closes over.
def _never(node: ast.expr) -> ast.expr:
    return ast.BoolOp(ast.And(), [ast.Constant(False), node])


def _always(node: ast.expr) -> ast.expr:
    return ast.BoolOp(ast.Or(), [ast.Constant(True), node])


def _empty(nothing: str, node: ast.expr) -> ast.expr:
    return ast.BoolOp(ast.And(), [ast.parse(nothing, mode="eval").body, node])


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _is_demand(node: ast.Call) -> bool:
    name = _called(node)
    return DEMANDS.fullmatch(name) is not None and NO_DEMANDS.fullmatch(name) is None


def _is_constant(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and re.fullmatch(r"[A-Z_]{4,}", node.id) is not None


def _is_either(node: ast.AST) -> bool:
    return isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or)


def _is_closing(node: ast.IfExp) -> bool:
    otherwise = ast.unparse(node.orelse)
    is_needed = ast.unparse(node.test).removesuffix(" is not None") in ast.unparse(node.body)
    return (otherwise in EMPTY[:8] or otherwise.endswith(".none()")) and not is_needed


def _only_spares_work(test: ast.expr, said: str, *, is_raising: bool) -> bool:
    """Tell whether a guard leaves where there is nothing to do: `if not rows: return ()`."""
    is_bare = (
        isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and isinstance(test.operand, ast.Name)
    )
    return is_bare and not is_raising and (said in ("", *EMPTY) or said.startswith("frozenset()"))


def _only_spares_failing(side: ast.expr, later: list[ast.expr]) -> bool:
    """Tell whether a side only keeps the next from failing: `role is not None and role.code`."""
    name = ast.unparse(side).removesuffix(" is not None")
    text = " ".join(ast.unparse(each) for each in later)
    return bool(re.search(re.escape(name) + r"[.\[]", text)) and not isinstance(side, ast.Call)


def _said(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 70 else f"{text[:67]}..."
