"""Answer for a case on paper."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

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
    content = print_pdf(SUMMARY, summary_values(file, by=request.viewer, now=request.now), now=request.now)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="summary.pdf"'
    return answer
