"""Take an access line away from what is loaded: functions get other code in their place, so that all who hold them see it."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from types import CodeType, FunctionType, ModuleType
from typing import Any

from _mutants import SOURCE, Line, parse, without

from amparo.vault.asking import write_anew


@dataclass(slots=True)
class Loaded:
    """The functions of our sources that are loaded, by file, with their code as it is."""

    functions: dict[str, list[FunctionType]] = field(default_factory=dict)
    usual: dict[int, CodeType] = field(default_factory=dict)

    def look(self, files: Iterable[str]) -> None:
        """Load the files and find their functions."""
        for file in files:
            _module_of(file)
        gc.unfreeze()
        wanted = {str(SOURCE / file): file for file in files}
        self.functions = {file: [] for file in files}
        for one in gc.get_objects():
            if isinstance(one, FunctionType) and (file := wanted.get(one.__code__.co_filename, "")):
                self.functions[file].append(one)
                self.usual[id(one)] = one.__code__
        gc.freeze()

    def change(self, file: str, tree: Any) -> None:
        """Give the functions of a file the code of a tree."""
        path = str(SOURCE / file)
        old = dict(_codes(compile(parse(file), path, "exec", dont_inherit=True)))
        new = dict(_codes(compile(tree, path, "exec", dont_inherit=True)))
        by_code = {code: new[key] for key, code in old.items() if new.get(key, code) != code}
        changed = [one for one in self.functions[file] if self.usual[id(one)] in by_code]
        if not changed:
            raise LookupError(f"No loaded function of {file} is changed.")
        for function in changed:
            function.__code__ = by_code[self.usual[id(function)]]

    def restore(self) -> None:
        """Give every function its own code again."""
        for functions in self.functions.values():
            for function in functions:
                function.__code__ = self.usual[id(function)]


def _codes(code: CodeType, seen: dict[tuple[str, int], int] | None = None) -> Iterator[tuple[Any, CodeType]]:
    seen = {} if seen is None else seen
    for const in code.co_consts:
        if isinstance(const, CodeType):
            place = (const.co_qualname, const.co_firstlineno)
            seen[place] = seen.get(place, 0) + 1
            yield (*place, seen[place]), const
            yield from _codes(const, seen)


def apply(loaded: Loaded, key: str) -> None:
    """Take one line away in this process; raises `LookupError` where nothing would change."""
    file = key.partition(":")[0]
    tree, line = without(file, key)
    if line.kind == "decorator":
        _open_view(line)
    elif line.kind == "constant":
        _lift_limit(line)
    else:
        loaded.change(file, tree)
    write_anew()


def _module_of(file: str) -> ModuleType:
    return importlib.import_module(
        "amparo." + file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    )


def _open_view(line: Line) -> None:
    """Let a guard of a view ask for less: no permission, nobody signed in, or nobody who showed who they are."""
    from amparo.access.web import Guard

    view: Any = getattr(_module_of(line.file), line.name)
    layers = [view]
    while hasattr(layers[-1], "__wrapped__"):
        layers.append(layers[-1].__wrapped__)
    cells = [
        (layer, dict(zip(layer.__code__.co_freevars, layer.__closure__ or (), strict=True)))
        for layer in layers
    ]
    if line.what == "@fresh":
        asking = next(layer for layer in layers if layer.__code__.co_qualname.startswith("fresh."))
        outer = next(cell for _, named in cells for cell in named.values() if cell.cell_contents is asking)
        outer.cell_contents = asking.__wrapped__
        return
    guard = Guard() if line.what.startswith("@requires") else Guard(is_public=True)
    for layer, named in cells:
        if "guard" in named:
            named["guard"].cell_contents = guard
        if hasattr(layer, "guard"):
            layer.guard = guard


def _lift_limit(line: Line) -> None:
    value: Any = getattr(_module_of(line.file), line.name)
    lifted: Any = 0 if line.name.startswith("SHORTEST") else value * 1000
    if isinstance(value, timedelta) and value > timedelta(days=3000):
        lifted = value * 10
    for module in list(sys.modules.values()):
        for name, one in list(vars(module).items()) if isinstance(module, ModuleType) else ():
            if one is value and name == line.name:
                setattr(module, name, lifted)
