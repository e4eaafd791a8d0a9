"""Answer for notes and documents."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from amparo.access.actions import once
from amparo.access.rules import Permission
from amparo.access.web import Request, requires
from amparo.cases.actions import EmptyNote, NoRoom, add_document, add_note
from amparo.cases.forms import DocumentForm, NoteForm
from amparo.cases.panels.identity import may_do
from amparo.cases.panels.timeline import document_table
from amparo.cases.queries import document_content, get_case, get_document, list_documents
from amparo.cases.rules.documents import KINDS, NotTaken
from amparo.cases.views.frame import case_page, question_page
from amparo.ui.forms.base import told

INSUFFICIENT_STORAGE = 507


@requires(Permission.NOTE_ADD)
def note(request: Request, reference: str) -> HttpResponse:
    """Write a note."""
    file = get_case(request.viewer, reference, now=request.now, permission=Permission.NOTE_ADD)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = {name: form.cleaned_data[name] for name in ("text", "kind", "is_sensitive")}
        add = partial(add_note, reference=reference, by=request.viewer, now=request.now, **typed)
        try:
            once(
                request.viewer,
                submission=form.cleaned_data["submission"],
                make=lambda: str(add()),
                now=request.now,
            )
        except EmptyNote:
            form.add_error("text", _("The note is empty. Write what you want to note down."))
        else:
            messages.success(request, _("The note is added."))
            return HttpResponseRedirect(reverse("cases:notes", args=[file.reference]))
    context = {"form": form}
    return question_page(request, "cases/note.html", context, file=file, title=_("Add a note"), back="notes")


@requires(Permission.DOCUMENT_READ)
def documents(request: Request, reference: str) -> HttpResponse:
    """Show the documents of a case."""
    file = get_case(request.viewer, reference, now=request.now, permission=Permission.DOCUMENT_READ)
    may_add = may_do(request.viewer, file, Permission.DOCUMENT_ADD)
    add_url = reverse("cases:document-new", args=[file.reference]) if may_add else ""
    found = list_documents(request.viewer, reference, now=request.now)
    context = {
        "table": document_table(file.reference, found, add_url=add_url),
        "add_url": add_url if found else "",
    }
    return case_page(
        request, "cases/documents.html", context, file=file, title=_("Documents"), current="documents"
    )


@requires(Permission.DOCUMENT_ADD)
def document_new(request: Request, reference: str) -> HttpResponse:
    """Take a file in."""
    file = get_case(request.viewer, reference, now=request.now, permission=Permission.DOCUMENT_ADD)
    form = DocumentForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            _take_in(request, reference, form)
        except NotTaken as error:
            form.add_error("file", told(error))
        except NoRoom:
            form.add_error(
                "file",
                _(
                    "There is too little room left on the disk of this installation. Nothing was saved, and your file was not changed. Tell the people who run this installation."
                ),
            )
            status = INSUFFICIENT_STORAGE
        else:
            messages.success(request, _("The document is added."))
            return HttpResponseRedirect(reverse("cases:documents", args=[file.reference]))
    context = {"form": form}
    return question_page(
        request,
        "cases/document.html",
        context,
        file=file,
        title=_("Add a document"),
        back="documents",
        status=status,
    )


@requires(Permission.DOCUMENT_READ)
def document(request: Request, reference: str, document: UUID) -> FileResponse:
    """Hand out the content of a document, to be saved and not to be shown; the file's name tells nothing."""
    found = get_document(request.viewer, reference, document, now=request.now)
    ending = next((kind.ending for kind in KINDS if kind.content_type == found.content_type), "bin")
    answer = FileResponse(
        document_content(found),
        as_attachment=True,
        filename=f"document.{ending}",
        content_type=found.content_type,
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Length"] = str(found.size)  # a file that breaks off is then seen to be broken
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "no-store"
    return answer


def _take_in(request: Request, reference: str, form: DocumentForm) -> None:
    sent = form.cleaned_data["file"]
    add = partial(
        add_document,
        reference=reference,
        content=sent.file,
        name=sent.name,
        size=sent.size,
        title=form.cleaned_data["title"],
        kind=form.cleaned_data["kind"],
        by=request.viewer,
        now=request.now,
    )
    once(request.viewer, submission=form.cleaned_data["submission"], make=lambda: str(add()), now=request.now)
