"""The act of this app that takes two people: taking out more than 25 persons."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from amparo.access.actions import Changed, DualKind, Line, ask_act
from amparo.access.rules import Payload, Permission, TwoPeople, Viewer, Where
from amparo.audit.actions import record
from amparo.cases.queries import CaseChoices, chosen_ids
from amparo.intake.actions.exporting import EXPORT, choose_cases
from amparo.intake.htcds import FileFormat
from amparo.ui.formats import say_number
from amparo.vocab.text import N_

PROFILES: Final = {
    "excel": N_("The Excel sheet of the standard (38 columns)"),
    "xlsform": N_("The questionnaire of the standard, as a server would export its answers (31 questions)"),
    "ods": N_("All 84 fields of the standard; nothing that the standard can hold is left out"),
}


def ask_export(
    *,
    choices: CaseChoices,
    profile: str,
    file_format: FileFormat,
    with_consent_only: bool,
    by: Viewer,
    now: datetime,
) -> UUID:
    """Ask a second person to let these very cases leave; gives the id of the act. Raises `TooMany`."""
    chosen = choose_cases(by, choices, with_consent_only=with_consent_only)
    payload = {
        "cases": [str(case) for case in chosen],
        "profile": profile,
        "file_format": file_format.value,
    }
    return ask_act(EXPORT, payload, by=by, now=now)


def describe_export(payload: Payload, *, asked_by: Viewer, now: datetime) -> tuple[Line, ...]:
    """Say how many persons leave, and in which form; a case that is out of reach by now changes it."""
    ids = {UUID(case) for case in payload["cases"]}
    every, agreed = (
        chosen_ids(
            asked_by, choices=CaseChoices(), permission=Permission.EXPORT_RUN, with_consent_only=consent
        )
        for consent in (False, True)
    )
    if not ids <= every.keys():
        raise Changed
    persons = len({every[case] for case in ids})
    layout = PROFILES[payload["profile"]]
    said = ngettext("%(persons)s person", "%(persons)s persons", persons) % {"persons": say_number(persons)}
    return (
        (_("What leaves"), said),
        (_("Cases"), say_number(len(ids))),
        (_("Of them without consent to share"), say_number(len(ids - agreed.keys()))),
        (_("Organisation"), asked_by.organisation_name),
        (_("Layout"), _(layout)),
        (_("Kind of file"), str(payload["file_format"])),
        (_("Who gets the file"), _("The person who asked, once, within 24 hours")),
    )


def let_leave(payload: Payload, *, proof: TwoPeople, now: datetime) -> None:
    """Let the file be taken from now on: it is written when it is taken, so that no copy of it lies anywhere."""
    record("intake.workbook.allow", by=proof.approved_by, at=now, count=len(payload["cases"]))


def collect_address(act: UUID) -> str:
    """Give the page on which the file is taken."""
    return reverse("intake:collect", args=[act])


KINDS: Final = (
    DualKind(
        code=EXPORT,
        label=N_("Take more than 25 persons out as a workbook"),
        asked_with=Permission.EXPORT_RUN,
        decided_with={Permission.EXPORT_RUN: Where.SAME, Permission.PEOPLE_MANAGE: Where.SAME},
        describe=describe_export,
        perform=let_leave,
        collect=collect_address,
    ),
)
