"""A study and its report: what is said follows from the numbers, and nothing hidden is told elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from amparo.stats.prevalence import (
    CannotEstimate,
    OverlapTable,
    Population,
    Sensitivity,
    Settings,
    Status,
    Study,
    run_study,
    sweep_thresholds,
)
from amparo.stats.prevalence.report import report_of, to_json
from amparo.stats.report import (
    Block,
    Document,
    Items,
    Mark,
    NoSuchLanguage,
    Paragraph,
    Row,
    Table,
    draw_marks,
    draw_rows,
    speaking,
    to_html,
    to_pdf,
    to_text,
)
from amparo.stats.results import Caution, Said

CELLS = [
    (("A",), 60),
    (("B",), 50),
    (("C",), 55),
    (("A", "B"), 20),
    (("A", "C"), 15),
    (("B", "C"), 3),
    (("A", "B", "C"), 2),
]
TABLE = OverlapTable.from_cells(("A", "B", "C"), CELLS)
QUICK = ("average", "stepwise", "bic", "dga", "chao")


@pytest.fixture(scope="module")
def study() -> Study:
    patch = pytest.MonkeyPatch()
    patch.setattr("amparo.stats.prevalence._study.DEFAULT_METHODS", QUICK)
    made = run_study(
        TABLE,
        source="made-up.csv",
        settings=Settings(replicates=60),
        population=Population(1_000_000, "residents"),
    )
    patch.undo()
    return made


def test_an_estimate_below_the_floor_is_a_warning_sign_that_stands_first() -> None:
    """People differ in their chances: independence falls far below Chao's bound with a size for each list."""
    table = OverlapTable(("A", "B", "C"), np.array([0, 1000, 1000, 60, 1000, 60, 60, 120]))
    made = run_study(table, methods=("loglinear", "chao"))
    low, floor = made.estimates
    assert low.warnings[-1].code == "far-below-floor"
    assert floor.warnings[-1].code == "lists-of-unequal-size"
    said = text(made)
    assert said.index("Warning sign: a floor lies above an estimate") < said.index("What may be said")
    near = run_study(OverlapTable(table.lists, table.counts // 10), methods=("loglinear",))
    assert near.estimates[0].warnings[-1].code == "below-floor"
    assert "so it may be chance" in text(near)
    alike = run_study(TABLE, methods=("loglinear", "chao"))
    assert alike.estimates[1].estimate > alike.estimates[0].estimate  # type: ignore[operator]
    assert [one.code for one in alike.estimates[1].warnings] == ["above-estimates"]
    assert "Warning sign" not in text(alike)
    assert "which is no contradiction here" in text(alike)


def text(study: Study) -> str:
    return "".join(to_text(report_of(study)))


def test_default_study_has_three_estimators_and_what_they_hang_on(study: Study) -> None:
    assert [one.method for one in study.estimates] == list(QUICK)
    assert study.is_answered
    assert study.sensitivity is not None
    assert set(study.sensitivity.told()) == {
        "floor", "pairs", "ranking", "omitted", "merged", "thresholds", "models", "deltas", "priors", "consistency",
        "growth", "missed",
    }  # fmt: skip


def test_answers_do_not_depend_on_what_else_is_asked_or_on_workers(study: Study) -> None:
    alone = run_study(TABLE, methods=("stepwise",), settings=Settings(replicates=60))
    assert alone.sensitivity is None
    assert alone.estimates[0].interval() == study.estimates[1].interval()


def test_json_has_what_was_promised(study: Study) -> None:
    told = json.loads(to_json(study))
    assert told["n"] == 205
    first = told["estimates"][1]
    assert {"method", "estimate", "intervals", "model", "status", "warnings"} <= set(first)
    assert set(first["intervals"]) == {"0.8", "0.95"}
    assert first["intervals"]["0.95"][0] < first["estimate"] < first["intervals"]["0.95"][1]
    assert first["status"] == "exists"
    assert first["per_100000"] == pytest.approx(first["estimate"] / 10)
    assert {
        "floor",
        "models",
        "omit",
        "merge",
        "threshold",
        "delta",
        "prior",
        "consistency",
        "growth",
    } <= set(told["sensitivity"])


def test_estimate_that_does_not_exist_is_null_with_its_status() -> None:
    table = OverlapTable.from_cells(("A", "B"), [(("A",), 9), (("B",), 8)])
    made = run_study(table, methods=("chao", "stepwise"))
    told = json.loads(to_json(made))
    for one in told["estimates"]:
        assert (one["estimate"], one["intervals"], one["status"]) == (None, None, "refused")
        assert "Nobody is on two lists" in one["warnings"][0]["message"]
    assert not made.is_answered
    assert "No estimate exists" in text(made)


def test_interval_without_an_end_is_null_in_json_and_said_in_words(study: Study) -> None:
    class Endless(type(study.estimates[0])):  # type: ignore[misc]
        def interval(self, level: float = 0.95) -> Any:
            found = super().interval(level)
            return replace(found, high=float("inf"))

    first = study.estimates[0]
    fields = {name: getattr(first, name) for name in first.__dataclass_fields__}
    made = replace(study, estimates=(Endless(**fields), *study.estimates[1:]))
    assert json.loads(to_json(made))["estimates"][0]["intervals"]["0.95"][1] is None
    said = " ".join(text(made).split())
    assert "people or more, without an upper limit" in said
    assert "Any upper limit: for at least one method the data set none" in said
    assert "inf" not in re.findall(r"[a-z]+", said)


def test_report_says_what_may_and_may_not_be_said(study: Study) -> None:
    said = " ".join(text(study).split())
    assert "205 people were seen on at least one of 3 lists (A, B and C)" in said
    assert "One number without its interval" in said
    assert "per 100,000 residents (1,000,000 in all)" in said
    assert "whom none of the lists could ever have reached" in said


def test_a_threshold_that_decides_is_told() -> None:
    """On the tables of the Netherlands the usual threshold of 0.02 gives 121,522 and other ways half of it, and no program says so."""
    path = sweep_thresholds(TABLE)
    first = path.variations[0]
    assert first.estimate is not None
    for factor, is_told in ((3.0, True), (1.2, False)):
        moved = replace(path, variations=(first, replace(first, estimate=factor * first.estimate)))
        made = run_study(TABLE, methods=("chao",))
        said = " ".join(text(replace(made, sensitivity=Sensitivity(thresholds=moved))).split())
        assert ("That the threshold of the stepwise choice does not matter" in said) is is_told


def test_nothing_that_is_hidden_stands_elsewhere_in_the_report(study: Study) -> None:
    """B and C share 5 people, of whom 3 are on no other list: both follow from what must not be shown."""
    assert study.overlaps is not None
    hidden = {pair for pair, count in study.overlaps.pairs if count.value is None}
    assert hidden
    assert not {one.lists for one in study.shown_pairs} & hidden
    told = json.loads(to_json(study))
    small = [one for one in told["lists"]["histories"] if one["status"] == "primary"]
    assert {tuple(one["lists"]) for one in small} == {("B", "C"), ("A", "B", "C")}
    assert all(one["value"] is None for one in small)
    assert {tuple(one["lists"]) for one in told["sensitivity"]["pairs"]} == {
        one.lists for one in study.shown_pairs
    }


def test_hidden_number_of_people_on_two_lists_stands_in_no_note() -> None:
    """Methods warn with the number itself; where it is hidden, the report warns without."""
    cells = [(("A",), 60), (("B",), 50), (("C",), 55), (("A", "B"), 2), (("A", "C"), 1), (("A", "B", "C"), 1)]
    made = run_study(OverlapTable.from_cells(("A", "B", "C"), cells), methods=("average",))
    assert made.overlaps is not None
    assert made.overlaps.repeated.value is None
    assert any(" 4 people " in str(caution.message) for caution in made.estimates[0].warnings)
    said = text(made) + to_html(report_of(made))
    assert " 4 people" not in said
    assert "Very few people are on two lists or more" in said


def test_digest_of_hidden_counts_is_not_printed(study: Study) -> None:
    """Whoever guesses the hidden counts could else check the guess."""
    digest = study.description.fingerprint
    assert digest[:8] not in text(study) + to_html(report_of(study))
    assert digest == json.loads(to_json(study))["fingerprint"]
    shown = run_study(TABLE, methods=("chao",), threshold=0)
    assert digest[:16] in text(shown)


def test_small_stratum_hides_the_next_smallest_too() -> None:
    few = OverlapTable.from_cells(("A", "B", "C"), [(("A",), 2), (("B",), 1)])
    half = OverlapTable.from_cells(("A", "B", "C"), [(names, count // 2 + 1) for names, count in CELLS])
    made = run_study(TABLE, methods=("chao",), strata={"a": few, "b": TABLE, "c": half}, strata_by="place")
    assert {name: count.text for name, count in made.seen_by_stratum().items()} == {
        "a": "1–4",
        "b": "205",
        "c": "×",
    }
    assert json.loads(to_json(made))["strata"]["a"]["n"] is None
    assert re.search(r"^a +1–4", text(made), flags=re.MULTILINE)


def test_page_asks_nobody_for_anything_and_its_charts_have_words_and_tables(study: Study) -> None:
    page = to_html(report_of(study))
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", page)
    assert "<script" not in page
    assert "default-src 'none'" in page
    drawings = re.findall(r"<svg .*?</svg>", page, flags=re.DOTALL)
    assert len(drawings) >= 6
    for drawing in drawings:
        root = ET.fromstring(drawing)  # noqa: S314 - our own drawing
        assert root.get("role") == "img"
        assert root.get("aria-label")
        numbers = re.findall(r'(?:cx|cy|x1|y1|x2|y2)="([^"]*)"', drawing)
        assert all(-1 <= float(number) <= 2000 for number in numbers)
    assert page.count("<details>") == len(drawings)
    assert page.count("<table>") == page.count("<caption>") > len(drawings)


@pytest.mark.slow
def test_pdf_is_tagged_and_the_same_each_time(study: Study) -> None:
    one, again = (to_pdf(report_of(study), timestamp=1_700_000_000) for _ in range(2))
    assert one.startswith(b"%PDF")
    assert b"pdfuaid" in one
    assert b"/StructTreeRoot" in one
    assert one == again


def test_names_of_lists_are_text_and_nothing_else() -> None:
    lists = ("<b>A</b>", "#evil[]", "العربية")
    cells = [(tuple(lists["ABC".index(name)] for name in names), count) for names, count in CELLS]
    made = run_study(OverlapTable.from_cells(lists, cells), methods=("chao",), source="<script>.csv")
    page = to_html(report_of(made))
    assert "<script" not in page
    assert "&lt;b&gt;A&lt;/b&gt;" in page
    assert to_pdf(report_of(made)).startswith(b"%PDF")
    assert "\x1b" not in text(replace(made, source="\x1b[31m"))


def test_strata_stand_beside_the_whole(study: Study) -> None:
    half = OverlapTable.from_cells(("A", "B", "C"), [(names, max(1, count // 2)) for names, count in CELLS])
    empty = OverlapTable.from_cells(("A", "B", "C"), [(("A",), 7), (("B",), 6)])
    made = run_study(TABLE, methods=("chao",), strata={"women": half, "not known": empty}, strata_by="sex")
    assert [part.estimates[0].estimate is None for part in made.strata.values()] == [False, True]
    assert not made.is_answered
    said = text(made)
    assert "Sum of the parts" in said
    assert "none: a part lacks one" in " ".join(said.split())
    told = json.loads(to_json(made))
    assert set(told["strata"]) == {"women", "not known"}


def test_sum_of_strata_is_held_against_the_whole() -> None:
    half = OverlapTable(TABLE.lists, TABLE.counts // 2)
    rest = OverlapTable(TABLE.lists, TABLE.counts - half.counts)
    asked: dict[str, Any] = {"methods": ("chao",), "settings": Settings(replicates=40), "strata_by": "sex"}
    made = run_study(TABLE, strata={"women": half, "men": rest}, **asked)
    told = json.loads(to_json(made))["addition"]
    assert told["ratio"] == pytest.approx(told["parts"] / told["whole"])
    assert told["by_chance"]["0.95"][0] <= told["ratio"] <= told["by_chance"]["0.95"][1]
    assert told["status"] == "as by chance"
    assert "This is within what chance gives" in " ".join(text(made).split())
    other = run_study(TABLE, strata={"women": half, "men": half}, **asked)
    assert json.loads(to_json(other))["addition"] is None
    assert "their counts do not add up" in " ".join(text(other).split())


def test_report_in_arabic_has_no_sentence_in_english(study: Study) -> None:
    few = run_study(
        OverlapTable.from_cells(
            ("A", "B", "C"), [(("A",), 9), (("B",), 8), (("C",), 7), (("A", "B"), 2), (("B", "C"), 1)]
        ),
        methods=("chao", "stepwise", "dga", "loglinear"),
        settings=Settings(replicates=20, model="12,13"),
        strata={"one": TABLE, "two": TABLE},
        strata_by="sex",
    )
    for made in (study, few):
        document = report_of(made, "ar")
        said = "".join(to_text(document, width=9999))
        for source in (source for one in made.estimates for source in one.sources):
            said = said.replace(source, "")
        assert re.findall(r"[A-Za-z]{2,} [a-z]{2,} ?[a-z]*", said) == []
        assert 'dir="rtl"' in to_html(document)
    with pytest.raises(NoSuchLanguage, match="no report in the language"):
        report_of(study, "xx")


def test_stopped_study_keeps_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def progress(words: str, done: int, asked: int) -> None:
        calls.append(words)
        if done == 2:
            raise KeyboardInterrupt

    made = run_study(TABLE, methods=("chao", "loglinear", "stepwise"), progress=progress)
    assert [one.method for one in made.estimates] == ["chao", "loglinear"]
    assert made.not_done == ("estimate stepwise",)
    assert not made.is_answered
    assert "Not reached: Stepwise choice" in " ".join(text(made).split())
    assert json.loads(to_json(made))["not_done"] == ["estimate stepwise"]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: run_study(TABLE, level=1.5), "between 0 and 1"),
        (lambda: run_study(TABLE, methods=("magic",)), "no method"),
        (lambda: run_study(TABLE, methods=("loglinear",), settings=Settings(model="14")), "lists from 1"),
        (lambda: run_study(TABLE, methods=("chao",), threshold=2), "protects nobody"),
        (lambda: Population(0), "above zero"),
    ],
)
def test_questions_that_make_no_sense_are_refused(ask: Callable[[], object], words: str) -> None:
    with pytest.raises(CannotEstimate, match=words):
        ask()


def test_table_of_fewer_people_than_the_threshold_shows_no_overlaps() -> None:
    table = OverlapTable.from_cells(("A", "B"), [(("A",), 2), (("B",), 1), (("A", "B"), 1)])
    made = run_study(table, methods=("chao",))
    assert made.overlaps is None
    assert "The overlaps are not shown" in text(made)
    assert json.loads(to_json(made))["lists"] is None
    assert made.estimates[0].status is Status.EXISTS


def test_what_several_methods_say_is_said_once(study: Study) -> None:
    said = Caution("few", Said("Few people."))
    made = replace(study, estimates=tuple(replace(one, warnings=(said,)) for one in study.estimates))
    told = " ".join(text(made).split())
    assert told.count("Few people.") == 1
    assert (
        "- Average over models, stepwise choice, lowest BIC, decomposable graphs and Chao's lower bound: Few people."
        in told
    )


def test_the_versions_of_all_methods_are_told(study: Study) -> None:
    first, *others = study.estimates
    made = replace(study, estimates=(*others, replace(first, versions={"elsewhere": "7.1"})))
    assert "elsewhere 7.1" in text(made)


def test_arabic_beside_latin_letters_has_a_font_of_its_own_in_a_drawing() -> None:
    with speaking("ar"):
        drawing = draw_marks(
            [Mark(900, 0, "12,3"), Mark(950, 1, "1,2,3")], across="people", down="BIC \u0641\u0648\u0642"
        )
    (part,) = ET.fromstring(drawing).iter("{http://www.w3.org/2000/svg}tspan")  # noqa: S314 - our own drawing
    assert part.text == "\u0641\u0648\u0642"
    assert part.attrib["font-family"].startswith("'Noto Sans Arabic'")


def test_what_is_not_arabic_reads_from_left_to_right_in_an_arabic_report() -> None:
    """Else a full stop goes to the other end of its citation, 1/N becomes N/1, and 95 % is written in two ways."""
    blocks: list[Block] = [
        Items(("Schwarz, G. (1978). Annals of Statistics 6.", "\u0647\u0630\u0627 95 %.")),
        Table("\u062c", ("\u062d", "80\u00a0%"), (("1/N", "1\u20134"),)),
    ]
    document = Document("\u0639", "\u0639", blocks, "ar")
    for said, space in (("".join(to_text(document)), " "), (to_html(document), "\u00a0")):
        assert "\u2068Schwarz, G. (1978). Annals of Statistics 6.\u2069" in said
        assert f"\u0647\u0630\u0627 \u206895{space}%\u2069." in said
        assert "\u20681/N\u2069" in said
        assert "\u20681\u20134\u2069" in said
        assert f"\u206880{space}%\u2069" in said
        assert "\ufffd" not in said
    assert "\u2068" not in to_html(Document("A", "A", [Paragraph("95 %")]))


def test_lists_stand_in_their_order_and_choices_are_named_in_an_arabic_report(study: Study) -> None:
    said = "".join(to_text(report_of(study, "ar"), width=9999))
    assert "\u2068A\u2069\u060c \u2068B\u2069 \u0648\u2068C\u2069" in said
    assert "\u2068made-up.csv\u2069" in said
    assert "\u20681\u20134\u2069:" in said
    assert "\u20681/N\u2069" in said
    assert "uniform" not in said


def test_criteria_of_models_are_explained(study: Study) -> None:
    assert "BIC and AIC, two information criteria," in " ".join(text(study).split())


def test_words_of_an_empty_row_are_not_struck_out_by_the_line_across() -> None:
    rows = [Row("one", 900), Row("none", None, note="no estimate"), Row("two", 30_000)]

    def places(line: float) -> tuple[float, float]:
        root = ET.fromstring(draw_rows(rows, axis="people", line_at=line))  # noqa: S314 - our own drawing
        dashed = next(one for one in root if one.get("stroke-dasharray"))
        words = next(one for one in root if one.text == "no estimate")
        return float(dashed.attrib["x1"]), float(words.attrib["x"])

    near, behind = places(900)
    assert behind == pytest.approx(near + 8)
    far, before = places(30_000)
    assert before < far


def test_a_model_folds_behind_its_commas_only_and_a_caption_is_not_wider_than_the_screen() -> None:
    page = to_html(Document("A", "A", [Table("Models", ("Method", "Model"), (("x", "12,13,4"),), labels=2)]))
    assert '<td class="label model">12,<wbr>13,<wbr>4</td>' in page
    assert "<caption><span>Models</span></caption>" in page
    assert "100vw" in page
