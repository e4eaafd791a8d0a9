"""Answer for the pages of figures and of snapshots."""

from __future__ import annotations

import tempfile
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from amparo.access.actions import Changed, NotWaiting, Refused
from amparo.access.rules import Permission
from amparo.access.web import Request, fresh, requires
from amparo.evidence.actions import (
    ask_facts,
    collect_facts,
    download_table,
    mark_of_figure,
    request_snapshot,
    show_table,
)
from amparo.evidence.forms import ExportForm, TableForm
from amparo.evidence.panels.figures import (
    chart_of,
    ready_cards,
    snapshot_progress,
    snapshot_rows,
    snapshots_table,
    unit_tabs,
    what_is_kept,
)
from amparo.evidence.queries import (
    Holding,
    SnapshotFile,
    TableHolding,
    get_snapshot,
    holding_of,
    latest_snapshot,
    list_snapshots,
)
from amparo.evidence.queries.figures import (
    caution_words,
    hidden_summary,
    hidden_words,
    layout_of,
    only_words,
    title_of,
)
from amparo.evidence.queries.holdings import Missing
from amparo.evidence.queries.let_out import let_out_words
from amparo.evidence.rules import NotAsked, SnapshotState, TableChoices
from amparo.ui.parts import Link
from amparo.ui.web import page


@requires(Permission.TABLES_VIEW)
def tables(request: Request) -> HttpResponse:
    """Offer ready tables and the way to make one's own; say which snapshot they come from."""
    latest = latest_snapshot(request.viewer)
    holding = opened_holding(request, latest)
    context = {
        "snapshot": latest,
        "cards": ready_cards(holding) if holding else (),
        "may_build": request.viewer.may(Permission.SNAPSHOT_BUILD),
        "may_propose": request.viewer.may(Permission.RELEASE_PREPARE),
    }
    return page(request, "evidence/tables.html", context, title=_("Figures"))


@requires(Permission.TABLES_VIEW)
def table(request: Request) -> HttpResponse:
    """Show a table with its chart, and the form that changes it."""
    snapshot = asked_snapshot(request)
    holding = opened_holding(request, snapshot)
    if snapshot is None or holding is None:
        return to_snapshot(snapshot)
    asked = _asked_table(request, holding)
    data: dict[str, str] = {
        "table": asked.table.name,
        "snapshot": str(snapshot.id),
        "method": "suppress",
        **_first_choice(asked),
    }
    data |= {name: value for name, value in request.GET.dict().items() if name not in ("table", "snapshot")}
    form = TableForm(data, holding=asked)
    context = {
        "form": form,
        "tabs": unit_tabs(holding, current=asked.table.name, snapshot=str(snapshot.id)),
        "snapshot": snapshot,
        "definition": _(asked.table.definition),
        "source": _(asked.table.source),
        "back": Link(label=_("Figures"), url=reverse("evidence:tables")),
    }
    title = _(asked.table.label)
    if form.is_valid():
        try:
            title = _add_figure(context, _choices(form), request)
        except NotAsked as refusal:
            context["refusal"] = _(refusal.template) % refusal.values
    return page(request, "evidence/table.html", context, title=title)


def _add_figure(context: dict[str, object], choices: TableChoices, request: Request) -> str:
    """Put the figure into the context of the page; gives its title."""
    figure = show_table(choices, by=request.viewer, now=request.now)
    layout, title = layout_of(figure), title_of(figure)
    chart, chart_note = chart_of(layout, title=title)
    address = reverse("evidence:download")
    is_out, let_out = let_out_words(request.viewer, mark_of_figure(figure))
    context |= {
        "is_out": is_out,
        "let_out": let_out,
        "propose_url": f"{reverse('evidence:propose')}?{choices.query()}",
        "may_propose": request.viewer.may(Permission.RELEASE_PREPARE) and not is_out,
        "layout": layout,
        "chart": chart,
        "chart_note": chart_note,
        "hidden": hidden_words(figure),
        "summary": hidden_summary(figure),
        "cautions": caution_words(figure),
        "only": only_words(figure),
        "threshold": figure.threshold,
        "csv_url": f"{address}?{choices.query()}&format=csv",
        "xlsx_url": f"{address}?{choices.query()}&format=xlsx",
        "may_download": request.viewer.may(Permission.TABLES_DOWNLOAD),
    }
    return title


@requires(Permission.TABLES_DOWNLOAD)
def download(request: Request) -> HttpResponse:
    """Send a table as a file."""
    snapshot = asked_snapshot(request)
    holding = opened_holding(request, snapshot)
    if snapshot is None or holding is None:
        return to_snapshot(snapshot)
    try:
        choices = asked_choices(request, holding, snapshot)
        if choices is None:
            return HttpResponseRedirect(f"{reverse('evidence:table')}?{request.GET.urlencode()}")
        kind = request.GET.get("format", "")
        sent = download_table(choices, kind, by=request.viewer, now=request.now)
    except NotAsked as refusal:
        messages.error(request, _(refusal.template) % refusal.values)
        return HttpResponseRedirect(f"{reverse('evidence:table')}?{request.GET.urlencode()}")
    headers = {"Content-Disposition": f'attachment; filename="{sent.name}"'}
    return HttpResponse(sent.content, content_type=sent.content_type, headers=headers)


@requires(Permission.TABLES_VIEW)
def snapshots(request: Request) -> HttpResponse:
    """List the snapshots; order a new one."""
    if request.method == "POST":
        ordered = request_snapshot(by=request.viewer, now=request.now)
        messages.success(request, _("The snapshot is ordered. It is built in the background."))
        return HttpResponseRedirect(reverse("evidence:snapshot", args=[ordered]))
    context = {
        "table": snapshots_table(list_snapshots(request.viewer)),
        "kept": what_is_kept(),
        "may_build": request.viewer.may(Permission.SNAPSHOT_BUILD),
        "back": Link(label=_("Figures"), url=reverse("evidence:tables")),
    }
    return page(request, "evidence/snapshots.html", context, title=_("Snapshots of the facts"))


@requires(Permission.TABLES_VIEW)
def snapshot(request: Request, snapshot: UUID) -> HttpResponse:
    """Show how far a snapshot is, and what it holds."""
    file = get_snapshot(request.viewer, snapshot)
    is_ready = file.state == "ready"
    context = {
        "snapshot": file,
        "is_ready": is_ready,
        "rows": snapshot_rows(file),
        "progress": snapshot_progress(file) if file.state.is_unfinished else None,
        "may_export": is_ready and request.viewer.may(Permission.FACTS_EXPORT),
        "back": Link(label=_("Snapshots of the facts"), url=reverse("evidence:snapshots")),
    }
    return page(request, "evidence/snapshot.html", context, title=_("Snapshot"))


@requires(Permission.FACTS_EXPORT)
@fresh
def facts(request: Request, snapshot: UUID) -> HttpResponse:
    """Ask a second person to let the facts of a snapshot leave, once it was read what they are."""
    file = get_snapshot(request.viewer, snapshot)
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask_facts(file.id, by=request.viewer, now=request.now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("A second person is asked. When they agree, the file waits for you here.")
            )
            return HttpResponseRedirect(reverse("accounts:act", args=[asked]))
    back = Link(label=_("Snapshot"), url=reverse("evidence:snapshot", args=[file.id]))
    return page(
        request,
        "evidence/facts.html",
        {"form": form, "snapshot": file, "back": back},
        title=_("Take out the facts"),
    )


@requires(Permission.FACTS_EXPORT)
@require_POST
@fresh
def collect(request: Request, act: UUID) -> HttpResponse | FileResponse:
    """Send the facts on which two people agreed, once, to the one who asked."""
    stream = tempfile.TemporaryFile()  # noqa: SIM115  # the response closes it when it is sent
    try:
        snapshot = collect_facts(act, stream, by=request.viewer, now=request.now)
        day = get_snapshot(request.viewer, snapshot).day
    except BaseException as fault:
        stream.close()
        if not isinstance(fault, NotWaiting | Changed):
            raise
        over = _("This file was taken already, or its 24 hours are over. Ask for it anew.")
        gone = _("The facts are not there any more as they were. Ask for them anew.")
        messages.error(request, over if isinstance(fault, NotWaiting) else gone)
    else:
        stream.seek(0)
        name = f"facts-{day.isoformat()}.zip"
        return FileResponse(stream, as_attachment=True, filename=name, content_type="application/zip")
    return HttpResponseRedirect(reverse("evidence:snapshots"))


def asked_snapshot(request: Request) -> SnapshotFile | None:
    """Find the snapshot that the address names, or else the newest."""
    asked = request.GET.get("snapshot")
    return get_snapshot(request.viewer, asked) if asked else latest_snapshot(request.viewer)


def opened_holding(request: Request, snapshot: SnapshotFile | None) -> Holding | None:
    """Open a ready snapshot; where its files are gone, the page says so."""
    if snapshot is None or snapshot.state is not SnapshotState.READY:
        return None
    try:
        return holding_of(snapshot.id)
    except Missing as missing:
        messages.error(request, _(missing.template))
        return None


def to_snapshot(snapshot: SnapshotFile | None) -> HttpResponseRedirect:
    """Lead to what says why there is no table: the page of the snapshot, or the one that explains what snapshots are."""
    if snapshot is None:
        return HttpResponseRedirect(reverse("evidence:tables"))
    return HttpResponseRedirect(reverse("evidence:snapshot", args=[snapshot.id]))


def _asked_table(request: Request, holding: Holding) -> TableHolding:
    asked = request.GET.get("table", "")
    return holding.tables.get(asked) or next(iter(holding.tables.values()))


def asked_choices(request: Request, holding: Holding, snapshot: SnapshotFile) -> TableChoices | None:
    """Read which table the query of the address asks for; None where it is none. Raises `NotAsked`."""
    asked = _asked_table(request, holding)
    form = TableForm({**request.GET.dict(), "snapshot": str(snapshot.id)}, holding=asked)
    return _choices(form) if form.is_valid() else None


def _first_choice(asked: TableHolding) -> dict[str, str]:
    return {"rows": asked.table.columns[0].name}


def _choices(form: TableForm) -> TableChoices:
    only = [name.removeprefix("only-") for name in form.fields if name.startswith("only-")]
    return TableChoices.from_data(form.cleaned_data, only=only)
