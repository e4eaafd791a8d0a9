"""Finding people: one's own by any spelling, others' by two facts at least, without a name being told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.utils import timezone

from amparo.access.actions import Refused
from amparo.access.rules import Viewer
from amparo.audit.actions import name_canary, raise_alerts
from amparo.audit.models import Alert, Epoch, Event
from amparo.audit.rules.labels import found_labels
from amparo.cases.actions import forget_facts, update_person, write_waiting_tokens
from amparo.cases.actions.finding import TOGETHER
from amparo.cases.queries import (
    FoundPersons,
    SearchesUsedUp,
    TooLittle,
    likely_persons,
    search_own_caseload,
    search_persons,
)
from amparo.cases.rules import Contact, Name, Paper, PersonDetails
from amparo.cases.rules.likeness import Likeness
from amparo.cases.rules.searching import (
    LEFT_OUT,
    TOO_ALIKE,
    Certainty,
    SearchPurpose,
    Wanted,
    person_facts,
    wanted_facts,
)
from amparo.vault.actions import tokens
from amparo.vault.models import PersonKeys, Token, TokenOrder
from amparo.vault.rules.tokens import SEARCHES_A_DAY
from amparo.vocab.dates import PartialDate
from tests.cases.pages import browser_of, text_of
from tests.factories.accounts import NOW, make_viewer
from tests.factories.cases import make_case, row_of

AMINA = PersonDetails(
    names=(Name(text="Amina", kind="given"), Name(text="Haddad", kind="family")),
    birth=PartialDate.parse("1998-04-12"),
    papers=(Paper(kind="passport", country="SY", number="N 1234-5678"),),
    contacts=(Contact(channel="mobile_phone", value="+999 1234 5678"),),
)


def named(given: str, family: str = "", **more: Any) -> PersonDetails:
    names = [Name(text=given, kind="given")] + ([Name(text=family, kind="family")] if family else [])
    return PersonDetails(names=tuple(names), **more)


def ask(viewer: Viewer, purpose: SearchPurpose = SearchPurpose.URGENT_HELP, **wanted: Any) -> FoundPersons:
    return search_persons(viewer, Wanted(**wanted), purpose=purpose, now=NOW)


def references(found: FoundPersons) -> list[str]:
    return [row.reference for row in found.rows]


@pytest.mark.django_db
def test_however_many_own_cases_are_compared_the_questions_are_as_few(
    django_assert_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    viewer, references = make_viewer(), []
    for _ in (1, 2):
        references += [make_case(viewer, person=AMINA) for _ in range(3)]
        # The rows, the log, the keys, the cases that are shown, and that they were found.
        with django_assert_num_queries(5):
            found = [row.reference for row in search_own_caseload(viewer, "Amina Hadad", now=NOW)]
        assert found == references[::-1]  # as like as each other, the newest first


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("Mohammed Hussein", named("محمد", "حسين")),
        ("محمد", named("Muhammad", "Hussain")),
        ("Мухаммед", named("Mohammed", "Said")),
        ("Wang Xiaoming", PersonDetails(names=(Name(text="王小明", kind="own_script"),))),
        ("Shevchenko Olha", named("Ольга", "Шевченко")),
        ("Hasan", named("Hassan", "Ali")),
        ("hadd", named("Amina", "Haddad")),
        ("somchai", PersonDetails(names=(Name(text="สมชาย", kind="own_script"),))),
        ("Mina", PersonDetails(called="Mina")),
    ],
)
@pytest.mark.django_db
def test_own_people_are_found_however_they_are_written(typed: str, known: PersonDetails) -> None:
    viewer = make_viewer()
    reference = make_case(viewer, person=known)
    make_case(viewer, person=named("Grace", "Okonkwo"))
    assert [row.reference for row in search_own_caseload(viewer, typed, now=NOW)] == [reference]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ['O"Hara', "back\\slash", 'Ana "text":"Zoe', "tab\tbed", "\u2028Lina", "Ünal"]
)
def test_own_people_are_found_by_names_that_are_written_with_marks_when_they_are_sealed(name: str) -> None:
    viewer = make_viewer()
    make_case(viewer, person=named("Grace", "Okonkwo"))
    reference = make_case(viewer, person=named(name))
    typed = name.replace('"', " ").split()[0] if name.startswith("Ana") else name
    assert reference in [row.reference for row in search_own_caseload(viewer, typed, now=NOW)]


@pytest.mark.django_db
def test_what_begins_as_it_was_typed_comes_first_and_what_is_unlike_not_at_all() -> None:
    viewer = make_viewer()
    alike = make_case(viewer, person=named("Hasan", "Ali"))
    typed = make_case(viewer, person=named("Hassan", "Omar"))
    make_case(viewer, person=named("Hussein", "Said"))
    assert [row.reference for row in search_own_caseload(viewer, "Hassan", now=NOW)] == [typed, alike]
    assert search_own_caseload(viewer, "%", now=NOW) == search_own_caseload(viewer, "\x00", now=NOW) == ()


@pytest.mark.django_db
def test_another_spelling_is_asked_about_before_a_case_is_opened() -> None:
    viewer = make_viewer()
    reference = make_case(viewer, person=named("محمد", "حسين", birth=PartialDate.parse("1990-05-05")))
    make_case(viewer, person=named("Mohammed", "Karimi"))
    (likely,) = likely_persons(viewer, named("Mohammed", "Hussein"), now=NOW)
    assert (likely.reference, likely.reasons) == (reference, (Likeness.ALIKE_NAMES,))


class TestFacts:
    """What is stored of a person, and what is asked."""

    @pytest.mark.parametrize(
        "wanted",
        [
            Wanted(),
            Wanted(given="Amina"),
            Wanted(family="Haddad"),
            Wanted(birth_year=1998),
            Wanted(parent="Said"),
            Wanted(paper_country="SY", paper_kind="passport"),
            Wanted(paper_number="12"),
            Wanted(telephone="12"),
            Wanted(given="العبد"),
            Wanted(given="123", family="%"),
        ],
    )
    def test_one_fact_is_too_little(self, wanted: Wanted) -> None:
        assert wanted_facts(wanted, country="XA") == frozenset()

    @pytest.mark.parametrize(
        "person",
        [
            named("Amina"),
            PersonDetails(called="Amina"),
            PersonDetails(names=(Name(text="أمينة", kind="own_script"), Name(text="Mina", kind="alias"))),
            PersonDetails(birth=PartialDate.parse("1998")),
        ],
    )
    def test_a_single_name_is_never_stored(self, person: PersonDetails) -> None:
        assert person_facts(person, country="XA") == frozenset()

    @pytest.mark.parametrize(
        "wanted",
        [
            Wanted(given="Amina", family="Haddad"),
            Wanted(given="haddad amina"),
            Wanted(given="أمينة", family="حداد"),
            Wanted(given="Amina", birth_year=1999),
            Wanted(family="Hadad", birth_year=1998),
            Wanted(paper_number="n12345678", paper_kind="passport", paper_country="SY"),
            Wanted(paper_number="N1234-5678"),
            Wanted(telephone="+99912345678"),
            Wanted(telephone="012 345 678"),
        ],
    )
    def test_two_facts_find_her(self, wanted: Wanted) -> None:
        assert person_facts(AMINA, country="XA") & wanted_facts(wanted, country="XA")

    def test_names_in_the_own_script_are_facts_as_well(self) -> None:
        person = PersonDetails(names=(Name(text="王小明", kind="own_script"),))
        wanted = Wanted(given="Xiaoming", family="Wang")
        assert person_facts(person, country="XA") & wanted_facts(wanted, country="XA")


@pytest.mark.django_db
class TestCompartment:
    """The search beyond one's own cases."""

    def test_it_tells_reference_organisation_and_certainty_and_no_name(self) -> None:
        owner, viewer = make_viewer(), make_viewer()
        reference = make_case(owner, person=AMINA)
        write_waiting_tokens(now=NOW)
        found = ask(viewer, given="Amina", family="Haddad", birth_year=1998)
        (row,) = found.rows
        assert (row.reference, row.organisation) == (reference, owner.organisation_name)
        assert (row.certainty, row.is_within_reach) == (Certainty.LIKELY, False)
        assert "Amina" not in repr(found)
        assert found.left == SEARCHES_A_DAY - 1

    @pytest.mark.parametrize(
        ("wanted", "certainty"),
        [
            ({"given": "Haddad", "family": "أمينة"}, Certainty.POSSIBLE),
            ({"given": "Amina", "birth_year": 1997}, Certainty.POSSIBLE),
            ({"telephone": "+99912345678"}, Certainty.LIKELY),
            (
                {"given": "Amina", "family": "Haddad", "telephone": "+99912345678"},
                Certainty.NEARLY_CERTAIN,
            ),
            (
                {"paper_number": "N12345678", "paper_kind": "passport", "paper_country": "SY"},
                Certainty.NEARLY_CERTAIN,
            ),
        ],
    )
    def test_how_certain_it_is_follows_from_what_fits(
        self, wanted: dict[str, Any], certainty: Certainty
    ) -> None:
        make_case(make_viewer(), person=AMINA)
        make_case(make_viewer(), person=named("Grace", "Okonkwo", birth=PartialDate.parse("1980")))
        write_waiting_tokens(now=NOW)
        assert [row.certainty for row in ask(make_viewer(), **wanted).rows] == [certainty]

    def test_each_search_is_written_down_with_its_kinds_and_never_with_its_text(self) -> None:
        viewer = make_viewer()
        reference = make_case(make_viewer(), person=AMINA)
        write_waiting_tokens(now=NOW)
        ask(viewer, given="Amina", family="Haddad")
        ask(viewer, given="Grace", birth_year=1980)
        one, none = Event.objects.filter(action="cases.person.search").order_by("id")
        found = found_labels([reference])
        assert (one.outcome, one.count, one.fields, one.purpose) == ("one", 1, ["gs", *found], "urgent_help")
        assert one.persons == [row_of(reference).person_id]
        assert (one.basis, none.basis) == ("search", "search")
        assert (none.outcome, none.count, none.fields, none.persons) == ("none", 0, ["gy", "sy"], [])

    def test_the_forty_first_search_of_a_day_is_refused_and_written_down(self) -> None:
        viewer = make_viewer()
        for _ in range(SEARCHES_A_DAY):
            ask(viewer, given="Amina", family="Haddad")
        with pytest.raises(SearchesUsedUp):
            ask(viewer, given="Amina", family="Haddad")
        assert Event.objects.order_by("-id")[0].outcome == "used_up"
        with pytest.raises(TooLittle):  # is told before it counts
            ask(viewer, given="Amina")
        later = search_persons(
            viewer, Wanted(given="A", family="B"), purpose=SearchPurpose.URGENT_HELP,
            now=NOW + timedelta(days=1),
        )  # fmt: skip
        assert later.left == SEARCHES_A_DAY - 1

    @pytest.mark.parametrize("role", ["statistician", "organisation_administrator", "national_rapporteur"])
    def test_who_works_with_no_case_does_not_ask(self, role: str) -> None:
        with pytest.raises(Refused):
            ask(make_viewer(role), given="Amina", family="Haddad")

    def test_a_change_of_her_names_is_followed(self) -> None:
        owner, viewer = make_viewer(), make_viewer()
        reference = make_case(owner, person=AMINA)
        write_waiting_tokens(now=NOW)
        changed = replace(AMINA, names=(Name(text="Olena", kind="given"), Name(text="Bondar", kind="family")))
        update_person(reference=reference, details=changed, version=1, by=owner, now=NOW)
        assert not ask(viewer, given="Amina", family="Haddad").rows  # at once
        write_waiting_tokens(now=NOW)
        assert references(ask(viewer, given="Olena", family="Bondar")) == [reference]
        assert references(ask(viewer, telephone="+99912345678")) == [reference]

    def test_what_is_no_fact_of_the_search_writes_nothing_anew(self) -> None:
        owner = make_viewer()
        reference = make_case(owner, person=AMINA)
        write_waiting_tokens(now=NOW)
        update_person(
            reference=reference, details=replace(AMINA, is_deceased="no"), version=1, by=owner, now=NOW
        )
        assert not TokenOrder.objects.exists()

    def test_forgetting_a_person_leaves_no_token(self) -> None:
        owner = make_viewer()
        person = row_of(make_case(owner, person=AMINA)).person_id
        make_case(owner, person=named("Grace", "Okonkwo"))
        write_waiting_tokens(now=NOW)
        before = Token.objects.count()
        assert forget_facts([person], by=owner, now=NOW) == before - Token.objects.count() > 5
        assert not ask(make_viewer(), given="Amina", family="Haddad").rows

    def test_a_person_whose_keys_are_gone_is_not_found_and_holds_nobody_up(self) -> None:
        owner = make_viewer()
        gone, there = make_case(owner, person=AMINA), make_case(owner, person=AMINA)
        PersonKeys.objects.filter(person=row_of(gone).person_id).delete()
        assert write_waiting_tokens(now=NOW) == 2
        assert not TokenOrder.objects.exists()
        assert references(ask(make_viewer(), given="Amina", family="Haddad")) == [there]


@pytest.mark.django_db
class TestPages:
    """The page, and what is told after a case is opened."""

    def test_the_page_shows_no_name(self) -> None:
        reference = make_case(make_viewer(), person=AMINA)
        write_waiting_tokens(now=timezone.now())
        browser = browser_of(make_viewer())
        shown = browser.get("/search/known/")
        assert shown.status_code == 200
        sent = {"given": "Hadad", "family": "Aminah", "purpose": "urgent_help"}
        text = text_of(browser.post("/search/known/", sent))
        assert reference in text
        assert "Haddad" not in text
        assert f"/cases/{reference}/" not in text

    @pytest.mark.parametrize("known", [0, 1])
    def test_where_too_many_are_alike_the_page_says_so_and_what_to_add(
        self, known: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tokens, "MOST_ALONE", known)
        for given in ("Amina", "Grace")[: known + 1]:
            make_case(make_viewer(), person=named(given, "Haddad", birth=PartialDate.parse("1998")))
        write_waiting_tokens(now=timezone.now())
        sent = {"given": "Amina", "family": "Haddad", "birth_year": "1998", "purpose": "urgent_help"}
        browser = browser_of(make_viewer())
        text = text_of(browser.post("/search/known/", {**sent, "birth_year": ""} if known == 0 else sent))
        assert LEFT_OUT in text
        assert (TOO_ALIKE in text) is (known == 0)
        assert "Nobody is found" not in text
        monkeypatch.undo()
        assert LEFT_OUT not in text_of(browser.post("/search/known/", sent))

    def test_own_cases_are_links(self) -> None:
        viewer = make_viewer()
        reference = make_case(viewer, person=AMINA)
        write_waiting_tokens(now=timezone.now())
        sent = {"telephone": "+99912345678", "purpose": "urgent_help"}
        assert f"/cases/{reference}/" in text_of(browser_of(viewer).post("/search/known/", sent))

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({"given": "Amina", "purpose": "urgent_help"}, "This is too little"),
            ({"given": "Amina", "family": "Haddad"}, "No answer is chosen"),
            ({"given": "Grace", "family": "Okonkwo", "purpose": "urgent_help"}, "Nobody is found"),
            ({"given": "\x00", "family": "x", "purpose": "urgent_help"}, "cannot be shown"),
            ({"given": "A", "birth_year": "99999", "purpose": "urgent_help"}, "error"),
        ],
    )
    def test_what_is_typed_gets_an_answer(self, sent: dict[str, str], said: str) -> None:
        answer = browser_of(make_viewer()).post("/search/known/", sent)
        assert answer.status_code == 200
        assert said in text_of(answer)

    def test_the_page_says_whom_to_ask_when_no_search_is_left(self) -> None:
        viewer = make_viewer()
        now = timezone.now()
        for _ in range(SEARCHES_A_DAY):
            search_persons(viewer, Wanted(given="A", family="B"), purpose=SearchPurpose.URGENT_HELP, now=now)
        sent = {"given": "Amina", "family": "Haddad", "purpose": "urgent_help"}
        assert "Ask your supervisor" in text_of(browser_of(viewer).post("/search/known/", sent))


@pytest.mark.django_db
def test_many_new_persons_set_the_job_to_work_once() -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    viewer = make_viewer()
    for _ in range(TOGETHER + 2):
        make_case(viewer, person=AMINA, episodes=())
    assert ProcrastinateJob.objects.filter(task_name="cases.write_tokens").count() == 1


@pytest.mark.django_db
class TestInventedPersons:
    """Who searches and finds somebody who does not exist is told of as if he had opened her."""

    def alerts(self) -> list[tuple[str, int | None]]:
        hi = max(Event.objects.values_list("xid", flat=True)) + 1
        Epoch.objects.create(
            number=1, generation=1, lo=0, hi=hi, events=1, root=b"", previous=b"", sealed_at=NOW, hash=b"", key="",
            signature=b"",
        )  # fmt: skip
        raise_alerts(zone=UTC, now=NOW)
        return list(Alert.objects.values_list("rule", "user"))

    @pytest.mark.parametrize("road", ["own", "likely", "tokens"])
    def test_finding_one_raises_an_alert(self, road: str) -> None:
        viewer = make_viewer()
        keeper = viewer if road != "tokens" else make_viewer("supervisor")
        reference = make_case(keeper, person=AMINA)
        name_canary(reference, by=make_viewer("auditor"), now=NOW)
        if road == "own":
            assert [row.reference for row in search_own_caseload(viewer, "amina", now=NOW)] == [reference]
        elif road == "likely":
            assert likely_persons(viewer, AMINA, now=NOW)
        else:
            write_waiting_tokens(now=NOW)
            assert references(ask(viewer, given="Amina", family="Haddad")) == [reference]
        assert self.alerts() == [("canary", viewer.user_id)]

    def test_a_search_that_finds_others_raises_none(self) -> None:
        viewer = make_viewer()
        name_canary(make_case(viewer, person=AMINA), by=make_viewer("auditor"), now=NOW)
        make_case(viewer, person=named("Grace", "Okonkwo"))
        assert search_own_caseload(viewer, "Grace", now=NOW)
        assert not search_own_caseload(viewer, "Zbigniew", now=NOW)
        assert self.alerts() == []
