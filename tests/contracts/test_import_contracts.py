"""The import contract of ours finds what it is there to find."""

from __future__ import annotations

import grimp
import pytest

from tools.import_contracts import PublicSurface


def contract() -> PublicSurface:
    return PublicSurface(
        name="surface",
        session_options={"root_packages": ["amparo"]},
        contract_options={
            "public": ["actions", "queries"],
            "also": ["vault.fields"],
            "exempt": ["ui", "config"],
        },
    )


@pytest.mark.parametrize(
    ("importer", "imported", "kept"),
    [
        ("amparo.cases.views", "amparo.access.queries", True),
        ("amparo.cases.views", "amparo.access.models", False),
        ("amparo.cases.views", "amparo.cases.models", True),
        ("amparo.cases.models.person", "amparo.vault.fields", True),
        ("amparo.cases.models.person", "amparo.vault.storing", False),
        ("amparo.cases.views", "amparo.ui.web", True),
        ("amparo.config.urls", "amparo.cases.urls", True),
        ("amparo.cli.demo.caseload", "amparo.accounts.models", False),
    ],
)
def test_surface(importer: str, imported: str, kept: bool) -> None:
    graph = grimp.ImportGraph()
    for module in (importer, imported):
        graph.add_module(module)
    graph.add_import(importer=importer, imported=imported)
    assert contract().check(graph, verbose=False).kept is kept


def test_p34_the_statistics_reach_no_identities() -> None:
    graph = grimp.build_graph("amparo", cache_dir=None)
    for app in ("accounts", "access", "vault", "cases", "intake", "audit"):
        assert not graph.find_shortest_chains(
            importer="amparo.stats", imported=f"amparo.{app}", as_packages=True
        ), app
