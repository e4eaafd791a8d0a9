"""What the vault tells of holds, erasures, declarations and custodians is of whom it was asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings

from amparo.vault import queries
from amparo.vault.actions import lift_hold, place_hold
from amparo.vault.custodians import SHARES, CustodianAway
from amparo.vault.keeping import KeyringMissing
from amparo.vault.keyd.log import Log
from amparo.vault.keyd.rates import Rates
from amparo.vault.keyd.service import Service
from amparo.vault.models import Erasure, Keyring
from amparo.vault.rules import NoKeys, NotCovered, NotOpened
from amparo.vault.token_models import MemberToken
from tests.factories.accounts import NOW
from tests.vault.test_columns import reading, seal
from tests.vault.test_keyd_requests import ASKER, ask

pytestmark = pytest.mark.django_db


def test_holds_are_of_the_person_and_in_force_until_they_are_lifted() -> None:
    one, other, free = uuid4(), uuid4(), uuid4()
    hold, second = (
        place_hold(who, reason="court", asked_by=1, approved_by=2, now=NOW) for who in (one, other)
    )
    assert queries.held_persons([one, free]) == {one}
    assert (queries.holds_in_force(one), queries.holds_in_force(other)) == ([hold], [second])
    assert queries.holds_in_force(free) == []
    lift_hold(hold, person=one, asked_by=1, approved_by=2, now=NOW)
    assert queries.held_persons([one, other]) == {other}
    assert queries.holds_in_force(one) == []


def test_erased_is_who_stands_in_the_ledger() -> None:
    one, other = uuid4(), uuid4()
    for number, person in enumerate((one, other), start=1):
        Erasure.objects.create(
            number=number, person=person, reason="x", asked_by=1, approved_by=2, at=NOW, digest=str(number)
        )
    assert queries.erased_persons([one, uuid4()]) == {one}


def test_without_a_keyring_it_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Keyring.objects, "first", lambda: None)
    with pytest.raises(KeyringMissing):
        queries.keyring()


def test_a_custodian_that_opens_nothing_here_is_told(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert queries.check_custodian().startswith("file ")
    monkeypatch.setattr(queries, "custodian", lambda: SimpleNamespace(public_id="another"))
    with pytest.raises(CustodianAway):
        queries.check_custodian()
    settings.AMPARO_KEYD = "/nowhere/keyd"
    for is_open in (True, False):
        answer = {"is_open": is_open}
        monkeypatch.setattr(
            queries, "RemoteKeeper", lambda _path, answer=answer: SimpleNamespace(status=lambda: answer)
        )
        if is_open:
            assert queries.check_custodian().startswith("keyd, ")
        else:
            with pytest.raises(CustodianAway):
                queries.check_custodian()


def test_keyd_gives_nothing_before_it_is_opened_and_is_opened_by_its_own_custodian_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("amparo.vault.keyd.service.close_old_connections", lambda: None)
    log = Log(tmp_path / "log")
    service = Service(
        log=log, rates=Rates(), keyring=Keyring.objects.get(), custodian=None, clock=lambda: NOW
    )
    asked: dict[str, Any] = {"do": "open", "persons": [uuid4().hex], "kinds": ["label"], "asker": ASKER}
    assert ask(service, **asked)["error"] == "locked"
    assert (
        ask(service, do="unlock", share="academic acid acrobat romp")["is_open"] is False
    )  # no keys in shares
    other: Any = SimpleNamespace(public_id="another")
    with pytest.raises(NotOpened):
        service.open_with(other)
    assert not service.is_open
    service.open_with(queries.custodian())
    assert "error" not in ask(service, **asked)
    ring = Keyring.objects.get()
    in_shares: Any = SimpleNamespace(
        custodian_kind=SHARES, custodian=ring.custodian, installation=ring.installation
    )
    service = Service(
        log=log, rates=Rates(), keyring=in_shares, custodian=queries.custodian(), clock=lambda: NOW
    )
    assert (
        ask(service, do="unlock", share="academic acid acrobat romp")["is_open"] is True
    )  # and no share is laid
    log.close()


def test_when_somebody_declared_herself_is_of_her_and_of_what_she_said() -> None:
    for member, token, is_declared, days in ((1, 1, True, 0), (1, 2, False, 1), (2, 3, True, 2)):
        MemberToken.objects.create(
            member=member, token=token, is_declared=is_declared, kept_at=NOW + timedelta(days=days)
        )
    assert queries.declared_at(1) == NOW
    assert queries.declared_at(3) is None


def test_a_content_opens_for_its_person_only_and_for_nobody_who_was_erased() -> None:
    own, other = uuid4(), uuid4()
    place = seal({"text": "a"}, person=own).place
    assert place is not None
    with pytest.raises(NotCovered):
        queries.open_content(reading(other), BytesIO(b"x"), place)
    erased = reading(own)
    erased.keys[place.kind] = {own: ()}
    with pytest.raises(NoKeys):
        queries.open_content(erased, BytesIO(b"x"), place)


def test_a_kind_that_a_reading_leaves_closed_opens_as_nothing() -> None:
    own = uuid4()
    sealed = seal({"text": "a"}, person=own)
    assert sealed.place is not None
    closed = replace(reading(own), closed=frozenset({sealed.place.kind}))
    assert queries.open_column(closed, [(own, sealed.content)], place=sealed.place) == [None]
    assert queries.open_many(closed, [sealed]) == [{}]
    assert closed.keys == {}
