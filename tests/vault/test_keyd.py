"""Keys from a process of its own: two processes for real, on one database."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from amparo.access.actions import Refused, ask_more_keys
from amparo.access.models import DualAct
from amparo.access.rules import Viewer
from amparo.cases.actions import move_case
from amparo.cases.models import Case, Person
from amparo.cases.queries import get_case, list_cases, search_own_caseload
from amparo.cases.rules import Address, Stage
from amparo.vault.actions import begin_sealing, change_custodian
from amparo.vault.custodians.shares import new_shares
from amparo.vault.keeping import LocalKeeper
from amparo.vault.keyd.client import RemoteKeeper
from amparo.vault.keyd.log import read_log
from amparo.vault.models import PersonKeys
from amparo.vault.queries import custodian, keyring_status
from amparo.vault.rules import DOTS, Asker, Compartment, KeyKind, KeysAway, NotOpened, TooManyKeys
from tests import programs
from tests.agreeing import agree
from tests.cases.pages import filled
from tests.cli.conftest import environment
from tests.factories.accounts import NOW, make_organisation, make_team, make_viewer, sign_in
from tests.factories.cases import make_case, make_person_details
from tests.vault.conftest import Keyd

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
Through = Callable[[], Keyd]
EVERYWHERE = tuple(Compartment)


@pytest.fixture
def client_of(request: pytest.FixtureRequest) -> Callable[[Keyd], RemoteKeeper]:
    """Give clients that hang up after the test."""

    def make(keyd: Keyd) -> RemoteKeeper:
        client = RemoteKeeper(keyd.socket)
        request.addfinalizer(client.close)
        return client

    return make


def test_everything_is_written_and_read_through_it(through_keyd: Through) -> None:
    viewer = make_viewer("caseworker")
    before = make_case(viewer, person=make_person_details())
    keyd = through_keyd()
    assert "its keys are open" in keyd.start()
    after = make_case(viewer, person=make_person_details())
    names = {get_case(viewer, reference, now=NOW).person.display_name for reference in (before, after)}
    assert names == {row.name for row in list_cases(viewer, now=NOW).rows}
    assert DOTS not in names
    assert keyring_status().is_open
    assert oct(keyd.socket.stat().st_mode)[-3:] == "600"


def test_its_log_names_who_had_whose_keys_and_no_secret(through_keyd: Through) -> None:
    viewer = make_viewer("caseworker")
    reference = make_case(viewer, person=make_person_details())
    keyd = through_keyd()
    keyd.start()
    file = get_case(viewer, reference, now=NOW)
    assert keyd.stop() == 0
    entries = list(read_log(keyd.log))
    assert [entries[0]["do"], entries[-1]["do"]] == ["start", "stop"]
    opened = [entry for entry in entries if entry["do"] == "open"]
    assert {entry["asker"]["user_id"] for entry in opened} == {viewer.user_id}
    assert {entry["asker"]["action"] for entry in opened} == {"cases.case.read"}
    assert {entry["by_user"] for entry in opened} == {os.getuid()}
    assert {each for entry in opened for kept in entry["persons"].values() for each in kept} == {
        file.person.id.hex
    }
    text = "".join(path.read_text() for path in keyd.log.iterdir())
    assert file.person.display_name not in text
    assert "secret" not in text


def test_killed_and_started_again_it_answers_and_has_forgotten_no_budget(
    through_keyd: Through, client_of: Callable[[Keyd], RemoteKeeper]
) -> None:
    keyd = through_keyd()
    keyd.start()
    client, asker = client_of(keyd), Asker(user_id=7)
    persons = [uuid4() for _ in range(10)]
    client.make_keys(persons, compartment=Compartment.PROTECTION, now=NOW)
    first = client.open_keys(persons, [KeyKind.PLACE], within=EVERYWHERE, by=asker)
    keyd.stop(signal.SIGKILL)
    with pytest.raises(KeysAway):
        client.open_keys(persons, [KeyKind.PLACE], within=EVERYWHERE, by=asker)
    keyd.start()
    again = client.open_keys(persons, [KeyKind.PLACE], within=EVERYWHERE, by=asker)
    for person in persons:
        held = again[KeyKind.PLACE][person][0]
        assert held.secret == first[KeyKind.PLACE][person][0].secret
        assert held.compartment is Compartment.LOCATION
    with pytest.raises(TooManyKeys) as refused:
        client.open_keys([uuid4()], [KeyKind.PLACE], within=EVERYWHERE, by=asker)
    assert 3_000 < refused.value.seconds <= 3_600
    client.open_keys([uuid4()], [KeyKind.PLACE], within=EVERYWHERE, by=Asker(user_id=8))


def test_p20_it_gives_no_key_of_a_compartment_that_was_not_named(
    keyd: Keyd, client_of: Callable[[Keyd], RemoteKeeper]
) -> None:
    keyd.start()
    client, person = client_of(keyd), uuid4()
    client.make_keys([person], compartment=Compartment.PROTECTION, now=NOW)
    found = client.open_keys([person], list(KeyKind), within=[Compartment.PROTECTION])
    assert {kind for kind, keys in found.items() if person in keys} == {KeyKind.LABEL, KeyKind.RECORD}
    assert not any(client.open_keys([person], list(KeyKind), within=()).values())


def test_of_two_at_one_path_the_second_is_refused(
    keyd: Keyd, client_of: Callable[[Keyd], RemoteKeeper]
) -> None:
    keyd.start()
    done = programs.run("keyd", "--socket", str(keyd.socket), "--log", f"{keyd.log}2", env=keyd.environment)
    assert (done.returncode, "A keyd runs already" in done.stderr) == (2, True)
    assert client_of(keyd).status()["is_open"] is True


def test_it_leaves_no_core_and_nothing_for_others(keyd: Keyd) -> None:
    keyd.start()
    limits = Path(f"/proc/{keyd.process}/limits").read_text()
    (core,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
    assert core.split()[4:6] == ["0", "0"]
    assert "Umask:\t0077" in Path(f"/proc/{keyd.process}/status").read_text()


def test_whatever_comes_over_the_socket_ends_only_its_own_connection(
    keyd: Keyd, client_of: Callable[[Keyd], RemoteKeeper]
) -> None:
    keyd.start()
    wrong = (
        b"", b"\0", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\5hello", b"GET / HTTP/1.1\r\n\r\n",
        b"\0\0\0\2{}", b'\0\0\0\x0d{"do":"open"}', b"\0\0\x10\0" + b"[" * 4096,
    )  # fmt: skip
    for content in wrong:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(keyd.socket))
            connection.sendall(content)
    assert client_of(keyd).status()["is_open"] is True


@pytest.mark.usefixtures("as_owner")
def test_it_is_opened_by_shares_typed_one_after_the_other(
    through_keyd: Through, client_of: Callable[[Keyd], RemoteKeeper]
) -> None:
    person = uuid4()
    begin_sealing((), new=[person], now=NOW)
    following, shares = new_shares(3, 5)
    change_custodian(custodian(), following)
    keyd = through_keyd()
    assert "locked" in keyd.start()
    client = client_of(keyd)
    with pytest.raises(KeysAway, match="locked"):
        client.open_keys([person], [KeyKind.RECORD], within=EVERYWHERE)
    assert not keyring_status().is_open
    mistyped = shares[1].replace(" ", " academic ", 1)
    done = programs.run(
        "keys", "unlock", "--socket", str(keyd.socket),
        input="\n".join([shares[4], mistyped, shares[4], shares[0], shares[2], ""]),
        env=environment(AMPARO_DATA=str(keyd.directory)),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Share 2 of 3" in done.stdout
    assert "no share of a key" in done.stdout
    assert "typed already" in done.stdout
    assert done.stdout.endswith("The keys are open.\n")
    assert client.open_keys([person], [KeyKind.RECORD], within=EVERYWHERE)[KeyKind.RECORD][person]
    assert keyring_status().is_open
    words = shares[0].split()  # one of them may be a word that the command says itself, two in a row are not
    assert not any(" ".join(words[at : at + 2]) in done.stdout for at in range(len(words) - 1))


def test_a_day_of_work_needs_no_place_and_the_eleventh_place_in_an_hour_is_refused(
    client: Client, through_keyd: Through
) -> None:
    viewer = make_viewer("caseworker")
    sign_in(client, viewer)
    hiding = Address(street="12 Hidden Lane")
    references = [make_case(viewer, person=make_person_details(address=hiding)) for _ in range(11)]
    through_keyd().start()
    for reference in references:
        assert (
            "How she may be reached" in client.get(reverse("cases:person", args=[reference])).content.decode()
        )
    answers = [
        client.get(reverse("cases:person", args=[reference]), {"place": "open"}) for reference in references
    ]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert "12 Hidden Lane" in answers[9].content.decode()
    assert "Hidden" not in answers[10].content.decode()
    first_again = client.get(reverse("cases:person", args=[references[0]]), {"place": "open"})
    assert first_again.status_code == 200


def test_p17_two_people_have_keyd_give_an_export_more_and_one_does_not(through_keyd: Through) -> None:
    house = make_organisation()
    asking, agreeing = (
        make_viewer("supervisor", organisation=house, team=make_team(house)) for _ in range(2)
    )
    with pytest.raises(Refused):
        ask_more_keys(hours=2, by=asking, now=NOW)  # no keyd bounds anything yet
    keyd = through_keyd()
    keyd.start()
    act = ask_more_keys(hours=2, by=asking, now=NOW)
    with pytest.raises(Refused):
        agree(asking)
    assert not [entry for entry in read_log(keyd.log) if entry["do"] == "raised"]
    agree(agreeing)
    (raised,) = [entry for entry in read_log(keyd.log) if entry["do"] == "raised"]
    assert (raised["asked_by"], raised["approved_by"]) == (asking.user_id, agreeing.user_id)
    assert (raised["hours"], raised["times"], raised["by_user"]) == (2, 3, os.getuid())
    assert DualAct.objects.get(pk=act).outcome == "done"
    again = ask_more_keys(hours=1, by=agreeing, now=NOW)
    with pytest.raises(Refused):
        agree(asking)
    assert DualAct.objects.get(pk=again).outcome == "", "nothing was agreed where keyd gives no more"


def test_its_own_secrets_key_is_the_one_that_a_process_without_it_derives(
    through_keyd: Through, client_of: Callable[[Keyd], RemoteKeeper]
) -> None:
    here = LocalKeeper(custodian()).own_key("second factor")
    keyd = through_keyd()
    keyd.start()
    there = client_of(keyd).own_key("second factor")
    assert (there.number, there.secret) == (here.number, here.secret)
    with pytest.raises(NotOpened):
        client_of(keyd).own_key("second factor", 7)
    keyd.stop(signal.SIGKILL)
    with pytest.raises(KeysAway):
        client_of(keyd).own_key("second factor")


def test_the_key_of_a_search_is_the_one_that_a_process_without_it_unwraps(
    through_keyd: Through, client_of: Callable[[Keyd], RemoteKeeper]
) -> None:
    here = LocalKeeper(custodian()).index_key(Compartment.HEALTH)
    keyd = through_keyd()
    keyd.start()
    there = client_of(keyd).index_key(Compartment.HEALTH)
    assert (there.number, there.secret) == (here.number, here.secret)
    keyd.stop(signal.SIGKILL)
    with pytest.raises(KeysAway):
        client_of(keyd).index_key(Compartment.HEALTH)


class TestGoneInTheMiddle:
    """keyd dies while people work: what is coded goes on, what was typed comes back, nothing is kept by halves."""

    @pytest.fixture
    def viewer(self, client: Client) -> Viewer:
        viewer = make_viewer("supervisor")
        sign_in(client, viewer)
        return viewer

    @pytest.fixture
    def reference(self, viewer: Viewer) -> str:
        return make_case(viewer, person=make_person_details())

    @staticmethod
    def _form(client: Client, address: str) -> dict[str, Any]:
        return filled(client.get(address).context["form"])

    def test_a_new_person_is_not_kept_by_halves_and_is_kept_once_when_it_is_back(
        self, client: Client, viewer: Viewer, through_keyd: Through
    ) -> None:
        keyd = through_keyd()
        keyd.start()
        sent = self._form(client, reverse("cases:new")) | {"called": "Samira", "consent": "yes"}
        before = (Case.objects.count(), Person.objects.count(), PersonKeys.objects.count())
        keyd.stop(signal.SIGKILL)
        answer = client.post(reverse("cases:new"), sent)
        page = answer.content.decode()
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        assert 'name="called" value="Samira"' in page
        assert "Send again what I typed" in page
        assert before == (Case.objects.count(), Person.objects.count(), PersonKeys.objects.count())
        keyd.start()
        for _ in range(2):
            assert client.post(reverse("cases:new"), sent).status_code == 302
        assert Case.objects.count() == before[0] + 1
        newest = Case.objects.latest("id").reference
        assert get_case(viewer, newest, now=NOW).person.details.called == "Samira"

    def test_work_on_what_is_coded_goes_on(
        self, viewer: Viewer, reference: str, through_keyd: Through
    ) -> None:
        keyd = through_keyd()
        keyd.start()
        keyd.stop(signal.SIGKILL)
        case = Case.objects.get(reference=reference)
        move_case(reference=reference, target=Stage.ASSESSMENT, version=case.version, by=viewer, now=NOW)
        case.refresh_from_db()
        assert case.stage == "assessment"
        assert [row.name for row in list_cases(viewer, now=NOW).rows] == [DOTS]

    def test_the_same_process_goes_on_when_it_is_back(
        self, client: Client, viewer: Viewer, reference: str, through_keyd: Through
    ) -> None:
        keyd, address = through_keyd(), reverse("cases:person", args=[reference])
        keyd.start()
        name = get_case(viewer, reference, now=NOW).person.display_name
        for number in (signal.SIGKILL, signal.SIGTERM):
            assert name in client.get(address).content.decode()
            keyd.stop(number)
            page = client.get(address).content.decode()
            assert DOTS in page
            assert name not in page
            keyd.start()
        assert name in client.get(address).content.decode()

    def test_one_that_hangs_is_not_waited_for_long(
        self, client: Client, reference: str, through_keyd: Through, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("amparo.vault.keyd.client.SECONDS_TO_ANSWER", 0.5)
        keyd = through_keyd()
        keyd.start()
        os.kill(keyd.process, signal.SIGSTOP)
        try:
            answer = client.get(reverse("cases:person", args=[reference]))
        finally:
            os.kill(keyd.process, signal.SIGCONT)
        assert answer.status_code == 200
        assert "are not at hand" in answer.content.decode()


def test_p08_a_value_that_was_changed_shows_a_page_that_says_so_and_nothing_of_it(client: Client) -> None:
    viewer = make_viewer("caseworker")
    sign_in(client, viewer)
    reference = make_case(viewer, person=make_person_details())
    row = Case.objects.get(reference=reference).person
    changed = bytearray(row.identity.content)
    changed[-1] ^= 1
    Person.objects.filter(id=row.id).update(identity=bytes(changed))
    client.raise_request_exception = False
    answer = client.get(reverse("cases:person", args=[reference]))
    assert answer.status_code == 500
    assert "This record cannot be opened" in answer.content.decode()
    assert "Haddad" not in answer.content.decode()


class TestPages:
    """What people see while the keys are away."""

    @pytest.fixture
    def reference(self, client: Client) -> str:
        viewer = make_viewer("caseworker")
        sign_in(client, viewer)
        return make_case(viewer, person=make_person_details())

    def test_lists_show_dots_and_what_is_coded(
        self, client: Client, reference: str, through_keyd: Through
    ) -> None:
        through_keyd()
        answer = client.get(reverse("cases:list"))
        assert answer.status_code == 200
        assert DOTS in answer.content.decode()
        assert reference in answer.content.decode()

    @pytest.mark.parametrize("name", ["detail", "person", "episodes", "notes", "timeline", "access"])
    def test_a_case_shows_dots_and_what_is_coded(
        self, client: Client, reference: str, through_keyd: Through, name: str
    ) -> None:
        open_page = client.get(reverse(f"cases:{name}", args=[reference])).content.decode()
        assert "Change" in open_page or name != "person"
        through_keyd()
        answer = client.get(reverse(f"cases:{name}", args=[reference]))
        page = answer.content.decode()
        assert answer.status_code == 200
        assert DOTS in page
        assert "are not at hand" in page
        assert reference in page

    def test_a_form_is_not_filled_with_nothing(
        self, client: Client, reference: str, through_keyd: Through
    ) -> None:
        through_keyd()
        answer = client.get(reverse("cases:note", args=[reference]))
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        assert "cannot be opened just now" in answer.content.decode()

    def test_what_was_typed_is_given_back_to_be_sent_again(
        self, client: Client, reference: str, through_keyd: Through
    ) -> None:
        through_keyd()
        typed = "She called from a safe telephone. She will call again on Monday at ten."
        answer = client.post(
            reverse("cases:note", args=[reference]), {"kind": "contact", "text": typed, "key": ""}
        )
        page = answer.content.decode()
        assert answer.status_code == 503
        assert typed in page
        assert "was not saved" in page
        assert "Send again what I typed" in page

    def test_the_api_says_503_in_its_own_shape(
        self, client: Client, reference: str, through_keyd: Through
    ) -> None:
        through_keyd()
        answer = client.get(f"/api/v1/cases/{reference}")
        assert answer.status_code in (401, 503)

    def test_a_search_by_name_does_not_say_that_nobody_was_found(
        self, reference: str, through_keyd: Through
    ) -> None:
        viewer = make_viewer("caseworker")
        make_case(viewer, person=make_person_details())
        through_keyd()
        with pytest.raises(KeysAway):
            search_own_caseload(viewer, "Amina", now=NOW)

    def test_who_opened_too_many_is_told_so(
        self, client: Client, reference: str, through_keyd: Through, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise TooManyKeys(130)

        keyd = through_keyd()
        keyd.start()
        monkeypatch.setattr(RemoteKeeper, "open_keys", refuse)
        answer = client.get(reverse("cases:detail", args=[reference]))
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "130")
        assert "3 minutes" in answer.content.decode()
