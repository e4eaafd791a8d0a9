"""What is sealed shows nothing by accident, and opens only for a reading that covers its person."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import FieldError
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from amparo.cases.models import Person
from amparo.cases.rules.person import PersonDetails
from amparo.vault.actions import begin_sealing
from amparo.vault.models import PersonKeys
from amparo.vault.queries import keeper, open_column, open_many, plain_of
from amparo.vault.rules import (
    DOTS,
    Compartment,
    KeyKind,
    NotCovered,
    NotOpened,
    Place,
    Reading,
    Sealed,
    Sealing,
)
from amparo.vault.storing import columns_of, record_from, sealed_of, vault_fields
from tests.factories.accounts import NOW, make_viewer
from tests.factories.cases import make_case, make_person_details, row_of

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
NAMES, LAST = next(field for field in vault_fields(Person) if field.name == "names"), uuid4()


def seal(value: dict[str, object], *, person: UUID) -> Sealed:
    place = Place(table="t", column="c", row=uuid4(), person=person, kind=KeyKind.RECORD)
    return begin_sealing((), new=[person], now=NOW).seal(value, place=place)


def content_of(
    sealing: Sealing, called: str, *, row: UUID, person: UUID | None = None, column: str = "names"
) -> bytes:
    place = NAMES.place(row=row, person=person or row)._replace(column=column)
    content = sealing.seal({"called": called}, place=place).content
    assert content is not None
    return content


def reading(*persons: UUID) -> Reading:
    return Reading(
        user_id=1,
        membership_id=1,
        purpose="",
        persons=frozenset(persons),
        compartments=frozenset(Compartment),
    )


@pytest.mark.django_db
class TestSealed:
    """The value in the hands of a page that forgot to open it."""

    def test_it_shows_dots_however_it_is_written(self) -> None:
        sealed = seal({"text": "Amina"}, person=uuid4())
        written = [str(sealed), repr(sealed), f"{sealed:>20}", f"{sealed}", "%s" % sealed]  # noqa: UP031
        written += [Template("{{ sealed }}").render(Context({"sealed": sealed}))]
        assert set(written) == {DOTS}
        assert "Amina" not in repr([sealed])

    def test_it_does_not_leave_the_process(self) -> None:
        sealed = seal({"text": "Amina"}, person=uuid4())
        for leave in (copy.copy, copy.deepcopy, json.dumps):
            with pytest.raises(TypeError):
                leave(sealed)

    def test_it_equals_only_itself(self) -> None:
        person = uuid4()
        sealed = seal({"text": "Amina"}, person=person)
        assert sealed == sealed  # noqa: PLR0124 - what is tested
        assert sealed != Sealed(sealed.content, place=sealed.place)

    @given(st.dictionaries(st.text(), PLAIN))
    def test_it_opens_as_it_was_sealed(self, content: dict[str, object]) -> None:
        person = uuid4()  # a new one each time: her keys stay until the test ends
        assert open_many(reading(person), [seal(content, person=person)]) == [content]

    def test_it_opens_for_its_person_only_and_all_or_none(self) -> None:
        own, other = uuid4(), uuid4()
        sealed = [seal({"text": "a"}, person=own), seal({"text": "b"}, person=other)]
        with pytest.raises(NotCovered):
            open_many(reading(own), sealed)
        with pytest.raises(NotCovered):
            open_many(reading(own, other), [Sealed(b"{}", place=None)])

    def test_a_column_of_many_opens_as_each_value_of_it_does(self) -> None:
        persons = [uuid4() for _ in range(3)]
        sealing = begin_sealing((), new=persons, now=NOW)
        held = [(each, content_of(sealing, str(at), row=each)) for at, each in enumerate(persons)]
        opened = open_column(
            reading(*persons), [*held, (persons[0], None)], place=NAMES.place(row=LAST, person=LAST)
        )
        assert [text and plain_of(text) for text in opened] == [
            {"called": "0"},
            {"called": "1"},
            {"called": "2"},
            None,
        ]

    def test_p07_in_a_column_of_many_nothing_opens_that_was_sealed_for_another_place(self) -> None:
        one, other, unread = uuid4(), uuid4(), uuid4()
        sealing, place = (
            begin_sealing((), new=[one, other, unread], now=NOW),
            NAMES.place(row=LAST, person=LAST),
        )
        hers = content_of(sealing, "a", row=one)
        assert open_column(reading(one), [(one, hers)], place=place) == [b'{"called":"a"}']
        for person, content in (
            (other, hers),
            (one, content_of(sealing, "a", row=other, person=one)),
            (one, content_of(sealing, "a", row=one, column="whereabouts")),
            (one, hers[:-1]),
            (one, b""),
        ):
            with pytest.raises(NotOpened):
                open_column(reading(one, other), [(one, hers), (person, content)], place=place)
        with pytest.raises(NotCovered):
            open_column(reading(one), [(one, hers), (unread, hers)], place=place)

    def test_in_a_column_of_many_who_was_erased_opens_as_nothing_and_who_lost_her_keys_not_at_all(
        self,
    ) -> None:
        there, gone = uuid4(), uuid4()
        sealing, place = (
            begin_sealing((), new=[there, gone], now=NOW),
            NAMES.place(row=LAST, person=LAST),
        )
        held = [(each, content_of(sealing, "a", row=each)) for each in (gone, there)]
        PersonKeys.objects.filter(person=gone).delete()
        with pytest.raises(NotOpened):
            open_column(reading(there, gone), held, place=place)
        without = reading(there, gone)
        without.keys[place.kind] = {
            **keeper().open_keys([there], [place.kind], within=tuple(Compartment))[place.kind],
            gone: (),
        }
        assert open_column(without, held, place=place) == [None, b'{"called":"a"}']
        closed = replace(reading(there), closed=frozenset({place.kind}))
        assert open_column(closed, held[1:], place=place) == [None]
        with pytest.raises(NotOpened):
            open_column(replace(reading(there), compartments=frozenset()), held[1:], place=place)

    def test_what_was_never_written_opens_as_nothing_and_asks_for_no_key(self) -> None:
        own = uuid4()
        asked = reading(own)
        assert open_many(asked, [Sealed(None, place=seal({"text": "a"}, person=own).place)]) == [{}]
        assert asked.keys == {}


@pytest.mark.django_db
class TestField:
    """The column of a model."""

    @pytest.fixture
    def person(self) -> Person:
        viewer = make_viewer("caseworker")
        return Person.objects.get(id=row_of(make_case(viewer, person=make_person_details())).person_id)

    def test_a_row_and_a_list_of_values_give_what_is_sealed(self, person: Person) -> None:
        (names,) = Person.objects.values_list("names", flat=True)
        (row,) = Person.objects.values("names")
        assert person.names.content
        assert (str(person.names), str(names), str(row["names"])) == (DOTS, DOTS, DOTS)
        assert open_many(reading(person.id), [person.names])[0]["names"]
        with pytest.raises(NotCovered):
            open_many(reading(person.id), [names])

    @pytest.mark.parametrize(
        "lookup", ["names", "names__icontains", "names__gt", "names__in", "names__regex"]
    )
    def test_it_cannot_be_searched(self, person: Person, lookup: str) -> None:
        with pytest.raises(FieldError):
            Person.objects.filter(**{lookup: ["x"] if lookup.endswith("__in") else "x"})
        assert Person.objects.filter(names__isnull=False).count() == 1

    def test_clear_data_is_refused_where_no_person_is_known(self, person: Person) -> None:
        with pytest.raises(TypeError, match="through an instance"):
            Person.objects.update(names={"names": []})

    def test_a_record_comes_back_from_its_columns_and_none_of_it_is_clear(self, person: Person) -> None:
        sealed = sealed_of(person, PersonDetails)
        details = record_from(person, PersonDetails, open_many(reading(person.id), sealed))
        sealing = begin_sealing([person.id], now=NOW)
        columns = columns_of(details, model=Person, row=person.id, person=person.id, sealing=sealing)
        assert {name for name, value in columns.items() if isinstance(value, Sealed)} == {
            "names",
            "identity",
            "whereabouts",
        }
        open_columns = {name: value for name, value in columns.items() if not isinstance(value, Sealed)}
        assert details.names[0].text not in repr(open_columns)
        for name, value in columns.items():
            setattr(person, name, value)
        person.save()
        again = Person.objects.get(id=person.id)
        assert record_from(
            again, PersonDetails, open_many(reading(person.id), sealed_of(again, PersonDetails))
        ) == details  # fmt: skip
