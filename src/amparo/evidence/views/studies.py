"""Answer for the pages of studies of prevalence."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from amparo.access.rules import Permission
from amparo.access.web import Request, requires
from amparo.evidence.actions import (
    download_report,
    mark_of_study,
    repeat_study,
    request_study,
    show_overlaps,
    stop_study,
)
from amparo.evidence.forms import StudyForm
from amparo.evidence.panels.studies import (
    compared_rows,
    estimates_chart,
    models_chart,
    models_rows,
    names_of,
    overlap_tables,
    overlaps_as_kept,
    studies_table,
    study_progress,
    study_rows,
    variation_tables,
)
from amparo.evidence.queries import (
    StudyFile,
    compare_studies,
    fact_tables,
    get_snapshot,
    get_study,
    holding_of,
    latest_snapshot,
    list_studies,
)
from amparo.evidence.queries.holdings import Missing
from amparo.evidence.queries.let_out import let_out_words
from amparo.evidence.queries.overlaps import studied
from amparo.evidence.queries.saying import (
    estimate_lines,
    floor_said,
    linkage_words,
    list_names,
    may_not_be_said,
    range_words,
    say_sentence,
    translated_names,
)
from amparo.evidence.queries.wording import say
from amparo.evidence.rules import NotAsked, SnapshotState, StudyState
from amparo.ui.formats import say_number
from amparo.ui.parts import Link
from amparo.ui.web import page

MOST_COMPARED = 10


@requires(Permission.TABLES_VIEW)
def studies(request: Request) -> HttpResponse:
    """List the studies."""
    context = {
        "table": studies_table(list_studies(request.viewer)),
        "snapshot": latest_snapshot(request.viewer),
        "back": Link(label=_("Figures"), url=reverse("evidence:tables")),
    }
    return page(request, "evidence/studies.html", context, title=_("Studies of prevalence"))


@requires(Permission.TABLES_VIEW)
def new(request: Request) -> HttpResponse:
    """Choose lists and see how they overlap; then order the study."""
    data = request.POST if request.method == "POST" else request.GET
    asked = data.get("snapshot")
    snapshot = get_snapshot(request.viewer, asked) if asked else latest_snapshot(request.viewer)
    if snapshot is None or snapshot.state is not SnapshotState.READY:
        return HttpResponseRedirect(reverse("evidence:tables"))
    try:
        holding = studied(holding_of(snapshot.id))
    except (Missing, NotAsked) as refusal:
        messages.error(request, _(refusal.template) % refusal.values)
        return HttpResponseRedirect(reverse("evidence:studies"))
    has_chosen = set(data) - {"snapshot", "csrfmiddlewaretoken"}
    form = StudyForm(data if has_chosen else None, holding=holding, initial={"snapshot": str(snapshot.id)})
    context: dict[str, Any] = {
        "form": form,
        "snapshot": snapshot,
        "cautions": linkage_words(),
        "back": Link(label=_("Studies of prevalence"), url=reverse("evidence:studies")),
    }
    if has_chosen and form.is_valid():
        try:
            if request.method == "POST":
                ordered = request_study(form.choices(), by=request.viewer, now=request.now)
                messages.success(request, _("The study is ordered. It is computed in the background."))
                return HttpResponseRedirect(reverse("evidence:study", args=[ordered]))
            choices = form.choices()
            shown = show_overlaps(choices, by=request.viewer, now=request.now)
        except NotAsked as refusal:
            context["refusal"] = _(refusal.template) % refusal.values
        else:
            overlaps = shown.overlaps
            context["overlaps"] = overlap_tables(
                overlaps_as_kept(overlaps), observed=overlaps.observed, names=list_names(choices)
            )
            context["warnings"] = [say(one) for one in shown.warnings]
    return page(request, "evidence/study_new.html", context, title=_("Choose lists for a study"))


@requires(Permission.TABLES_VIEW)
def study(request: Request, study: UUID) -> HttpResponse:
    """Show how far a study is, and what came out."""
    file = get_study(request.viewer, study)
    context: dict[str, Any] = {
        "study": file,
        "rows": study_rows(file, fact_tables()),
        "progress": study_progress(file) if file.state.is_unfinished else None,
        "may_stop": file.state.is_unfinished and file.is_own,
        "may_download": file.state is StudyState.DONE and request.viewer.may(Permission.TABLES_DOWNLOAD),
        "back": Link(label=_("Studies of prevalence"), url=reverse("evidence:studies")),
    }
    if file.state is StudyState.FAILED and file.fault:
        context["fault"] = say_sentence(file.fault, translated_names(file))
    if file.state is StudyState.DONE:
        _add_result(context, file, request)
    return page(request, "evidence/study.html", context, title=_("How many people nobody has met"))


def _add_result(context: dict[str, Any], file: StudyFile, request: Request) -> None:
    kept, names = file.result["lists"], translated_names(file)
    is_out, let_out = let_out_words(request.viewer, mark_of_study(file))
    if file.again is not None:
        earlier = get_study(request.viewer, file.again)
        if earlier.state is StudyState.DONE:
            context |= {"earlier": earlier, "sameness": compare_studies(request.viewer, earlier.id, file.id)}
    floor_words, is_sign = floor_said(file)
    context |= {
        "is_done": True,
        "is_out": is_out,
        "let_out": let_out,
        "may_propose": request.viewer.may(Permission.RELEASE_PREPARE) and not is_out,
        "level": f"{say_number(file.choices.level)} %",
        "range": range_words(file),
        "floor_words": floor_words,
        "floor_kind": "warning" if is_sign else "information",
        "lines": estimate_lines(file),
        "chart": estimates_chart(file),
        "models_chart": models_chart(file),
        "models": models_rows(file),
        "variations": variation_tables(file),
        "not_to_say": tuple(may_not_be_said(file)),
        "cautions": linkage_words(),
        "warnings": [say_sentence(one, names) for one in file.result["warnings"]],
        "overlaps": None
        if kept is None
        else overlap_tables(kept, observed=file.result["n"], names=names_of(file)),
        "others": [
            one for one in list_studies(request.viewer) if one.state is StudyState.DONE and one.id != file.id
        ][:MOST_COMPARED],
    }


@requires(Permission.TABLES_VIEW)
@require_POST
def again(request: Request, study: UUID) -> HttpResponse:
    """Order the same study once more."""
    try:
        ordered = repeat_study(study, by=request.viewer, now=request.now)
    except (NotAsked, Missing) as refusal:
        messages.error(request, _(refusal.template) % refusal.values)
        return HttpResponseRedirect(reverse("evidence:study", args=[study]))
    messages.success(request, _("The study is ordered. It is computed in the background."))
    return HttpResponseRedirect(reverse("evidence:study", args=[ordered]))


@requires(Permission.TABLES_VIEW)
@require_POST
def stop(request: Request, study: UUID) -> HttpResponse:
    """Stop a study of one's own."""
    stop_study(study, by=request.viewer, now=request.now)
    return HttpResponseRedirect(reverse("evidence:study", args=[study]))


@requires(Permission.TABLES_VIEW)
def compare(request: Request, study: UUID, earlier: UUID) -> HttpResponse:
    """Show two studies side by side, and whether their digits are the same."""
    sameness = compare_studies(request.viewer, earlier, study)
    first, second = get_study(request.viewer, earlier), get_study(request.viewer, study)
    context = {
        "sameness": sameness,
        "compared_studies": [{"file": one, "lists": list_names(one.choices)} for one in (first, second)],
        "compared": compared_rows(first, second),
        "back": Link(label=_("Study"), url=reverse("evidence:study", args=[study])),
    }
    return page(request, "evidence/studies_compared.html", context, title=_("Two studies side by side"))


@requires(Permission.TABLES_DOWNLOAD)
def report(request: Request, study: UUID) -> HttpResponse:
    """Send the report of a study."""
    sent = download_report(study, by=request.viewer, now=request.now)
    headers = {"Content-Disposition": f'attachment; filename="{sent.name}"'}
    return HttpResponse(sent.content, content_type=sent.content_type, headers=headers)
