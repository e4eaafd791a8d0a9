"""Bring a marked text through every door of an installation, and read back what can still be read.

Run as a program on an installation of its own, as `python -m tests.vault.seeding WHAT OUT`, with AMPARO_DATA set: what is
committed then lies where a thief would look for it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from tests.vault.marks import MARK


def main(what: str, out: Path, persons: int) -> None:
    """Do one thing, and write what came of it as JSON."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "amparo.config.settings"
    django.setup()
    from django.conf import settings
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    done = {"seed": seed, "read": read, "erase": erase}[what](out, persons)
    out.write_text(json.dumps(done, ensure_ascii=False), encoding="utf-8")


class Canaries:
    """Draws marked texts, each one new."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self.drawn = 0

    def __call__(self) -> str:
        self.drawn = next(self._numbers)
        return f"{MARK}{self.drawn:05d}"


def seed(out: Path, persons: int) -> dict[str, Any]:
    """Open cases with marks in every field that takes a text, then go through the pages and the API."""
    from django.core import mail
    from django.utils import timezone

    from amparo.access.context import acting_as
    from amparo.cases.actions import open_cases
    from amparo.intake.queries import digest_of
    from tests.factories.accounts import make_team, make_viewer, organisation_of

    draw, now = Canaries(), timezone.now()
    viewer = make_viewer("supervisor", now=now)
    home = organisation_of(viewer)
    with acting_as(viewer):
        references = open_cases(new=[new_case(draw, now) for _ in range(persons)], by=viewer, now=now)
    doors = Doors(viewer, draw)
    for reference in references[:3]:
        doors.write(reference)
    doors.fail(references[0])
    doors.take_in()
    doors.look(references[0])
    return {
        "membership": viewer.membership_id,
        "officers": [
            make_viewer("supervisor", organisation=home, team=make_team(home), now=now).membership_id
            for _ in range(2)
        ],
        "references": references,
        "drawn": draw.drawn,
        "plain_digests": [hashlib.sha256(workbook).hexdigest() for workbook in doors.workbooks],
        "keyed_digests": [digest_of(workbook) for workbook in doors.workbooks],
        "sinks": doors.sinks,
        "statuses": doors.statuses,
        "mail": [str(message.message()) for message in mail.outbox],
    }


def new_case(draw: Canaries, now: Any) -> Any:
    """Make a case with a mark in every text."""
    from amparo.cases.rules import Address, CaseDetails, Contact, EpisodeDetails, Name, PersonDetails
    from amparo.cases.rules.case import ReportingOrganisation
    from amparo.cases.rules.episode import Debt, HistoricEvent
    from amparo.cases.rules.opening import NewCase, NewNote
    from amparo.cases.rules.person import HouseholdMember, Paper

    def address() -> Address:
        return Address(street=draw(), city=draw(), state=draw(), postal_code=draw())

    person = PersonDetails(
        names=(Name(text=draw(), kind="given"), Name(text=draw(), kind="family")),
        called=draw(), salutation=draw(), position=draw(), birth_place=draw(),
        papers=(Paper(number=draw(), held_by=draw()),),
        contacts=(Contact(channel="mobile_phone", value=draw(), is_safe="yes", times=draw(), rule=draw()),),
        address=address(), household=(HouseholdMember(relation=draw(), name=draw()),),
        citizenships=("SY",), sex="female", age_status="adult",
    )  # fmt: skip
    details = CaseDetails(
        consent="yes", owner_stated=draw(), closure_details=draw(), referring_organisation=draw(),
        referring_worker=draw(), referral_reason_stated=draw(), referral_details=draw(), vulnerability_details=draw(),
        role_details=draw(), role_organisation=draw(),
        reported_by=ReportingOrganisation(name=draw(), phone=draw(), address=address()),
    )  # fmt: skip
    episode = EpisodeDetails(
        debt=Debt(amount=draw(), terms=draw()), recruitment_place=draw(), exploitation_place=draw(),
        events=(HistoricEvent(description=draw(), place=address()),), account=draw(),
    )  # fmt: skip
    return NewCase(
        person=person,
        details=details,
        episodes=(episode,),
        notes=(NewNote(text=draw()),),
        opened_date=now.date(),
    )


class Doors:
    """The pages and the API, as somebody uses them; keeps what must never show a mark."""

    def __init__(self, viewer: Any, draw: Canaries) -> None:
        from django.test import Client

        from tests.api.program import Program
        from tests.factories.accounts import sign_in

        self.viewer, self.draw = viewer, draw
        self.client = sign_in(Client(), viewer)
        self.client.raise_request_exception = False
        self.client.defaults["SERVER_NAME"] = "127.0.0.1"
        self.program = Program(viewer)
        self.program.client.defaults["SERVER_NAME"] = "127.0.0.1"
        self.sinks: list[str] = []
        self.workbooks: list[bytes] = []
        self.statuses: dict[str, int] = {}

    def write(self, reference: str) -> None:
        """Write notes and documents, small and large, by page and by API, and change a record."""
        self._send_form("cases:note", reference, text=self.draw())
        for size in (1, 300_000):
            self._send_form("cases:document-new", reference, title=self.draw(), file=self._file(size))
        self._note(self.program.post(f"/cases/{reference}/notes", {"text": self.draw()}), "api note")
        self._note(
            self.program.upload(f"/cases/{reference}/documents", file=self._file(300_000), title=self.draw()),
            "api document",
        )
        changes = {"version": 1, "changes": {"called": self.draw(), "address": {"street": self.draw()}}}
        self._note(self.program.patch(f"/cases/{reference}/person", changes), "api person")

    def fail(self, reference: str) -> None:
        """Send what is refused."""
        self._send_form("cases:note", reference, "note refused", text=self.draw() + "x" * 20_001)
        self._send_form(
            "cases:document-new",
            reference,
            "document refused",
            title=self.draw(),
            file=self._file(1, "a.exe"),
        )
        self._note(self.program.post("/cases", {"person": {"called": [self.draw()]}}), "api refused")
        self._note(self.program.post("/cases", b'{"person": ' + self.draw().encode()), "api broken")
        stale = {"version": 7, "changes": {"called": self.draw()}}
        self._note(self.program.patch(f"/cases/{reference}/person", stale), "api stale")
        self._note(self.program.patch(f"/cases/{reference}/person", {self.draw(): 1}), "api unknown")

    def take_in(self) -> None:
        """Bring a workbook in, leave one waiting, and send one with faults."""
        from django.utils import timezone

        from amparo.access.context import acting_as
        from amparo.intake.actions import receive_workbook
        from tests.factories.intake import AMINA, make_batch, make_workbook, make_written_batch

        def rows(**more: Any) -> list[dict[str, Any]]:
            named = {"prs_FirstName": self.draw(), "prs_SecondName": self.draw(), **more}
            return [{**AMINA, **named, "prs_MobilePhone": self.draw()}]

        now = timezone.now()
        self.workbooks = [make_workbook(rows()) for _ in range(3)]
        self.workbooks += [make_workbook(rows(con_Consent=None)), self.draw().encode()]
        written, waiting, *checked = self.workbooks
        with acting_as(self.viewer):
            make_written_batch(self.viewer, written, now=now)
            for content in checked:
                make_batch(self.viewer, content, file_name=f"{self.draw()}.xlsx", now=now)
            receive_workbook(
                content=waiting, file_name=f"{self.draw()}.xlsx", team_id=None, by=self.viewer, now=now
            )

    def look(self, reference: str) -> None:
        """Open pages, search, print and take out."""
        from django.urls import reverse

        pages = ("detail", "person", "episodes", "notes", "documents", "timeline", "summary-pdf")
        for name in pages:
            self._note(self.client.get(reverse(f"cases:{name}", args=[reference])), f"page {name}")
        self._note(self.client.get("/cases/"), "page list")
        self._note(self.client.get("/"), "page home")
        self._note(self.client.post(reverse("cases:summary-pdf", args=[reference])), "summary")
        self._send_form("intake:export", None, "export", include_without_consent="on")
        self._note(self.program.get(f"/cases/{reference}"), "api case")

    def _file(self, size: int, name: str = "") -> Any:
        from django.core.files.uploadedfile import SimpleUploadedFile

        text = f"{self.draw()} lives at {self.draw()}. "
        return SimpleUploadedFile(name or f"{self.draw()}.txt", (text * (1 + 5 * size // len(text))).encode())

    def _send_form(self, page: str, reference: str | None, called: str = "", **typed: Any) -> None:
        from django.urls import reverse

        from tests.cases.pages import filled

        address = reverse(page, args=[] if reference is None else [reference])
        sent = filled(self.client.get(address).context["form"]) | typed
        self._note(self.client.post(address, sent), called or page)

    def _note(self, response: Any, called: str) -> None:
        """Keep what leaves by other ways than the page itself: its address, its headers, its title."""
        self.statuses[called] = response.status_code
        title = ""
        with suppress(AttributeError, UnicodeDecodeError):
            title = response.content.decode().partition("<title>")[2].partition("</title>")[0]
        self.sinks += [called, title, str(dict(response.headers)), response.wsgi_request.get_full_path()]
        if response.streaming:
            for _piece in response:
                pass


def erase(out: Path, persons: int) -> dict[str, Any]:
    """Erase the person of the first case: one officer asks, the other agrees."""
    from django.utils import timezone

    from amparo.access.actions import approve_act, describe_act, get_act, shown
    from amparo.access.queries import viewer_for_membership
    from amparo.cases.actions import ask_erasure
    from amparo.cases.rules.erasing import ErasureReason

    said, now = json.loads(out.read_text(encoding="utf-8")), timezone.now()
    one, other = (viewer_for_membership(membership, now) for membership in said["officers"])
    assert one is not None
    assert other is not None
    act = ask_erasure(
        "cases.erase",
        reference=said["references"][0],
        reason=ErasureReason.CONSENT_WITHDRAWN,
        by=one,
        now=now,
    )
    found = get_act(other, act)
    approve_act(act, seen=shown(found, describe_act(other, found, now=now)), by=other, now=now)
    return dict(said)


def read(out: Path, persons: int) -> dict[str, Any]:
    """Read all of the first two cases by every getter; gives what each showed."""
    from django.utils import timezone

    from amparo.access.context import acting_as
    from amparo.access.queries import viewer_for_membership

    said = json.loads(out.read_text(encoding="utf-8"))
    now = timezone.now()
    viewer = viewer_for_membership(said["membership"], now)
    assert viewer is not None
    with acting_as(viewer):
        shown = [everything_of(viewer, reference, now) for reference in said["references"][:2]]
    return {**said, "shown": shown}


def everything_of(viewer: Any, reference: str, now: Any) -> str:
    """Give all that any getter shows of a case, as one text."""
    from amparo.access.rules import Permission
    from amparo.cases import queries
    from amparo.cases.models import Case, CaseHistory, Episode, Person, PersonHistory  # type: ignore[attr-defined]

    file = queries.get_case(viewer, reference, now=now)
    row = Case.objects.get(reference=reference)
    shown: list[Any] = [
        file,
        queries.list_notes(viewer, reference, now=now),
        queries.list_timeline(viewer, reference),
        [one for one in queries.list_cases(viewer, now=now, limit=100).rows if one.reference == reference],
        [
            one
            for one in queries.iterate_files(
                viewer,
                choices=queries.CaseChoices(),
                permission=Permission.EXPORT_RUN,
                action="tests.case.export",
                with_consent_only=False,
                now=now,
            )
            if one.reference == reference
        ],
        Person.objects.filter(id=row.person_id).values(),
        Episode.objects.filter(case=row).values(),
        CaseHistory.objects.filter(pgh_obj_id=row.id).values(),
        PersonHistory.objects.filter(pgh_obj_id=row.person_id).values(),
    ]
    versions = range(1, file.person.version + 1)
    shown += [queries.person_at(viewer, reference, version, now=now) for version in versions]
    for document in queries.list_documents(viewer, reference, now=now):
        shown.append(document)
        with suppress(queries.Absent):
            found = queries.get_document(viewer, reference, document.id, now=now)
            with queries.document_content(found) as content:
                shown.append(content.read())
    return "\n".join(str(list(one) if hasattr(one, "iterator") else one) for one in shown)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 3)
