"""Whatever keyd is asked, it answers, and gives nothing to what is no request."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amparo.vault.keeping import LocalKeeper
from amparo.vault.keyd.log import Log, LogRefused, read_log
from amparo.vault.keyd.protocol import key_from, keys_from, plain_asker
from amparo.vault.keyd.rates import NotRaisable, Rates
from amparo.vault.keyd.service import Peer, Service, replay
from amparo.vault.models import CompartmentKey, Keyring, PersonKeys
from amparo.vault.queries import custodian
from amparo.vault.rules import SYSTEM, Asker, Compartment, KeyKind, TooManyKeys
from tests.factories.accounts import NOW

pytestmark = pytest.mark.django_db
PEER = Peer(process=1, user=1000)
ASKER = plain_asker(Asker(user_id=5, membership_id=6, action="cases.case.read"))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
PERSON = uuid4().hex
LIKELY = st.fixed_dictionaries(
    {},
    optional={
        "do": st.sampled_from(["open", "make", "status", "unlock", "own", "raise", "_open", "__init__"])
        | PLAIN,
        "persons": st.just([PERSON]) | st.lists(st.just(PERSON) | PLAIN, max_size=3) | PLAIN,
        "kinds": st.lists(st.sampled_from(["label", "record", "place"]) | PLAIN, max_size=4) | PLAIN,
        "within": st.lists(st.sampled_from(["protection", "location"]) | PLAIN, max_size=4) | PLAIN,
        "asker": st.just(ASKER) | st.dictionaries(st.sampled_from(list(ASKER)), PLAIN) | PLAIN,
        "compartment": st.sampled_from(["protection", "health"]) | PLAIN,
        "share": PLAIN,
        "label": st.just("second factor") | PLAIN,
        "number": st.none() | st.integers(-1, 70_000) | PLAIN,
        "hours": st.integers(-1, 6) | PLAIN,
        "act": st.just(PERSON) | PLAIN,
        "asked_by": st.integers(0, 2) | PLAIN,
        "approved_by": st.integers(1, 3) | PLAIN,
    },
)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    log = Log(tmp_path / "log")
    yield Service(
        log=log,
        rates=Rates(),
        keyring=Keyring.objects.get(),
        custodian=custodian(),
        clock=lambda: datetime(2026, 11, 22, tzinfo=UTC),
    )
    log.close()


@pytest.fixture(autouse=True)
def _keep_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The transaction of the test lives on the connection that keyd would close."""
    monkeypatch.setattr("amparo.vault.keyd.service.close_old_connections", lambda: None)


def ask(service: Service, **message: Any) -> dict[str, Any]:
    everywhere = [each.value for each in Compartment]
    return service.answer(json.dumps({"within": everywhere, **message}).encode(), PEER)


def make(service: Service, number: int = 1) -> list[str]:
    persons = [uuid4().hex for _ in range(number)]
    made = ask(service, do="make", persons=persons, compartment="health", asker=ASKER)
    assert set(made["keys"]) == set(KeyKind)
    return persons


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_bytes_make_it_fall_over(service: Service, content: bytes) -> None:
    assert service.answer(content, PEER) == {"error": "unreadable"}


def test_what_it_does_not_do_is_unreadable(service: Service) -> None:
    assert ask(service, do="everything", asker=ASKER) == {"error": "unreadable"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(message=LIKELY)
def test_nothing_that_looks_like_a_request_makes_it_fall_over(
    service: Service, message: dict[str, Any]
) -> None:
    answer = service.answer(json.dumps(message).encode(), PEER)
    assert answer.get("error") in (None, "unreadable", "rate", "there", "not_opened", "not_raised")


def test_keys_that_are_made_are_those_that_are_opened(service: Service) -> None:
    persons = make(service, 3)
    kinds = [kind.value for kind in KeyKind]
    opened = keys_from(ask(service, do="open", persons=persons, kinds=kinds, asker=ASKER)["keys"])
    assert {person.hex for person in opened[KeyKind.PLACE]} == set(persons)
    assert {len(by_person) for by_person in opened.values()} == {3}
    assert ask(service, do="make", persons=persons, compartment="health", asker=ASKER) == {"error": "there"}


def test_p20_keys_of_another_compartment_are_not_given(service: Service) -> None:
    persons, kinds = make(service), [kind.value for kind in KeyKind]

    def given(*within: str) -> set[str]:
        answer = ask(service, do="open", persons=persons, kinds=kinds, within=list(within), asker=ASKER)
        return {kind for kind, by_person in answer["keys"].items() if by_person}

    assert given() == given("protection", "justice") == set()
    assert given("health") == {"label", "record"}
    assert given("location") == {"place"}
    assert given("health", "location") == set(kinds)


@pytest.mark.parametrize("within", [None, "health", ["heaven"], [["health"]], ["health"] * 20])
def test_who_does_not_say_in_which_compartments_gets_nothing(service: Service, within: object) -> None:
    said = ask(service, do="open", persons=make(service), kinds=["record"], within=within, asker=ASKER)
    assert said == {"error": "unreadable"}


def test_an_erased_person_has_no_keys(service: Service) -> None:
    persons = make(service, 2)
    PersonKeys.objects.filter(person=persons[0]).delete()
    opened = ask(service, do="open", persons=persons, kinds=["record"], asker=ASKER)
    assert set(opened["keys"]["record"]) == {persons[1]}


def test_more_than_an_asker_may_have_is_refused_and_logged(service: Service, tmp_path: Path) -> None:
    persons = make(service, 11)
    answer = ask(service, do="open", persons=persons, kinds=["place"], asker=ASKER)
    assert answer["error"] == "rate"
    assert answer["seconds"] > 0
    assert "keys" not in answer
    last = list(read_log(tmp_path / "log"))[-1]
    assert (last["do"], last["number"], last["asker"]["user_id"]) == ("refused", 11, 5)


def test_without_its_log_it_gives_nothing(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    persons = make(service, 1)

    def refuse(*_: object, **__: object) -> None:
        raise LogRefused

    monkeypatch.setattr(Log, "write", refuse)
    assert ask(service, do="open", persons=persons, kinds=["place"], asker=ASKER) == {"error": "log"}


def test_the_log_restores_what_was_counted(service: Service, tmp_path: Path) -> None:
    persons = make(service, 10)
    ask(service, do="open", persons=persons, kinds=["place"], asker=ASKER)
    rates = Rates()
    replay(rates, tmp_path / "log", now=datetime(2026, 11, 22, 0, 30, tzinfo=UTC))
    again = Service(
        log=Log(tmp_path / "log"),
        rates=rates,
        keyring=Keyring.objects.get(),
        custodian=custodian(),
        clock=lambda: NOW,
    )
    assert "keys" in ask(again, do="open", persons=persons, kinds=["place"], asker=ASKER)
    more = make(again, 1)
    assert ask(again, do="open", persons=more, kinds=["place"], asker=ASKER)["error"] == "rate"


def test_a_key_for_own_secrets_is_the_one_that_a_keeper_at_hand_gives(
    service: Service, tmp_path: Path
) -> None:
    given_key = key_from(ask(service, do="own", label="second factor", number=None))
    here = LocalKeeper(custodian()).own_key("second factor")
    assert (given_key.number, given_key.secret) == (here.number, here.secret)
    again = key_from(ask(service, do="own", label="second factor", number=given_key.number))
    other = key_from(ask(service, do="own", label="another use"))
    assert again.secret == here.secret != other.secret
    assert ask(service, do="own", label="second factor", number=9) == {"error": "not_opened"}
    for label in ("", "Second", "a" * 41, " a", None, 3):
        assert ask(service, do="own", label=label) == {"error": "unreadable"}
    logged = [entry for entry in read_log(tmp_path / "log") if entry["do"] == "own"]
    assert [entry["label"] for entry in logged[:3]] == ["second factor", "second factor", "another use"]
    assert b64encode(here.secret) not in b"".join(each.read_bytes() for each in (tmp_path / "log").iterdir())


def test_the_key_of_a_search_is_given_in_the_askers_name_and_logged(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_key = key_from(ask(service, do="index", compartment="health", asker=ASKER))
    here = LocalKeeper(custodian()).index_key(Compartment.HEALTH)
    assert (given_key.number, given_key.secret) == (here.number, here.secret)
    (logged,) = [entry for entry in read_log(tmp_path / "log") if entry["do"] == "index"]
    assert logged["compartment"] == "health"
    assert logged["asker"]["user_id"] == ASKER["user_id"]
    for wrong in ({"compartment": "cellar", "asker": ASKER}, {"compartment": "health"}, {"asker": ASKER}):
        assert ask(service, do="index", **wrong) == {"error": "unreadable"}
    monkeypatch.setattr(CompartmentKey.objects, "filter", lambda **_named: CompartmentKey.objects.none())
    assert ask(service, do="index", compartment="child", asker=ASKER) == {"error": "no_index"}


def test_its_status_tells_no_secret(service: Service) -> None:
    state = ask(service, do="status")
    assert (state["is_open"], state["kind"], state["held"], state["needed"]) == (True, "file", 0, 0)
    assert state["installation"] == Keyring.objects.get().installation.hex


RISE = {"do": "raise", "hours": 2, "act": PERSON, "asked_by": 5, "approved_by": 6}


def test_two_people_raise_the_budget_once_a_day_and_its_own_log_says_so(
    service: Service, tmp_path: Path
) -> None:
    assert ask(service, **RISE) == {"times": 3}
    assert ask(service, **{**RISE, "act": uuid4().hex}) == {"error": "not_raised"}
    raised, refused = list(read_log(tmp_path / "log"))[-2:]
    assert (raised["do"], raised["hours"], raised["times"]) == ("raised", 2, 3)
    assert (raised["asked_by"], raised["approved_by"], raised["act"]) == (5, 6, PERSON)
    assert (refused["do"], refused["by_user"]) == ("not_raised", PEER.user)


@pytest.mark.parametrize(
    "wrong",
    [{"hours": 5}, {"hours": 0}, {"hours": True}, {"approved_by": 5}, {"asked_by": None}, {"act": "x"}],
)
def test_p17_what_two_people_did_not_agree_on_raises_nothing(service: Service, wrong: dict[str, Any]) -> None:
    assert ask(service, **{**RISE, **wrong}) == {"error": "unreadable"}


def test_what_cannot_be_written_down_is_not_raised(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise LogRefused

    with monkeypatch.context() as patch:
        patch.setattr(Log, "write", refuse)
        assert ask(service, **RISE) == {"error": "log"}
    assert ask(service, **RISE) == {"times": 3}


@pytest.mark.parametrize(("hours_later", "is_raised"), [(1, True), (3, False), (-24 * 365 * 40, False)])
def test_a_restart_prolongs_no_rise_and_a_clock_set_back_ends_it(
    service: Service, tmp_path: Path, hours_later: int, is_raised: bool
) -> None:
    ask(service, **RISE)
    rates = Rates()
    at = datetime(2026, 11, 22, tzinfo=UTC)
    replay(rates, tmp_path / "log", now=at + timedelta(hours=hours_later))
    with pytest.raises(NotRaisable):
        rates.refuse_second_rise()
    asked = [uuid4() for _ in range(20_001)]
    if is_raised:
        rates.take(SYSTEM, asked, [KeyKind.RECORD])
    else:
        with pytest.raises(TooManyKeys):
            rates.take(SYSTEM, asked, [KeyKind.RECORD])
