"""What everybody gets: pages without a cookie, and files that say by themselves what they are."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from itertools import product
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from amparo.access.rules import Viewer
from amparo.cases.models import Case
from amparo.publishing.models import Release
from amparo.publishing.public.answering import for_everybody
from amparo.publishing.rules import Item, ItemKind, NotAudited
from tests.factories.accounts import NOW, make_organisation, make_viewer, sign_in
from tests.factories.publishing import make_item, make_release, make_table

pytestmark = pytest.mark.django_db
ABOUT = ("Persons identified as victims", "persons", "Snapshot of 1 March 2026", "Counted, small numbers hidden", "snapshot-1",
         "no other number gives them away", "CC BY 4.0", "R-2026-0001")  # fmt: skip
HIDDEN = {("0-17", "m", "=North"), ("0-17", "m", "South"), ("18+", "m", "=North"), ("18+", "m", "South")}
STATEMENTS = 7  # two of them the savepoint that a test has around each request, two the role


@pytest.fixture
def she() -> Viewer:
    return make_viewer("statistician", organisation=make_organisation(kind="national_rapporteur"))


@pytest.fixture
def row(she: Viewer) -> Release:
    return make_release(make_table(), by=she, licence="CC BY 4.0")


def fetched(client: Client, form: str, language: str = "en") -> Any:
    answer = client.get(f"/data/R-2026-0001/table-1.{form}?language={language}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith(f'table-1.{form}"')
    return answer


def test_the_page_says_all_and_leaves_nothing_behind(client: Client, row: Release) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get(f"/data/{row.number}/")
    said = answer.content.decode()
    assert all(words in said for words in (*ABOUT, row.title, "Version", "How to cite", "Women and girls"))
    assert said.count("amparo-numbers__hidden") == len(HIDDEN)
    assert "hidden (a)" in said
    assert "<svg" in said
    assert "<script" not in said
    assert not answer.cookies
    assert answer.headers["Cache-Control"] == "public, max-age=300, must-revalidate"
    assert len(asked) == STATEMENTS, [one["sql"][:120] for one in asked]
    assert len(answer.content) < 60_000


def test_an_answer_that_is_still_right_is_not_sent_again(client: Client, row: Release) -> None:
    for address in (
        "/data/",
        f"/data/{row.number}/",
        f"/data/{row.number}/table-1.xlsx",
        "/data/catalog.jsonld",
    ):
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        assert client.head(address).status_code == 200
        assert (
            client.get(f"{address}?language=ar", headers={"If-None-Match": first.headers["ETag"]}).status_code
            == 200
        )
    Release.objects.update(state="withdrawn", reason="Counted twice", withdrawn_at=NOW)
    page = f"/data/{row.number}/"
    assert client.get(page, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_who_comes_with_a_cookie_gets_an_answer_that_no_proxy_keeps(
    client: Client, row: Release, she: Viewer
) -> None:
    sign_in(client, she)
    answer = client.get(f"/data/{row.number}/")
    assert answer.headers["Cache-Control"].startswith("private")


def test_the_language_of_the_address_comes_first(client: Client, row: Release) -> None:
    answer = client.get(f"/data/{row.number}/?language=ar")
    said = answer.content.decode()
    assert 'lang="ar" dir="rtl"' in said
    assert "نساء وفتيات" in said
    assert "المنطقة: الشمال، الجنوب" in said
    assert answer.headers["Content-Language"] == "ar"
    assert 'dir="ltr"' in client.get(f"/data/{row.number}/?language=xx").content.decode()


def test_the_words_that_an_item_brought_are_those_of_the_page(client: Client, she: Viewer) -> None:
    content = {
        **make_table().content,
        "words": {"ar": {"title": "الأشخاص", "definition": "من عُرفوا"}},
        "notes": {"en": ["Fewer than 10 are hidden."], "ar": ["حُجب ما دون 10."]},
    }
    number = make_release(make_table(content=content), by=she).number
    english, arabic = (
        client.get(f"/data/{number}/?language={code}").content.decode() for code in ("fr", "ar")
    )
    assert "Persons by age, sex and region" in english
    assert "Fewer than 10 are hidden." in english
    assert all(words in arabic for words in ("الأشخاص", "من عُرفوا", "حُجب ما دون 10."))
    paper = fetched(client, "csv", "ar").content.decode()
    assert "حُجب ما دون 10." in paper


@pytest.mark.parametrize("address", ["/data/R-2026-9999/", "/data/R-2026-9999/table-1.csv", "/data/R-2026-0001/table-2.csv",
                                     "/data/R-2026-0001/table-0.csv", "/data/R-2026-0001/file-1", "/data/R-2026-0001/file-0", "/data/R-2026-0001/file-99999999999999999999", "/data/R-2026-9999/record.jsonld"])  # fmt: skip
def test_what_is_not_there_is_not_there_for_anybody(client: Client, row: Release, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert "Nothing was published under this address" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert not answer.cookies
    assert client.post(f"/data/{row.number}/").status_code == 405


def test_a_page_for_everybody_cannot_reach_a_case_even_by_mistake(row: Release) -> None:
    @for_everybody
    def mistaken(request: Any) -> HttpResponse:
        return HttpResponse(str(Case.objects.count()))

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        mistaken(RequestFactory().get("/data/"))
    assert Case.objects.count() == 0  # the role is laid down again


def test_the_list_is_searched_and_names_what_was_withdrawn(client: Client, she: Viewer) -> None:
    make_release(make_table(), by=she)
    make_release(make_item({(): 9}), by=she, title="Routes", population="referred", period=["2019", "2020"])
    make_release(
        make_item({(): 9}), by=she, title="Ages", state="withdrawn", reason="Counted twice", withdrawn_at=NOW
    )

    def numbers(query: str) -> list[str]:
        said = client.get(f"/data/{query}").content.decode()
        return [
            number for number in ("R-2026-0001", "R-2026-0002", "R-2026-0003") if f"<bdi>{number}<" in said
        ]

    assert numbers("") == ["R-2026-0001", "R-2026-0002", "R-2026-0003"]
    with CaptureQueriesContext(connection) as asked:
        assert "Counted twice" in client.get("/data/").content.decode()
    assert len(asked) == STATEMENTS
    assert numbers("?q=sex+AGE") == numbers("?population=identified&q=region") == ["R-2026-0001"]
    assert (
        numbers("?population=referred")
        == numbers("?year=2019")
        == numbers("?q=r-2026-0002")
        == ["R-2026-0002"]
    )
    assert numbers("?q=nothing") == numbers("?q=%25") == numbers("?page=2") == []
    assert numbers("?year=20%27&q=%00&page=x") == numbers("")


def test_p32_a_withdrawn_release_answers_with_its_reason_and_hands_out_no_file(
    client: Client, row: Release
) -> None:
    Release.objects.update(state="withdrawn", reason="Counted twice", withdrawn_at=NOW)
    said = client.get(f"/data/{row.number}/").content.decode()
    assert "Counted twice" in said
    assert "110" not in said
    for name in ("table-1.csv", "record.jsonld"):
        assert client.get(f"/data/{row.number}/{name}").status_code == 404


def test_an_old_version_still_answers_and_points_forward(client: Client, row: Release, she: Viewer) -> None:
    Release.objects.update(state="superseded")
    new = make_release(make_table(), by=she, version=2, supersedes=row)
    old = client.get(f"/data/{row.number}/").content.decode()
    assert f'href="/data/{new.number}/"' in old
    assert "Women and girls" in old
    assert f'href="/data/{row.number}/"' in client.get(f"/data/{new.number}/").content.decode()


def test_csv_says_what_it_is_and_runs_no_formula(client: Client, row: Release) -> None:
    lines = list(csv.reader(io.StringIO(fetched(client, "csv").content.decode("utf-8-sig"))))
    told = "\n".join(line[1] for line in lines if line[0].startswith("# "))
    assert all(words in told for words in ABOUT)
    head, *cells = [line for line in lines if not line[0].startswith("# ")]
    assert head == [
        "age",
        "sex",
        "region",
        "age_label",
        "sex_label",
        "region_label",
        "unit",
        "value",
        "status",
    ]
    assert {line[2] for line in cells} == {"'=North", "South", "_T"}
    assert {(line[0], line[1], line[2].lstrip("'")) for line in cells if line[7] == ""} == HIDDEN
    assert all(not cell.startswith("=") for line in lines for cell in line)


def test_the_workbook_holds_the_table_its_cells_and_what_it_is(client: Client, row: Release) -> None:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(fetched(client, "xlsx").content))
    assert book.sheetnames == ["Table", "Cells", "About"]
    told = "\n".join(str(line[1]) for line in book["About"].iter_rows(values_only=True))
    assert all(words in told for words in ABOUT)
    cells = list(book["Cells"].iter_rows(min_row=2, values_only=True))
    assert {line[:3] for line in cells if line[7] is None} == HIDDEN
    assert ("_T", "_T", "_T") in {line[:3] for line in cells}
    assert {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line} <= {"s", "n"}
    arabic = openpyxl.load_workbook(io.BytesIO(fetched(client, "xlsx", "ar").content))
    assert arabic.worksheets[0].sheet_view.rightToLeft


def test_parquet_holds_the_cells_and_says_what_it_is_in_its_schema(client: Client, row: Release) -> None:
    from pyarrow import BufferReader, parquet

    read = parquet.read_table(BufferReader(fetched(client, "parquet").content))
    told = dict(json.loads(read.schema.metadata[b"amparo"])["about"])
    assert all(any(words in text for text in told.values()) for words in ABOUT)
    rows = read.to_pylist()
    assert {(one["age"], one["sex"], one["region"]) for one in rows if one["value"] is None} == HIDDEN
    assert [one["value"] for one in rows if one["age"] == one["region"] == "_T"] == [150]


def test_json_stat_is_a_whole_cube_in_the_order_that_its_rules_ask_for(client: Client, row: Release) -> None:
    answer = fetched(client, "json")
    made = json.loads(answer.content)
    assert (made["version"], made["class"]) == ("2.0", "dataset")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    categories = []
    for name, size in zip(made["id"], made["size"], strict=True):
        category = made["dimension"][name]["category"]
        index = category.get("index") or list(category["label"])
        assert len(index) == size == len(category["label"])
        assert set(category["label"]) == set(index)
        categories.append(index)
    places = list(product(*categories))
    assert len(made["value"]) == len(places)
    found = {place[:3]: value for place, value in zip(places, made["value"], strict=True)}
    status = {places[int(at)][:3]: word for at, word in made["status"].items()}
    assert found["_T", "_T", "_T"] == 150
    assert {place for place in status if status[place] in ("small", "hidden")} == HIDDEN
    assert set(status.values()) <= set(made["extension"]["status"]["label"])
    assert found["0-17", "_T", "South"] is None  # never counted, so it has no status either
    told = {one["label"]: one["text"] for one in made["extension"]["about"]}
    assert all(any(words in text for text in told.values()) for words in ABOUT)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_paper_is_a_pdf_in_the_language_of_the_page(client: Client, row: Release, language: str) -> None:
    content = fetched(client, "pdf", language).content
    assert content.startswith(b"%PDF-")
    assert f"/Lang ({language})".encode() in content or f"/Lang({language})".encode() in content


def test_dcat_records_name_every_file_and_what_it_is(client: Client, row: Release) -> None:
    record = json.loads(client.get(f"/data/{row.number}/record.jsonld").content)
    with CaptureQueriesContext(connection) as asked:
        catalogue = json.loads(client.get("/data/catalog.jsonld").content)
    assert len(asked) == STATEMENTS
    assert catalogue["@type"] == "dcat:Catalog"
    (dataset,) = catalogue["dcat:dataset"]
    assert dataset == {key: value for key, value in record.items() if key != "@context"}
    assert dataset["dct:license"] == {"@id": "https://creativecommons.org/licenses/by/4.0/"}
    assert dataset["dct:temporal"]["dcat:endDate"] == {"@type": "xsd:gYear", "@value": "2025"}
    described = " ".join(dataset["dct:description"]) + dataset["dct:provenance"]["dct:description"]
    assert all(words in described for words in ABOUT[:6])
    addresses = [one["dcat:downloadURL"]["@id"] for one in dataset["dcat:distribution"]]
    assert len(addresses) == 4
    for address in addresses:
        assert client.get(address.removeprefix("http://testserver")).status_code == 200


def synthetic(text: str = "age,sex\n0-17,f\n", **more: Any) -> Item:
    content = {"columns": ["age", "sex"], "labels": {"en": {"sex": {"": "Sex"}}}, "file_name": "made-up.csv", "media_type": "text/csv", "text": text,
               "sha256": hashlib.sha256(text.encode()).hexdigest(), "cautions": ["Counts below 40 are not to be used."]}  # fmt: skip
    return make_item({(): 9}, kind=ItemKind.SYNTHETIC, title="Made-up records", content=content | more)


def test_a_file_is_handed_out_as_it_was_kept_with_its_cautions(client: Client, she: Viewer) -> None:
    row = make_release(synthetic(), by=she)
    said = client.get(f"/data/{row.number}/").content.decode()
    assert "No row is a person" in said
    assert "Counts below 40 are not to be used." in said
    assert "age, Sex (sex)" in said
    answer = client.get(f"/data/{row.number}/file-1")
    assert (answer.content, answer.headers["Content-Type"]) == (b"age,sex\n0-17,f\n", "text/csv")
    catalogue = client.get("/data/catalog.jsonld").content
    assert hashlib.sha256(answer.content).hexdigest().encode() in catalogue
    assert b"file-1" in catalogue


def test_a_file_that_is_not_what_its_digest_says_is_not_handed_out(client: Client, she: Viewer) -> None:
    for more in ({"sha256": "0" * 64}, {"text": ""}):
        row = make_release(synthetic(**more), by=she)
        assert client.get(f"/data/{row.number}/file-1").status_code == 404
    row = make_release(synthetic(media_type="text/html"), by=she)
    assert client.get(f"/data/{row.number}/file-1").headers["Content-Type"] == "text/plain"


def test_a_study_shows_its_estimates_with_their_intervals(client: Client, she: Viewer) -> None:
    figures = [{"label": "All", "value": 1200, "low": 900, "high": 1600}, {"label": "Men", "value": None}]
    item = make_item({(): 9}, kind=ItemKind.STUDY, title="Estimate", content={"figures": figures})
    said = client.get(f"/data/{make_release(item, by=she).number}/").content.decode()
    assert all(
        words in said for words in ("1,200", "900 to 1,600", "Not estimated", "An estimate, not a count")
    )


def test_tables_of_any_dimension_and_those_of_the_register_alone_are_laid_out(
    client: Client, she: Viewer
) -> None:
    cells = [
        {"values": {"a": a, "b": b}, "value": 20, "status": "shown"}
        for a in ("x", None)
        for b in ("y", "", None)
    ]
    one = {"rows": ["a"], "columns": ["b"], "where": [{"column": "c", "values": ["1"], "is_excluding": True}],
           "counting_unit": "persons", "cells": cells}  # fmt: skip
    several = make_item(
        {(): 9}, title="Two tables", content={"method": "round", "tables": [one, one], "warnings": ["Mind."]}
    )
    row = make_release(several, make_item({("0-17", "18+"): 12, (): 31}), by=she)
    said = client.get(f"/data/{row.number}/").content.decode()
    assert all(
        words in said
        for words in ("Two tables (2)", "c is not 1", "Mind.", "Not recorded", "0-17, 18+", "31")
    )
    assert json.loads(client.get(f"/data/{row.number}/table-3.json").content)["value"] == [12, 31]
    assert (
        len(json.loads(client.get("/data/catalog.jsonld").content)["dcat:dataset"][0]["dcat:distribution"])
        == 12
    )


def test_a_cube_that_is_nearly_empty_is_not_walked_through(client: Client, she: Viewer) -> None:
    names = [f"v{number}" for number in range(14)]
    cells = [{"values": {name: "yes"}, "value": 20, "status": "shown"} for name in names]
    content = {"tables": [{"rows": names[:7], "columns": names[7:], "cells": cells}]}
    row = make_release(make_item({(): 9}, content=content), by=she)
    made = json.loads(client.get(f"/data/{row.number}/table-1.json").content)
    assert len(made["value"]) == len(names)
    assert made["value"][str(2**14 - 1 - 1)] == 20
    assert client.get(f"/data/{row.number}/table-1.csv").content.count(b"shown") == len(names)


def test_nothing_is_shown_of_what_was_never_audited(client: Client, she: Viewer) -> None:
    row = make_release(make_table(), by=she)
    kept = make_table().as_json() | {"verdict": None}
    row.items.model.objects.create(release=row, position=1, kept=kept, digest="")
    with pytest.raises(NotAudited, match="has not passed an audit"):
        client.get(f"/data/{row.number}/")


def test_a_release_of_the_future_waits_for_its_day(client: Client, she: Viewer) -> None:
    row = make_release(make_table(), by=she, embargo_until=timezone.localdate() + timezone.timedelta(days=2))
    assert client.get(f"/data/{row.number}/").status_code == 404
    Release.objects.update(embargo_until=timezone.localdate())
    assert client.get(f"/data/{row.number}/").status_code == 200
