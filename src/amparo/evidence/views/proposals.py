"""Answer for proposing a table or a study for release: what goes out, and into which release."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from amparo.access.rules import Permission
from amparo.access.web import Request, requires
from amparo.evidence.actions import Proposed, propose, proposed_file, proposed_study, proposed_table
from amparo.evidence.forms import FileForm, ProposalForm
from amparo.evidence.queries.holdings import Missing
from amparo.evidence.rules import NotAsked
from amparo.evidence.views.figures import asked_choices, asked_snapshot, opened_holding, to_snapshot
from amparo.publishing.queries import drafts_about, published_about
from amparo.publishing.rules import MOST_BYTES, NotAudited, NotSafe, NotTheTime
from amparo.ui.formats import say_number
from amparo.ui.parts import Link, SummaryRow
from amparo.ui.web import page
from amparo.vocab.state import load_state
from amparo.vocab.text import N_


@requires(Permission.RELEASE_PREPARE)
def table(request: Request) -> HttpResponse:
    """Propose the table that the address asks for."""
    snapshot = asked_snapshot(request)
    holding = opened_holding(request, snapshot)
    if snapshot is None or holding is None:
        return to_snapshot(snapshot)
    back = f"{reverse('evidence:table')}?{request.GET.urlencode()}"
    try:
        choices = asked_choices(request, holding, snapshot)
        if choices is None:
            return HttpResponseRedirect(back)
        proposed = proposed_table(choices, by=request.viewer, now=request.now)
    except NotAsked as refusal:
        messages.error(request, _(refusal.template) % refusal.values)
        return HttpResponseRedirect(back)
    return _propose(request, proposed, back=Link(label=_("Table"), url=back))


@requires(Permission.RELEASE_PREPARE)
def study(request: Request, study: UUID) -> HttpResponse:
    """Propose a study that is done."""
    back = reverse("evidence:study", args=[study])
    try:
        proposed = proposed_study(study, by=request.viewer, now=request.now)
    except (NotAsked, Missing) as refusal:
        messages.error(request, _(refusal.template) % refusal.values)
        return HttpResponseRedirect(back)
    return _propose(request, proposed, back=Link(label=_("Study"), url=back))


@requires(Permission.RELEASE_PREPARE)
def file(request: Request) -> HttpResponse:
    """Propose a file of protected or made-up rows, which is measured again before it becomes a draft."""
    snapshot = asked_snapshot(request)
    holding = opened_holding(request, snapshot)
    if snapshot is None or holding is None:
        return to_snapshot(snapshot)
    tables = tuple(holding.tables.values())
    first = {"table": tables[0].table.name}
    form = FileForm(request.POST or None, request.FILES or None, tables=tables, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            release = _kept_file(request, snapshot.id, form.cleaned_data)
        except (NotAsked, NotAudited, NotSafe) as refusal:
            form.add_error(None, _(refusal.template) % refusal.values)
        else:
            messages.success(
                request,
                _("It is measured again, and in the draft of a release. The register was asked about it."),
            )
            return HttpResponseRedirect(reverse("publishing:release", args=[release]))
    context = {
        "form": form,
        "day": snapshot.day,
        "least": load_state(settings.AMPARO_STATE).microdata_threshold,
        "back": Link(label=_("Releases"), url=reverse("publishing:list")),
    }
    return page(request, "evidence/propose_file.html", context, title=_("Propose a file for release"))


def _kept_file(request: Request, snapshot: UUID, typed: dict[str, Any]) -> UUID:
    rows, report = typed["rows"], typed["report"]
    if max(rows.size, report.size) > MOST_BYTES:
        raise NotSafe(N_("The file is larger than 10 MB. Leave columns out, or let out a part of it."))
    proposed = proposed_file(
        snapshot,
        typed["table"],
        content=rows.read(),
        report=report.read(),
        file_name=rows.name,
        by=request.viewer,
        now=request.now,
    )
    return propose(
        proposed,
        into=None,
        title=typed["title"],
        purpose=typed["purpose"],
        by=request.viewer,
        now=request.now,
    )


def _propose(request: Request, proposed: Proposed, *, back: Link) -> HttpResponse:
    words = proposed.item.content["words"][get_language()]
    form = ProposalForm(
        request.POST or None,
        drafts=drafts_about(request.viewer, proposed.population, proposed.snapshot_hash),
        published=published_about(request.viewer, proposed.population),
        initial={"into": "", "title": words["title"][:200]},
    )
    if request.method == "POST" and form.is_valid():
        try:
            release = _keep(request, proposed, form.cleaned_data)
        except (NotAudited, NotTheTime) as refusal:
            form.add_error(None, _(refusal.template) % refusal.values)
        else:
            messages.success(request, _("It is in the draft of a release. The register was asked about it."))
            return HttpResponseRedirect(reverse("publishing:release", args=[release]))
    context = {"form": form, "rows": _rows(proposed, words), "back": back}
    return page(request, "evidence/propose.html", context, title=_("Propose for release"))


def _keep(request: Request, proposed: Proposed, typed: dict[str, Any]) -> UUID:
    into, replaces = typed["into"], typed["replaces"]
    return propose(
        proposed,
        into=UUID(into) if into else None,
        title=typed["title"],
        purpose=typed["purpose"],
        replaces=UUID(replaces) if replaces else None,
        by=request.viewer,
        now=request.now,
    )


def _rows(proposed: Proposed, words: dict[str, str]) -> tuple[SummaryRow, ...]:
    """Say what would be let out."""
    cells = proposed.item.cells
    hidden = sum(cell.is_hidden for cell in cells)
    counts = {"shown": say_number(len(cells) - hidden), "hidden": say_number(hidden)}
    labels = (
        ("title", _("Title")), ("definition", _("Definition")), ("unit", _("What is counted")), ("source", _("Source")),
        ("method", _("Method")), ("protection", _("Protection")),
    )  # fmt: skip
    return (
        *(SummaryRow(label=label, value=words[name]) for name, label in labels),
        SummaryRow(label=_("Numbers"), value=_("%(shown)s numbers shown, %(hidden)s hidden") % counts),
    )
