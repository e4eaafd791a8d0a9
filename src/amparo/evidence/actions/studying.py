"""Studies of prevalence: order one, compute it in a job, stop it, and give out its report."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from amparo.access.actions import require
from amparo.access.rules import Permission, Viewer
from amparo.audit.actions import record
from amparo.evidence.actions.downloading import Download
from amparo.evidence.actions.keeping import kept_reports, kept_result, report_from
from amparo.evidence.actions.overlapping import counted_overlaps, ready_snapshot
from amparo.evidence.actions.proposing import ENGLISH
from amparo.evidence.actions.proposing_studies import mark_of_study
from amparo.evidence.models import Snapshot, Study
from amparo.evidence.queries.let_out import let_out_words
from amparo.evidence.queries.saying import list_names
from amparo.evidence.queries.snapshots import Absent
from amparo.evidence.queries.studies import get_study
from amparo.evidence.rules import NotAsked, StudyChoices, StudyState
from amparo.evidence.rules.studies import SOURCE, STUDIED, digest_of_lists, public_mark
from amparo.ui.formats import say_day
from amparo.vocab.codes import code_list
from amparo.vocab.state import load_state
from amparo.vocab.text import N_, ToldError

if TYPE_CHECKING:
    from amparo.stats.prevalence import OverlapTable
    from amparo.stats.prevalence import Study as Computed

STUDY_TASK = "evidence.run_study"
_UNFINISHED = (StudyState.WAITING, StudyState.RUNNING)
_WRONG = N_(
    "Something went wrong while this study was computed. Nothing is lost: run it again, and when it fails again, tell who runs "
    "this installation. The log of the server says more."
)


class Stopped(Exception):
    """The one who asked for the study stopped it."""


@transaction.atomic
def request_study(choices: StudyChoices, *, by: Viewer, now: datetime, again: UUID | None = None) -> UUID:
    """Order a study; a worker computes it. Its snapshot is kept for good from then on, so that it can be made again.

    Raises `NotAsked` where the lists bear no study, or where one of the same person is not done yet.
    """
    snapshot = ready_snapshot(choices, by=by)
    if Study.objects.filter(asked_by_id=by.known_user_id, state__in=_UNFINISHED).exists():
        raise NotAsked(N_("A study that you asked for is still being computed. Wait for it, or stop it."))
    counted_overlaps(choices)
    study = Study.objects.create(
        snapshot_id=snapshot.id,
        again_id=again,
        asked_at=now,
        asked_by_id=by.known_user_id,
        choices=choices.as_json(),
    )
    Snapshot.objects.filter(pk=snapshot.id, used_at=None).update(used_at=now)
    record("evidence.study.request", by=by, at=now, record=str(study.id), fields=choices.labels())
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(STUDY_TASK, queueing_lock=f"{STUDY_TASK}:{study.id}").defer(study=str(study.id))
    return study.id


def repeat_study(study: UUID, *, by: Viewer, now: datetime) -> UUID:
    """Order the same study once more: from the same snapshot, with the same seed."""
    earlier = get_study(by, study)
    return request_study(earlier.choices, by=by, now=now, again=earlier.id)


@transaction.atomic
def stop_study(study: UUID, *, by: Viewer, now: datetime) -> None:
    """Stop a study of one's own that is not done. `Absent` for one of others; one that is done stays as it is."""
    if not get_study(by, study).is_own:
        raise Absent
    stopped = Study.objects.filter(pk=study, state__in=_UNFINISHED).update(
        state=StudyState.CANCELLED, finished_at=now
    )
    if stopped:
        record("evidence.study.stop", by=by, at=now, record=str(study))


def run_ordered_study(study: UUID, *, now: Callable[[], datetime]) -> None:
    """Compute what was ordered. Run twice, or again after being killed, it ends in the same result."""
    unfinished = Study.objects.filter(pk=study, state__in=_UNFINISHED)
    if not unfinished.update(state=StudyState.RUNNING, started_at=now(), done=0, total=0):
        return
    try:
        _compute(Study.objects.select_related("snapshot").get(pk=study), now)
    except Stopped:
        return
    except ToldError as told:
        _fail(study, told.template, told.values, now())
    except Exception:
        _fail(study, _WRONG, {}, now())
        raise


def give_up_lost_studies(*, started_before: datetime, now: datetime) -> int:
    """Say of studies whose worker was lost that they were not computed; gives how many."""
    lost = Study.objects.filter(state=StudyState.RUNNING, started_at__lt=started_before)
    return lost.update(state=StudyState.FAILED, finished_at=now, fault={"template": _WRONG, "values": {}})


def _compute(row: Study, now: Callable[[], datetime]) -> None:
    choices = StudyChoices.from_json(row.choices)
    table = counted_overlaps(choices)
    fingerprint = digest_of_lists(table.lists, table.counts.tolist())
    computed = _estimated(table, choices, row)
    secret = str(row.snapshot.tables[STUDIED]["sha256"])
    marked = replace(computed, mark=public_mark(fingerprint, secret=secret))
    Study.objects.filter(pk=row.id, state=StudyState.RUNNING).update(
        state=StudyState.DONE,
        finished_at=now(),
        fingerprint=fingerprint,
        result=kept_result(computed),
        report=kept_reports(marked, partial(_names_in, choices), partial(_source_of, row)),
    )


def _estimated(table: OverlapTable, choices: StudyChoices, row: Study) -> Computed:
    from amparo.stats.prevalence import OverlapTable, Settings, run_study

    def progress(words: str, done: int, total: int) -> None:
        if not Study.objects.filter(pk=row.id, state=StudyState.RUNNING).update(done=done, total=total):
            raise Stopped

    with override(ENGLISH):
        source = _source_of(row)
    return run_study(
        OverlapTable(english_names(choices), table.counts),
        source=source,
        methods=choices.methods,
        settings=Settings(replicates=choices.replicates, seed=choices.seed),
        level=choices.level / 100,
        threshold=load_state(settings.AMPARO_STATE).table_threshold,
        progress=progress,
    )


def _source_of(row: Study) -> str:
    words = {"day": say_day(row.snapshot.day), "snapshot": str(row.snapshot_id)}
    return _("Person-cases as of %(day)s, snapshot %(snapshot)s") % words


def _names_in(choices: StudyChoices, language: str) -> dict[str, str]:
    """Map the English names of lists to those of a language."""
    with override(language):
        return dict(zip(english_names(choices), list_names(choices), strict=True))


def english_names(choices: StudyChoices) -> tuple[str, ...]:
    """Name the lists for the computation; pages and reports name them in their own language."""
    kinds = code_list(SOURCE)
    return tuple(" + ".join(kinds.label(kind) for kind in one) for one in choices.lists)


def _fail(study: UUID, template: str, values: dict[str, object], now: datetime) -> None:
    if transaction.get_connection().needs_rollback:
        return
    told = {"template": template, "values": {name: str(value) for name, value in values.items()}}
    Study.objects.filter(pk=study, state__in=_UNFINISHED).update(
        state=StudyState.FAILED, finished_at=now, fault=told
    )


@transaction.atomic
def download_report(study: UUID, *, by: Viewer, now: datetime) -> Download:
    """Give the report of a study as a PDF in the language of the page; logged, and each copy says its number.

    English where the study was made before reports were kept in that language.
    """
    from amparo.stats.report import Heading, Paragraph, to_pdf

    require(by, Permission.TABLES_DOWNLOAD)
    file = get_study(by, study)
    if file.state is not StudyState.DONE:
        raise Absent
    Study.objects.filter(pk=file.id).update(copies=F("copies") + 1)
    row = Study.objects.get(pk=file.id)
    record("evidence.study.download", by=by, at=now, record=str(file.id), count=row.copies)
    spoken = get_language() or ENGLISH
    kept = {ENGLISH: row.report} if "blocks" in row.report else row.report  # an earlier version kept one
    language = spoken if spoken in kept else ENGLISH
    with override(language):
        let_out = let_out_words(by, mark_of_study(file))[1]
        said = _(
            "Copy %(copy)s of study %(study)s. Only people who agreed that their record is used are counted. Who asks for many studies and "
            "subtracts them from each other may learn a hidden number: publish no set of them that nobody has checked together."
        ) % {"copy": row.copies, "study": file.id}
        more = (Heading(_("This copy")), Paragraph(f"{let_out} {said}", is_warning=True))
    document = report_from(kept[language], language=language, more=more)
    content = to_pdf(document, timestamp=int((file.finished_at or now).timestamp()))
    return Download(name=f"study-{file.day.isoformat()}.pdf", content_type="application/pdf", content=content)
