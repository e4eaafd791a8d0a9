"""Answer for a case on paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.utils.translation import gettext as _

from amparo.access.actions import mark_of, note_copy
from amparo.access.rules import Permission
from amparo.access.web import Request, fresh, requires
from amparo.cases.actions import take_summary
from amparo.cases.panels.printed import SUMMARY, summary_values
from amparo.cases.queries import get_case
from amparo.cases.views.frame import question_page
from amparo.ui.printing import print_pdf


@requires(Permission.SUMMARY_PRINT)
@fresh
def summary_pdf(request: Request, reference: str) -> HttpResponse:
    """Say what the paper will hold and that it is written down; then hand it out."""
    if request.method != "POST":
        file = get_case(request.viewer, reference, now=request.now, permission=Permission.SUMMARY_PRINT)
        return question_page(request, "cases/summary.html", {}, file=file, title=_("Summary as PDF"))
    file = take_summary(reference=reference, by=request.viewer, now=request.now)
    values = summary_values(file, by=request.viewer, now=request.now)
    return sent_on_paper(request, values, what="summary", name="summary")


def sent_on_paper(request: Request, values: Mapping[str, Any], *, what: str, name: str) -> HttpResponse:
    """Print a paper that carries the number of its copy, and write down which one it is."""
    copy = uuid4()
    content = print_pdf(SUMMARY, {**values, "copy": mark_of(copy)}, now=request.now)
    note_copy(content, copy=copy, what=what, is_marked=True, by=request.viewer, now=request.now)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return answer
