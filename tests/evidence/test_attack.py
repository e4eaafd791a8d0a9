"""A hostile statistician at the page of figures: reads all of its forms, and solves for what is hidden."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from openpyxl import load_workbook

from amparo.audit.models import Event
from amparo.cases.actions import open_cases
from amparo.evidence.actions import show_table
from amparo.evidence.actions.showing import Hidden
from amparo.evidence.models import Snapshot
from amparo.evidence.rules import NotAsked, TableChoices
from amparo.stats.disclosure import PublishedCell, Status
from amparo.vocab.codes import code_list, code_list_names
from amparo.vocab.state import load_state
from tests.factories.accounts import NOW, make_viewer, sign_in
from tests.factories.cases import make_person_details
from tests.factories.evidence import BUILDER, make_many_cases, make_snapshot, new_case
from tests.stats.attack import exposed, possible_counts

pytestmark = pytest.mark.django_db
STATE = load_state(None)
# Names that a State gives as it likes.
NAMES = {word for name in (STATE.name, *(area.name for area in STATE.areas)) for word in name.split()}
Shown = list[list[str]]
ASKED: tuple[dict[str, str], ...] = (
    {"table": "person_case", "rows": "citizenship", "columns": "sex"},
    {"table": "person_case", "rows": "age_at_opening", "columns": "year_opened", "only-sex": "female"},
    {"table": "person_case", "rows": "iccs", "columns": "sdg"},
    {"table": "person_case", "rows": "main_purpose", "rows_then": "sex", "columns": "identification"},
    {"table": "person_case", "rows": "means:deception", "columns": "citizenship"},
    {"table": "episode", "rows": "exploitation_area", "columns": "sdg"},
    {"table": "episode", "rows": "sector", "columns": "sex", "only-year_opened": "2025"},
)


@pytest.fixture(autouse=True)
def directory(tmp_path: Path) -> Iterator[Path]:
    with override_settings(AMPARO_FACTS_DIRECTORY=tmp_path / "facts"):
        yield tmp_path / "facts"


def numbers_of(page: str) -> Shown:
    """Read the table of a page: the heads, and the lines with what stands in each cell."""
    table = page[page.index('id="numbers"') :].split("</table>", maxsplit=1)[0]
    lines = re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)
    return [[unescape(cell) for cell in re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", line)] for line in lines]


def cells_of(shown: Shown, labels: int) -> list[PublishedCell]:
    heads, *lines = shown
    found = []
    for number, line in enumerate(lines):
        for place, text in enumerate(line[labels:]):
            row = None if number == len(lines) - 1 else (str(number),)
            column = None if place == len(heads) - labels - 1 else (str(place),)
            value = int(text.replace(",", "")) if text[0].isdigit() else None
            found.append(PublishedCell(row, column, value, Status.SHOWN))
    return found


@pytest.mark.slow
def test_no_form_of_a_figure_tells_a_hidden_number() -> None:
    make_many_cases(make_viewer("supervisor"), 150)
    make_snapshot()
    browser = Client()
    sign_in(browser, make_viewer("national_rapporteur"))
    hidden = 0
    for asked in ASKED:
        page = browser.get(f"{reverse('evidence:table')}?{urlencode(asked)}").content.decode()
        if 'id="numbers"' not in page:
            continue
        shown = numbers_of(page)
        cells = cells_of(shown, labels=2 if "rows_then" in asked else 1)
        hidden += sum(cell.value is None for cell in cells)
        found = possible_counts(cells, lambda _: (0, None), known=lambda cell: cell.value is not None)
        assert exposed(found) == [], asked
        assert cells[-1].value is not None, "how many there are stands elsewhere, so it hides nothing"
        downloads = [read_csv(browser, asked), read_xlsx(browser, asked)]
        assert downloads == [[[text.replace(",", "") for text in line] for line in shown]] * 2
        assert drawn_numbers(page) <= {str(cell.value) for cell in cells}
    assert hidden > 40


def read_csv(browser: Client, asked: dict[str, str]) -> Shown:
    text = browser.get(f"{reverse('evidence:download')}?{urlencode({**asked, 'format': 'csv'})}").content
    lines = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    return [[cell.replace(",", "") for cell in line] for line in lines[: lines.index([])]]


def read_xlsx(browser: Client, asked: dict[str, str]) -> Shown:
    content = browser.get(f"{reverse('evidence:download')}?{urlencode({**asked, 'format': 'xlsx'})}").content
    rows = load_workbook(io.BytesIO(content))["Table"].iter_rows(values_only=True)
    return [["" if cell is None else str(cell).replace(",", "") for cell in row] for row in rows]


def drawn_numbers(page: str) -> set[str]:
    """Read the numbers that the chart prints: beside its bars, and in its description."""
    drawing = page[page.index('class="amparo-chart"') :].split("</svg>", maxsplit=1)[0]
    beside = re.findall(r">([\d,]+)(?: · [^<]*)?</text>", drawing)
    described = re.findall(r"[ :]([\d,]+)(?=[;,<])", re.findall(r"<desc[^>]*>(.*?</?)", drawing)[0])
    return {number.strip(",").replace(",", "") for number in (*beside, *described)} - {""}


def test_a_total_that_stands_elsewhere_hides_nothing() -> None:
    """One of six: the five must be hidden for it, and then the total would have to be. It is on the page of the snapshot."""
    worker = make_viewer("supervisor")
    for sex, number in (("female", 5), ("male", 1)):
        open_cases(new=[new_case(person=make_person_details(sex=sex))] * number, by=worker, now=NOW)
    snapshot = str(make_snapshot())
    with pytest.raises(Hidden, match="all of it is hidden"):
        show_table(TableChoices(table="person_case", rows=("sex",), snapshot=snapshot), by=BUILDER, now=NOW)


@pytest.mark.parametrize("condition", [("sex", "Amina Haddad"), ("means:deception", "Amina"), ("name", "x")])
def test_words_that_are_no_code_come_into_no_log(condition: tuple[str, str]) -> None:
    make_many_cases(make_viewer("supervisor"), 20)
    snapshot = str(make_snapshot())
    asked = TableChoices(table="person_case", rows=("stage",), only=(condition,), snapshot=snapshot)
    with pytest.raises(NotAsked, match="not in this snapshot"):
        show_table(asked, by=BUILDER, now=NOW)
    assert not Event.objects.filter(action="evidence.table.view").exists()


def test_a_figure_in_arabic_speaks_arabic(client: Any) -> None:
    make_many_cases(make_viewer("supervisor"), 150)
    snapshot = make_snapshot()
    sign_in(client, make_viewer("national_rapporteur"))
    for asked in (ASKED[0], {**ASKED[0], "method": "round"}, ASKED[3]):
        page = client.get(
            f"{reverse('evidence:table')}?{urlencode(asked)}", headers={"accept-language": "ar"}
        ).content.decode()
        assert 'dir="rtl"' in page
        main = page[page.index("<main") :].split("</main>")[0]
        words = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]*>", " ", main)))
        assert words - NAMES <= {"CSV", "XLSX", "SDG", "ICCS", "ISIC", "GLOTIP"}
        told = csv.reader(
            io.StringIO(
                client.get(
                    f"{reverse('evidence:download')}?{urlencode({**asked, 'format': 'csv'})}",
                    headers={"accept-language": "ar"},
                ).content.decode("utf-8-sig")
            )
        )
        fingerprint = Snapshot.objects.get(pk=snapshot).tables["person_case"]["fingerprint"]
        said = " ".join(" ".join(line) for line in told).replace(fingerprint, "").replace(str(snapshot), "")
        said = re.sub(r"Amparo copy [0-9a-f-]{36}", "", said)
        cited = {
            word for name in code_list_names() for word in re.findall("[A-Za-z]+", code_list(name).version)
        }
        words = set(re.findall(r"[A-Za-z]{4,}", said))
        assert words - NAMES <= {"XLSX", "ICCS", "ISIC", "CTDC", "HTCDS", *cited}
