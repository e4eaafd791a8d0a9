"""The data directory: made once, closed to others."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from amparo.config.data_directory import DataDirectory, NoDataDirectory


def test_secret_is_made_once_and_closed(tmp_path: Path) -> None:
    data = DataDirectory(tmp_path / "data")
    secret = data.secret_key()
    assert len(secret) >= 50
    assert data.secret.stat().st_mode & 0o777 == 0o600
    assert DataDirectory(tmp_path / "data").secret_key() == secret


def test_makers_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    data = DataDirectory(tmp_path / "data")
    with ThreadPoolExecutor(8) as makers:
        assert len(set(makers.map(lambda _: data.secret_key(), range(16)))) == 1
    assert [path.name for path in data.path.iterdir() if path.is_file()] == ["secret"]


def test_places_of_files_are_closed_to_others(tmp_path: Path) -> None:
    data = DataDirectory(tmp_path / "data")
    data.prepare()
    for place in (data.documents, data.keys, data.facts):
        assert place.stat().st_mode & 0o777 == 0o700
    assert data.path.stat().st_mode & 0o077 in (0o000, 0o011)


def test_a_directory_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    DataDirectory(shared).prepare()
    assert shared.stat().st_mode & 0o777 == 0o755


def test_root_makes_nothing_in_another_users_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() == 0:
        os.chown(tmp_path, 65534, 65534)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(NoDataDirectory, match="Run this as that user"):
        DataDirectory(tmp_path).prepare()
    assert list(tmp_path.iterdir()) == []
