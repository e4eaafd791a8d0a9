"""Checks every row of a workbook: the one validator of the dry run and of the real run."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from amparo.intake.htcds.cells import Cell, CellFault, column_letter, is_blank
from amparo.intake.htcds.findings import Finding
from amparo.intake.htcds.headings import Column
from amparo.intake.htcds.layouts import CONSENT
from amparo.intake.htcds.reading import Row, Workbook
from amparo.intake.htcds.values import BadCell, Value, fault, plain, value_of
from amparo.vocab.dates import PartialDate
from amparo.vocab.text import N_

EARLIEST_YEAR = 1900
OLDEST = 120
_CHOSEN = frozenset({"1", "true", "yes", "1.0"})
_NOT_CHOSEN = frozenset({"0", "false", "no", "0.0"})
_MAY_BE_FUTURE = frozenset({"spl_PlannedEndDate"})


@dataclass(frozen=True, slots=True)
class ValidRow:
    """A row without errors: its filled fields by their id, as values of the kinds that `Field` lists."""

    row: int
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class MergedArea:
    """The columns with fields that a merged range touches in a row, and the value that it shows."""

    columns: tuple[int, ...]
    value: Cell


@dataclass(frozen=True, slots=True)
class Validation:
    """What the validator says: the good rows, the errors of the others, and warnings on either."""

    rows: tuple[ValidRow, ...]
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]

    @property
    def rejected_rows(self) -> tuple[int, ...]:
        """Return the numbers of rows with errors, in order."""
        return tuple(sorted({error.row for error in self.errors}))

    @property
    def rows_without_consent(self) -> int:
        """Return how many good rows say No to consent: they stay out of the facts."""
        return sum(row.values[CONSENT] is False for row in self.rows)


def validate(workbook: Workbook, *, today: date) -> Validation:
    """Check all rows of a workbook as of `today`."""
    checker = _Checker(workbook, today)
    rows = []
    for row in workbook.rows:
        valid = checker.check(row)
        if valid is not None:
            rows.append(valid)
    return Validation(tuple(rows), tuple(checker.errors), tuple(checker.warnings))


class _Checker:
    def __init__(self, workbook: Workbook, today: date) -> None:
        self.errors: list[Finding] = []
        self.warnings: list[Finding] = []
        self._today = today
        self._is_lenient = workbook.layout == "xlsform"
        self._plain = [column for column in workbook.columns if not column.choice]
        self._choices: dict[str, list[Column]] = defaultdict(list)
        for column in workbook.columns:
            if column.choice:
                self._choices[column.field.id].append(column)
        self._headings = {column.field.id: column.heading for column in reversed(workbook.columns)}
        self._merged = merged_areas(workbook)
        self._said: set[tuple[str, str]] = set()

    def check(self, row: Row) -> ValidRow | None:
        """Return the row when nothing is wrong with it; otherwise note each error."""
        before = len(self.errors)
        values: dict[str, Value] = {}
        for column in self._plain:
            self._read(row.number, column, row.cell(column.index), values)
        for columns in self._choices.values():
            self._read_choices(row, columns, values)
        for area in self._merged.get(row.number, ()):
            self._refuse_merged(row.number, area.columns[0])
        if len(self.errors) == before:
            self._check_together(row.number, values)
        return None if len(self.errors) > before else ValidRow(row.number, values)

    def _read(self, number: int, column: Column, cell: Cell, values: dict[str, Value]) -> None:
        if is_blank(cell):
            if column.field.id == CONSENT:
                self._error(
                    number,
                    CONSENT,
                    "consent_missing",
                    N_("Consent is empty. Each row needs it: write Yes or No."),
                )
            return
        try:
            value, remark = value_of(column.field, cell, is_lenient=self._is_lenient)
        except BadCell as bad:
            self.errors.append(Finding(number, column.heading, bad.code, bad.template, bad.values))
            return
        if value is not None:
            values[column.field.id] = value
        if remark is not None and self._is_new(remark.code, column):
            self.warnings.append(Finding(number, column.heading, remark.code, remark.template, remark.values))

    def _is_new(self, code: str, column: Column) -> bool:
        """Tell whether to warn: of numbers in a text column once, of the others each time."""
        if code not in ("not_text", "time_left_out"):
            return True
        said = (code, column.letter)
        is_new = said not in self._said
        self._said.add(said)
        return is_new

    def _read_choices(self, row: Row, columns: list[Column], values: dict[str, Value]) -> None:
        """Read a field whose choices stand in columns of their own, beside or instead of the joined one."""
        cells = [(column, row.cell(column.index)) for column in columns]
        for column, cell in cells:
            if isinstance(cell, CellFault):
                bad = fault(cell)
                self.errors.append(Finding(row.number, column.heading, bad.code, bad.template, bad.values))
                return
        answers = [(column, plain(cell).strip().casefold()) for column, cell in cells if not is_blank(cell)]
        for column, text in answers:
            if text not in _CHOSEN and text not in _NOT_CHOSEN:
                template = N_(
                    "This column says with 1 or 0 if a choice was made. Write 1 or 0, not “%(text)s”."
                )
                told = {"text": text[:60]}
                self.errors.append(Finding(row.number, column.heading, "not_yes_or_no", template, told))
                return
        chosen = tuple(column.choice for column, text in answers if text in _CHOSEN)
        field = columns[0].field
        joined = values.get(field.id)
        if not answers or (isinstance(joined, tuple) and set(joined) == set(chosen)):
            return
        if joined is None and chosen:
            values[field.id] = chosen
        elif joined is not None:
            self._error(
                row.number,
                field.id,
                "choices_differ",
                N_("%(field)s holds other choices than the columns with 1 and 0 say. Make them agree."),
                field=field.label,
            )

    def _refuse_merged(self, number: int, index: int) -> None:
        column = next((one for one in self._plain if one.index == index), None)
        self.errors.append(
            Finding(
                number,
                column.heading if column else column_letter(index),
                "merged_cells",
                N_(
                    "The cell is merged with others, so it is not sure whose value it is. "
                    "Unmerge it and fill each."
                ),
            )
        )

    def _check_together(self, number: int, values: Mapping[str, Value]) -> None:
        for identity, dates in _dates_in(values):
            for day in dates:
                self._check_date(number, identity, day)
        birth = values.get("prs_Birthdate")
        if isinstance(birth, PartialDate):
            self._check_birth(number, birth, values)
        incoming, outgoing = values.get("cas_IncomingReferralDate"), values.get("cas_OutgoingReferralDate")
        if isinstance(incoming, PartialDate) and isinstance(outgoing, tuple):
            for one in outgoing:
                if isinstance(one, PartialDate) and one.latest() < incoming.earliest():
                    self._error(
                        number,
                        "cas_OutgoingReferralDate",
                        "dates_contradict",
                        N_("The outgoing referral (%(outgoing)s) is before the incoming one (%(incoming)s)."
                           " Look at both."),
                        outgoing=one,
                        incoming=incoming,
                    )  # fmt: skip

    def _check_date(self, number: int, identity: str, day: PartialDate) -> None:
        if day.year < EARLIEST_YEAR:
            self._error(
                number,
                identity,
                "date_impossible",
                N_("%(date)s is too long ago. Look at the year again."),
                date=day,
            )
        elif day.earliest() > self._today and identity not in _MAY_BE_FUTURE:
            self._error(
                number,
                identity,
                "date_future",
                N_("%(date)s is in the future. Look at day, month and year again."),
                date=day,
            )

    def _check_birth(self, number: int, birth: PartialDate, values: Mapping[str, Value]) -> None:
        oldest = self._today.year - birth.year
        if oldest > OLDEST and birth.year >= EARLIEST_YEAR:
            self._error(
                number,
                "prs_Birthdate",
                "date_impossible",
                N_("Somebody born on %(date)s would be %(years)s years old. Look at the year again."),
                date=birth,
                years=oldest,
            )
        for identity, dates in _dates_in(values):
            if identity != "prs_Birthdate" and any(day.latest() < birth.earliest() for day in dates):
                self._error(
                    number,
                    identity,
                    "dates_contradict",
                    N_("The date is before the birth (%(birth)s). Look at both dates again."),
                    birth=birth,
                )
        age = values.get("vic_AgeWhenTrafficked")
        if isinstance(age, int) and age > oldest:
            self._error(
                number,
                "vic_AgeWhenTrafficked",
                "dates_contradict",
                N_("The person, born %(birth)s, has not reached the age of %(age)s yet. Look at both again."),
                birth=birth,
                age=age,
            )

    def _error(self, number: int, identity: str, code: str, template: str, **values: object) -> None:
        heading = self._headings.get(identity, identity)
        told = {name: value if isinstance(value, int) else str(value) for name, value in values.items()}
        self.errors.append(Finding(number, heading, code, template, told))


def _dates_in(values: Mapping[str, Value]) -> Iterable[tuple[str, tuple[PartialDate, ...]]]:
    for identity, value in values.items():
        if isinstance(value, PartialDate):
            yield identity, (value,)
        elif isinstance(value, tuple) and value and isinstance(value[0], PartialDate):
            yield identity, value


def merged_areas(workbook: Workbook) -> Mapping[int, list[MergedArea]]:
    """Map rows to the merged ranges that hold a value and touch a field of theirs."""
    found: dict[int, list[MergedArea]] = {}
    fields = sorted(column.index for column in workbook.columns)
    rows = {row.number: row for row in workbook.rows}
    numbers = sorted(rows)
    for area in workbook.merged:
        touched = tuple(index for index in fields if area.first_column <= index <= area.last_column)
        first = rows.get(area.first_row)
        value = None if first is None else first.cell(area.first_column)
        if not touched or is_blank(value):
            continue
        for place in range(bisect_left(numbers, area.first_row), bisect_right(numbers, area.last_row)):
            found.setdefault(numbers[place], []).append(MergedArea(touched, value))
    return found
