"""The command starts quickly because it loads little."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests import programs
from tests.cli.conftest import amparo, environment

# What the start may load beside Typer and the standard library. A longer list is a slower `amparo --help`.
OURS = {
    "amparo",
    "amparo.cli",
    "amparo.cli.agreed",
    "amparo.cli.audit",
    "amparo.cli.backup",
    "amparo.cli.checking",
    "amparo.cli.copies",
    "amparo.cli.database",
    "amparo.cli.erase",
    "amparo.cli.facts",
    "amparo.cli.installation",
    "amparo.cli.keyd",
    "amparo.cli.keys",
    "amparo.cli.people",
    "amparo.cli.evaluate",
    "amparo.cli.prevalence",
    "amparo.cli.protect",
    "amparo.cli.release",
    "amparo.cli.releases",
    "amparo.cli.risk",
    "amparo.cli._files",
    "amparo.cli.synthesize",
    "amparo.cli.refusing",
    "amparo.cli.serving",
    "amparo.cli.table",
    "amparo.cli.witness",
    "amparo.cli.workbooks",
    "amparo.config",
    "amparo.config.data_directory",
    "amparo.config.embedded",
    "amparo.config.environment",
    "amparo.config.postmaster",
    "amparo.config.readers",
}
OTHERS = {"typer", "annotated_doc", "shellingham"}  # the last two are Typer's
PROGRAM = """
import sys
before = set(sys.modules)
from amparo.cli import main
sys.argv = ["amparo", "--help"]
try:
    main()
except SystemExit:
    pass
print("\\n".join(sorted(set(sys.modules) - before)), file=sys.stderr)
"""


def loaded() -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
        cwd=Path("/"),
    )
    return set(done.stderr.split())


def test_start_loads_little() -> None:
    modules = loaded()
    assert {name for name in modules if name.split(".")[0] == "amparo"} <= OURS
    third_party = {name.split(".")[0] for name in modules} - set(sys.stdlib_module_names) - {"amparo"}
    assert {name for name in third_party if not name.startswith("_")} <= OTHERS


def test_help_lists_the_commands() -> None:
    done = amparo("--help")
    assert done.returncode == 0
    for command in (
        "demo",
        "serve",
        "worker",
        "migrate",
        "organisation",
        "user",
        "database",
        "audit",
        "witness",
        "doctor",
        "facts",
        "import",
    ):
        assert f"  {command} " in done.stdout
    meanings = done.stdout.partition("Commands:")[2]
    assert not [line for line in meanings.splitlines() if line.endswith("...")], (
        "a meaning that does not fit is cut"
    )


def test_near_miss_names_the_command() -> None:
    done = amparo("migrat")
    assert done.returncode == 2
    assert "Did you mean 'migrate'?" in done.stderr


def test_version() -> None:
    from amparo import __version__

    assert amparo("--version").stdout.strip() == __version__


def test_pages_and_commands_of_the_platform_wait_for_no_library_of_the_statisticians(tmp_path: Path) -> None:
    settings = {"DJANGO_SETTINGS_MODULE": "amparo.config.settings", "AMPARO_DATA": str(tmp_path)}
    done = programs.run(env=environment(**settings), module="tests.cli.pages_loaded")
    assert (done.returncode, done.stdout) == (0, "\n"), done.stderr
