"""The command `amparo table`: what it prints, writes, refuses, and loads."""

from __future__ import annotations

import csv
import io
import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
import typer
from typer.testing import CliRunner, Result

from amparo.cli.table import table
from tests.shared_data import shared_data

application = typer.Typer(pretty_exceptions_enable=False)
application.command()(table)


def amparo_table(*arguments: str | Path) -> Result:
    return CliRunner().invoke(application, [str(argument) for argument in arguments])


def read_json(*arguments: str | Path) -> dict[str, Any]:
    result = amparo_table(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    loaded: dict[str, Any] = json.loads(result.stdout)
    return loaded


@pytest.fixture
def records(tmp_path: Path) -> Path:
    counts = {("TH", "F"): 20, ("TH", "M"): 3, ("NA", "F"): 30, ("NA", "M"): 40, ("", "F"): 7, ("", "M"): 9}
    lines = [
        f"{country},{gender},{'yes' if at % 2 else ''}\n"
        for (country, gender), n in counts.items()
        for at in range(n)
    ]
    path = tmp_path / "records.csv"
    path.write_text("country,gender,minor\n" + "".join(lines), encoding="utf-8")
    return path


def test_json_is_the_promised_object(records: Path) -> None:
    told = read_json(records, "--rows", "country", "--columns", "gender", "--counting-unit", "cases")
    assert (told["counting_unit"], told["rows"], told["columns"]) == ("cases", ["country"], ["gender"])
    assert (told["threshold"], told["method"]) == (5, "suppress")
    assert all(set(cell) == {"row", "column", "value", "status"} for cell in told["cells"])
    cells = {(str(cell["row"]), str(cell["column"])): cell for cell in told["cells"]}
    assert len(cells) == 12
    assert cells["['TH']", "['M']"] == {"row": ["TH"], "column": ["M"], "value": None, "status": "primary"}
    assert cells["None", "None"] == {"row": None, "column": None, "value": 109, "status": "shown"}
    assert cells["['NA']", "None"]["value"] == 70
    hidden = [cell for cell in told["cells"] if cell["value"] is None]
    assert [cell["status"] for cell in hidden].count("secondary") == len(hidden) - 1 == 3


def test_json_by_its_own_option_and_in_the_promised_order(records: Path) -> None:
    asked: list[str | Path] = [records, "--rows", "country", "--columns", "gender"]
    told = amparo_table(*asked, "--json")
    assert told.stdout == amparo_table(*asked, "--format", "json").stdout
    promised = ["counting_unit", "rows", "columns", "threshold", "method", "cells"]
    assert [key for key in json.loads(told.stdout) if key in promised] == promised


def test_a_table_without_columns_has_totals_only(records: Path) -> None:
    told = read_json(records, "--rows", "country,gender")
    assert [cell["column"] for cell in told["cells"]] == [None] * 7
    assert told["columns"] == []


@pytest.mark.parametrize(
    ("conditions", "count"),
    [
        (["country=TH"], 23),
        (["country=TH,NA"], 93),
        (["country!=TH"], 86),
        (["country="], 16),
        (["country=NA", "gender!=M"], 30),
        (["country!="], 93),
        (["country=nowhere"], 0),
    ],
)
def test_where_keeps_what_it_says(records: Path, conditions: list[str], count: int) -> None:
    told = read_json(records, "--rows", "minor", *(part for text in conditions for part in ("--where", text)))
    assert told["cells"][-1] == {
        "row": None,
        "column": None,
        "value": count,
        "status": "shown" if count else "zero",
    }
    assert ("no-records" in {warning["code"] for warning in told["warnings"]}) == (count == 0)


@pytest.mark.parametrize("condition", ["gender=Female", "gender!=Female", "gender=F,Female"])
def test_a_value_that_no_record_has_is_told(records: Path, condition: str) -> None:
    """A slip of the pen would else count nobody, or everybody, without a word."""
    result = amparo_table(records, "--rows", "country", "--where", condition, "--json")
    assert result.exit_code == 0
    assert 'No record has "Female" in "gender".' in result.stderr
    assert json.loads(result.stdout)["warnings"][0]["code"] == "no-such-value"


def test_rounding(records: Path) -> None:
    told = read_json(records, "--rows", "country", "--columns", "gender", "--method", "round")
    assert told["method"] == "round"
    assert all(cell["value"] % 5 == 0 for cell in told["cells"])


def test_text_is_readable_on_eighty_columns(records: Path, tmp_path: Path) -> None:
    result = amparo_table(records, "--rows", "country", "--columns", "gender")
    assert "(blank)" in result.stdout
    assert "1–4" in result.stdout
    assert "hidden by the rule" in result.stdout
    wide = tmp_path / "wide.csv"
    wide.write_text("a,b\n" + "".join(f"{'long' * 20},{n}\n" * 6 for n in range(40)), encoding="utf-8")
    result = amparo_table(wide, "--rows", "a", "--columns", "b")
    assert max(len(line) for line in result.stdout.splitlines()) <= 80
    assert "Part 2 of" in result.stdout


def test_formulas_are_disarmed(tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    path.write_text(
        "=name,b\n" + '"=HYPERLINK(""http://x"")",-1\n' * 6 + "@x,http://example.org\n" * 7, encoding="utf-8"
    )
    result = amparo_table(path, "--rows", "=name", "--columns", "b", "--format", "csv")
    lines = list(csv.DictReader(io.StringIO(result.stdout)))
    assert set(lines[0]) == {"'=name", "b", "total_of", "value", "status", "reason"}
    assert {line["'=name"] for line in lines} == {'\'=HYPERLINK("http://x")', "'@x", ""}
    assert [line["total_of"] for line in lines] == [
        "",
        "",
        "columns",
        "",
        "",
        "columns",
        "rows",
        "rows",
        "all",
    ]
    book = tmp_path / "table.xlsx"
    assert (
        amparo_table(
            path, "--rows", "=name", "--columns", "b", "--format", "xlsx", "--output", book
        ).exit_code
        == 0
    )
    with zipfile.ZipFile(book) as archive:
        sheets = b"".join(archive.read(name) for name in archive.namelist() if "worksheets" in name)
    assert b"<f>" not in sheets
    assert b"hyperlink" not in sheets


def test_the_workbook_says_what_it_counts(records: Path, tmp_path: Path) -> None:
    book = tmp_path / "table.xlsx"
    arguments = ["--rows", "country", "--columns", "gender", "--where", "minor=yes,", "--format", "xlsx"]
    assert amparo_table(records, *arguments, "--output", book).exit_code == 0
    read = openpyxl.load_workbook(book)
    assert read.sheetnames == ["Table", "Cells", "About"]
    facts = {str(row[0].value): str(row[1].value) for row in read["About"].iter_rows()}
    assert facts["Counting unit"] == "records"
    assert facts["Source"] == "records.csv"
    assert facts["Records counted"] == "minor is yes, (blank)"
    assert "fewer than 5" in facts["Rule"]
    assert facts["Reader assumed"].startswith("A reader who sees the whole table")
    assert {cell.value for row in read["Table"].iter_rows() for cell in row} >= {
        "1–4",
        "×",
        109,
        "(blank)",
        "Total",
    }
    reasons = [str(row[5].value) for row in read["Cells"].iter_rows(min_row=2) if row[3].value is None]
    assert len(reasons) == 4
    assert all(reason.startswith("Hidden because") for reason in reasons)


def test_output_is_put_in_place_whole(records: Path, tmp_path: Path) -> None:
    target = tmp_path / "table.json"
    assert amparo_table(records, "--rows", "country", "--format", "json", "--output", target).exit_code == 0
    assert json.loads(target.read_text(encoding="utf-8"))["rows"] == ["country"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["records.csv", "table.json"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--rows", "contry"], 'The nearest is "country". Its columns are: country, gender, minor'),
        (["--rows", "country", "--columns", "country"], "more than once"),
        (["--rows", ""], "at least one column"),
        (["--rows", "country", "--where", "gender"], "COLUMN=VALUE"),
        (["--rows", "country", "--where", "sex=F"], 'no column "sex"'),
        (["--rows", "country", "--threshold", "1"], "protects nobody"),
        (["--rows", "country", "--method", "hide"], "'hide'"),
        (["--rows", "country", "--format", "xlsx"], "--output"),
        (["--rows", "country", "--output", "/nowhere/table.csv"], "no folder"),
    ],
)
def test_a_request_that_cannot_be_met_says_why(records: Path, arguments: list[str], words: str) -> None:
    result = amparo_table(records, *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stdout == ""


def test_the_records_are_never_overwritten(records: Path) -> None:
    before = records.read_bytes()
    result = amparo_table(records, "--rows", "country", "--output", records)
    assert (result.exit_code, records.read_bytes()) == (2, before)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    result = amparo_table(tmp_path / "none.csv", "--rows", "a")
    assert result.exit_code == 2
    assert "There is no file" in result.stderr


def test_records_are_not_read_from_a_pipe(records: Path) -> None:
    for name in ("-", "/dev/stdin"):
        done = subprocess.run(
            [sys.executable, "-m", "amparo.cli", "table", name, "--rows", "country"],
            input=records.read_bytes(),
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"Save them to a file and name it" in done.stderr


def test_nested_columns_are_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "records.parquet"
    duckdb.execute(
        "COPY (SELECT {'x': i % 2} AS pair, [i % 2, 3] AS list FROM range(40) t(i)) TO ? (FORMAT parquet)",
        [str(path)],
    )
    told = read_json(path, "--rows", "pair", "--columns", "list")
    assert told["cells"][-1]["value"] == 40
    assert told["cells"][0]["column"] == ["[0, 3]"]


# Typer itself needs pydantic and its parts.
MAY_LOAD = {
    "_duckdb",
    "amparo",
    "duckdb",
    "shellingham",
    "typer",
} | {
    "annotated_doc",
    "annotated_types",
    "pydantic",
    "pydantic_core",
    "typing_extensions",
    "typing_inspection",
}
SHOW_LOADED = """
import sys
before = set(sys.modules)
import typer
from amparo.cli.table import table
application = typer.Typer(pretty_exceptions_enable=False)
application.command()(table)
application(sys.argv[1:], standalone_mode=False)
names = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(names - set(sys.stdlib_module_names)), file=sys.stderr)
"""


@pytest.mark.parametrize("form", ["json", "text", "csv"])
def test_the_command_loads_little(records: Path, form: str) -> None:
    """The time of the command is the time of its imports: none of Django, pandas, NumPy, SciPy, Ibis, pyarrow is among them."""
    arguments = [str(records), "--rows", "country", "--columns", "gender", "--format", form]
    done = subprocess.run(
        [sys.executable, "-c", SHOW_LOADED, *arguments], capture_output=True, text=True, check=True
    )
    loaded = set(done.stderr.splitlines()[-1].split())
    assert "duckdb" in loaded
    assert {name for name in loaded if not name.startswith("_sysconfigdata")} <= MAY_LOAD


@pytest.mark.parametrize("percent", [5, 10])
@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ("yearOfRegistration", "ageBroad"),
        ("citizenship", "CountryOfExploitation"),
        ("citizenship,gender", "ageBroad,isSexualExploit"),
    ],
)
def test_samples_of_the_real_file(tmp_path: Path, percent: int, rows: str, columns: str) -> None:
    lines = shared_data("ctdc/dados_app.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    rng = random.Random(percent)
    sample = [line for line in lines[1:] if rng.random() < percent / 100]
    path = tmp_path / "sample.csv"
    path.write_text(lines[0] + "".join(sample), encoding="utf-8")
    told = read_json(path, "--rows", rows, "--columns", columns)
    true = count_by_hand(path, rows.split(","), columns.split(","))
    for cell in told["cells"]:
        count = true.get((tuple(cell["row"] or ()), tuple(cell["column"] or ())), 0)
        assert cell["value"] == (count if cell["status"] in ("shown", "zero") else None)
        assert (cell["status"] in ("primary", "secondary")) or not 0 < count < 5
        assert (cell["status"] == "zero") == (count == 0)
    assert told["audit"]["cleared"]


def count_by_hand(
    path: Path, rows: list[str], columns: list[str]
) -> dict[tuple[tuple[str, ...], tuple[str, ...]], int]:
    counts: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for record in csv.DictReader(stream):
            row, column = tuple(record[name] for name in rows), tuple(record[name] for name in columns)
            for key in ((row, column), (row, ()), ((), column), ((), ())):
                counts[key] = counts.get(key, 0) + 1
    return counts


AGES = "column,code,parent\nage,child,\nage,adult,\nage,0-8,child\nage,9-17,child\nage,18-29,adult\nage,30+,adult\n"


@pytest.fixture
def people(tmp_path: Path) -> Path:
    counts = {("F", "0-8"): 3, ("F", "9-17"): 14, ("F", "18-29"): 30, ("F", "30+"): 22} | {
        ("M", "0-8"): 9,
        ("M", "9-17"): 17,
        ("M", "18-29"): 25,
        ("M", "30+"): 1,
    }
    lines = [f"{sex},{age},{7919 * n % 65536}" for (sex, age), count in counts.items() for n in range(count)]
    path = tmp_path / "people.csv"
    path.write_text("sex,age,key\n" + "\n".join(lines) + "\n")
    (tmp_path / "ages.csv").write_text(AGES)
    return path


def test_groups_have_totals_and_the_office_reads_why_each_count_is_hidden(people: Path) -> None:
    groups, report = people.with_name("ages.csv"), people.with_name("report.txt")
    told = read_json(
        people, "--rows", "sex", "--columns", "age", "--hierarchy", groups, "--report", report, "--optimal"
    )
    assert told["audit"]["cleared"]
    cells = {tuple(cell["values"].values()): cell["value"] for cell in told["tables"][0]["cells"]}
    assert cells[None, None] == 121
    assert cells["F", "0-8"] is None
    assert cells["M", "30+"] is None
    why = report.read_text()
    assert "FOR REVIEW IN THE OFFICE ONLY" in why
    assert "sex F, age 0-8 = 3" in why
    assert "fewer than 5" in why
    assert "proved the least possible" in why
    book = people.with_name("table.xlsx")
    assert (
        amparo_table(
            people, "--rows", "sex,age", "--hierarchy", groups, "--format", "xlsx", "--output", book
        ).exit_code
        == 0
    )
    assert openpyxl.load_workbook(book).sheetnames == ["Table 1", "About"]
    lines = list(
        csv.DictReader(
            io.StringIO(amparo_table(people, "--rows", "sex,age", "--subtotals", "--format", "csv").stdout)
        )
    )
    assert {line["total_of"] for line in lines} == {"", "sex", "age", "sex; age"}


def test_linked_and_earlier_tables_and_other_methods(people: Path) -> None:
    link, first = people.with_name("link.yaml"), people.with_name("first.json")
    link.write_text("tables:\n  - rows: [age]\n  - rows: [sex]\n    where: [age=0-8]\n")
    told = read_json(people, "--rows", "sex", "--columns", "age", "--link", link, "--subtotals")
    assert [table["rows"] for table in told["tables"]] == [["sex"], ["age"], ["sex"]]
    first.write_text(json.dumps(read_json(people, "--rows", "age", "--subtotals")))
    later = read_json(people, "--rows", "sex,age", "--earlier", first)
    shown = {
        c["values"]["age"]: c["value"] for c in later["tables"][0]["cells"] if c["values"]["sex"] is None
    }
    assert shown["30+"] == 23
    noisy = read_json(people, "--rows", "sex,age", "--method", "cellkey", "--record-key", "key")
    assert "not proved" in noisy["audit"]["promise"]
    rounded = read_json(people, "--rows", "sex,age", "--method", "round", "--subtotals")
    assert all(cell["value"] % 5 == 0 for cell in rounded["tables"][0]["cells"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--rule", "minors=age"], "Write minors=COLUMN:VALUE,VALUE:10"),
        (["--rule", "minors=born:0-8:10"], 'asks for the column "born"'),
        (["--sensitive", "means"], '"means" is called sensitive, but no table has it'),
        (["--link", "nowhere.yaml"], "nowhere.yaml cannot be read"),
        (["--earlier", "nowhere.json"], "is no release in JSON"),
        (["--method", "cellkey"], "Name it with --record-key"),
        (["--rule", "organisations=office:3"], 'no column "office"'),
        (["--rule", "p=10"], "Say with --amount which column"),
        (["--rule", "p=ten"], "for amounts dominance=2:85"),
        (["--amount", "key", "--rule", "dominance=2:200"], "is no rule"),
        (["--amount", "age"], "cannot be a row"),
        (["--contributor", "key"], "Add --amount COLUMN"),
        (["--percent", "rows"], "Add --columns"),
        (["--epsilon", "1"], "belong to --method dp"),
        (["--method", "dp"], "need an epsilon"),
        (["--method", "dp", "--epsilon", "1"], 'which values "sex" can have'),
    ],
)
def test_options_that_cannot_be_met_say_what_to_write(people: Path, options: list[str], words: str) -> None:
    result = amparo_table(people, "--rows", "sex,age", *options)
    assert result.exit_code == 2
    assert words in result.output


def test_amounts_percentages_and_private_counts(tmp_path: Path) -> None:
    paid = tmp_path / "paid.csv"
    lines = [f"{kind},{n % 3},{10 * n + 5}.50\n" for kind in ("care", "farm", "sea") for n in range(30)]
    paid.write_text("kind,year,wages\n" + "".join(lines) + "sea,3,9000\n", encoding="utf-8")
    asked = ("--rows", "kind", "--columns", "year", "--amount", "wages", "--rule", "dominance=2:85")
    told = read_json(paid, *asked, "--percent", "all")
    assert (told["amount"], told["percent_of"]) == ("wages", "all")
    cells = {tuple(cell["values"].values()): cell for cell in told["tables"][0]["cells"]}
    assert (cells["sea", "3"]["value"], cells["sea", "3"]["percent"]) == (None, None)
    assert cells["care", None]["value"] == sum(10 * n + 5.5 for n in range(30))
    result = amparo_table(paid, *asked, "--report", tmp_path / "review.txt")
    assert "Sum of wages by kind and year" in result.stdout
    assert "kind sea, year 3 = 9,000.00" in (tmp_path / "review.txt").read_text(encoding="utf-8")

    one_pays = amparo_table(paid, *asked, "--rule", "dominance=1:30")
    assert "The total of all (22,545.00) is itself not to be shown" in one_pays.stderr

    book = tmp_path / "book.yaml"
    book.write_text(
        "budget: {epsilon: 1.2}\ncolumns:\n  kind: [care, farm, sea]\n  year: ['0', '1', '2', '3']\n",
        encoding="utf-8",
    )
    private = ("--rows", "kind", "--columns", "year", "--method", "dp", "--epsilon", "1", "--codebook", book)
    told = read_json(paid, *private)
    assert (told["privacy"]["epsilon"], told["privacy"]["is_private"]) == (1.0, True)
    ledger = json.loads((tmp_path / "paid.csv.budget.json").read_text(encoding="utf-8"))
    assert [expense["epsilon"] for expense in ledger["expenses"]] == [1.0]
    again = amparo_table(paid, *private)
    assert (again.exit_code, again.stdout) == (2, "")
    assert (
        "The budget of paid.csv is spent: its cap is epsilon 1.2, its releases so far (1) have used 1,"
        in again.stderr
    )
    seeded = amparo_table(
        paid, *private[:-2], "--codebook", book, "--noise-seed", "1", "--ledger", tmp_path / "other.json"
    )
    assert "NOT PRIVATE" in seeded.stdout


def test_readers_get_a_page_a_pdf_and_a_workbook_in_their_language(tmp_path: Path) -> None:
    path = tmp_path / "three.csv"
    lines = [f"{'FM'[n % 2]},{'abc'[n % 3]},{n % 5 // 2}\n" for n in range(160)] + ["F,a,2\n", "M,d,2\n"]
    path.write_text("sex,means,age\n" + "".join(lines), encoding="utf-8")
    asked = (
        "--rows",
        "sex,means",
        "--columns",
        "age",
        "--subtotals",
        "--percent",
        "columns",
        "--language",
        "ar",
    )
    for name in ("table.html", "table.pdf", "table.xlsx"):
        result = amparo_table(path, *asked, "--report", tmp_path / name)
        assert result.exit_code == 0, result.output
    page = (tmp_path / "table.html").read_text(encoding="utf-8")
    assert '<html lang="ar" dir="rtl">' in page
    assert page.count("<table") == 3
    assert (tmp_path / "table.pdf").read_bytes().startswith(b"%PDF")
    sheets = openpyxl.load_workbook(tmp_path / "table.xlsx").worksheets
    assert len(sheets) == 3
    assert all(sheet.sheet_view.rightToLeft for sheet in sheets)
    refused = amparo_table(path, *asked[:-1], "xx", "--report", tmp_path / "no.html")
    assert refused.exit_code == 2
    assert "The languages are: en, ar" in refused.stderr


def test_another_engine_is_asked_by_its_address(records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPARO_ENGINE", "duckdb")
    assert amparo_table(records, "--rows", "country").exit_code == 0
    monkeypatch.setenv("AMPARO_ENGINE", "spark://local")
    result = amparo_table(records, "--rows", "country")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is not Parquet" in result.stderr


def test_a_code_that_the_codebook_does_not_have_is_named_with_its_line(people: Path, tmp_path: Path) -> None:
    book = tmp_path / "book.yaml"
    book.write_text("columns:\n  sex: [F, M]\n  age: [0-8, 9-17, 18-29]\n", encoding="utf-8")
    result = amparo_table(people, "--rows", "sex,age", "--codebook", book)
    assert result.exit_code == 2
    assert (
        'The column "age" has the value "30+" (line 49), which its codebook does not have.' in result.stderr
    )


@pytest.mark.parametrize("options", [(), ("--subtotals",), ("--amount", "wage")])
def test_a_line_of_totals_among_the_records_is_named_and_can_be_left_out(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    path = tmp_path / "with-totals.csv"
    lines = [f"{'fm'[at % 2]},{'NA' if at % 3 else 'NO'},{at}" for at in range(60)]
    path.write_text("\n".join(["sex,country,wage", *lines, "Total ,NA,1770", ""]), encoding="utf-8")
    refused = amparo_table(path, "--rows", "sex", *options)
    assert refused.exit_code == 2
    assert 'The column "sex" has the value "Total " (line 62)' in refused.stderr
    assert '--where "sex!=Total "' in refused.stderr
    assert amparo_table(path, "--rows", "sex", "--where", "sex!=Total ", *options).exit_code == 0
