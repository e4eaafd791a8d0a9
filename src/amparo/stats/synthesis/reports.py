"""Reports as documents: of a synthetic file, which goes with it, and of its evaluation, which stays in the office."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from amparo.stats.report import Block, Chart, Document, Heading, Items, Paragraph, Row, Table, draw_rows

from ._charts import draw_counts
from ._evaluation import Evaluation

__all__ = ["report_of_evaluation", "report_of_release"]

_LENGTHS = {
    1: "single values",
    2: "combinations of two",
    3: "combinations of three",
    4: "combinations of four",
}


def report_of_release(told: Mapping[str, Any]) -> Document:
    """Put the provenance of a synthetic file into a document for its readers."""
    return Document(
        "Synthetic data", f"{told['rows']:,} rows standing for {told['source']}", list(_release(told))
    )


def _release(told: Mapping[str, Any]) -> Iterator[Block]:
    if "stamp" in told:
        yield Paragraph(f"{told['stamp']}. Do not publish this file.", is_warning=True)
    yield Paragraph(told["promise"])
    for caution in told["cautions"]:
        if "NOT PRIVATE" not in caution:
            yield Paragraph(caution, is_warning=True)
    yield Heading("What may not be concluded")
    yield Items(tuple(told["do_not_conclude"]))
    if told.get("error_to_expect"):
        yield from _errors(told)
    yield Heading("How it was made")
    yield Table("What a reader needs to judge it", ("What", "Value"), tuple(_facts(told)), labels=2)
    if told["rules"]:
        yield Paragraph("Rules that no row breaks:")
        yield Items(tuple(f"never {rule}" for rule in told["rules"]))
    yield Heading("To cite")
    yield Paragraph(told["cite"])


def _errors(told: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading("How far off a count is")
    expected = told["error_to_expect"]
    sizes = list(dict.fromkeys(one["shown"] for one in expected))
    lengths = list(dict.fromkeys(one["length"] for one in expected))
    by = {(one["length"], one["shown"]): f"{one['low']:,} to {one['high']:,}" for one in expected}
    table = Table(
        "Where the true count lies in 95 of 100, when so many are shown",
        ("Shown", *(_LENGTHS[length] for length in lengths)),
        tuple((f"{size:,}", *(by[length, size] for length in lengths)) for size in sizes),
        notes=f"Found from {told['error_from']}; nothing in this table was computed from the records.",
    )
    yield table
    deviations = {int(k): v for k, v in told["standard_deviation"].items()}
    rows = [Row(_LENGTHS[k], 0.0, (-1.96 * v, 1.96 * v), (-v, v)) for k, v in deviations.items()]
    longest = max(deviations)
    least = told["smallest_to_read"][str(longest)]
    yield Chart(
        "How many persons the noise moves a count by",
        draw_rows(rows, axis="persons, in 68 (thick) and 95 (thin) of 100 counts"),
        f"Before rows were fitted. Do not read {_LENGTHS[longest]} of fewer than {least:,}: they may be nobody.",
        Table(
            "Standard deviation of the noise, in persons",
            ("Combinations", "Persons"),
            tuple((_LENGTHS[k], f"{v:.1f}") for k, v in deviations.items()),
        ),
    )


def _facts(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Method", told["method"]
    yield "Made", told["made"]
    yield "Release", told["release"]
    yield "Software", told["software"]
    if told["population"]:
        yield "Population", told["population"]
    if "epsilon" in told:
        public = told["public"]
        yield "Epsilon, delta", f"{told['epsilon']:g}, {told['delta']:.3g}"
        yield "Unit of privacy", told["unit"]
        yield "Neighbours", told["neighbours"]
        yield "Rho, by part", "; ".join(f"{name} {rho:.4g}" for name, rho in told["rho_parts"].items())
        yield "Accounting", told["accounting"]
        yield "Noise", told["noise"]
        private = (
            "found with noise, charged"
            if public["cap_found_privately"]
            else "declared, or the number of columns"
        )
        yield "Values of a person that count in full", f"{public['cap']} ({private})"
        found = public["categories_found_privately"]
        yield "Categories", f"found by a threshold, charged: {', '.join(found)}" if found else "declared"
        yield "Preference", told["prefer"]
    budget = told.get("budget")
    if budget:
        yield (
            "All releases of these records so far",
            f"{budget['releases']}, together epsilon {budget['epsilon']:.3g} at delta {budget['delta']:.2g}"
            + (f" of {budget['cap']:g}" if budget["cap"] else ", no cap set"),
        )


def report_of_evaluation(found: Evaluation) -> Document:
    """Put an evaluation into a document for the office."""
    title = f"{found.synthetic} against {found.original}: {found.rows:,} rows for {found.persons:,} persons"
    return Document("How near the synthetic data are", title, list(_evaluation(found)))


def _evaluation(found: Evaluation) -> Iterator[Block]:
    yield Paragraph(
        "For the office only: this was computed from the true records. To publish a figure of it is a release of its own.",
        is_warning=True,
    )
    score = found.all
    yield Paragraph(
        f"Counts of combinations of up to {max(found.by_length)} values are off by {score.mre_w:.1%} of their sum. "
        f"{score.lost:.1%} of those that ten persons or more have are not shown; {score.spurious_mass:.2%} of what is shown, nobody has."
    )
    yield Heading("Counts")
    rows = [(_LENGTHS[k], *_cells(one)) for k, one in found.by_length.items()]
    yield Table(
        "Errors by length",
        ("Combinations", "Sum of errors", "Median", "95th centile", "Bias", "Invented", "Lost", "Rare shown"),
        (*rows, ("all together", *_cells(score))),
        notes="Errors of combinations with 10 persons or more, as a share of the count. Invented: share of what is shown. Rare: shown, "
        "and fewer than 10 have them.",
    )
    classes = dict(score.mre_by_count)
    yield Chart(
        "Mean relative error by size of the count",
        draw_rows([Row(_class(name), error) for name, error in classes.items()], axis="mean relative error"),
        "The larger a count, the smaller its error in proportion.",
        Table(
            "Mean relative error",
            ("Persons", "Error"),
            tuple((_class(n), f"{e:.1%}") for n, e in classes.items()),
        ),
    )
    if found.pairs:
        yield Chart(
            "Counts in both files",
            draw_counts(found.pairs, across="persons in the original", up="rows in the synthetic file"),
            f"{len(found.pairs)} combinations drawn at random among those of ten persons or more; on the slanted line both are the same.",
            Table(
                "Some of them",
                ("Original", "Synthetic"),
                tuple(
                    (f"{true:,}", f"{made:,}")
                    for true, made in found.pairs[:: max(1, len(found.pairs) // 20)]
                ),
                labels=0,
            ),
        )
    yield from _groups(found)
    yield from _attacks(found)


def _class(name: str) -> str:
    low, high = name.split("-")
    return f"{int(low):,} and more" if high == "inf" else f"{int(low):,} to {int(high) - 1:,}"


def _cells(score: Any) -> tuple[str, ...]:
    return (
        f"{score.mre_w:.2%}",
        f"{score.mre_p50:.1%}",
        f"{score.mre_p95:.1%}",
        f"{score.bias:+.2%}",
        f"{score.spurious_mass:.2%}",
        f"{score.lost:.2%}",
        f"{score.rare_shown:.2%}",
    )


def _groups(found: Evaluation) -> Iterator[Block]:
    if not found.groups:
        return
    yield Heading("Groups")
    worst = found.groups[:15]
    yield Chart(
        "Error of counts within a group",
        draw_rows(
            [Row(_short(label), error) for label, _, _, error in worst],
            axis="sum of errors over sum of counts",
        ),
        f"The {len(worst)} groups that are told worst, among {len(found.groups)} of 50 persons or more.",
        Table(
            "Counts of one and two other values among the persons of a group",
            ("Group", "Persons", "Rows", "Error"),
            tuple((label, f"{n:,}", f"{m:,}", f"{error:.1%}") for label, n, m, error in found.groups),
        ),
    )


def _short(label: str) -> str:
    return label if len(label) <= 30 else label[:29] + "…"


def _attacks(found: Evaluation) -> Iterator[Block]:
    yield Heading("Attacks")
    link = found.linkage
    yield Paragraph(
        f"Linkage: of {link.unique_records:,} records that nobody shares, {link.unique_shown:.1%} occur as a row; "
        f"{link.rows_equal_to_unique:.1%} of the rows equal such a record, {link.rows_equal_to_any:.1%} equal any. With noise, an equal "
        "row is chance and proves nothing about the person."
    )
    if found.inference:
        yield Table(
            "Guessing a value of a person who is in the records from all her other values",
            ("Column", "By the rows", "By the commonest value", "Of others, not in the records"),
            tuple(
                (
                    one.column,
                    f"{one.guessed:.1%}",
                    f"{one.commonest:.1%}",
                    "-" if one.control is None else f"{one.control:.1%}",
                )
                for one in found.inference
            ),
            notes="Only the difference to persons who are not in the records is owed to anybody's being in them. Name such records "
            "with --control.",
        )
    if found.membership is not None:
        one = found.membership
        yield Paragraph(
            f"Membership: by their nearness to the rows, records and others are told apart with an area of {one.area:.3f} (0.5: not at "
            f"all); this shows an epsilon of at least {one.epsilon_at_least:.2f}."
        )
