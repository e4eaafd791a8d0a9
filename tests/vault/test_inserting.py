"""Many rows by one statement are the rows that one by one would be, and so are many ids."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import DataError

from amparo.cases.models import Person
from amparo.vault.storing import Ids, ask_binary, insert_rows
from tests.factories.accounts import NOW

pytestmark = pytest.mark.django_db
ODD = [["SY"], [], ['a"b', "c\\d", "", "NULL", "{é,}", " "], ["YE", "SD"]]


def _person(**more: object) -> Person:
    sealed = {"names": b'\x01\x00\\"{}', "identity": b"", "whereabouts": b"x"}
    return Person(created_at=NOW, changed_at=NOW, **sealed, **more)


def test_arrays_parts_and_gaps_arrive_as_they_are() -> None:
    rows = [_person(citizenships=each, languages=[{"code": "ar"}], birth_year=None) for each in ODD]
    rows += [_person(birth_year=1990) for _ in range(600)]
    insert_rows(rows)
    kept = Person.objects.in_bulk([row.id for row in rows])
    assert [kept[row.id].citizenships for row in rows[: len(ODD)]] == ODD
    assert kept[rows[0].id].languages == [{"code": "ar"}]
    assert (kept[rows[0].id].birth_year, kept[rows[-1].id].birth_year) == (None, 1990)
    assert kept[rows[0].id].names.content == rows[0].names.content


def test_what_is_too_long_is_refused_and_not_cut() -> None:
    with pytest.raises(DataError):
        insert_rows([_person(sex="x" * 61)])


def test_what_is_too_long_in_an_array_is_refused_and_not_cut() -> None:
    with pytest.raises(DataError):
        insert_rows([_person(citizenships=["x" * 61])])


@pytest.mark.parametrize("ids", [[], [UUID(int=0)], [UUID(int=number << 90) for number in range(300, 0, -1)]])
def test_packed_ids_arrive_in_their_order(ids: list[UUID]) -> None:
    assert ask_binary("SELECT %s", [Ids(ids)]) == [(ids,)]
