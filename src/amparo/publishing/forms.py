"""What is typed at the release desk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from amparo.publishing.actions import Details
from amparo.publishing.actions.drafting import DOI
from amparo.publishing.queries import Given, Shelf
from amparo.publishing.rules import KIND_LABELS, LEAST_WORDS, Audience, Plan
from amparo.stats.disclosure.register import FindingKind
from amparo.ui.formats import say_number
from amparo.ui.forms import DateField, FilterForm, Group, NoteField, PlainForm, TextField

# What may be read under each stands on the page for everybody; partners and ministries may get something that is not passed on.
LICENCES = ("CC BY 4.0", "CC BY-SA 4.0", "CC BY-NC 4.0", "CC0 1.0")
NOT_PASSED_ON = "Not to be passed on"
RESOLVER = "https://doi.org/"
EXPLAIN = "explain-"


class DraftForm(PlainForm):
    """What is said of a release before anybody reviews it."""

    title = TextField(label=gettext_lazy("Title"), max_length=200)
    purpose = NoteField(
        label=gettext_lazy("Purpose"),
        help_text=gettext_lazy("What it is let out for, and who asked for it."),
        rows=3,
        max_length=2_000,
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("For"),
        help_text=gettext_lazy(
            "What partners or a ministry get is let out too: it is checked in the same way, and remembered."
        ),
        widget=forms.RadioSelect,
    )
    ethics = NoteField(
        label=gettext_lazy("Ethics"),
        help_text=gettext_lazy(
            "Who could come to harm by it, and why that is unlikely; an approval, where there is one."
        ),
        rows=3,
        max_length=2_000,
        required=False,
    )
    licence = forms.ChoiceField(label=gettext_lazy("Licence"))
    doi = TextField(
        label=gettext_lazy("DOI"),
        help_text=gettext_lazy("Where one is kept ready for it, such as 10.5281/zenodo.1234."),
        max_length=120,
        required=False,
    )
    embargo_until = DateField(
        label=gettext_lazy("Not before"),
        help_text=gettext_lazy("Leave it empty to let it out as soon as two people agree."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self.fields["audience"], [(str(one), _(one.label)) for one in Audience])
        licences = [*((one, one) for one in LICENCES), (NOT_PASSED_ON, _("Not to be passed on"))]
        _choose(self.fields["licence"], licences)

    def clean_doi(self) -> str:
        """Take a DOI with or without the address of its resolver."""
        doi = str(self.cleaned_data["doi"]).removeprefix(RESOLVER)
        if doi and not DOI.fullmatch(doi):
            raise ValidationError(_("This is no DOI. Write it like 10.5281/zenodo.1234, or leave it empty."))
        return doi

    def clean(self) -> dict[str, Any]:
        """Ask that what is opened to named researchers may not be passed on."""
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("audience") == Audience.RESEARCH and typed.get("licence") != NOT_PASSED_ON:
            self.add_error(
                "licence",
                _("What is for researchers is opened to those who are named. Choose “Not to be passed on”."),
            )
        return typed

    def details(self) -> Details:
        """Give what was typed."""
        typed = self.cleaned_data
        embargo = typed["embargo_until"]
        return Details(
            title=typed["title"],
            purpose=typed["purpose"],
            audience=Audience(typed["audience"]),
            ethics=typed["ethics"],
            licence=typed["licence"],
            doi=typed["doi"],
            embargo_until=embargo if isinstance(embargo, date) else None,
        )


class FindForm(FilterForm):
    """Look for a release by its number or its title, on one of the shelves."""

    shelf = forms.CharField(widget=forms.HiddenInput)
    text = TextField(label=gettext_lazy("Number or title"), max_length=100)

    @property
    def chosen(self) -> tuple[Shelf, str]:
        """Give the shelf and the words; what is neither is everything."""
        typed = self.cleaned_data if self.is_valid() else {}
        try:
            shelf = Shelf(typed.get("shelf") or "")
        except ValueError:
            shelf = Shelf.ALL
        return shelf, typed.get("text") or ""


class ExplainForm(PlainForm):
    """Why no person comes to harm by what the register found, where words can say it; one answer for each kind of finding."""

    def __init__(self, *args: Any, kinds: Iterable[FindingKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in kinds:
            field = NoteField(label=_(KIND_LABELS[kind]), rows=3, max_length=2_000)
            field.help_text = _("Say why nobody comes to harm by it. The reviewer reads it.")
            self.fields[f"{EXPLAIN}{kind}"] = field

    def clean(self) -> dict[str, Any]:
        """Ask for whole sentences."""
        typed: dict[str, Any] = super().clean() or {}
        for name in self.fields:
            if name in typed and len(typed[name].strip()) < LEAST_WORDS:
                least = {"least": say_number(LEAST_WORDS)}
                self.add_error(
                    name, _("This is too short to explain it. Write at least %(least)s characters.") % least
                )
        return typed

    @property
    def explanations(self) -> dict[str, str]:
        """Give the answers, by the kind of finding."""
        return {name.removeprefix(EXPLAIN): words for name, words in self.cleaned_data.items()}


class NoteForm(PlainForm):
    """A remark, and the numbers that it is about."""

    words = NoteField(label=gettext_lazy("Remark"), rows=4, max_length=5_000)
    cells = forms.MultipleChoiceField(
        label=gettext_lazy("About these numbers"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, cells: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if cells:
            _choose(self.fields["cells"], list(cells))
        else:
            del self.fields["cells"]


class ReasonForm(PlainForm):
    """Why a release is refused or withdrawn."""

    reason = NoteField(label=gettext_lazy("Reason"), rows=4, max_length=2_000)


class PlanForm(PlainForm):
    """A proposal for research."""

    groups = (
        Group(title=gettext_lazy("The question"), fields=("title", "summary", "question", "method")),
        Group(title=gettext_lazy("The data"), fields=("wanted", "begins", "ends", "colleagues")),
        Group(title=gettext_lazy("Ethics"), fields=("ethics_body", "ethics_number", "ethics_on")),
        Group(title=gettext_lazy("Money and interests"), fields=("funder", "conflicts")),
    )
    title = TextField(label=gettext_lazy("Title"), max_length=200)
    summary = NoteField(
        label=gettext_lazy("Summary for everybody"),
        help_text=gettext_lazy(
            "What you want to find out and why, in a few plain sentences. It is published with your institution once the proposal "
            "is approved."
        ),
        rows=4,
        max_length=2_000,
    )
    question = NoteField(label=gettext_lazy("Question"), rows=4, max_length=5_000)
    method = NoteField(label=gettext_lazy("Method"), rows=4, max_length=5_000)
    wanted = NoteField(
        label=gettext_lazy("Data wanted, with their variables"),
        help_text=gettext_lazy(
            "Which file or tables, of which years, and which columns. Name no more than the question needs."
        ),
        rows=4,
        max_length=5_000,
    )
    begins = DateField(label=gettext_lazy("First day"))
    ends = DateField(label=gettext_lazy("Last day"))
    colleagues = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Who works on it with you"),
        help_text=gettext_lazy(
            "Researchers of your organisation who have an account here. Nobody else can open the data."
        ),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    ethics_body = TextField(label=gettext_lazy("Who approved its ethics"), max_length=200)
    ethics_number = TextField(label=gettext_lazy("Number of the approval"), max_length=100)
    ethics_on = DateField(label=gettext_lazy("Day of the approval"))
    funder = NoteField(
        label=gettext_lazy("Who pays for it"),
        help_text=gettext_lazy("Write “nobody” where nobody does."),
        rows=2,
        max_length=2_000,
    )
    conflicts = NoteField(
        label=gettext_lazy("Conflicts of interest"),
        help_text=gettext_lazy("Of everybody who works on it. Write “none” where there are none."),
        rows=2,
        max_length=2_000,
    )

    def __init__(self, *args: Any, colleagues: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if colleagues:
            _choose(self.fields["colleagues"], [(str(user), name) for user, name in colleagues])
        else:
            del self.fields["colleagues"]

    def plan(self) -> Plan:
        """Give what was typed; raises `NotWritten`."""
        return Plan(**{name: value for name, value in self.cleaned_data.items() if name != "colleagues"})

    @property
    def named(self) -> list[int]:
        """Give the colleagues who were chosen."""
        return list(self.cleaned_data.get("colleagues") or ())


class ReviewForm(PlainForm):
    """Which releases would be opened, and what could be disclosed."""

    releases = forms.TypedMultipleChoiceField(
        label=gettext_lazy("What would be opened"),
        help_text=gettext_lazy("What was let out to researchers. Choose no more than the question needs."),
        coerce=UUID,
        widget=forms.CheckboxSelectMultiple,
    )
    words = NoteField(
        label=gettext_lazy("What it could disclose, and to whom"),
        help_text=gettext_lazy(
            "Who could recognise somebody by it, beside what the researchers know already. The second person reads it."
        ),
        rows=4,
        max_length=5_000,
    )

    def __init__(self, *args: Any, releases: Sequence[Given], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self.fields["releases"], [(str(one.id), f"{one.number}: {one.title}") for one in releases])


class GrantForm(PlainForm):
    """Under which conditions the data are opened."""

    conditions = NoteField(
        label=gettext_lazy("Conditions"),
        help_text=gettext_lazy(
            "What the researchers keep to. They read it on the page of the proposal, above the data."
        ),
        rows=4,
        max_length=5_000,
        required=False,
    )


class ConfirmForm(PlainForm):
    """Nothing to be filled in: what is agreed to stands on the page."""


class MoreTimeForm(PlainForm):
    """Until when the data are needed, and why."""

    until = DateField(label=gettext_lazy("New last day"))
    because = NoteField(label=gettext_lazy("Reason"), rows=4, max_length=2_000)


class ReportForm(PlainForm):
    """What came of the research."""

    report = NoteField(
        label=gettext_lazy("What came of it"),
        help_text=gettext_lazy(
            "What you found, where it is published, and that you keep no copy of the data."
        ),
        rows=6,
        max_length=10_000,
    )


class OutputForm(PlainForm):
    """A table of a file that is to be let out."""

    title = TextField(label=gettext_lazy("Title of the table"), max_length=200)
    rows = forms.ChoiceField(label=gettext_lazy("Rows"))
    rows_then = forms.ChoiceField(label=gettext_lazy("Rows, then by"), required=False)
    columns = forms.ChoiceField(label=gettext_lazy("Columns"), required=False)

    def __init__(self, *args: Any, variables: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("rows", "rows_then", "columns"):
            none = [] if name == "rows" else [("", _("Nothing"))]
            _choose(self.fields[name], [*none, *variables])

    @property
    def chosen(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Give the columns of the file that stand in the rows of the table, and in its columns."""
        typed = self.cleaned_data
        rows = tuple(one for one in (typed["rows"], typed["rows_then"]) if one)
        return rows, (typed["columns"],) if typed["columns"] else ()


def _choose(field: forms.Field, choices: list[tuple[str, str]]) -> None:
    if isinstance(field, forms.ChoiceField):
        field.choices = choices
