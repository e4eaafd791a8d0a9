"""The import contract of ours: an app is reached only through its public modules."""

from __future__ import annotations

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class PublicSurface(Contract):
    """Keep everything of an app private but the modules that `public` names, and those that `also` names as app.module."""

    public = fields.SetField(subfield=fields.StringField())
    also = fields.SetField(subfield=fields.StringField(), required=False)
    exempt = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find imports that come into an app beside its public modules."""
        broken = sorted(
            (importer, imported)
            for imported in graph.modules
            for importer in graph.find_modules_that_directly_import(imported)
            if self._is_private(imported) and _app(importer) not in {_app(imported), "config", ""}
        )
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each import and what to do."""
        ways = ", ".join(sorted(self._named(self.public)))
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} imports {imported}: go through {ways} of {_app(imported)}.")

    def _is_private(self, module: str) -> bool:
        parts = module.split(".")
        if len(parts) < 3 or parts[1] in self._named(self.exempt) or parts[2] in self._named(self.public):
            return False
        return f"{parts[1]}.{parts[2]}" not in self._named(self.also)

    @staticmethod
    def _named(
        given: Any,
    ) -> set[str]:  # Any: import-linter puts the value in the place of the field's declaration
        return set(given or ())


def _app(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""
