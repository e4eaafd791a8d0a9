"""`amparo audit` and `amparo witness`, as somebody types them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import run
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import typer
from psycopg.types.json import Jsonb

from amparo.audit.chain.connecting import own_connection
from amparo.audit.models import Anchor, Event
from amparo.cli import audit, installation, witness
from amparo.cli.refusing import CommandRefused
from amparo.config.auditing import look_at_log
from amparo.config.environment import read_environment
from tests.audit.sealed import NOW, SealedLog, connected_as, superuser
from tests.audit.test_rules import HEAD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
HERE = Path(__file__).parent


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> SealedLog:
    @contextmanager
    def platform(data: Any = None, *, connect_as: str = "app") -> Iterator[Any]:
        with connected_as(f"amparo_{connect_as}"):
            yield SimpleNamespace(environment=read_environment({}))

    monkeypatch.setattr(installation, "platform", platform)
    settings.AMPARO_AUDIT_KEYS = tmp_path / "keys"
    settings.AMPARO_WITNESSES = ()
    return SealedLog(tmp_path).begin()


def verified(**options: Any) -> int:
    with pytest.raises(typer.Exit) as ended:
        audit.verify(**options)
    return ended.value.exit_code


def test_exit_codes_say_whole_tampered_and_cannot_tell(
    log: SealedLog, capsys: pytest.CaptureFixture[str], settings: Any, tmp_path: Path
) -> None:
    assert verified() == 0
    said = capsys.readouterr().out
    assert "The log: whole" in said
    assert "Nobody outside vouches for this" in said
    settings.AMPARO_WITNESSES = ("http://127.0.0.1:1",)
    assert verified() == 2, "a witness is named and does not answer"
    assert verified(alone=True) == 0
    settings.AMPARO_WITNESSES = ()
    with superuser() as connection:
        connection.execute("DELETE FROM audit_event WHERE record = 'membership:9'")
    capsys.readouterr()
    assert verified() == 1
    assert "Epoch 3, events" in capsys.readouterr().out
    assert verified(as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["findings"][0]["epoch"] == 3


def test_anchors_are_files_of_a_witness_paper_or_a_timestamp(log: SealedLog, tmp_path: Path) -> None:
    heads, paper, other = (tmp_path / name for name in ("heads.json", "paper.txt", "other.txt"))
    kept = log.witness.heads()
    heads.write_text(json.dumps(kept))
    root = kept[0]["head"]["root"]
    paper.write_text(f"{kept[0]['head']['size']}\n{root[:32].upper()} {root[32:]}\n")
    assert verified(anchor=[heads, paper]) == 0
    other.write_text(f"{kept[0]['head']['size']} {'0' * 64}")
    assert verified(anchor=[other]) == 1
    for content in (b"", b"\xff\xfe", b"[1]", b"hello", b'{"size": 1}'):
        other.write_bytes(content)
        with pytest.raises(CommandRefused):
            audit.verify(anchor=[other])
    with pytest.raises(CommandRefused, match="cannot be read"):
        audit.verify(anchor=[tmp_path / "nowhere"])
    other.write_bytes(b"\x30\x03\x02\x01\x00")
    assert verified(anchor=[other]) == 1
    assert verified(anchor=[HERE / "timestamp.tsr"]) == 1, "time-stamped, and here is no such head any more"


def test_a_timestamp_is_asked_for_and_kept(
    log: SealedLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = tmp_path / "head.tsq"
    audit.anchor(timestamp_request=asked)
    assert asked.read_bytes()[:1] == b"\x30"
    answer, authority = HERE / "timestamp.tsr", HERE / "timestamp-authority.pem"
    with pytest.raises(CommandRefused, match="No head of this installation"):
        audit.anchor(timestamp_answer=answer)
    with own_connection() as connection:
        connection.execute(
            "INSERT INTO audit_loghead (size, head, imprint, peaks, made_at) VALUES (%s, %s, %s, '', %s)",
            [HEAD.size, Jsonb(HEAD.to_json()), HEAD.imprint(), NOW],
        )
    audit.anchor(timestamp_answer=answer, authority=authority)
    assert "(verified)" in capsys.readouterr().out
    assert bytes(Anchor.objects.get(kind="timestamp").receipt) == answer.read_bytes()
    broken = tmp_path / "broken.tsr"
    broken.write_bytes(answer.read_bytes()[:-3] + b"abc")
    with pytest.raises(CommandRefused, match="was changed"):
        audit.anchor(timestamp_answer=broken, authority=authority)
    assert verified(anchor=[answer]) == 1, "the root of that head is not the one of this log"
    with pytest.raises(CommandRefused, match="Say what to do"):
        audit.anchor()


def test_who_saw_her_is_told_and_logged(log: SealedLog, capsys: pytest.CaptureFixture[str]) -> None:
    audit.who(str(UUID(int=3)))
    assert "cases.case.read" in capsys.readouterr().out
    audit.who("membership:2", as_json=True)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["record"] for line in lines if line["action"] == "cases.case.read"] == ["membership:2"]
    asked = Event.objects.filter(action="audit.log.read").values_list("record", "via")
    assert list(asked.order_by("id")) == [(str(UUID(int=3)), "command"), ("membership:2", "command")]
    with pytest.raises(CommandRefused, match="neither the id"):
        audit.who("Amina Haddad")


def test_the_head_is_printed_for_paper(
    log: SealedLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audit.head()
    text = capsys.readouterr().out
    root = log.verdict().root
    assert root[:4] in text
    assert "█" in text or "▀" in text
    page = tmp_path / "head.html"
    audit.head(html=page)
    content = page.read_text()
    assert "<svg" in content
    assert "http" not in content.replace("http://www.w3.org/2000/svg", ""), "it loads nothing"
    typed = tmp_path / "typed"
    typed.write_text(f"{log.verdict().epochs} {root}")
    assert verified(anchor=[typed]) == 0
    capsys.readouterr()
    audit.head(as_json=True)
    assert json.loads(capsys.readouterr().out)["root"] == root


def test_a_generation_begins_by_the_owner_only(log: SealedLog, capsys: pytest.CaptureFixture[str]) -> None:
    audit.generation(reason="restored", new_key=True)
    said = capsys.readouterr().out
    assert "Generation 2" in said
    assert "The key is now" in said
    with pytest.raises(CommandRefused):
        audit.generation(reason="because")


def test_doctor_tells_of_the_log_and_its_witnesses(log: SealedLog, settings: Any) -> None:
    def found() -> list[tuple[str, bool, bool]]:
        return [
            (finding.subject, finding.is_fault, finding.is_warning)
            for finding in look_at_log(read_environment({}))
        ]

    assert found() == [("Log", False, False), ("Witness", False, True)]
    settings.AMPARO_WITNESSES = ("http://127.0.0.1:1",)
    assert found() == [("Log", False, False), ("Witness", True, False)]
    with superuser() as connection:
        connection.execute("DELETE FROM audit_epoch WHERE number > 2")
        connection.execute("UPDATE audit_event SET recorded_at = recorded_at - interval '1 hour'")
    assert found()[0] == ("Log", True, False)


def test_the_witness_shows_what_it_keeps(
    log: SealedLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended:
        witness.show(data=tmp_path / "witness")
    assert ended.value.exit_code == 1, "its last head is long ago"
    assert "ALARM: no head since" in capsys.readouterr().out
    witness.show(data=tmp_path / "witness", as_json=True)
    assert len(json.loads(capsys.readouterr().out)) == 1
    with pytest.raises(typer.Exit) as ended:
        witness.show(data=tmp_path / "another")
    assert ended.value.exit_code == 0


def test_the_witness_starts_without_django() -> None:
    code = (
        "import sys; sys.modules['django'] = None; sys.modules['psycopg'] = None; "
        "import amparo.audit.witness.serving, amparo.audit.witness.keeping, amparo.cli.witness"
    )
    assert (
        run([sys.executable, "-c", code], check=False, env={"PYTHONPATH": ":".join(sys.path)}).returncode == 0
    )
