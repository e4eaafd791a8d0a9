"""Kill server, worker, database and keyd at random while people write, and count what was lost or doubled: `python bench/crashes.py`.

    .venv/bin/python bench/crashes.py [--runs 50] [--people 8] [--seed 1]

The keys lie with `amparo keyd`, where neither server nor worker has them. Each person opens cases, adds notes and sends workbooks through
the API, every write under a key of its own, and sends a write again under the same key until it is acknowledged, as a careful program does.
At the end everything that was acknowledged is read back, and the cases that came of workbooks are counted. Closes with the log, which has
to be whole, and one figure: acknowledged writes that are lost or doubled.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psutil

PORT: Final = 8767
PATIENCE: Final = 90.0
JOB_PATIENCE: Final = 900.0  # a job that was killed or kept waiting four times runs again minutes later
NOTES_A_CASE: Final = 20
MANY: Final = 1_000_000
VICTIMS: Final = ("server", "web process", "worker", "database", "database process", "keyd")
FINISHED: Final = ("done", "failed", "refused", "faulty")
NOTES_A_CASE: Final = 20
MANY: Final = 1_000_000
VICTIMS: Final = ("server", "web process", "worker", "database", "database process", "keyd")
IN_VAIN: Final = (
    "failed",
    "refused",
    "faulty",
)  # a state of a good workbook that was lost to what happened around it
EXAMPLE: Final = Path(__file__).parents[1] / "docs" / "examples" / "workbook.csv"
WORKBOOK: Final = b"".join(
    line for place, line in enumerate(EXAMPLE.read_bytes().splitlines(keepends=True)) if place not in (2, 3)
)  # without its two rows that show what is rejected
ROWS: Final = 3


class NotAcknowledged(Exception):
    """A write was never acknowledged, however often it was sent."""


def main() -> None:
    """Print what was killed and what became of the writes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--victims", default=",".join(VICTIMS), help="what is killed, in turn and then at random"
    )
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    with tempfile.TemporaryDirectory(prefix="amparo-bench-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o711)
        os.environ.update(
            AMPARO_DATA=place, AMPARO_TRAINING="1", AMPARO_LOG_LEVEL="ERROR",
            DJANGO_SETTINGS_MODULE="amparo.config.settings",
        )  # fmt: skip
        keys = _prepare()
        _give_keys_to_keyd(Path(place))
        with _installation() as running, _people(asked.people, keys) as people:
            victims = asked.victims.split(",")
            for run in range(asked.runs):
                running.wait_until_it_answers()
                time.sleep(rng.uniform(0.2, 2.0))
                running.kill(victims[run] if run < len(victims) else rng.choice(victims), rng)
                running.restart_what_ended()
        acknowledged = sum(person.acknowledged for person in people)
        workbooks = sum(len(person.imports) for person in people)
        faults = [*(fault for person in people for fault in person.faults()), *_faults_of_rows(workbooks)]
        whole = subprocess.run([*AMPARO, "audit", "verify", "--alone"], check=False).returncode
    kills = ", ".join(f"{victim} {count}" for victim, count in sorted(running.killed.items()))
    print(f"killed: {kills}")
    for fault in faults[:20]:
        print(fault)
    print(
        f"{acknowledged:,} writes acknowledged by {asked.people} people, {workbooks} workbooks among them; log {'whole' if whole == 0 else 'NOT WHOLE'}"
    )
    print(len(faults) + (whole != 0))


AMPARO: Final = (sys.executable, "-m", "amparo.cli")


def _prepare() -> list[str]:
    """Make a small installation and a key for each of its supervisors, as keyd gives one user so many persons and no more."""
    subprocess.run([*AMPARO, "migrate"], check=True, stdout=subprocess.DEVNULL)
    from amparo.config.embedded import EmbeddedDatabase

    with EmbeddedDatabase(Path(os.environ["AMPARO_DATA"]) / "database").running():
        import django

        django.setup()
        from django.db import connections

        from amparo.access.actions import make_token
        from amparo.access.queries import viewer_for_membership
        from amparo.accounts.models import Membership
        from amparo.cli.demo.caseload import make_caseload

        now = datetime.now(UTC)
        make_caseload(cases=20, seed=1, now=now)
        viewers = [
            viewer_for_membership(membership.pk, now)
            for membership in Membership.objects.filter(role="supervisor").order_by("id")
        ]
        keys = [
            make_token(name="bench", days=1, may_write=True, by=viewer, now=now)
            for viewer in viewers
            if viewer is not None
        ]
        connections.close_all()
    return keys


def _faults_of_rows(workbooks: int) -> list[str]:
    """Count the cases that came of workbooks: each row is one, whatever was killed while its job ran."""
    import psycopg

    from amparo.config.embedded import EmbeddedDatabase

    database = EmbeddedDatabase(Path(os.environ["AMPARO_DATA"]) / "database")
    with database.running(), psycopg.connect(database.url(role="postgres")) as connection:
        asked = "SELECT count(*) FROM cases_case WHERE source = 'workbook'"
        (cases,) = connection.execute(asked).fetchone() or (0,)
    return [] if cases == ROWS * workbooks else [f"{workbooks} workbooks of {ROWS} rows became {cases} cases"]


def _give_keys_to_keyd(place: Path) -> None:
    """Put the key of keys where keyd alone looks for it."""
    (place / "keyd").mkdir(mode=0o700)
    (place / "keys" / "custodian").rename(place / "keyd" / "custodian")
    os.environ["AMPARO_KEYD"] = str(place / "keyd" / "socket")


@dataclass
class _Running:
    """The processes of an installation, each started again when it was killed, as a service manager does."""

    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)

    def restart_what_ended(self) -> None:
        for name, (command, more) in self._commands().items():
            if name not in self.processes or self.processes[name].poll() is not None:
                with (Path(os.environ["AMPARO_DATA"]) / f"{name}.log").open("ab") as log:
                    self.processes[name] = subprocess.Popen(
                        [*AMPARO, *command], env=os.environ | more, stdout=log, stderr=log
                    )

    def _commands(self) -> dict[str, tuple[tuple[str, ...], dict[str, str]]]:
        """What a service manager runs, each with what it sets for that service alone."""
        rates = tuple(f"--{kind}-an-hour={MANY}" for kind in ("labels", "records", "places"))
        custodian = {"AMPARO_CUSTODIAN": str(Path(os.environ["AMPARO_KEYD"]).with_name("custodian"))}
        return {
            "keyd": (("keyd", *rates), custodian),
            "server": (("serve", "--port", str(PORT)), {}),
            "worker": (("worker",), {}),
        }

    def wait_until_it_answers(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=2)
                connection.request("GET", "/health")
                if connection.getresponse().status == 200 and _does_keyd_answer():
                    return
            except (OSError, http.client.HTTPException):
                pass
            self.restart_what_ended()
            time.sleep(0.1)
        raise SystemExit(f"The installation did not come back. What its processes said last:\n{self._said()}")

    def _said(self) -> str:
        """Give the last lines of what each process printed."""
        logs = {name: Path(os.environ["AMPARO_DATA"]) / f"{name}.log" for name in self.processes}
        return "\n".join(f"== {name}\n{log.read_text()[-2000:]}" for name, log in logs.items())

    def kill(self, victim: str, rng: random.Random) -> None:
        until = time.monotonic() + PATIENCE
        while not (found := self._found(victim)) and time.monotonic() < until:
            time.sleep(0.1)  # the database is just being started again
        rng.choice(found).send_signal(signal.SIGKILL)
        self.killed[victim] += 1
        if victim in self.processes:
            self.processes[victim].wait()

    def _found(self, victim: str) -> list[psutil.Process]:
        if victim in self.processes:
            return [psutil.Process(self.processes[victim].pid)]
        if victim == "web process":
            server = psutil.Process(self.processes["server"].pid)
            return [
                child for child in server.children(recursive=True) if "gunicorn" in " ".join(child.cmdline())
            ]
        postmaster = Path(os.environ["AMPARO_DATA"]) / "database" / "cluster" / "postmaster.pid"
        try:
            server = psutil.Process(int(postmaster.read_text().split()[0]))
        except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
            return []
        return [server] if victim == "database" else server.children()


def _does_keyd_answer() -> bool:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(os.environ["AMPARO_KEYD"])
    return True


@contextmanager
def _installation() -> Iterator[_Running]:
    running = _Running()
    running.restart_what_ended()
    try:
        yield running
    finally:
        for process in running.processes.values():
            process.terminate()
        for process in running.processes.values():
            process.wait(60)


@contextmanager
def _people(count: int, keys: Sequence[str]) -> Iterator[list[_Person]]:
    """Let people write while the block runs; then all of them finish what they began, and read it back."""
    people = [_Person(number=number, key=keys[number % len(keys)]) for number in range(count)]
    stop = threading.Event()
    threads = [threading.Thread(target=person.work, args=(stop,)) for person in people]
    for thread in threads:
        thread.start()
    try:
        yield people
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        for person in people:
            person.read_back()


@dataclass
class _Person:
    """Writes, and remembers what was acknowledged."""

    number: int
    key: str
    acknowledged: int = 0
    cases: dict[str, list[str]] = field(default_factory=dict)
    imports: list[str] = field(default_factory=list)
    _faults: list[str] = field(default_factory=list)

    def work(self, stop: threading.Event) -> None:
        rng = random.Random(self.number)
        try:
            while not stop.is_set():
                reference = self._acknowledged(
                    "/cases", {"person": {"names": [{"text": "Mina", "kind": "given"}]}}
                )["reference"]
                self.cases[reference] = []
                if rng.random() < 0.5:
                    self.imports.append(str(self._sent_workbook()["id"]))
                for _ in range(rng.randint(1, NOTES_A_CASE)):
                    if stop.is_set():
                        break
                    text = f"{self.number}-{self.acknowledged}"
                    self._acknowledged(f"/cases/{reference}/notes", {"text": text, "kind": "contact"})
                    self.cases[reference].append(text)
                for batch in self.imports[-1:]:
                    self._bring_in(batch)
        except NotAcknowledged as fault:
            self._faults.append(str(fault))

    def read_back(self) -> None:
        """Read all that was acknowledged, and note what is missing or there twice."""
        for reference, texts in self.cases.items():
            found = Counter(note["text"] for note in self._read(f"/cases/{reference}/notes")["notes"])
            self._faults += [f"lost: a note of {reference}" for text in texts if not found[text]]
            self._faults += [f"doubled: a note of {reference}" for text in texts if found[text] > 1]
            self._faults += [f"nobody's: a note of {reference}" for text in found if text not in texts]
        for batch in self.imports:
            until = time.monotonic() + JOB_PATIENCE
            while (state := self._bring_in(batch)) not in FINISHED and time.monotonic() < until:
                time.sleep(0.5)
            if state != "done":
                self._faults.append(f"lost: a workbook is {state}")

    def faults(self) -> list[str]:
        """Give what was lost or doubled."""
        return self._faults

    def _acknowledged(self, path: str, content: Mapping[str, Any]) -> Any:
        return self._until_taken(path, json.dumps(content).encode(), "application/json")

    def _bring_in(self, batch: str) -> str:
        """Say that the rows are to come in once they are checked; gives where the workbook stands."""
        state = str(self._read(f"/imports/{batch}")["state"])
        if state == "ready":
            self._acknowledged(f"/imports/{batch}/commit", {})
        return state

    def _sent_workbook(self) -> Any:
        edge = "edge-of-a-part"
        parts = (
            (
                f'--{edge}\r\nContent-Disposition: form-data; name="workbook"; filename="people.csv"\r\n'
                "Content-Type: text/csv\r\n\r\n"
            ).encode()
            + WORKBOOK
            + f"\r\n--{edge}--\r\n".encode()
        )
        return self._until_taken("/imports", parts, f"multipart/form-data; boundary={edge}")

    def _until_taken(self, path: str, body: bytes, kind: str) -> Any:
        write = f"{self.number}-{self.acknowledged}-{time.time_ns()}"
        until = time.monotonic() + PATIENCE
        status: int | str = 0
        while time.monotonic() < until:
            try:
                status, answer = self._ask(
                    "POST", path, body, {"Idempotency-Key": write, "Content-Type": kind}
                )
            except (OSError, http.client.HTTPException, ValueError) as error:
                status = type(error).__name__
            else:
                if 200 <= status < 300:
                    self.acknowledged += 1
                    return answer
                if status < 500 and status not in (409, 429):
                    raise NotAcknowledged(f"{path} answered {status}: {answer}")
            time.sleep(0.2)
        raise NotAcknowledged(
            f"{path} was not acknowledged for {PATIENCE:.0f} s; the last answer was {status}"
        )

    def _read(self, path: str) -> Any:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                status, answer = self._ask("GET", path, b"", {})
            except (OSError, http.client.HTTPException, ValueError):
                status, answer = 503, None
            if status == 200:
                return answer
            if time.monotonic() > until:
                raise NotAcknowledged(f"{path} cannot be read: {status}")
            time.sleep(0.2)

    def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        try:
            connection.request(
                method,
                f"/api/v1{path}",
                body=body or None,
                headers={"Authorization": f"Bearer {self.key}", **headers},
            )
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        return response.status, json.loads(content) if content[:1] in (b"{", b"[") else None


if __name__ == "__main__":
    main()
