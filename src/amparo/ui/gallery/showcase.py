"""The values that each component of the gallery is shown with."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from amparo.ui.forms import CodedField, FilterForm, NoteField, PlainForm, details_form
from amparo.ui.gallery.records import ExampleDetails, ExampleName
from amparo.ui.parts import (
    Cell,
    Colour,
    Column,
    ComparisonRow,
    DataTable,
    IdentityBar,
    Link,
    Pager,
    Progress,
    Row,
    State,
    SummaryRow,
    Tab,
    TimelineEntry,
)
from amparo.vocab.dates import PartialDate, StatedAge

TODAY = date(2026, 3, 3)
LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff " * 14
NAMES = ("Amal Haddad", "أمل حداد", "Олена Шевченко", "ประภา สุขใจ", "ሰላም ተስፋዬ", "陈美玲")


class ExampleFilters(FilterForm):
    """Filters of a list."""

    q = forms.CharField(label="")
    stage = forms.MultipleChoiceField(label="", widget=forms.CheckboxSelectMultiple)
    purpose = CodedField(label="", codes="purpose", null_reasons=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].label = _("Reference or name")
        self.fields["stage"].label = _("Stage")
        self.fields["purpose"].label = _("Purpose")
        stage: Any = self.fields["stage"]
        stage.choices = [("open", _("Open")), ("identified", _("Identified")), ("closed", _("Closed"))]


class ExampleNote(PlainForm):
    """A small hand-written form."""

    note = NoteField(max_length=500, rows=4)
    sensitive = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].label = _("Note")
        self.fields["note"].help_text = _(
            "What you saw or were told. Facts first; no guesses about what she feels."
        )
        self.fields["sensitive"].label = _("Only those who work on this case may read it")


def components(request: HttpRequest) -> dict[str, Any]:
    """Return everything that the gallery prints."""
    form_class = details_form(ExampleDetails, submission=True)
    return {
        "today": TODAY,
        "identity_bar": identity_bar(),
        "tabs": tabs(),
        "states": states(),
        "summary": summary(),
        "table": table(),
        "empty_table": empty_table(),
        "pager": Pager(previous_url="?before=1", next_url="?after=2", shown=25, total=1204),
        "filters_form": ExampleFilters(QueryDict("stage=open&stage=identified&q=XA-7Q4K")),
        "applied": ExampleFilters(QueryDict("stage=open&stage=identified&q=XA-7Q4K")).applied(request),
        "timeline": timeline(),
        "comparison": comparison(),
        "progress": Progress(
            label=_("Reading the workbook"), done=312, total=500, note=_("3 rows need a look")
        ),
        "form": form_class(request.POST, request.FILES)
        if request.method == "POST"
        else form_class(record=person()),
        "note_form": ExampleNote(auto_id="note_%s"),
        "menu": (Link(label=_("Print a summary"), url="#"), Link(label=_("Hand over the case"), url="#")),
        "icons": ICONS,
        "names": NAMES,
        "long_name": LONG_NAME[:500],
        "dates": (PartialDate(2024, season=21), PartialDate(2019, is_approximate=True), PartialDate(2019, 4)),
    }


ICONS = (
    "age-in-doubt", "child", "close", "down", "error", "exit", "information", "language", "lock", "menu",
    "person", "purpose", "reach", "sealed", "search", "success", "warning",
)  # fmt: skip


def wrong_form() -> Any:
    """Return a form with an error of each kind."""
    typed = QueryDict(mutable=True)
    typed.update(
        {
            "gender": "",
            "birth-day": "31",
            "birth-month": "2",
            "birth-year": "2007",
            "number_of_children": "two",
        }
    )
    typed.setlist("names-row", ["0", "1"])
    typed.update(
        {"names-0-text": "Amal", "names-0-kind": "given", "names-1-text": "", "names-1-kind": "family"}
    )
    typed.setlist("means", ["threat_or_use_of_force", "refused"])
    typed.update({"birth_country": "not_asked", "asked_on-day": "3"})
    return details_form(ExampleDetails)(typed)


def person() -> ExampleDetails:
    """Return a record with something in most fields."""
    return ExampleDetails(
        names=(ExampleName(text="أمل حداد", kind="given"), ExampleName(text="Amal Haddad")),
        birth=PartialDate(2009, season=21, is_approximate=True),
        stated_age=StatedAge(years=17, stated_on=TODAY),
        account="",
    )


def identity_bar() -> IdentityBar:
    """Return the bar of a child's case."""
    return IdentityBar(
        reference="XA-7Q4K-9X2M-C",
        name="أمل",
        age=_("about 17"),
        is_child=True,
        is_age_in_doubt=True,
        language=_("Arabic"),
        reach=_("SMS only, 9–12, not from an unknown number"),
        compartment=_("Protection"),
        purpose=_("Support"),
    )


def tabs() -> tuple[Tab, ...]:
    """Return the pages of a case."""
    return (
        Tab(label=_("Overview"), url="#", is_current=True),
        Tab(label=_("Person"), url="#"),
        Tab(label=_("What happened"), url="#", count=2),
        Tab(label=_("Notes"), url="#"),
        Tab(label=_("Documents"), url="#"),
        Tab(label=_("Timeline"), url="#"),
        Tab(label=_("Who can see this"), url="#"),
    )


def states() -> tuple[State, ...]:
    """Return a state of each colour."""
    return (
        State(label=_("Not begun"), colour=Colour.GREY),
        State(label=_("With us"), colour=Colour.BLUE),
        State(label=_("Waiting for answer · 2 days left"), colour=Colour.YELLOW),
        State(label=_("Done"), colour=Colour.GREEN),
        State(label=_("Overdue"), colour=Colour.RED),
        State(label=_("Age in doubt"), colour=Colour.PURPLE),
    )


def summary() -> tuple[SummaryRow, ...]:
    """Return questions with answers of each kind."""
    change = "#"
    return (
        SummaryRow(label=_("Names"), value=("أمل حداد", "Amal Haddad"), is_name=True, url=change),
        SummaryRow(
            label=_("Date of birth"), value=PartialDate(2009, season=21, is_approximate=True), url=change
        ),
        SummaryRow(label=_("Citizenship"), value=None, url=change),
        SummaryRow(
            label=_("Gender"), value=_("Did not want to say"), note=_("Asked on 1 March 2026"), url=change
        ),
        SummaryRow(label=_("Status"), value=State(label=_("Presumed"), colour=Colour.BLUE), url=change),
        SummaryRow(label=_("Case opened"), value=TODAY),
        SummaryRow(label=_("Reference"), value="XA-7Q4K-9X2M-C", is_reference=True),
    )


def table(rows: int = 6) -> DataTable:
    """Return a table with names in six scripts."""
    stages = states()
    columns = (
        Column(key="reference", label=_("Reference"), main=True, sort_url="?sort=reference"),
        Column(key="name", label=_("Name")),
        Column(key="stage", label=_("State")),
        Column(key="worker", label=_("Worker")),
        Column(key="opened", label=_("Opened"), sort_url="?sort=opened", sorted="descending"),
        Column(key="episodes", label=_("Episodes"), numeric=True),
    )
    lines = tuple(
        Row(
            url=f"#row-{number}",
            key=str(number),
            cells=(
                Cell(value=f"XA-7Q4K-{number:04d}-C", is_reference=True),
                Cell(value=NAMES[number % len(NAMES)], is_name=True, note=_("Child") if number == 1 else ""),
                Cell(value=stages[number % len(stages)]),
                Cell(value="L. Moreno", is_name=True),
                Cell(value=date(2026, 3, 1 + number % 28)),
                Cell(value=number % 4),
            ),
        )
        for number in range(rows)
    )
    return DataTable(caption=_("People"), columns=columns, rows=lines, select_name="chosen")


def empty_table() -> DataTable:
    """Return a table with nothing in it yet."""
    return DataTable(
        caption=_("People"),
        columns=table(0).columns,
        rows=(),
        empty_title=_("No people yet"),
        empty_text=_(
            "The people whom your team supports will stand here. A case is opened from a contact or a workbook."
        ),
        empty_act=Link(label=_("Open a case"), url="#"),
    )


def timeline() -> tuple[TimelineEntry, ...]:
    """Return what happened on two days."""
    return (
        TimelineEntry(
            title=_("Note added"),
            at=datetime(2026, 3, 3, 14, 5, tzinfo=UTC),
            by="L. Moreno",
            text=_("She slept well. She asks for a doctor who is a woman."),
        ),
        TimelineEntry(
            title=_("Sent to Casa Luz"),
            at=datetime(2026, 3, 3, 9, 30, tzinfo=UTC),
            by="L. Moreno",
            state=State(label=_("Waiting for answer"), colour=Colour.YELLOW),
        ),
        TimelineEntry(title=_("Case opened"), at=datetime(2026, 3, 1, 17, 0, tzinfo=UTC), by="أ. منصور"),
    )


def comparison() -> tuple[ComparisonRow, ...]:
    """Return two fields that two people changed."""
    return (
        ComparisonRow(name="called", label=_("Called"), base="Amal", theirs="Amal H.", yours="أمل"),
        ComparisonRow(
            name="birth", label=_("Date of birth"), base=None, theirs=PartialDate(2009), yours=TODAY
        ),
    )
