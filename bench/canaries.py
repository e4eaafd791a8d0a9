"""Look for 5,000 marked texts wherever a thief would look; print how many are found.

    .venv/bin/python bench/canaries.py [--persons 130]

An installation of its own with an embedded database takes marked texts through pages, API, workbooks and jobs. Then its dump, every
file below its data directory (tables, write-ahead log, server log, documents, uploads), its temporary files, its own log and its
mail are searched for each text in UTF-8, UTF-16, hex and base64, and backwards. What is found is named; exit code 1 then.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
sys.path.insert(0, str(CHECKOUT))  # the texts are made as the tests make them

from tests.vault.marks import FORMS, MARK, files_below, found_in  # noqa: E402

WANTED = 5_000


def main() -> None:
    """Print one line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--persons", type=int, default=130)
    persons = arguments.parse_args().persons
    with tempfile.TemporaryDirectory(prefix="amparo-bench-") as place:
        Path(place).chmod(0o711)  # root's database server runs as another user
        drawn, found = look(Path(place), persons)
    print(f"found {found:,} of {drawn:,}", flush=True)
    if found or drawn < WANTED:
        sys.exit(1)


def look(place: Path, persons: int) -> tuple[int, int]:
    """Give how many texts were brought in, and how many of them are found."""
    from amparo.config.embedded import SUPERUSER, EmbeddedDatabase, programs_directory

    data, temporary, out = place / "data", place / "tmp", place / "said.json"
    temporary.mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AMPARO_")},
        "AMPARO_DATA": str(data),
        "TMPDIR": str(temporary),
        "PYTHONPATH": f"{CHECKOUT / 'src'}:{CHECKOUT}",
    }
    database = EmbeddedDatabase(data / "database")
    with database.running():
        log = run(environment, "amparo.cli", "migrate")
        log += run(environment, "tests.vault.seeding", "seed", str(out), str(persons))
        said = json.loads(out.read_text(encoding="utf-8"))
        dump = subprocess.run(
            [str(programs_directory() / "pg_dump"), f"--dbname={database.url(role=SUPERUSER)}"],
            capture_output=True,
            check=True,
        ).stdout
        database.execute("CHECKPOINT")
        found: set[str] = set()
        for where, content in contents(data, temporary, dump, log, json.dumps(said["mail"]).encode()):
            if forms := found_in(content):
                print(f"{where}: {', '.join(forms)}", file=sys.stderr)
                found |= texts_in(content, said["drawn"])
    return said["drawn"], len(found)


def contents(
    data: Path, temporary: Path, dump: bytes, log: bytes, mail: bytes
) -> Iterator[tuple[str, bytes]]:
    """Give everything that is looked at, with its name."""
    yield from (("the dump", dump), ("the log of the program", log), ("mail", mail))
    for path in files_below(data, temporary):
        yield path.relative_to(data.parent).as_posix(), path.read_bytes()


def texts_in(content: bytes, drawn: int) -> set[str]:
    """Tell which texts these are; one that lies there in another form than plain counts, though not which it is."""
    plain = {text.decode() for text in re.findall(MARK.encode() + rb"\d{5}", content)}
    others = sum(content.count(form) for name, form in FORMS.items() if name != "UTF-8")
    return plain | {f"in another form {number}" for number in range(min(others, drawn))}


def run(environment: dict[str, str], module: str, *arguments: str) -> bytes:
    """Run a program of ours; gives all that it said."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=environment,
        cwd=CHECKOUT,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr.decode())
    return done.stdout + done.stderr


if __name__ == "__main__":
    main()
