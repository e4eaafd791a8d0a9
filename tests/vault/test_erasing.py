"""Erasing takes two people, leaves a ledger that shows every change, and does not happen under a hold."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from amparo.access.actions import Refused
from amparo.access.rules import NOBODY, Permission, TwoPeople, Viewer, system_viewer
from amparo.audit.models import Event
from amparo.cases import actions, queries
from amparo.cases.actions.erasing import KEPT, emptied_columns
from amparo.cases.models import Case, Document, Episode, Person
from amparo.cases.rules import Name
from amparo.cases.rules.searching import SearchPurpose, Wanted
from amparo.config.erasures import NotToBeServed, settle_erasures
from amparo.vault import actions as vault
from amparo.vault.keeping import LocalKeeper
from amparo.vault.ledger import append_to_ledger, make_ledger, read_ledger
from amparo.vault.models import Erasure, Keyring, PersonKeys, Token
from amparo.vault.queries import open_many
from amparo.vault.rules import Compartment, KeysAway, NotOpened, Reading
from amparo.vault.rules.ledger import Entry, LedgerBroken, entries_of, entry_after, lines_of, missing_entries
from tests.cases.pages import case_url, text_of
from tests.factories.accounts import NOW, make_organisation, make_viewer, organisation_of, sign_in, user_of
from tests.factories.cases import make_case, make_person_details, row_of

INSTALLATION = uuid4()


def chain(count: int, installation: UUID = INSTALLATION) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    for number in range(count):
        entries.append(
            entry_after(
                entries[-1] if entries else None, installation=installation, person=uuid4(), reason="retention_ended",
                asked_by=number, approved_by=number + 1, at=datetime(2026, 11, 22, tzinfo=UTC) + timedelta(number),
            )
        )  # fmt: skip
    return tuple(entries)


class TestLedger:
    """The file by itself."""

    @given(st.integers(0, 6))
    def test_it_comes_back(self, count: int) -> None:
        entries = chain(count)
        assert entries_of(lines_of(entries), installation=INSTALLATION) == entries

    @given(st.integers(0, 10_000), st.binary(min_size=1, max_size=1))
    def test_no_change_goes_unseen(self, position: int, other: bytes) -> None:
        entries = chain(4)
        content = bytearray(lines_of(entries).encode())
        content[position % len(content)] = other[0]
        try:
            read = entries_of(content.decode("ascii", "replace"), installation=INSTALLATION)
        except LedgerBroken:
            return
        # What JSON takes for the same, or a last line that counts as cut off; the second shows against the database.
        assert read == entries[: len(read)]
        assert len(read) >= 3

    def test_a_line_left_out_or_moved_is_told(self) -> None:
        lines = lines_of(chain(4)).splitlines(keepends=True)
        for changed in (lines[1:], [lines[0], *lines[2:]], [lines[1], lines[0], *lines[2:]]):
            with pytest.raises(LedgerBroken, match="Line"):
                entries_of("".join(changed), installation=INSTALLATION)

    def test_it_belongs_to_one_installation(self) -> None:
        with pytest.raises(LedgerBroken):
            entries_of(lines_of(chain(1)), installation=uuid4())

    def test_what_a_crash_left_never_counted_and_is_cut_off(self, tmp_path: Path) -> None:
        path, entries = tmp_path / "erased", chain(3)
        make_ledger(path)
        append_to_ledger(path, entries[:2])
        with path.open("a") as file:
            file.write(lines_of(entries[2:])[:-20])
        assert read_ledger(path, installation=INSTALLATION) == entries[:2]
        append_to_ledger(path, entries[2:])
        assert read_ledger(path, installation=INSTALLATION) == entries

    def test_of_two_copies_one_goes_on_from_the_other(self) -> None:
        entries = chain(4)
        digests = [entry.digest for entry in entries]
        assert missing_entries(entries, digests[:1]) == entries[1:]
        assert missing_entries(entries, digests) == ()
        with pytest.raises(LedgerBroken, match="older copy"):
            missing_entries(entries[:2], digests)
        with pytest.raises(LedgerBroken, match="different stories"):
            missing_entries(entries, ["0" * 64])

    def test_a_reason_is_a_code(self) -> None:
        with pytest.raises(ValueError, match="code"):
            entry_after(
                None,
                installation=INSTALLATION,
                person=uuid4(),
                reason="Amina asked",
                asked_by=1,
                approved_by=2,
                at=NOW,
            )


Pair = tuple[Viewer, Viewer]


@pytest.fixture
def ledger(tmp_path: Path, settings: Any) -> Path:
    settings.AMPARO_ERASED = tmp_path / "keys" / "erased"
    settings.AMPARO_DOCUMENTS = tmp_path / "documents"
    settings.AMPARO_DOCUMENTS.mkdir()
    make_ledger(settings.AMPARO_ERASED)
    return tmp_path / "keys" / "erased"


@pytest.fixture
def pair() -> Pair:
    organisation = make_organisation()
    return make_viewer("supervisor", organisation=organisation), make_viewer(
        "supervisor", organisation=organisation
    )


def erase(pair: Pair, *persons: UUID, now: datetime = NOW) -> int:
    proof = TwoPeople(asked_by=pair[0], approved_by=pair[1])
    return actions.erase_persons(persons=persons, reason="consent_withdrawn", proof=proof, now=now)


SOUGHT = make_person_details(
    names=(Name(text="Salma", kind="given"), Name(text="Darwish", kind="family")), called="Salma"
)


def sought(viewer: Viewer) -> list[str]:
    wanted = Wanted(given="Salma", family="Darwish")
    found = queries.search_persons(viewer, wanted, purpose=SearchPurpose.URGENT_HELP, now=NOW)
    return [row.reference for row in found.rows]


def keys_away(*_arguments: Any, **_options: Any) -> None:
    raise KeysAway


def person_of(reference: str) -> UUID:
    person: UUID = row_of(reference).person_id
    return person


@pytest.mark.django_db
class TestErasing:
    """The act."""

    @pytest.fixture
    def case(self, ledger: Path, pair: Pair) -> str:
        reference = make_case(pair[0], person=make_person_details(called="Mina"))
        actions.add_note(reference=reference, text="Zqanari", by=pair[0], now=NOW)
        content = b"%PDF-1.7 Zqanari"
        actions.add_document(
            reference=reference,
            content=io.BytesIO(content),
            name="a.pdf",
            size=len(content),
            by=pair[0],
            now=NOW,
        )
        return reference

    def test_p09_her_keys_are_gone_and_the_ledger_says_so_twice(
        self, case: str, pair: Pair, ledger: Path
    ) -> None:
        person = person_of(case)
        assert erase(pair, person) == 1
        assert not PersonKeys.objects.filter(person=person).exists()
        (row,) = Erasure.objects.all()
        (entry,) = read_ledger(ledger, installation=Keyring.objects.get().installation)
        assert (row.person, row.digest) == (person, entry.digest)
        assert (entry.asked_by, entry.approved_by) == (pair[0].user_id, pair[1].user_id)
        assert Event.objects.filter(action="cases.person.erase", persons__contains=[person]).count() == 1
        assert erase(pair, person) == 0, "once is enough"

    def test_p09_pages_show_that_she_was_erased_and_nothing_else(self, case: str, pair: Pair) -> None:
        erase(pair, person_of(case))
        client = sign_in(Client(), pair[0])
        for name in ("detail", "person", "episodes", "notes", "documents", "timeline"):
            page = client.get(case_url(name, case))
            assert page.status_code == 200, name
            text = text_of(page)
            assert "Erased" in text, name
            for word in ("Mina", "Haddad", "Zqanari", "Syria", "hotel"):
                assert word not in text, (name, word)
        listed = text_of(client.get("/cases/"))
        assert "Erased" in listed
        assert "Haddad" not in listed

    def test_p09_search_and_comparison_do_not_find_her(self, case: str, pair: Pair) -> None:
        Case.objects.update(worker=pair[0].user_id)
        wanted = make_person_details(called="Mina")
        assert queries.search_own_caseload(pair[0], "Mina", now=NOW)
        erase(pair, person_of(case))
        assert not queries.search_own_caseload(pair[0], "Mina", now=NOW)
        assert not queries.likely_persons(pair[0], wanted, now=NOW)

    def test_p09_search_does_not_find_her(self, case: str, pair: Pair) -> None:
        Case.objects.update(worker=pair[0].user_id)
        other, person = make_case(make_viewer(), person=SOUGHT), person_of(make_case(pair[0], person=SOUGHT))
        actions.write_waiting_tokens(now=NOW)
        assert len(sought(pair[1])) == 2
        assert queries.search_own_caseload(pair[0], "Salma Darwish", now=NOW)
        before = Token.objects.count()
        keys, tokens = list(PersonKeys.objects.filter(person=person)), list(Token.objects.all())
        vault.order_tokens([person], now=NOW, enough=1)
        erase(pair, person)
        assert sought(pair[1]) == [other]
        assert not queries.search_own_caseload(pair[0], "Salma Darwish", now=NOW)
        kept = Token.objects.count()
        assert before > kept > 0
        assert person not in vault.waiting_persons()
        # An older copy is brought back: first of the table alone, then of the keys as well.
        Token.objects.bulk_create(tokens, ignore_conflicts=True)
        assert sought(pair[1]) == [other]
        PersonKeys.objects.bulk_create(keys)
        vault.order_tokens([person], now=NOW, enough=1)
        assert settle_erasures() == 1
        assert sought(pair[1]) == [other]
        assert Token.objects.count() == kept
        assert person not in vault.waiting_persons()

    def test_p09_she_is_not_found_where_the_keys_of_the_search_are_away(
        self, case: str, pair: Pair, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        person = person_of(make_case(pair[0], person=SOUGHT))
        actions.write_waiting_tokens(now=NOW)
        with monkeypatch.context() as away:
            away.setattr(LocalKeeper, "index_key", keys_away)
            assert erase(pair, person) == 1
        left = Token.objects.count()
        assert sought(pair[1]) == []
        assert vault.sweep_tokens() > 5
        assert Token.objects.count() < left

    def test_p09_her_documents_are_absent_and_off_the_disk(
        self, case: str, pair: Pair, settings: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        found = queries.get_document(pair[0], case, Document.objects.get().id, now=NOW)
        with queries.document_content(found) as content:
            assert content.read() == b"%PDF-1.7 Zqanari"
        with django_capture_on_commit_callbacks(execute=True):
            erase(pair, person_of(case))
        assert [path for path in settings.AMPARO_DOCUMENTS.rglob("*") if path.is_file()] == []
        with pytest.raises(queries.Absent):
            queries.document_content(queries.get_document(pair[0], case, Document.objects.get().id, now=NOW))

    def test_p09_what_is_coded_is_emptied_in_the_records_and_their_history(
        self, case: str, pair: Pair
    ) -> None:
        row = row_of(case)
        stayed = make_case(pair[0])
        erase(pair, row.person_id)
        histories = [getattr(model, "pgh_event_model") for model in (Person, Case, Episode)]  # noqa: B009
        for model in (*KEPT, *histories):
            live = getattr(model, "pgh_tracked_model", model)
            about = "pgh_obj_id" if live is not model else "id"
            ids = {
                Person: [row.person_id],
                Case: [row.id],
                Episode: list(row.episodes.values_list("id", flat=True)),
            }.get(live, [])
            for kept in model.objects.filter(**{f"{about}__in": ids}).values(*emptied_columns(live)):
                assert kept == emptied_columns(live), model
        assert Person.objects.get(id=person_of(stayed)).citizenships == ["SY"]
        assert row_of(case).stage == row.stage
        assert row_of(case).opened_date == row.opened_date

    def test_nothing_can_be_written_about_her_any_more(self, case: str, pair: Pair) -> None:
        erase(pair, person_of(case))
        with pytest.raises(Refused, match="erased"):
            actions.add_note(reference=case, text="Again.", by=pair[0], now=NOW)
        assert sign_in(Client(), pair[0]).get(case_url("detail", case)).status_code == 200

    def test_p17_it_takes_two_people_who_sign_in(self, case: str, pair: Pair) -> None:
        person, (one, other) = person_of(case), pair
        same = make_viewer("supervisor", user=user_of(one), organisation=make_organisation())
        for second in (
            one, same, replace(other, token_id=1), replace(other, membership_id=None), NOBODY,
            system_viewer([Permission.CASE_REOPEN]),
        ):  # fmt: skip
            for both in ((one, second), (second, one)):
                with pytest.raises(vault.NotTwoPeople):
                    erase(both, person)
        for nothing in (None, pair, one):
            with pytest.raises(vault.NotTwoPeople):
                actions.erase_persons(persons=[person], reason="court_order", proof=nothing, now=NOW)  # type: ignore[arg-type]
        assert Erasure.objects.count() == 0
        assert PersonKeys.objects.filter(person=person).exists()

    def test_both_must_reach_every_case_of_hers(self, case: str, pair: Pair) -> None:
        proof = TwoPeople(asked_by=pair[0], approved_by=pair[1])
        assert queries.person_to_erase(proof, case) == person_of(case)
        strangers = make_viewer("supervisor")
        caseworker = make_viewer("caseworker", organisation=organisation_of(pair[0]))
        for second in (strangers, caseworker):
            with pytest.raises(queries.Absent):
                queries.person_to_erase(TwoPeople(asked_by=pair[0], approved_by=second), case)
        elsewhere = row_of(make_case(strangers))
        Case.objects.filter(id=elsewhere.id).update(person=person_of(case))
        with pytest.raises(queries.Absent):
            queries.person_to_erase(proof, case)

    def test_a_hold_forbids_it_until_two_people_lift_it(self, case: str, pair: Pair) -> None:
        person, other = person_of(case), person_of(make_case(pair[0]))
        proof = TwoPeople(asked_by=pair[0], approved_by=pair[1])
        hold = actions.hold_person(person=person, reason="court_order", proof=proof, now=NOW)
        with pytest.raises(vault.Held) as refused, transaction.atomic():
            erase(pair, other, person)
        assert refused.value.persons == {person}
        assert not Erasure.objects.exists(), "all or none"
        assert Person.objects.get(id=person).citizenships == ["SY"]
        with pytest.raises(vault.NotTwoPeople):
            vault.lift_hold(hold, person=person, asked_by=3, approved_by=3, now=NOW)
        assert not vault.lift_hold(hold, person=other, asked_by=3, approved_by=4, now=NOW)
        assert actions.lift_hold(hold=hold, person=person, proof=proof, now=NOW)
        assert not actions.lift_hold(hold=hold, person=person, proof=proof, now=NOW)
        assert erase(pair, other, person) == 2

    def test_the_ledger_in_the_database_cannot_be_changed(self, case: str, pair: Pair) -> None:
        erase(pair, person_of(case))
        for change in (lambda: Erasure.objects.all().delete(), lambda: Erasure.objects.update(reason="x")):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()

    def test_missing_keys_are_a_fault_where_nobody_was_erased(self, case: str) -> None:
        person = Person.objects.get(id=person_of(case))
        PersonKeys.objects.filter(person=person.id).delete()
        reading = Reading(
            user_id=1,
            membership_id=1,
            purpose="",
            persons=frozenset({person.id}),
            compartments=frozenset(Compartment),
        )
        with pytest.raises(NotOpened):
            open_many(reading, [person.names])


@pytest.mark.django_db
class TestReplay:
    """A database that is older than the ledger."""

    def test_p10_whoever_came_back_is_erased_again(self, ledger: Path, pair: Pair) -> None:
        first, second = person_of(make_case(pair[0])), person_of(make_case(pair[0]))
        erase(pair, first)
        with suppress(DatabaseError), transaction.atomic():
            erase(pair, second)
            raise DatabaseError  # the database goes back to where it was, as by a restore; the file does not
        assert PersonKeys.objects.filter(person=second).exists()
        assert settle_erasures() == 1
        assert not PersonKeys.objects.filter(person__in=[first, second]).exists()
        assert Person.objects.get(id=second).citizenships == []
        assert settle_erasures() == 0

    def test_p10_keys_that_came_back_with_an_older_keyring_go_again(self, ledger: Path, pair: Pair) -> None:
        person = person_of(make_case(pair[0]))
        (row,) = PersonKeys.objects.filter(person=person)
        erase(pair, person)
        row.pk = None
        row.save(force_insert=True)
        assert settle_erasures() == 1
        assert not PersonKeys.objects.filter(person=person).exists()

    @pytest.mark.parametrize(
        ("content", "words"),
        [(b"", "older copy"), (b"{}\n", "Line 1"), (b"\xff", "no ledger"), (None, "There is no ledger")],
    )
    def test_p10_an_older_broken_or_missing_ledger_stops_everything(
        self, ledger: Path, pair: Pair, content: bytes | None, words: str
    ) -> None:
        erase(pair, person_of(make_case(pair[0])))
        ledger.unlink()
        if content is not None:
            ledger.write_bytes(content)
        with pytest.raises(NotToBeServed, match=words):
            settle_erasures()

    def test_p10_a_restore_that_broke_off_stops_everything(self, ledger: Path, settings: Any) -> None:
        settings.DATA_DIRECTORY.restoring.touch()
        try:
            with pytest.raises(NotToBeServed, match="broke off"):
                settle_erasures()
        finally:
            settings.DATA_DIRECTORY.restoring.unlink()

    def test_an_empty_ledger_is_made_only_where_nobody_was_erased(self, ledger: Path, pair: Pair) -> None:
        ledger.unlink()
        vault.prepare_ledger()
        assert ledger.read_bytes() == b""
        erase(pair, person_of(make_case(pair[0])))
        ledger.unlink()
        vault.prepare_ledger()
        assert not ledger.exists()
