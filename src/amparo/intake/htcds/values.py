"""Turns cells into values of the standard, and says what is wrong with those that cannot be turned."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from amparo.intake.htcds.cells import Cell, CellFault
from amparo.intake.htcds.code_names import (
    mistakable,
    near_spelled,
    nearest,
    resolve,
    resolve_all,
    shown,
    unresolved_part,
)
from amparo.intake.htcds.layouts import Field, codes_of
from amparo.intake.htcds.written_dates import read_date
from amparo.vocab.dates import PartialDate
from amparo.vocab.text import N_, ToldError

Value = str | tuple[str, ...] | PartialDate | tuple[PartialDate, ...] | int | float | bool
LONGEST_TEXT = 32_767
TO_MEND = "Amparo, to mend:"  # the rejected rows hold it before what could not be given back as it was
_YES = frozenset({"true", "yes", "1", "y"})
_NO = frozenset({"false", "no", "0", "n"})
# What no field may hold: C0 without tab and line ends, delete, C1, lone surrogates and non-characters.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_DIRECTION = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


class BadCell(ToldError):
    """A cell holds no value that its field can take."""

    def __init__(self, code: str, template: str, **values: object) -> None:
        super().__init__(template, **values)
        self.code = code


@dataclass(frozen=True, slots=True)
class Remark:
    """Something worth a look in a cell whose value was taken."""

    code: str
    template: str
    values: Mapping[str, object] = field(default_factory=dict)


def value_of(field: Field, cell: Cell, *, is_lenient: bool = False) -> tuple[Value | None, Remark | None]:
    """Return the value of a filled cell and a remark on it; raises `BadCell` when the field cannot take it.

    `is_lenient` is for questionnaires, which ask in free text what the standard has codes for.
    """
    if isinstance(cell, CellFault):
        raise fault(cell)
    if isinstance(cell, str):
        check_text(cell)
        if cell.startswith(TO_MEND):
            raise BadCell(
                "still_to_mend",
                N_("The cell still holds the mark “%(mark)s”. Write the value itself in its place."),
                mark=TO_MEND,
            )
    return _READERS[field.kind](field, cell, is_lenient)


def is_code(field: Field, value: str) -> bool:
    """Tell whether a value of a `code_or_text` field is one of the standard's codes."""
    return field.codes is not None and value in codes_of(field.codes)


def fault(cell: CellFault) -> BadCell:
    """Return what is to be said of a cell without a usable value."""
    templates = {
        "formula_without_result": N_(
            "The cell holds the formula %(text)s without a stored result. "
            "Open the workbook, let it calculate, save it; or write the value itself."
        ),
        "formula_error": N_("The formula in the cell ends in the error %(text)s. Write the value itself."),
        "date_impossible": N_("%(text)s is not a possible date. Write it as 2001-04-12."),
        "cell_damaged": N_("The cell is damaged (%(text)s). Write its value again."),
    }
    return BadCell(cell.code, templates[cell.code], text=cell.text[:100])


def check_text(text: str) -> None:
    """Refuse a text that cannot be kept whole: a control character in it, or more than a cell holds."""
    found = _CONTROL.search(text)
    if found:
        raise BadCell(
            "control_character",
            N_("Character %(place)s is a control character (U+%(number)s). Delete it, or write it again."),
            place=found.start() + 1,
            number=f"{ord(found[0]):04X}",
        )
    check_length(text)


def check_length(text: str) -> None:
    """Refuse a text that is longer than a cell of a workbook may be."""
    if len(text) > LONGEST_TEXT:
        raise BadCell(
            "text_too_long",
            N_("The text has %(length)s characters; the most is %(most)s. Shorten it or split it."),
            length=len(text),
            most=LONGEST_TEXT,
        )


def _text(field: Field, cell: Cell, is_lenient: bool) -> tuple[Value | None, Remark | None]:
    if isinstance(cell, str):
        if _DIRECTION.search(cell):
            return cell, Remark(
                "direction_mark",
                N_("The text holds an invisible mark of writing direction. It was kept; look at it."),
            )
        if "\ufffd" in cell:
            return cell, Remark(
                "damaged_text",
                N_("The text holds the sign of a lost character (U+FFFD). Compare it with its source."),
            )
        return cell, None
    return plain(cell), Remark(
        "not_text",
        N_("A number or date stands where a text belongs; leading zeros or a + may be lost. Make it text."),
    )


def plain(cell: Cell) -> str:
    """Return what stands in a cell as text."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, (datetime, date, time)):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def _checkbox(field: Field, cell: Cell, is_lenient: bool) -> tuple[Value | None, Remark | None]:
    text = plain(cell).strip().casefold()
    if text in _YES or text in _NO:
        return text in _YES, None
    raise BadCell(
        "not_yes_or_no", N_("“%(text)s” is neither Yes nor No. Write Yes or No."), text=_short(cell)
    )


def _number(field: Field, cell: Cell, is_lenient: bool) -> tuple[Value | None, Remark | None]:
    text = plain(cell).strip()
    if not re.fullmatch(r"[0-9]{1,9}(\.0+)?", text, re.ASCII):
        raise BadCell(
            "not_a_number", N_("“%(text)s” is not a whole number. Write digits only."), text=_short(cell)
        )
    number = int(text.partition(".")[0])
    most = 120 if field.id == "vic_AgeWhenTrafficked" else 99
    if number > most:
        raise BadCell(
            "number_out_of_range",
            N_("%(number)s is not possible here; the most is %(most)s. Look at it again."),
            number=number,
            most=most,
        )
    return number, None


def _decimal(field: Field, cell: Cell, is_lenient: bool) -> tuple[Value | None, Remark | None]:
    most = 180 if "Longitude" in field.id else 90
    try:
        if isinstance(cell, (bool, date, time)) or cell is None:
            raise ValueError
        number = float(cell.strip().replace(",", ".") if isinstance(cell, str) else cell)  # type: ignore[arg-type]
    except ValueError:
        raise BadCell(
            "not_a_number",
            N_("“%(text)s” is not a number of degrees. Write it as 12.345."),
            text=_short(cell),
        ) from None
    if not -most <= number <= most:
        raise BadCell(
            "number_out_of_range",
            N_("%(number)s is not possible here; it is between -%(most)s and %(most)s degrees."),
            number=f"{number:.15g}",
            most=most,
        )
    return number, None


def _date(field: Field, cell: Cell, is_lenient: bool) -> tuple[Value | None, Remark | None]:
    return _one_date(cell)


def _one_date(cell: Cell) -> tuple[PartialDate, Remark | None]:
    if isinstance(cell, datetime):
        return PartialDate.of(cell.date()), Remark(
            "time_left_out", N_("The time of day was left out; the day was kept.")
        )
    if isinstance(cell, date):
        return PartialDate.of(cell), None
    try:
        return read_date(plain(cell)), None
    except ToldError as error:
        raise BadCell(getattr(error, "code", "date_impossible"), error.template, **error.values) from error


def _dates(field: Field, cell: Cell, is_lenient: bool) -> tuple[Value | None, Remark | None]:
    if not isinstance(cell, str):
        found, remark = _one_date(cell)
        return (found,), remark
    return tuple(_one_date(part)[0] for part in re.split(r"[;|\n]", cell) if part.strip()), None


def _code(field: Field, cell: Cell, is_lenient: bool) -> tuple[Value | None, Remark | None]:
    assert field.codes is not None
    codes = resolve_all(field.codes, plain(cell))
    if codes is None:
        raise _unknown_code(field, plain(cell))
    if len(codes) > 1:
        raise BadCell(
            "several_values",
            N_("%(field)s takes one value; the cell holds %(count)s. Keep one of them."),
            field=field.label,
            count=len(codes),
        )
    return codes[0], _mistakable(field.codes, plain(cell))


def _codes(field: Field, cell: Cell, is_lenient: bool) -> tuple[Value | None, Remark | None]:
    assert field.codes is not None
    codes = resolve_all(field.codes, plain(cell))
    if codes is None:
        raise _unknown_code(field, plain(cell))
    # Reasons of several referrals stand in their order and may repeat; all other sets hold a code once.
    found = codes if field.id == "cas_ReasonForOutgoingReferral" else tuple(dict.fromkeys(codes))
    return found, _mistakable(field.codes, plain(cell))


def _code_or_text(field: Field, cell: Cell, is_lenient: bool) -> tuple[Value | None, Remark | None]:
    assert field.codes is not None
    text = plain(cell)
    code = resolve(field.codes, text)
    if code is not None:
        return code, _mistakable(field.codes, text)
    if field.codes != "country" and not is_lenient and near_spelled(field.codes, text):
        raise _unknown_code(field, text)
    return text, Remark("kept_as_text", N_("The text is none of the standard's codes; it was kept as it is."))


_READERS: Mapping[str, Callable[[Field, Cell, bool], tuple[Value | None, Remark | None]]] = {
    "text": _text,
    "checkbox": _checkbox,
    "number": _number,
    "decimal": _decimal,
    "date": _date,
    "dates": _dates,
    "code": _code,
    "codes": _codes,
    "code_or_text": _code_or_text,
}


def _short(cell: Cell) -> str:
    text = plain(cell)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _unknown_code(field: Field, text: str) -> BadCell:
    assert field.codes is not None
    part = unresolved_part(field.codes, text)
    told = {"text": _short(part), "field": field.label}
    if near := nearest(field.codes, part):
        return BadCell(
            "near_code",
            N_("“%(text)s” is not a code of %(field)s. Did you mean %(suggestion)s?"),
            suggestion=" / ".join(shown(field.codes, code) for code in near),
            **told,
        )
    if field.codes in ("country", "language"):
        return BadCell(
            "unknown_code",
            N_(
                "“%(text)s” is not a code of %(field)s. Write the ISO code or the English name, "
                "or leave the cell empty if it is not known."
            ),
            **told,
        )
    return BadCell(
        "unknown_code",
        N_("“%(text)s” is not a code of %(field)s. Leave the cell empty, or write one of: %(codes)s."),
        codes=", ".join(codes_of(field.codes)),
        **told,
    )


def _mistakable(codes: str, text: str) -> Remark | None:
    found = mistakable(codes, text)
    if found is None:
        return None
    name, code, other = found
    return Remark(
        "may_be_another",
        N_("“%(text)s” was read as %(code)s. If %(other)s was meant, write that code."),
        {"text": name, "code": shown(codes, code), "other": shown(codes, other)},
    )
