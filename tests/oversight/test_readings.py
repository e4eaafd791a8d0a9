"""What everybody opened, and the readings that are drawn for somebody to explain."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from amparo.access.actions import Refused
from amparo.access.rules import Viewer
from amparo.audit.actions import record
from amparo.audit.models import Epoch, Event
from amparo.oversight.actions import (
    AlreadySaid,
    NothingSaid,
    draw_samples,
    explain_reading,
    judge_explanation,
)
from amparo.oversight.models import Sample, SampledReading
from amparo.oversight.queries import (
    Absent,
    get_own_drawn,
    list_drawn,
    open_drawn,
    own_readings,
    readings_to_explain,
)
from amparo.oversight.rules import Verdict, last_week, wanted_canaries
from tests.cases.pages import text_of
from tests.factories.accounts import make_organisation, make_team, make_viewer, sign_in
from tests.factories.cases import make_case, row_of
from tests.factories.oversight import make_drawn

pytestmark = pytest.mark.django_db
SENTENCE = "She called and asked when her lawyer comes."


@pytest.fixture
def house() -> dict[str, Any]:
    organisation = make_organisation()
    team = make_team(organisation)
    worker = make_viewer(organisation=organisation, team=team)
    return {
        "worker": worker,
        "supervisor": make_viewer("supervisor", organisation=organisation),
        "reference": make_case(worker, now=timezone.now()),
    }


@pytest.fixture
def drawn(house: dict[str, Any]) -> SampledReading:
    return make_drawn(house["worker"], house["reference"], now=timezone.now())


def page(viewer: Viewer, name: str, *parts: Any) -> str:
    return text_of(sign_in(Client(), viewer).get(reverse(f"oversight:{name}", args=parts)))


class TestOwn:
    """What did I open this week."""

    def test_everybody_sees_the_own_and_nobody_elses(self, house: dict[str, Any]) -> None:
        sign_in(Client(), house["worker"]).get(f"/cases/{house['reference']}/")
        shown = page(house["worker"], "mine")
        assert "Opened the case" in shown
        assert house["reference"] in shown
        assert house["reference"] not in page(house["supervisor"], "mine")

    def test_a_role_without_cases_has_the_page_too(self) -> None:
        assert "Nothing this week" in page(make_viewer("auditor"), "mine")

    def test_what_is_older_than_a_week_is_gone(self, house: dict[str, Any]) -> None:
        sign_in(Client(), house["worker"]).get(f"/cases/{house['reference']}/")
        later = timezone.now() + timedelta(days=8)
        assert own_readings(house["worker"], now=later).lines == ()

    def test_an_attempt_that_was_refused_stands_there(self, house: dict[str, Any]) -> None:
        sign_in(Client(), house["worker"]).get("/people/")
        assert "the role does not include" in page(house["worker"], "mine")


class TestDrawing:
    """Ten a week and organisation, by chance, once, of what is sealed."""

    NOW = datetime.now(tz=timezone.get_default_timezone())

    def make(self, viewer: Viewer, *, number: int, action: str = "cases.case.read") -> None:
        for person in range(number):
            record(
                action,
                by=viewer,
                at=self.NOW,
                record="XA-F8QY-40YG-N",
                persons=[UUID(int=person + 1)],
                basis="own",
            )

    def seal(self) -> None:
        hi = max(Event.objects.values_list("xid", flat=True)) + 1
        Epoch.objects.create(
            number=1, generation=1, lo=0, hi=hi, events=1, root=b"", previous=b"", sealed_at=self.NOW, hash=b"", key="",
            signature=b"",
        )  # fmt: skip

    @property
    def next_week(self) -> datetime:
        return timezone.now() + timedelta(days=7)

    def test_ten_are_drawn_and_each_names_reader_case_and_event(self) -> None:
        viewer = make_viewer()
        self.make(viewer, number=40)
        self.seal()
        assert draw_samples(now=self.next_week, rng=Random(1)) == 10
        readings = list(SampledReading.objects.all())
        assert len({one.event for one in readings}) == 10
        assert {(one.user_id, one.record) for one in readings} == {(viewer.user_id, "XA-F8QY-40YG-N")}

    def test_a_week_is_drawn_once_and_the_seed_that_is_kept_draws_the_same(self) -> None:
        viewer = make_viewer()
        self.make(viewer, number=40)
        self.seal()
        draw_samples(now=self.next_week, rng=Random(1))
        assert draw_samples(now=self.next_week, rng=Random(2)) == 0
        from amparo.audit.queries import sampled_readings

        again = sampled_readings(
            viewer.organisation_id or 0, since=timezone.now() - timedelta(days=8), until=self.next_week,
            rng=Random(Sample.objects.get().seed), most=10, unit=(),
        )  # fmt: skip
        assert {line.id for line in again} == set(SampledReading.objects.values_list("event", flat=True))

    def test_lists_and_what_is_not_sealed_are_not_drawn(self) -> None:
        viewer = make_viewer()
        self.make(viewer, number=3, action="cases.case.list")
        self.make(viewer, number=2)
        assert draw_samples(now=self.next_week, rng=Random(1)) == 0

    def test_fewer_readings_are_all_drawn_of_each_organisation(self) -> None:
        for viewer in (make_viewer(), make_viewer()):
            self.make(viewer, number=2)
        self.seal()
        assert draw_samples(now=self.next_week, rng=Random(1)) == 4
        assert Sample.objects.count() == 2

    def test_the_week_is_the_one_that_ended(self) -> None:
        assert str(last_week(datetime(2026, 11, 23).date())) == "2026-11-16"
        assert str(last_week(datetime(2026, 11, 22).date())) == "2026-11-09"

    def test_an_invented_person_in_two_thousand_and_never_none(self) -> None:
        assert [wanted_canaries(cases) for cases in (0, 400, 2000, 1_000_000)] == [1, 1, 1, 500]


class TestExplaining:
    """The reader says one sentence, sealed; the supervisor reads it and says whether it is understood."""

    def test_the_reader_is_asked_on_the_first_page_and_answers_once(
        self, house: dict[str, Any], drawn: SampledReading
    ) -> None:
        client = sign_in(Client(), house["worker"])
        assert "You are asked why you opened 1 case." in text_of(client.get("/"))
        address = reverse("oversight:explain", args=[drawn.id])
        assert house["reference"] in text_of(client.get(address))
        assert client.post(address, {"text": SENTENCE}).status_code == 302
        assert readings_to_explain(house["worker"], now=timezone.now()) == ()
        with pytest.raises(AlreadySaid):
            explain_reading(reading=drawn.id, text="Another.", by=house["worker"], now=timezone.now())
        assert "You explained this already" in text_of(client.get(address))

    def test_what_is_said_is_sealed_and_opened_only_in_a_logged_reading(
        self, house: dict[str, Any], drawn: SampledReading
    ) -> None:
        explain_reading(reading=drawn.id, text=SENTENCE, by=house["worker"], now=timezone.now())
        drawn.refresh_from_db()
        assert SENTENCE.encode() not in bytes(drawn.explanation.content or b"")
        opened = open_drawn(house["supervisor"], drawn.id, now=timezone.now())
        assert opened.explanation == SENTENCE
        event = Event.objects.get(action="oversight.explanation.read")
        person = row_of(house["reference"]).person_id
        assert (event.persons, event.fields) == ([person], ["sampledreading:explanation"])

    def test_the_supervisor_judges(self, house: dict[str, Any], drawn: SampledReading) -> None:
        explain_reading(reading=drawn.id, text=SENTENCE, by=house["worker"], now=timezone.now())
        client = sign_in(Client(), house["supervisor"])
        address = reverse("oversight:judge", args=[drawn.id])
        assert SENTENCE in text_of(client.get(address))
        for typed, verdict in (("unclear", Verdict.NOT_UNDERSTOOD), ("understood", Verdict.UNDERSTOOD)):
            assert client.post(address, {"verdict": typed}).status_code == 302
            drawn.refresh_from_db()
            assert (drawn.verdict, drawn.judged_by_id) == (verdict, house["supervisor"].user_id)
        (week,) = list_drawn(house["supervisor"])
        assert [one.explanation for one in week.readings] == [""]

    def test_before_it_is_explained_nothing_is_judged(
        self, house: dict[str, Any], drawn: SampledReading
    ) -> None:
        with pytest.raises(Absent):
            judge_explanation(
                reading=drawn.id, is_understood=True, by=house["supervisor"], now=timezone.now()
            )

    @pytest.mark.parametrize("text", ["", "   ", "\n\t"])
    def test_no_word_explains_nothing(self, house: dict[str, Any], drawn: SampledReading, text: str) -> None:
        with pytest.raises(NothingSaid):
            explain_reading(reading=drawn.id, text=text, by=house["worker"], now=timezone.now())

    def test_nobody_answers_for_another_or_judges_the_own(
        self, house: dict[str, Any], drawn: SampledReading
    ) -> None:
        now = timezone.now()
        with pytest.raises(Absent):
            explain_reading(reading=drawn.id, text=SENTENCE, by=house["supervisor"], now=now)
        assert [one.id for one in readings_to_explain(house["worker"], now=now)] == [drawn.id]
        assert readings_to_explain(house["supervisor"], now=now) == ()
        own = make_drawn(house["supervisor"], house["reference"], now=now)
        with pytest.raises(Absent):
            open_drawn(house["supervisor"], own.id, now=now)
        for stranger in (make_viewer("supervisor"),):
            with pytest.raises(Absent):
                open_drawn(stranger, drawn.id, now=now)
            assert list_drawn(stranger) == ()
        with pytest.raises(Absent):
            open_drawn(house["supervisor"], uuid4(), now=now)

    def test_each_is_asked_about_one_reading_and_not_about_another(
        self, house: dict[str, Any], drawn: SampledReading
    ) -> None:
        other = make_drawn(house["worker"], house["reference"], now=timezone.now())
        for one in (drawn, other):
            assert get_own_drawn(house["worker"], one.id).id == one.id
        with pytest.raises(Absent):
            get_own_drawn(house["worker"], uuid4())
        asked = SampledReading.objects.filter(pk=other.pk).values("explained_at", "verdict", "judged_by_id")
        before = asked.get()
        explain_reading(reading=drawn.id, text=SENTENCE, by=house["worker"], now=timezone.now())
        judge_explanation(reading=drawn.id, is_understood=True, by=house["supervisor"], now=timezone.now())
        assert asked.all().get() == before

    def test_a_week_lists_the_readings_of_the_own_people_and_not_the_own(
        self, house: dict[str, Any], drawn: SampledReading
    ) -> None:
        now = timezone.now()
        make_drawn(house["supervisor"], house["reference"], now=now)
        elsewhere = make_viewer()
        make_drawn(elsewhere, make_case(elsewhere, now=now), now=now)
        (week,) = list_drawn(house["supervisor"])
        assert [one.id for one in week.readings] == [drawn.id]

    def test_what_is_not_explained_yet_opens_nothing(
        self, house: dict[str, Any], drawn: SampledReading
    ) -> None:
        assert open_drawn(house["supervisor"], drawn.id, now=timezone.now()).explanation == ""
        assert not Event.objects.filter(action="oversight.explanation.read").exists()

    def test_who_does_not_review_readings_is_refused(
        self, house: dict[str, Any], drawn: SampledReading
    ) -> None:
        with pytest.raises(Refused):
            list_drawn(house["worker"])
        with pytest.raises(Refused):
            open_drawn(replace(house["supervisor"], permissions=frozenset()), drawn.id, now=timezone.now())

    def test_what_nobody_answered_for_four_weeks_is_asked_no_more(
        self, house: dict[str, Any], drawn: SampledReading
    ) -> None:
        assert readings_to_explain(house["worker"], now=timezone.now() + timedelta(days=29)) == ()
