"""A member of staff and a person who are known by the same: the case is not there for her, and nothing tells why."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from amparo.access.actions import lift_wall
from amparo.access.models import Wall
from amparo.access.queries import list_walls
from amparo.access.rules import WallReason
from amparo.accounts.models import Membership, User
from amparo.audit.models import Event
from amparo.cases.actions import (
    keep_own_facts,
    know_staff,
    open_cases,
    update_person,
    write_waiting_tokens,
)
from amparo.cases.actions.finding import TOGETHER
from amparo.cases.rules.colleagues import OwnFacts, own_facts, telling_facts
from amparo.cases.rules.opening import NewCase
from amparo.cases.rules.person import Contact, Name, Paper, PersonDetails
from amparo.cases.rules.searching import person_facts
from amparo.vault.models import MemberToken, Token, TokenOrder
from amparo.vocab.dates import PartialDate, StatedAge
from tests.cases.pages import text_of
from tests.cases.test_closing import sees
from tests.factories.accounts import NOW, make_team, make_user, make_viewer, sign_in, user_of
from tests.factories.cases import make_case, make_person_details, row_of

BIRTH = PartialDate.parse("1990-05-05")
PHONE, PAPER = "+381641234567", "P-7788991"


def person(**known: Any) -> PersonDetails:
    names = (Name(text="Selma", kind="given"), Name(text="Novak", kind="family"))
    return make_person_details(**{"names": names, "birth": None, "contacts": (), **known})


def phoned(number: str = PHONE) -> PersonDetails:
    return make_person_details(contacts=(Contact(channel="mobile_phone", value=number),))


class TestRules:
    @pytest.mark.parametrize(
        ("known", "is_she"),
        [
            (person(), False),  # the name alone
            (person(birth=PartialDate.parse("1990-05-06")), False),
            (person(birth=PartialDate.parse("1991")), False),
            (person(names=(Name(text="Selma", kind="given"),), birth=BIRTH), False),
            (person(birth=BIRTH), True),
            (person(birth=PartialDate.parse("1990")), True),
            (person(birth=PartialDate.parse("1990-05-06~")), True),
            (person(stated_age=StatedAge(years=36, stated_on=NOW.date())), True),
            (person(names=(Name(text="Новак Селма", kind="own_script"),), birth=BIRTH), True),
            (make_person_details(contacts=(Contact(channel="mobile_phone", value="0641234567"),)), False),
            (phoned(), True),
            (phoned("+381 64 123-4568"), False),
            (make_person_details(contacts=(Contact(channel="email", value="Selma@Example.org"),)), True),
            (make_person_details(papers=(Paper(number="p7788991"),)), True),
            (make_person_details(papers=(Paper(number="12345"),)), False),
            (person(papers=(Paper(number="123-45"),)), True),
        ],
    )  # fmt: skip
    def test_one_fact_that_two_people_do_not_share_tells_it(self, known: PersonDetails, is_she: bool) -> None:
        own = OwnFacts(
            name="Selma Novak", email="selma@example.org", birth=BIRTH, telephones=(PHONE,), papers=(PAPER, "12345")
        )  # fmt: skip
        telling, _searched = own_facts(own, country="XA")
        year = known.birth.year if known.birth else 1990 if known.stated_age else None
        found = telling & telling_facts(person_facts(known, country="XA"), known.birth, year=year)
        assert bool(found) is is_she

    def test_a_name_without_a_day_of_birth_makes_no_fact_at_all(self) -> None:
        assert own_facts(OwnFacts(name="Selma Novak"), country="XA") == (frozenset(), frozenset())


class Office:
    def __init__(self) -> None:
        team = make_team()
        self.supervisor = make_viewer("supervisor", organisation=team.organisation)
        self.selma = make_viewer("caseworker", team=team, user=make_user(name="Selma Novak"))
        self.mate = make_viewer("caseworker", team=team)
        self.reviewer = make_viewer("access_reviewer")

    def declare(self, **known: Any) -> None:
        given = {"birth": BIRTH, "telephones": (PHONE,), "papers": (PAPER,), **known}
        keep_own_facts(**given, by=self.selma, now=NOW)


@pytest.fixture
def office(db: None) -> Office:
    return Office()


def walls() -> list[tuple[int | None, str]]:
    return list(Wall.objects.filter(lifted_at=None).values_list("user_id", "reason"))


def test_the_log_names_which_facts_were_given_and_none_of_them(office: Office) -> None:
    office.declare(telephones=())
    assert Event.objects.get(action="cases.staff.keep").fields == ["birth", "papers"]


class TestMatches:
    def test_p19_who_is_the_person_never_sees_the_case_that_is_opened(self, office: Office) -> None:
        office.declare()
        reference = make_case(office.mate, person=person(birth=BIRTH))
        assert not sees(office.selma, reference)
        assert sees(office.mate, reference) and sees(office.supervisor, reference)
        assert walls() == [(office.selma.user_id, "staff_match")]
        event = Event.objects.get(action="access.wall.match")
        assert (event.user, event.persons) == (None, [row_of(reference).person_id])

    def test_p19_the_case_that_she_opens_about_herself_is_nobodys(self, office: Office) -> None:
        office.declare()
        reference = make_case(office.selma, person=phoned())
        assert not sees(office.selma, reference)
        assert row_of(reference).worker_id is None
        assert sees(office.supervisor, reference)

    def test_p19_what_is_written_later_shuts_her_out(self, office: Office) -> None:
        office.declare()
        reference = make_case(office.selma, person=person())
        row = row_of(reference)
        assert sees(office.selma, reference)
        update_person(
            reference=reference, details=person(papers=(Paper(number=PAPER),)), version=row.person.version,
            by=office.selma, now=NOW,
        )  # fmt: skip
        assert not sees(office.selma, reference)
        assert row_of(reference).worker_id is None

    @pytest.mark.parametrize("many", [2, TOGETHER])
    def test_p19_what_a_workbook_brings_is_compared_too(self, office: Office, many: int) -> None:
        office.declare()
        new = [
            NewCase(person=make_person_details(), opened_date=NOW.date(), source="workbook")
            for _ in range(many)
        ]
        new[1] = replace(new[1], person=phoned(), team_id=office.selma.team_id)
        references = open_cases(new=new, by=office.supervisor, now=NOW)
        if many == TOGETHER:
            assert walls() == []  # the batch of the search does it, at once
            write_waiting_tokens(now=NOW)
        assert walls() == [(office.selma.user_id, "staff_match")]
        assert not sees(office.selma, references[1])

    @pytest.mark.parametrize(
        "known", [person(birth=BIRTH), phoned(), person(birth=PartialDate.parse("1990"))]
    )
    def test_p19_what_she_says_later_holds_for_cases_that_are_there(
        self, office: Office, known: PersonDetails
    ) -> None:
        reference = make_case(office.mate, person=known)
        other = make_case(office.mate)
        write_waiting_tokens(now=NOW)
        office.declare()
        assert [each.person for each in TokenOrder.objects.all()] == [row_of(reference).person_id]
        stood = Token.objects.count()
        write_waiting_tokens(now=NOW)
        assert not sees(office.selma, reference) and sees(office.selma, other)
        assert Token.objects.count() == stood

    def test_p19_a_new_account_is_compared_within_the_day(self, office: Office) -> None:
        known = make_person_details(contacts=(Contact(channel="email", value="nura@example.org"),))
        reference = make_case(office.mate, person=known)
        write_waiting_tokens(now=NOW)
        nura = make_viewer("supervisor", organisation=user_of(office.mate).memberships.get().organisation,
                           user=make_user(email="nura@example.org"))  # fmt: skip
        assert sees(nura, reference)
        know_staff(now=NOW)
        write_waiting_tokens(now=NOW)
        assert not sees(nura, reference)
        assert know_staff(now=NOW) == 0
        assert not TokenOrder.objects.exists()

    def test_a_name_alone_shuts_nobody_out(self, office: Office) -> None:
        office.declare(birth=None, telephones=(), papers=())
        know_staff(now=NOW)
        reference = make_case(office.mate, person=person(birth=BIRTH))
        write_waiting_tokens(now=NOW)
        assert sees(office.selma, reference)
        assert not Wall.objects.exists()

    def test_what_lies_with_the_independent_unit_is_not_compared(self, office: Office) -> None:
        office.declare()
        make_case(make_viewer("integrity_officer"), person=person(birth=BIRTH))
        write_waiting_tokens(now=NOW)
        assert not Wall.objects.exists()


class TestLifting:
    def test_p19_a_reviewer_ends_it_and_the_same_makes_none_again(self, office: Office) -> None:
        office.declare()
        reference = make_case(office.mate, person=phoned())
        (wall,) = list_walls(office.reviewer)
        assert (wall.kept_away, wall.reason, wall.made_by) == ("Selma Novak", WallReason.STAFF_MATCH, "")
        lift_wall(wall_id=wall.id, by=office.reviewer, now=NOW)
        assert sees(office.selma, reference)
        office.declare()
        details = replace(phoned(), called="S")
        row = row_of(reference)
        update_person(
            reference=reference, details=details, version=row.person.version, by=office.mate, now=NOW
        )
        write_waiting_tokens(now=NOW)
        assert sees(office.selma, reference)

        papers = replace(details, papers=(Paper(number=PAPER),))  # but something else that fits does
        version = row_of(reference).person.version
        update_person(reference=reference, details=papers, version=version, by=office.mate, now=NOW)
        assert not sees(office.selma, reference)

    def test_what_fits_while_it_stands_is_judged_with_it(self, office: Office) -> None:
        office.declare()
        known = phoned()
        reference = make_case(office.mate, person=known)
        papers = replace(known, papers=(Paper(number=PAPER),))
        version = row_of(reference).person.version
        update_person(reference=reference, details=papers, version=version, by=office.mate, now=NOW)
        (wall,) = list_walls(office.reviewer)
        lift_wall(wall_id=wall.id, by=office.reviewer, now=NOW)
        write_waiting_tokens(now=NOW)
        assert sees(office.selma, reference)


class TestTable:
    def test_p19_the_table_tells_neither_what_was_said_nor_of_whom(self, office: Office) -> None:
        office.declare()
        know_staff(now=NOW)
        known = person(birth=BIRTH, papers=(Paper(number=PAPER),))
        make_case(office.mate, person=known)
        write_waiting_tokens(now=NOW)
        with connection.cursor() as cursor:
            cursor.execute("SELECT string_agg(t::text, ' ') FROM vault_membertoken t")
            stored = cursor.fetchone()[0].lower()
        for plain in ("1990-05-05", "381641234567", "p7788991", "novak", "selma"):
            assert plain not in stored
        persons = set(Token.objects.values_list("token", flat=True))
        assert persons
        assert not persons & set(MemberToken.objects.values_list("token", flat=True))
        # Each compartment has its key, so the same said is something else in each.
        tokens = MemberToken.objects.filter(member=office.selma.known_user_id).values_list("token", flat=True)
        assert len(set(tokens)) == len(tokens) >= 7

    def test_nothing_is_kept_of_who_left(self, office: Office) -> None:
        office.declare()
        Membership.objects.filter(user_id=office.selma.known_user_id).update(until=NOW.date())
        know_staff(now=NOW)
        kept = set(MemberToken.objects.values_list("member", flat=True))
        assert office.selma.user_id not in kept
        assert office.mate.user_id in kept

    def test_who_sleeps_stays_known(self, office: Office) -> None:
        office.declare()
        User.objects.filter(pk=office.selma.known_user_id).update(is_active=False, asleep_since=NOW)
        know_staff(now=NOW + timedelta(days=1))
        assert MemberToken.objects.filter(member=office.selma.known_user_id, is_declared=True).exists()


SENT = {"birth-day": "5", "birth-month": "5", "birth-year": "1990", "telephones": PHONE, "papers": ""}


class TestPage:
    def test_what_is_sent_is_kept_blind_and_never_shown(self, office: Office) -> None:
        client = sign_in(Client(), office.selma)
        url = reverse("cases:own-record")
        assert "Nothing is kept" in text_of(client.get(url))
        assert client.post(url, SENT).status_code == 302
        shown = text_of(client.get(url))
        assert "You said it last on" in shown
        assert PHONE not in shown and "1990" not in shown
        assert MemberToken.objects.filter(member=office.selma.known_user_id, is_declared=True).exists()

    def test_the_page_is_the_same_whether_somebody_fits_or_not(self, office: Office) -> None:
        make_case(make_viewer(), person=phoned())
        write_waiting_tokens(now=NOW)
        answers = []
        for viewer in (office.selma, office.mate):
            client = sign_in(Client(), viewer)
            phone = PHONE if viewer is office.selma else "+381649999999"
            sent = client.post(reverse("cases:own-record"), {**SENT, "telephones": phone}, follow=True)
            answers.append(
                re.sub(r'value="\w{64}"|<time.*?</time>', "", text_of(sent)).replace(viewer.name, "")
            )
        assert answers[0] == answers[1]

    def test_nothing_sent_takes_what_was_kept_away(self, office: Office) -> None:
        office.declare()
        client = sign_in(Client(), office.selma)
        assert client.post(reverse("cases:own-record"), {"remove": "yes"}).status_code == 302
        assert not MemberToken.objects.filter(member=office.selma.known_user_id, is_declared=True).exists()

    def test_a_number_that_finds_nobody_is_refused_and_sent_nothing_is_too_little(
        self, office: Office
    ) -> None:
        client = sign_in(Client(), office.selma)
        for sent in ({**SENT, "telephones": "12"}, {"telephones": "", "papers": ""}):
            assert client.post(reverse("cases:own-record"), sent).status_code == 200
        assert not MemberToken.objects.filter(is_declared=True).exists()
