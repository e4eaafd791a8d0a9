"""The log of keyd keeps whole lines in their order, or says which one is not."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from amparo.vault.keyd.log import Log, LogBroken, LogRefused, read_log

NOW = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)


def written(directory: Path, number: int = 6) -> list[Path]:
    """Write lines over two days, in two runs."""
    for part in range(2):
        log = Log(directory)
        for count in range(number // 2):
            log.write(
                {"do": "open", "no": part * 3 + count}, now=NOW + timedelta(seconds=40 * (part + count))
            )
        log.close()
    return sorted(directory.glob("*.jsonl"))


def test_it_is_read_as_it_was_written_over_days_and_runs(tmp_path: Path) -> None:
    assert len(written(tmp_path)) == 2
    assert [entry["no"] for entry in read_log(tmp_path)] == list(range(6))
    assert oct((tmp_path / "keyd-2026-11-22.jsonl").stat().st_mode)[-3:] == "600"


def _changed(lines: list[bytes]) -> list[bytes]:
    return [lines[0].replace(b'"no":0', b'"no":9'), *lines[1:]]


@pytest.mark.parametrize(
    "tamper",
    [
        _changed,
        lambda lines: lines[1:],
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [lines[0], lines[0], *lines[1:]],
        lambda lines: [b"{}\n", *lines],
        lambda lines: [lines[0][:-1] + b" \n", *lines[1:]],
    ],
)
def test_a_line_that_was_changed_left_out_moved_or_put_in_is_found(
    tmp_path: Path, tamper: Callable[[list[bytes]], list[bytes]]
) -> None:
    log = Log(tmp_path)
    for count in range(4):
        log.write({"do": "open", "no": count}, now=NOW)
    (path,) = tmp_path.glob("*.jsonl")
    path.write_bytes(b"".join(tamper(path.read_bytes().splitlines(keepends=True))))
    with pytest.raises(LogBroken, match=r"line [12]"):
        list(read_log(tmp_path))


def test_a_day_that_is_missing_is_found(tmp_path: Path) -> None:
    written(tmp_path)[0].unlink()
    with pytest.raises(LogBroken):
        list(read_log(tmp_path))


def test_half_a_line_that_a_crash_left_is_cut_off(tmp_path: Path) -> None:
    path = written(tmp_path)[-1]
    path.write_bytes(path.read_bytes() + b'{"at":"2026')
    Log(tmp_path).write({"do": "start", "no": 6}, now=NOW + timedelta(days=1))
    assert [entry["no"] for entry in read_log(tmp_path)] == list(range(7))


def test_a_full_disk_refuses_and_leaves_the_chain_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, write = Log(tmp_path), os.write
    log.write({"do": "open", "no": 0}, now=NOW)
    monkeypatch.setattr(os, "write", lambda descriptor, line: write(descriptor, line[:20]))
    with pytest.raises(LogRefused):
        log.write({"do": "open", "no": 1}, now=NOW)
    monkeypatch.undo()
    log.write({"do": "open", "no": 2}, now=NOW)
    assert [entry["no"] for entry in read_log(tmp_path)] == [0, 2]


def test_p30_a_clock_set_back_writes_on_at_the_end(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.write({"no": 0}, now=NOW)
    log.write({"no": 1}, now=NOW - timedelta(days=3))
    assert [entry["no"] for entry in read_log(tmp_path)] == [0, 1]
