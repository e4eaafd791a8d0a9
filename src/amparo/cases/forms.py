"""What is asked on the pages of cases. Forms of described records are made from them; these are the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from amparo.access.rules import EmergencyReason
from amparo.cases.panels.record import isolated
from amparo.cases.queries import CaseChoices, LikelyPerson, Sort
from amparo.cases.queries.lists import NOBODY
from amparo.cases.rules import CaseDetails, ChildTrack, Language, Name, PersonDetails, Problem, Stage
from amparo.cases.rules.documents import ENDINGS, LONGEST_TITLE
from amparo.cases.rules.erasing import ErasureReason
from amparo.cases.rules.lifecycle import transition
from amparo.cases.rules.naming import script_of
from amparo.ui.forms import (
    CodedField,
    CodedSetField,
    DateField,
    FilterForm,
    Group,
    NoteField,
    PartialDateField,
    PlainForm,
    StatedAgeField,
    SubmissionField,
    TextField,
    VersionField,
)
from amparo.ui.forms.base import ARRANGE
from amparo.ui.parts import AppliedFilter
from amparo.vocab.null import NullReason

NEW_PERSON = "new"
UNBROKEN = "\u2011"  # a hyphen at which no line ends
ISO_DAY = "%Y-%m-%d"
MOST_CLOSURE_WORDS = 2_000


def add_problems(form: forms.Form, problems: Iterable[Problem], *, prefixes: Sequence[str] = ()) -> None:
    """Put the faults that an action found beside the fields they speak of."""
    for problem in problems:
        name = problem.attribute
        for prefix in prefixes:
            name = name.removeprefix(prefix)
        field = name.partition(".")[0]
        form.add_error(field if field in form.fields else None, gettext(problem.message) % problem.about)


def day_filter(label: Any) -> forms.DateField:
    """Ask for a day in one control, which is enough where nothing is recorded."""
    return forms.DateField(
        label=label, input_formats=[ISO_DAY], widget=forms.DateInput(format=ISO_DAY, attrs={"type": "date"})
    )


class CaseFilterForm(FilterForm):
    """Narrows the list of people."""

    stage = forms.ChoiceField(label=_("Stage"))
    child_track = forms.ChoiceField(label=_("Adult or child"))
    worker = forms.ChoiceField(label=_("Worker"))
    identification = CodedField(
        codes="identification_status", null_reasons=False, widget="select", label=_("Status")
    )
    priority = CodedField(codes="priority", null_reasons=False, widget="select", label=_("Priority"))
    purpose = CodedField(codes="purpose", null_reasons=False, widget="select", label=_("What for"))
    citizenship = CodedField(codes="country", null_reasons=False, widget="select", label=_("Citizenship"))
    opened_from = day_filter(_("Opened from"))
    opened_until = day_filter(_("Opened until"))
    changed_until = day_filter(_("Not changed since"))
    sort = forms.ChoiceField(label=_("Order"))

    def __init__(self, *args: Any, workers: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("stage", [(stage.value, gettext(stage.label)) for stage in Stage])
        self._offer("child_track", [(track.value, gettext(track.label)) for track in ChildTrack])
        self._offer(
            "worker", [*((str(number), name) for number, name in workers), (NOBODY, gettext("Nobody yet"))]
        )
        for name in ("identification", "priority", "purpose", "citizenship"):
            coded: Any = self.fields[name]
            self._offer(name, [choice for choice in coded.choices if choice[0]])
        words = {Sort.OPENED: gettext("Opened, newest first"), Sort.CHANGED: gettext("Changed, newest first")}
        sort: Any = self.fields["sort"]
        sort.choices = [(sort.value, label) for sort, label in words.items()]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = [("", gettext("All")), *choices]

    def applied(self, request: HttpRequest) -> tuple[AppliedFilter, ...]:
        """List the filters that are on; the order is none."""
        return tuple(one for one in super().applied(request) if one.label != str(self["sort"].label))

    def choices(self) -> CaseChoices:
        """Return what the list is narrowed to; a choice that cannot be read narrows nothing."""
        self.full_clean()
        asked = {name: self.cleaned_data.get(name) for name in self.fields if name != "sort"}
        return CaseChoices(**{name: value for name, value in asked.items() if value})

    def order(self) -> Sort:
        """Return how the list is ordered."""
        self.full_clean()
        return Sort(self.cleaned_data.get("sort") or Sort.OPENED)


class KeepForm(PlainForm):
    """Keeps a list under a name."""

    name = TextField(
        label=_("Name of the list"),
        max_length=80,
        help_text=_("For example: children without a worker. No person's name."),
    )
    is_shared = forms.BooleanField(label=_("My team sees it too"), required=False)


class NewCaseForm(PlainForm):
    """Opens a case with what is known at the first meeting. Everything but consent may wait."""

    groups = (
        Group(title=_("Names"), fields=("given", "family", "called")),
        Group(title=_("Age and birth"), fields=("birth", "stated_age", "age_status")),
        Group(title=_("Consent and priority"), fields=("consent", "priority")),
        Group(title=_("About the person"), fields=("sex", "language", "needs_interpreter")),
        Group(title=_("More about the person"), fields=("own_script", "citizenships"), is_folded=True),
        Group(
            title=_("How she came to us"), fields=("referring_organisation", "opened_date"), is_folded=True
        ),
    )

    given = TextField(
        label=_("Given name"), required=False, help_text=_("As she says it. It may stay empty.")
    )
    family = TextField(label=_("Family name"), required=False)
    called = TextField(
        label=_("Wants to be called"), required=False, help_text=_("Shown on every page of the case.")
    )
    birth = PartialDateField(
        label=_("Date of birth"), required=False, help_text=_("As far as it is known: a year is enough.")
    )
    stated_age = StatedAgeField(label=_("Or her age, and the day on which it was stated"), required=False)
    age_status = CodedField(
        codes="age_status",
        label=_("Adult or child"),
        help_text=_("In doubt, treat as a child."),
    )
    consent = CodedField(
        codes="yes_no", label=_("Agrees that this record is kept and used"), initial=None,
        help_text=_("Without a yes the record stays with your organisation and out of every statistic. Help does not depend on it."),
    )  # fmt: skip
    priority = CodedField(codes="priority", label=_("How soon does she need somebody?"))
    sex = CodedField(codes="sex", label=_("Sex"))
    language = CodedField(codes="language", label=_("Language that she speaks best"), widget="select")
    needs_interpreter = CodedField(codes="yes_no", label=_("Needs an interpreter"))
    own_script = TextField(label=_("Name in her own script"), required=False)
    citizenships = CodedSetField(codes="country", label=_("Citizenship"))
    referring_organisation = TextField(label=_("Who sent her, or how did she come?"), required=False)
    opened_date = DateField(label=_("Opened on"))
    submission = SubmissionField()

    def __init__(self, *args: Any, today: date, likely: Sequence[LikelyPerson] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opened_date"].initial = today
        self.is_rearranged = self.is_bound and ARRANGE in self.data
        if likely:
            self.propose(likely)

    def full_clean(self) -> None:
        """Check what was typed, unless a button only asked for one more list."""
        if self.is_rearranged:
            self._errors, self.cleaned_data = forms.utils.ErrorDict(renderer=self.renderer), {}
            return
        super().full_clean()

    def is_valid(self) -> bool:
        """Tell whether the form was sent and is in order."""
        return not self.is_rearranged and super().is_valid()

    def propose(self, likely: Sequence[LikelyPerson]) -> None:
        """Ask first whether it is one of the persons who are known."""
        choices = [
            (str(one.id), f"{isolated(one.name)} · {isolated(one.reference.replace('-', UNBROKEN))}")
            for one in likely
        ]
        choices.append((NEW_PERSON, gettext("None of these: she is a new person")))
        same = forms.ChoiceField(
            choices=choices, widget=forms.RadioSelect, label=gettext("Is she one of these?"), required=False
        )
        self.fields = {"same_as": same, **self.fields}

    @property
    def same_as(self) -> str:
        """Return what was decided about the proposals: an id, "new", or nothing yet."""
        return str(self.data.get("same_as", "")) if self.is_bound else ""

    def person(self) -> PersonDetails:
        """Return the person who was described."""
        cleaned = self.cleaned_data
        kinds = ("given", "family", "own_script")
        names = (
            Name(text=cleaned[kind], kind=kind, script=script_of(cleaned[kind]))
            for kind in kinds
            if cleaned[kind]
        )
        language = cleaned["language"]
        spoken = (
            ()
            if language in set(NullReason)
            else (Language(code=language, needs_interpreter=cleaned["needs_interpreter"]),)
        )
        return PersonDetails(
            names=tuple(names), called=cleaned["called"], birth=cleaned["birth"], stated_age=cleaned["stated_age"],
            age_status=cleaned["age_status"], sex=cleaned["sex"], citizenships=cleaned["citizenships"], languages=spoken,
        )  # fmt: skip

    def details(self) -> CaseDetails:
        """Return the case that was described."""
        return CaseDetails(
            **{name: self.cleaned_data[name] for name in ("consent", "priority", "referring_organisation")}
        )


class NoteForm(PlainForm):
    """Writes something down."""

    text = NoteField(
        label=_("What do you want to note down?"),
        help_text=_("Write what was seen and said, not what you think of her."),
    )
    kind = CodedField(
        codes="note_kind",
        null_reasons=False,
        widget="select",
        initial="general",
        label=_("Kind"),
    )
    is_sensitive = forms.BooleanField(
        label=_("Sensitive: only caseworkers and supervisors read it"), required=False,
        help_text=_("For example health, or what could endanger her if it were read."),
    )  # fmt: skip
    submission = SubmissionField()


class DocumentForm(PlainForm):
    """Takes a file in."""

    file = forms.FileField(label=_("File"), allow_empty_file=True, widget=forms.FileInput)
    title = TextField(
        label=_("Title"),
        required=False,
        max_length=LONGEST_TITLE,
        help_text=_("Left empty, the name of the file is the title."),
    )
    kind = CodedField(
        codes="document_kind", null_reasons=False, widget="select", initial="other", label=_("Kind")
    )
    submission = SubmissionField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = {"limit": settings.AMPARO_UPLOAD_MAX_BYTES // 1024**2}
        self.fields["file"].help_text = (
            gettext("PDF, picture, recording, letter, workbook or plain text, up to %(limit)s megabytes.")
            % limit
        )
        self.fields["file"].widget.attrs["accept"] = ",".join(f".{ending}" for ending in ENDINGS)


class MoveForm(PlainForm):
    """Takes a case one step along its life."""

    target = forms.ChoiceField(label=_("What comes next?"), widget=forms.RadioSelect)
    reason = CodedField(
        codes="closure_reason",
        null_reasons=False,
        widget="select",
        label=_("Why it is closed"),
        help_text=_("Only if you close it."),
        required=False,
    )
    explanation = TextField(
        label=_("Explain, if that helps who reads it later"),
        required=False,
        rows=3,
        max_length=MOST_CLOSURE_WORDS,
    )
    version = VersionField()

    def __init__(self, *args: Any, source: Stage, steps: Sequence[tuple[Stage, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source = source
        target: Any = self.fields["target"]
        target.choices = [(stage.value, label) for stage, label in steps]
        if Stage.CLOSED not in dict(steps):
            del self.fields["reason"]
        if len(steps) == 1:
            target.initial = steps[0][0].value

    def clean(self) -> dict[str, Any]:
        """Ask for a reason only where the step needs one."""
        cleaned = super().clean() or self.cleaned_data
        step = transition(self.source, Stage(cleaned["target"])) if cleaned.get("target") else None
        if step is None or not step.needs_reason:
            return cleaned
        if step.target is Stage.CLOSED and not cleaned.get("reason"):
            self.add_error("reason", gettext("The case would be closed without a reason. Choose one."))
        elif step.target is not Stage.CLOSED and not cleaned.get("explanation"):
            self.add_error("explanation", gettext("This step needs a reason. Write why."))
        return cleaned


class AssignForm(PlainForm):
    """Gives a case to somebody."""

    worker = forms.ChoiceField(label=_("Who works on it from now on?"), widget=forms.RadioSelect)
    version = VersionField()

    def __init__(self, *args: Any, workers: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        worker: Any = self.fields["worker"]
        worker.choices = [(str(number), name) for number, name in workers]


class OperationForm(PlainForm):
    """Ties an episode to an operation."""

    is_new = forms.ChoiceField(
        label=_("Which operation does it belong to?"), widget=forms.RadioSelect,
        choices=[("no", _("One whose reference I was given")), ("yes", _("A new one"))],
    )  # fmt: skip
    operation = TextField(label=_("Reference of the operation"), required=False, max_length=40)

    def clean(self) -> dict[str, Any]:
        """Ask for the reference of an operation that exists."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("is_new") == "no" and not cleaned.get("operation"):
            self.add_error("operation", gettext("The reference is missing. Write it as it was given to you."))
        return cleaned


class EmergencyForm(PlainForm):
    """Asks whose record is opened in an emergency, and why it cannot wait."""

    reference = TextField(label=_("Reference of the case"), max_length=40)
    reason = forms.ChoiceField(label=_("What is the danger?"), widget=forms.RadioSelect)
    text = NoteField(
        label=_("Why can it not wait?"),
        help_text=_(
            "At least 20 characters. A reviewer of another organisation judges by it, so say what happens, not whom you know."
        ),
        max_length=2_000,
    )

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        reasons = [(one.value, gettext(one.label)) for one in EmergencyReason]
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]  # a choice field


class ErasureForm(PlainForm):
    """Asks what a second person shall agree to, and why."""

    act = forms.ChoiceField(
        label=_("What do you ask for?"), widget=forms.RadioSelect,
        choices=[
            ("cases.erase", _("Erase her for good")), ("cases.hold", _("Forbid that she be erased")),
            ("cases.lift_hold", _("Allow again that she be erased")),
        ],
    )  # fmt: skip
    reason = forms.ChoiceField(label=_("Why?"), widget=forms.RadioSelect)

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        reasons = [(one.value, gettext(one.label)) for one in ErasureReason]
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]  # a choice field
