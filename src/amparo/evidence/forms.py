"""What somebody chooses to see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from amparo.evidence.queries.holdings import TableHolding
from amparo.evidence.queries.saying import methods_offered
from amparo.evidence.queries.wording import ordered, say_value, say_variable
from amparo.evidence.rules import StudyChoices, Variable, variables_of
from amparo.evidence.rules.asking import METHODS, ONLY
from amparo.evidence.rules.studies import (
    HIGHEST_SEED,
    JOINED,
    LEVELS,
    MOST_LISTS,
    NARROWED,
    REPLICATES,
    SOURCE,
    YEAR,
)
from amparo.publishing.queries import ReleaseFile
from amparo.ui.formats import in_local_digits, say_number
from amparo.ui.forms import FilterForm, NoteField, PlainForm, TextField
from amparo.ui.forms.base import teach

Choices = list[tuple[Any, Any]]
LIST = "list-"
OWN = "own"


class TableForm(FilterForm):
    """Rows, columns, what it is narrowed to, and how small numbers are protected. Sent by GET, so a table is a link."""

    table = forms.CharField(widget=forms.HiddenInput)
    snapshot = forms.CharField(widget=forms.HiddenInput)
    rows = forms.ChoiceField(label=gettext_lazy("Rows"))
    rows_then = forms.ChoiceField(label=gettext_lazy("Rows, then by"))
    columns = forms.ChoiceField(label=gettext_lazy("Columns"))
    columns_then = forms.ChoiceField(label=gettext_lazy("Columns, then by"))
    method = forms.ChoiceField(label=gettext_lazy("Small numbers"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, holding: TableHolding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        variables = _grouped(variables_of(holding.table, holding.present))
        for name in ("rows", "rows_then", "columns", "columns_then"):
            _choose(self.fields[name], variables if name == "rows" else [("", _("Nothing")), *variables])
        _choose(self.fields["method"], [(code, _(label)) for code, label in METHODS.items()])
        for column in holding.table.columns:
            name, found = f"{ONLY}{column.name}", ordered(column, holding.present[column.name])
            # Where there is nothing to choose between, a choice that a link brings is still answered.
            if not column.is_many and (len(found) > 1 or self.data.get(name)):
                field = forms.ChoiceField(label=_(column.label), required=False)
                _choose(field, [("", _("All")), *((value, say_value(column, value)) for value in found)])
                teach(field)
                self.fields[name] = field

    @property
    def shape(self) -> list[forms.BoundField]:
        """Return the fields that say what the table is made of."""
        return [self[name] for name in ("rows", "rows_then", "columns", "columns_then", "method")]

    @property
    def narrowing(self) -> list[forms.BoundField]:
        """Return the fields that narrow what is counted."""
        return [self[name] for name in self.fields if name.startswith(ONLY)]

    @property
    def is_narrowed(self) -> bool:
        """Tell whether what is counted is narrowed."""
        return any(bound.data for bound in self.narrowing)


class ExportForm(PlainForm):
    """Take the facts of a snapshot out, after reading what they are."""

    is_understood = forms.BooleanField(
        label=gettext_lazy(
            "I have read this. I keep the files where only I can read them, and publish nothing from them unchecked."
        )
    )


class ProposalForm(PlainForm):
    """Into which release something goes: a new one with its title and purpose, or a draft that speaks of the same facts."""

    into = forms.ChoiceField(label=gettext_lazy("Into"), widget=forms.RadioSelect)
    title = TextField(label=gettext_lazy("Title"), max_length=200, required=False)
    purpose = NoteField(
        label=gettext_lazy("Purpose"),
        help_text=gettext_lazy("What it is let out for, and who asked for it."),
        rows=3,
        max_length=2_000,
        required=False,
    )
    replaces = forms.ChoiceField(
        label=gettext_lazy("Takes the place of"),
        help_text=gettext_lazy("A new version stands before the earlier one, which stays in the register."),
        required=False,
    )

    def __init__(
        self, *args: Any, drafts: Sequence[ReleaseFile], published: Sequence[ReleaseFile], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        new = [("", _("A new release"))]
        _choose(self.fields["into"], [*new, *((str(one.id), f"{one.number}: {one.title}") for one in drafts)])
        none = [("", _("Nothing"))]
        _choose(
            self.fields["replaces"],
            [*none, *((str(one.id), f"{one.number}: {one.title}") for one in published)],
        )
        self.fields["into"].required = False
        if not drafts:
            self.fields["into"].widget = forms.HiddenInput()
        if not published:
            self.fields["replaces"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """Ask for title and purpose of what is new."""
        typed: dict[str, Any] = super().clean() or {}
        if not typed.get("into") and "into" in typed:
            for name in ("title", "purpose"):
                if name in typed and not typed[name]:
                    self.add_error(name, _("This is empty. A new release says what it is and what for."))
        return typed


class FileForm(PlainForm):
    """A file of rows with the report that was written beside it, of whom it speaks, and what for it would be let out."""

    table = forms.ChoiceField(label=gettext_lazy("Of whom the rows are"), widget=forms.RadioSelect)
    rows = forms.FileField(
        label=gettext_lazy("File of rows"),
        help_text=gettext_lazy(
            "The CSV file that “amparo protect” or “amparo synthesize” wrote, of 10 MB at most."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv"}),
    )
    report = forms.FileField(
        label=gettext_lazy("Its report"),
        help_text=gettext_lazy("The file beside it, whose name ends in .provenance.json."),
        widget=forms.ClearableFileInput(attrs={"accept": ".json"}),
    )
    title = TextField(label=gettext_lazy("Title"), max_length=200)
    purpose = NoteField(
        label=gettext_lazy("Purpose"),
        help_text=gettext_lazy("What it is let out for, and who asked for it."),
        rows=3,
        max_length=2_000,
    )

    def __init__(self, *args: Any, tables: Sequence[TableHolding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self.fields["table"], [(one.table.name, _(one.table.label)) for one in tables])


def _choose(field: forms.Field, choices: Choices) -> None:
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


def _grouped(variables: tuple[Variable, ...]) -> Choices:
    """List plain columns first, then the codes of each column that holds several, under its name."""
    plain: Choices = [(one.name, say_variable(one)) for one in variables if not one.code]
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in variables:
        if one.code:
            groups.setdefault(_(one.column.label), []).append((one.name, say_value(one.column, one.code)))
    return [*plain, *groups.items()]


class StudyForm(FilterForm):
    """Which lists a study compares, of whom, and how. Sent by GET to see the overlap, and by POST to order the study."""

    snapshot = forms.CharField(widget=forms.HiddenInput)
    first_year = forms.ChoiceField(label=gettext_lazy("From year"))
    last_year = forms.ChoiceField(label=gettext_lazy("To year"))
    methods = forms.MultipleChoiceField(
        label=gettext_lazy("Methods"),
        help_text=gettext_lazy(
            "Tick none to have all that suit the lists, with all that the estimates hang on. This is what a report needs."
        ),
        widget=forms.CheckboxSelectMultiple,
    )
    level = forms.TypedChoiceField(label=gettext_lazy("Level of the intervals"), coerce=int, initial=95)
    replicates = forms.TypedChoiceField(label=gettext_lazy("Bootstrap replicates"), coerce=int, initial=1000)
    seed = forms.IntegerField(
        label=gettext_lazy("Seed"),
        help_text=gettext_lazy("The same seed gives the same digits."),
        min_value=0,
        max_value=HIGHEST_SEED,
        initial=1,
    )

    def __init__(self, *args: Any, holding: TableHolding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present, columns = holding.present, {column.name: column for column in holding.table.columns}
        self.kinds = [
            kind
            for kind in ordered(columns[SOURCE], present[SOURCE])
            if columns[SOURCE].order_of(kind)[0] < 2
        ]
        for kind in self.kinds:
            field = forms.ChoiceField(label=say_value(columns[SOURCE], kind), required=False)
            _choose(field, _of_kind())
            field.initial = OWN if len(self.kinds) <= MOST_LISTS else ""
            teach(field)
            self.fields[f"{LIST}{kind}"] = field
        years = [year for year in sorted(present[YEAR]) if year.isdigit()]
        for name, words in (("first_year", _("The first")), ("last_year", _("The last"))):
            _choose(self.fields[name], [("", words), *((year, in_local_digits(year)) for year in years)])
        for name in NARROWED:
            found = ordered(columns[name], present[name])
            field = forms.ChoiceField(label=_(columns[name].label), required=False)
            _choose(field, [("", _("All")), *((one, say_value(columns[name], one)) for one in found)])
            teach(field)
            self.fields[f"{ONLY}{name}"] = field
        _choose(self.fields["methods"], [(name, _(words)) for name, words in methods_offered()])
        _choose(self.fields["level"], [(one, in_local_digits(f"{one} %")) for one in LEVELS])
        _choose(self.fields["replicates"], [(one, say_number(one)) for one in REPLICATES])

    @property
    def sources(self) -> list[forms.BoundField]:
        """Return the fields that say what becomes of each kind of organisation."""
        return [self[f"{LIST}{kind}"] for kind in self.kinds]

    @property
    def narrowing(self) -> list[forms.BoundField]:
        """Return the fields that say of whom the study is."""
        return [self["first_year"], self["last_year"], *(self[f"{ONLY}{name}"] for name in NARROWED)]

    @property
    def manner(self) -> list[forms.BoundField]:
        """Return the fields that say how estimates are made."""
        return [self[name] for name in ("methods", "level", "replicates", "seed")]

    def choices(self) -> StudyChoices:
        """Return what was chosen; raises `NotAsked` where it makes no study."""
        data = self.cleaned_data
        lists: dict[str, list[str]] = {}
        for kind in self.kinds:
            if place := data.get(f"{LIST}{kind}"):
                lists.setdefault(kind if place == OWN else f"{JOINED}{place}", []).append(kind)
        seed = data.get("seed")
        return StudyChoices(
            snapshot=data["snapshot"],
            lists=tuple(map(tuple, lists.values())),
            only=tuple((name, data[f"{ONLY}{name}"]) for name in NARROWED if data.get(f"{ONLY}{name}")),
            first_year=data.get("first_year") or "",
            last_year=data.get("last_year") or "",
            methods=tuple(data.get("methods") or ()),
            level=data.get("level") or 95,
            replicates=data.get("replicates") or 1000,
            seed=1 if seed is None else seed,
        )


def _of_kind() -> Choices:
    joined = [(place, _("Joined with others: list %(letter)s") % {"letter": place}) for place in "ABC"]
    return [("", _("Left out")), (OWN, _("A list of its own")), *joined]
