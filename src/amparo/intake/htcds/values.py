"""Turns cells into values of the standard, and says what is wrong with those that cannot be turned."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache, lru_cache

from amparo.intake.htcds.cells import Cell, CellFault
from amparo.intake.htcds.layouts import Field, codes_of
from amparo.intake.htcds.written_dates import read_date
from amparo.vocab.codes import code_list
from amparo.vocab.dates import PartialDate
from amparo.vocab.text import N_, ToldError

Value = str | tuple[str, ...] | PartialDate | tuple[PartialDate, ...] | int | float | bool
LONGEST_TEXT = 32_767
_SEPARATORS = re.compile(r"[;,|\n]")
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


def value_of(field: Field, cell: Cell, *, is_lenient: bool = False) -> tuple[Value | None, Remark | None]:
    """Return the value of a filled cell and a remark on it; raises `BadCell` when the field cannot take it.

    `is_lenient` is for questionnaires, which ask in free text what the standard has codes for.
    """
    if isinstance(cell, CellFault):
        raise _fault(cell)
    if isinstance(cell, str):
        check_text(cell)
    return _READERS[field.kind](field, cell, is_lenient)


def is_code(field: Field, value: str) -> bool:
    """Tell whether a value of a `code_or_text` field is one of the standard's codes."""
    return field.codes is not None and value in codes_of(field.codes)


def _fault(fault: CellFault) -> BadCell:
    templates = {
        "formula_without_result": N_(
            "The cell holds the formula %(text)s without a stored result. "
            "Open the workbook, let it calculate, save it; or write the value itself."
        ),
        "formula_error": N_("The formula in the cell ends in the error %(text)s. Write the value itself."),
        "date_impossible": N_("%(text)s is not a possible date. Write it as 2001-04-12."),
        "cell_damaged": N_("The cell is damaged (%(text)s). Write its value again."),
    }
    return BadCell(fault.code, templates[fault.code], text=fault.text[:100])


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
    return _plain(cell), Remark(
        "not_text",
        N_("A number or date stands where a text belongs; leading zeros or a + may be lost. Make it text."),
    )


def _plain(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, (datetime, date, time)):
        return cell.isoformat()
    return str(cell)


def _checkbox(field: Field, cell: Cell, is_lenient: bool) -> tuple[Value | None, Remark | None]:
    text = _plain(cell).strip().casefold()
    if text in _YES or text in _NO:
        return text in _YES, None
    raise BadCell(
        "not_yes_or_no", N_("“%(text)s” is neither Yes nor No. Write Yes or No."), text=_short(cell)
    )


def _number(field: Field, cell: Cell, is_lenient: bool) -> tuple[Value | None, Remark | None]:
    text = _plain(cell).strip()
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
        return read_date(_plain(cell)), None
    except ToldError as error:
        raise BadCell(getattr(error, "code", "date_impossible"), error.template, **error.values) from error


def _dates(field: Field, cell: Cell, is_lenient: bool) -> tuple[Value | None, Remark | None]:
    if not isinstance(cell, str):
        found, remark = _one_date(cell)
        return (found,), remark
    return tuple(_one_date(part)[0] for part in re.split(r"[;|\n]", cell) if part.strip()), None


def _code(field: Field, cell: Cell, is_lenient: bool) -> tuple[Value | None, Remark | None]:
    assert field.codes is not None
    codes = resolve_all(field.codes, _plain(cell))
    if codes is None:
        raise _unknown_code(field, _plain(cell))
    if len(codes) > 1:
        raise BadCell(
            "several_values",
            N_("%(field)s takes one value; the cell holds %(count)s. Keep one of them."),
            field=field.label,
            count=len(codes),
        )
    return codes[0], None


def _codes(field: Field, cell: Cell, is_lenient: bool) -> tuple[Value | None, Remark | None]:
    assert field.codes is not None
    codes = resolve_all(field.codes, _plain(cell))
    if codes is None:
        raise _unknown_code(field, _plain(cell))
    # Reasons of several referrals stand in their order and may repeat; all other sets hold a code once.
    return codes if field.id == "cas_ReasonForOutgoingReferral" else tuple(dict.fromkeys(codes)), None


def _code_or_text(field: Field, cell: Cell, is_lenient: bool) -> tuple[Value | None, Remark | None]:
    assert field.codes is not None
    text = _plain(cell)
    code = resolve(field.codes, text)
    if code is not None:
        return code, None
    if field.codes != "country" and not is_lenient and _suggestion(field.codes, text):
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
    text = _plain(cell)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _relaxed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


@cache
def _exact_names(codes: str) -> Mapping[str, str]:
    """Map every code and label as it stands; of the languages, Ga is a label, and ga is the code of Irish."""
    names = {label: code for code, labels in codes_of(codes).items() for label in labels}
    return {**names, **{code: code for code in codes_of(codes)}}


@cache
def _lower_names(codes: str) -> Mapping[str, str]:
    """Map every code in lower case to itself; short codes are met only this way, as "N/A" is not Namibia."""
    names = {code.casefold(): code for code in codes_of(codes)}
    if codes == "language":
        for one in code_list("language"):
            names |= {other: one.code for other in one.crosswalk.get("htcds", ()) if other not in names}
    return names


@cache
def _relaxed_names(codes: str) -> Mapping[str, str]:
    names = {_relaxed(label): code for code, labels in codes_of(codes).items() for label in labels}
    return {**names, **{_relaxed(code): code for code in codes_of(codes) if len(code) > 3}}


@lru_cache(maxsize=20_000)
def resolve(codes: str, text: str) -> str | None:
    """Return the code for one code or label of a list, None when it is neither.

    Case, spaces and punctuation are forgiven, except that of a country's two letters: "na" may mean
    "not available", and only NA is Namibia.
    """
    bare = text.strip()
    if codes == "country" and bare.casefold() == "na":
        return "NA" if bare == "NA" else None
    return (
        _exact_names(codes).get(bare)
        or _lower_names(codes).get(bare.casefold())
        or _relaxed_names(codes).get(_relaxed(bare))
    )


@lru_cache(maxsize=20_000)
def resolve_all(codes: str, text: str) -> tuple[str, ...] | None:
    """Return the codes for a text of one or several codes or labels, None when a part of it is neither.

    Parts are divided by semicolons, commas, bars, line ends, or spaces. Some labels hold commas and
    semicolons themselves, so the longest run of parts that is a label wins.
    """
    marks = [match.start() for match in _SEPARATORS.finditer(text)]
    starts, ends = [0, *(mark + 1 for mark in marks)], [*marks, len(text)]
    found: list[str] = []
    place = 0
    while place < len(starts):
        if not text[starts[place] : ends[place]].strip():
            place += 1
            continue
        for last in range(min(len(ends), place + 8) - 1, place - 1, -1):
            code = resolve(codes, text[starts[place] : ends[last]])
            if code is not None:
                found.append(code)
                place = last + 1
                break
        else:
            words = [resolve(codes, word) for word in text[starts[place] : ends[place]].split()]
            if any(word is None for word in words):
                return None
            found += [word for word in words if word is not None]
            place += 1
    return tuple(found) or None


def _unknown_code(field: Field, text: str) -> BadCell:
    assert field.codes is not None
    part = next(
        (one for one in _SEPARATORS.split(text) if one.strip() and not resolve_all(field.codes, one)), text
    )
    close = _suggestion(field.codes, part)
    if close:
        return BadCell(
            "near_code",
            N_("“%(text)s” is not a code of %(field)s. Did you mean %(suggestion)s?"),
            text=_short(part.strip()),
            field=field.label,
            suggestion=close,
        )
    if field.codes in ("country", "language"):
        return BadCell(
            "unknown_code",
            N_(
                "“%(text)s” is not a code of %(field)s. Write the ISO code or the English name, "
                "or leave the cell empty if it is not known."
            ),
            text=_short(part.strip()),
            field=field.label,
        )
    return BadCell(
        "unknown_code",
        N_("“%(text)s” is not a code of %(field)s. Leave the cell empty, or write one of: %(codes)s."),
        text=_short(part.strip()),
        field=field.label,
        codes=", ".join(codes_of(field.codes)),
    )


def _suggestion(codes: str, text: str) -> str:
    names = {_relaxed(code): code for code in codes_of(codes) if len(code) > 3} | dict(_relaxed_names(codes))
    if codes == "country":
        three = {walk: one.code for one in code_list("country") for walk in one.crosswalk.get("ctdc", ())}
        code = three.get(text.strip().upper()) or ("NA" if text.strip() == "na" else "")
        if code:
            return f"{code} ({code_list('country').label(code)})"
    close = difflib.get_close_matches(_relaxed(text), names, n=1, cutoff=0.72)
    if not close:
        return ""
    code = names[close[0]]
    return f"{code} ({codes_of(codes)[code][0]})" if len(code) <= 3 else code
