"""Nothing is let out without an audit, the register, and a second person of another unit; and what was let out is remembered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction
from django.http import Http404

from amparo.access.actions import Changed, NotTwoPeople, Refused, approve_act, describe_act, get_act, shown
from amparo.access.rules import Permission, Viewer
from amparo.accounts.models import User
from amparo.audit.models import Event
from amparo.publishing.actions import (
    Details,
    HeldUp,
    NotReviewer,
    NotSaid,
    Stale,
    add_item,
    ask_publication,
    change_draft,
    clear_release,
    draft_release,
    note_release,
    propose_release,
    recheck_release,
    refuse_release,
    remove_item,
    take_up_release,
    withdraw_release,
)
from amparo.publishing.models import BudgetEntry, Release, ReleasedCell, ReleaseItem
from amparo.publishing.queries import (
    check_release,
    drafts_about,
    get_release,
    let_out_as,
    list_releases,
    published_about,
)
from amparo.publishing.rules import Audience, Item, NotAudited, NotTheTime, ReleaseState, Step, Verdict, after
from amparo.stats.disclosure.register import Cell, FindingKind, Spent
from tests.factories.accounts import NOW, make_organisation, make_viewer
from tests.factories.publishing import POPULATION, make_item, make_new

pytestmark = pytest.mark.django_db

WHOLE = {(): 104, ("0-14", "15-17"): 54}
YOUNGER = {(): 104, ("0-14",): 51}  # beside WHOLE: 3 people of 15-17
SAFE = {(): 104, ("18+",): 50}


@dataclass(frozen=True)
class Office:
    """A rapporteur's statistician, her colleague, and one of a ministry."""

    she: Viewer
    colleague: Viewer
    ministry: Viewer

    def draft(self, *counts: dict[tuple[str, ...], int]) -> UUID:
        return draft_release(make_new(*(make_item(one) for one in counts)), by=self.she, now=NOW)

    def clear(self, release: UUID) -> UUID:
        propose_release(release, by=self.she, now=NOW)
        take_up_release(release, by=self.ministry, now=NOW)
        clear_release(release, by=self.ministry, now=NOW)
        return release

    def approve(self, act: UUID, by: Viewer) -> None:
        found = get_act(by, act)
        approve_act(act, seen=shown(found, describe_act(by, found, now=NOW)), by=by, now=NOW)

    def publish(self, release: UUID) -> UUID:
        self.approve(ask_publication(self.clear(release), by=self.she, now=NOW), self.ministry)
        return release


@pytest.fixture
def office() -> Office:
    rapporteur = make_organisation(kind="national_rapporteur")
    return Office(
        she=make_viewer("statistician", organisation=rapporteur),
        colleague=make_viewer("statistician", organisation=rapporteur),
        ministry=make_viewer("statistician", organisation=make_organisation(kind="ministry")),
    )


def state_of(release: UUID) -> str:
    return Release.objects.get(pk=release).state


def test_p32_what_two_people_let_out_is_published_registered_and_logged(office: Office) -> None:
    release = office.publish(office.draft(WHOLE))
    assert state_of(release) == ReleaseState.PUBLISHED
    assert sorted(ReleasedCell.objects.values_list("cell__low", flat=True)) == [54, 104]
    logged = Event.objects.get(action="publishing.release.publish")
    assert logged.record == f"release:{release}"
    digest = get_release(office.she, release).digest
    assert logged.fields == [f"digest:{digest[:32]}", f"rest:{digest[32:]}"]


def test_p32_a_difference_to_an_earlier_release_is_refused_with_the_subtraction_and_passes_when_mended(
    office: Office,
) -> None:
    office.publish(office.draft(WHOLE))
    with pytest.raises(HeldUp, match=r"104, less age 0-14|leaves 3 people of age 15-17") as held:
        propose_release(office.draft(YOUNGER), by=office.she, now=NOW)
    assert FindingKind.DIFFERENCE in {finding.kind for finding in held.value.findings}
    mended = office.publish(office.draft(SAFE))
    assert state_of(mended) == ReleaseState.PUBLISHED


def test_p32_no_words_explain_a_difference_away(office: Office) -> None:
    office.publish(office.draft(WHOLE))
    words = {str(kind): "Everybody knows these numbers already, so nothing is lost." for kind in FindingKind}
    with pytest.raises(HeldUp):
        propose_release(office.draft(YOUNGER), explanations=words, by=office.she, now=NOW)


def test_p32_a_withdrawn_release_is_still_checked_against(office: Office) -> None:
    withdraw_release(office.publish(office.draft(WHOLE)), reason="A mistake", by=office.she, now=NOW)
    with pytest.raises(HeldUp):
        propose_release(office.draft(YOUNGER), by=office.she, now=NOW)


def test_p32_two_releases_that_are_safe_alone_do_not_both_go_out(office: Office) -> None:
    first, second = office.clear(office.draft(WHOLE)), office.clear(office.draft(YOUNGER))
    acts = [ask_publication(one, by=office.she, now=NOW) for one in (first, second)]
    office.approve(acts[0], office.ministry)
    with pytest.raises(Changed):
        office.approve(acts[1], office.ministry)
    assert state_of(second) == ReleaseState.CLEARED


def test_p32_an_item_without_a_verdict_cannot_be_made_nor_read_back() -> None:
    for verdict in (None, Verdict(method="none", is_safe=False)):
        with pytest.raises(NotAudited, match="has not passed an audit"):
            make_item(WHOLE, verdict=verdict)
    kept = make_item(WHOLE).as_json()
    assert Item.from_json(kept) == make_item(WHOLE)
    with pytest.raises(NotAudited):
        Item.from_json(kept | {"verdict": None})
    with pytest.raises(NotAudited, match="names none of its numbers"):
        make_item({})


def test_p32_neither_who_prepared_nor_her_unit_reviews_or_lets_out(office: Office) -> None:
    release = office.draft(WHOLE)
    propose_release(release, by=office.she, now=NOW)
    for by in (office.she, office.colleague):
        with pytest.raises(NotReviewer):
            take_up_release(release, by=by, now=NOW)
    take_up_release(release, by=office.ministry, now=NOW)
    clear_release(release, by=office.ministry, now=NOW)
    act = ask_publication(release, by=office.colleague, now=NOW)
    with pytest.raises(NotTwoPeople):
        office.approve(act, office.she)
    with pytest.raises(NotReviewer):
        office.approve(ask_publication(release, by=office.ministry, now=NOW), office.colleague)
    assert state_of(release) == ReleaseState.CLEARED


def test_p32_what_was_changed_after_it_was_asked_for_is_not_let_out(office: Office) -> None:
    release = office.clear(office.draft(WHOLE))
    act = ask_publication(release, by=office.she, now=NOW)
    found = get_act(office.ministry, act)
    seen = shown(found, describe_act(office.ministry, found, now=NOW))
    Release.objects.filter(pk=release).update(purpose="Something else")
    with pytest.raises(Changed):
        approve_act(act, seen=seen, by=office.ministry, now=NOW)


def test_p32_a_release_withdrawn_while_it_waits_is_not_let_out(office: Office) -> None:
    release = office.clear(office.draft(WHOLE))
    act = ask_publication(release, by=office.she, now=NOW)
    withdraw_release(release, reason="Not yet", by=office.she, now=NOW)
    with pytest.raises(Changed):
        office.approve(act, office.ministry)
    assert not ReleasedCell.objects.exists()


@pytest.mark.parametrize("model", [ReleasedCell, BudgetEntry, ReleaseItem])
def test_p32_the_register_is_only_added_to(office: Office, model: type[ReleasedCell]) -> None:
    item = make_item(WHOLE, spends=(Spent(POPULATION, 0.2),))
    office.publish(draft_release(make_new(item), by=office.she, now=NOW))
    assert model.objects.exists()
    for change in (model.objects.all().delete, lambda: model.objects.update(release=None)):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_p32_budgets_are_summed_over_releases_and_end(office: Office) -> None:
    def spending(rho: float) -> UUID:
        item = make_item({}, spends=(Spent(POPULATION, rho),))
        return draft_release(make_new(item), by=office.she, now=NOW)

    office.publish(spending(0.7))
    with pytest.raises(HeldUp, match=r"have spent 0\.7 of the privacy budget"):
        propose_release(spending(0.4), by=office.she, now=NOW)
    assert state_of(office.publish(spending(0.3))) == ReleaseState.PUBLISHED


def test_a_release_is_refused_with_a_reason_and_remarks_stay(office: Office) -> None:
    release = office.draft(WHOLE)
    with pytest.raises(Http404):
        get_release(office.ministry, release)
    propose_release(release, by=office.she, now=NOW)
    note_release(release, words="Why no sex?", cells=["age 15-17"], by=office.ministry, now=NOW)
    refuse_release(release, reason="The definition is missing.", by=office.ministry, now=NOW)
    file = get_release(office.she, release)
    assert file.is_own
    assert not get_release(office.ministry, release).is_own
    assert (file.state, file.reason) == (ReleaseState.REFUSED, "The definition is missing.")
    assert [note.words for note in file.notes] == ["Why no sex?"]
    assert [one.number for one in list_releases(office.she).rows] == [file.number] == ["R-2026-0001"]


def test_all_values_of_a_table_are_everybody_only_while_nobody_named_another(office: Office) -> None:
    book = {"age": frozenset({"0-14", "15-17"})}
    children = {("0-14", "15-17"): 54, ("0-14",): 54}
    earlier = office.draft({(): 104, ("18+",): 50})
    office.publish(earlier)
    release = draft_release(make_new(make_item(children, book=book)), by=office.she, now=NOW)
    assert propose_release(release, by=office.she, now=NOW).is_clean
    alone = make_item({("0-14", "15-17"): 54}, book=book | {"age": frozenset({"0-14", "15-17", "18+"})})
    assert check_release([alone]).is_clean


def test_a_later_version_takes_the_place_of_the_earlier(office: Office) -> None:
    first, other = (office.publish(office.draft(WHOLE)) for _ in range(2))
    later = draft_release(make_new(make_item(SAFE), supersedes=first), by=office.she, now=NOW)
    office.publish(later)
    assert (state_of(first), get_release(office.she, later).version) == (ReleaseState.SUPERSEDED, 2)
    assert state_of(other) == ReleaseState.PUBLISHED


def test_nobody_makes_a_new_version_of_what_another_organisation_let_out(office: Office) -> None:
    first = office.publish(office.draft(WHOLE))
    with pytest.raises(Refused, match="makes a new version"):
        draft_release(make_new(make_item(SAFE), supersedes=first), by=office.ministry, now=NOW)


def test_a_version_that_was_withdrawn_stays_withdrawn(office: Office) -> None:
    first = office.publish(office.draft(WHOLE))
    later = draft_release(make_new(make_item(SAFE), supersedes=first), by=office.she, now=NOW)
    withdraw_release(first, reason="A mistake", by=office.she, now=NOW)
    office.publish(later)
    assert state_of(first) == ReleaseState.WITHDRAWN


def test_a_change_by_few_people_may_be_explained_in_whole_sentences(office: Office) -> None:
    office.publish(office.draft({("0-14",): 60}))
    new = make_item({("0-14",): 62})
    changed = Item.from_json(
        new.as_json() | {"cells": [one | {"snapshot": "snapshot-2"} for one in new.as_json()["cells"]]}
    )
    release = draft_release(make_new(changed), by=office.she, now=NOW)
    with pytest.raises(HeldUp):
        propose_release(release, explanations={"changed": "ok"}, by=office.she, now=NOW)
    words = {"changed": "Two records were brought in late by one organisation, of different regions."}
    propose_release(release, explanations=words, by=office.she, now=NOW)
    assert state_of(release) == ReleaseState.PROPOSED


def test_who_has_no_part_in_releases_sees_none(office: Office) -> None:
    release = office.draft(WHOLE)
    worker = make_viewer("caseworker")
    with pytest.raises(Refused):
        get_release(worker, release)
    with pytest.raises(Refused):
        list_releases(worker)
    with pytest.raises(Refused):
        draft_release(make_new(make_item(WHOLE)), by=worker, now=NOW)
    with pytest.raises(Refused):
        refuse_release(release, reason="No", by=make_viewer("national_rapporteur"), now=NOW)
    other = make_viewer("national_rapporteur")
    with pytest.raises(Http404):
        withdraw_release(release, reason="No", by=other, now=NOW)


@pytest.mark.parametrize("state", [one for one in ReleaseState if one is not ReleaseState.CLEARED])
def test_only_what_was_cleared_is_let_out(state: ReleaseState) -> None:
    with pytest.raises(NotTheTime):
        after(state, Step.PUBLISH)


def test_p32_one_human_with_an_account_elsewhere_does_not_review_herself(office: Office) -> None:
    release = office.draft(WHOLE)
    propose_release(release, by=office.she, now=NOW)
    numbers = User.objects.in_bulk([office.she.known_user_id, office.ministry.known_user_id])
    User.objects.filter(pk=office.ministry.known_user_id).update(
        staff_number=numbers[office.she.known_user_id].staff_number
    )
    with pytest.raises(NotReviewer):
        take_up_release(release, by=office.ministry, now=NOW)


def test_p32_an_item_that_is_not_what_was_audited_holds_all_up(office: Office) -> None:
    release = office.draft(WHOLE)
    kept = make_item(SAFE).as_json()
    ReleaseItem.objects.create(release_id=release, position=1, kept=kept, digest=make_item(WHOLE).digest)
    with pytest.raises(NotAudited, match="is not what was audited"):
        propose_release(release, by=office.she, now=NOW)


@pytest.mark.parametrize("faulty", [{"title": " "}, {"purpose": ""}, {"population": "others"}])
def test_a_release_that_does_not_say_what_it_is_cannot_be_made(faulty: dict[str, str]) -> None:
    with pytest.raises(NotAudited):
        make_new(make_item(WHOLE), **faulty)
    with pytest.raises(NotAudited, match="at least one"):
        make_new()


def test_who_only_reviews_neither_drafts_proposes_nor_takes_back(office: Office) -> None:
    reviewing = replace(office.colleague, permissions=frozenset({Permission.RELEASE_REVIEW}))
    release = office.draft(WHOLE)
    propose_release(release, by=office.she, now=NOW)
    with pytest.raises(Refused):
        propose_release(release, by=reviewing, now=NOW)
    for by in (reviewing, office.ministry):
        with pytest.raises(Refused):
            withdraw_release(release, reason="No", by=by, now=NOW)
    with pytest.raises(Refused):
        draft_release(make_new(make_item(WHOLE)), by=replace(office.she, organisation_id=None), now=NOW)
    with pytest.raises(NotSaid):
        refuse_release(release, reason=" ", by=office.ministry, now=NOW)


def test_numbers_begin_anew_each_year(office: Office) -> None:
    draft_release(make_new(make_item(WHOLE)), by=office.she, now=NOW - timedelta(days=400))
    assert get_release(office.she, office.draft(WHOLE)).number == "R-2026-0001"


def test_who_prepares_no_releases_finds_no_draft_changes_none_and_learns_of_none(office: Office) -> None:
    release = office.draft(WHOLE)
    reviewer = make_viewer("reviewer")
    without = replace(office.she, permissions=office.she.permissions - {Permission.RELEASE_PREPARE})
    with pytest.raises(Refused):
        drafts_about(without, POPULATION, "a" * 64)
    with pytest.raises(Refused):
        published_about(without, POPULATION)
    with pytest.raises(Refused):
        let_out_as(reviewer, "a mark")
    for by in (without, reviewer):
        with pytest.raises(Refused):
            recheck_release(release, by=by, now=NOW)


def test_a_draft_takes_back_nothing_that_is_not_in_it_and_nothing_about_others(office: Office) -> None:
    release = office.draft(WHOLE)
    remove_item(release, "e" * 64, by=office.she, now=NOW)
    assert not Event.objects.filter(action="publishing.release.remove").exists()
    stranger = make_item({(): 90}, cells=(Cell.shown("assisted", {}, 90, snapshot="snapshot-1"),))
    with pytest.raises(NotAudited):
        add_item(release, stranger, snapshot_hash=Release.objects.get().snapshot_hash, by=office.she, now=NOW)
    assert ReleaseItem.objects.count() == 1
    said = Details(title="Ages", purpose="Annual report", audience=Audience.PUBLIC)
    for change, words in (({"doi": "zenodo 1234"}, "no DOI"), ({"purpose": " "}, "field purpose is empty")):
        with pytest.raises(NotAudited, match=words):
            replace(said, **change)
    with pytest.raises(Stale):
        change_draft(release, said, seen="f" * 64, by=office.she, now=NOW)


def test_p32_what_another_release_gives_away_meanwhile_is_not_cleared(office: Office) -> None:
    first, second = office.draft(WHOLE), office.draft(YOUNGER)
    propose_release(second, by=office.she, now=NOW)
    take_up_release(second, by=office.ministry, now=NOW)
    office.publish(first)
    with pytest.raises(HeldUp):
        clear_release(second, by=office.ministry, now=NOW)
    assert state_of(second) == ReleaseState.IN_REVIEW
