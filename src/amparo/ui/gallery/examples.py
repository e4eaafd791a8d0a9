"""Whole pages of the four kinds, for looking at and for the accessibility tests."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from amparo.ui.forms import details_form
from amparo.ui.gallery import showcase as shown
from amparo.ui.gallery.records import ExampleDetails
from amparo.ui.parts import Link
from amparo.vocab.text import N_


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A whole page of the gallery."""

    template: str
    title: str


EXAMPLES = {
    "list": Example(template="ui/gallery/list.html", title=N_("People")),
    "case": Example(template="ui/gallery/case.html", title=N_("Overview")),
    "question": Example(template="ui/gallery/question.html", title=N_("About her")),
    "figure": Example(template="ui/gallery/figure.html", title=N_("People identified, by purpose")),
    "errors": Example(template="ui/gallery/errors.html", title=N_("Form with errors")),
    "public": Example(template="ui/gallery/public.html", title=N_("Ask for help")),
}


def example_context(request: HttpRequest, name: str) -> dict[str, Any]:
    """Return the values of one whole page."""
    context: dict[str, Any] = {"today": shown.TODAY}
    if name == "list":
        return context | {
            "table": shown.table(25),
            "pager": shown.components(request)["pager"],
            "form": shown.ExampleFilters(request.GET or None),
            "applied": shown.components(request)["applied"],
        }
    if name == "case":
        everything = shown.components(request)
        return context | everything | {"title": _("Overview")}
    if name == "question":
        form_class = details_form(ExampleDetails, fields=("names", "gender", "birth"), submission=True)
        form = form_class(request.POST or None, record=shown.person())
        return context | {"form": form, "back": Link(label=_("Back"), url="#")}
    if name == "errors":
        return context | {"form": shown.wrong_form()}
    if name == "public":
        return context | {"form": shown.ExampleNote(request.POST or None)}
    return context | {"table": shown.table(4)}
