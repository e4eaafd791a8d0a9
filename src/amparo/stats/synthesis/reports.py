"""Reports as documents: of a synthetic file, which goes with it, and of its evaluation, which stays in the office."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from amparo.stats.report import (
    Block,
    Chart,
    Document,
    Heading,
    Items,
    Paragraph,
    Row,
    Table,
    apart,
    draw_counts,
    draw_rows,
    listed,
    percent,
    speaking,
)
from amparo.stats.report import gettext as _

from ._attacks import Inference
from ._evaluation import Evaluation
from ._measuring import DELTA

__all__ = ["report_of_evaluation", "report_of_release"]


def report_of_release(told: Mapping[str, Any], language: str = "en") -> Document:
    """Put the provenance of a synthetic file, made while that language was spoken, into a document for its readers."""
    with speaking(language):
        return Document(
            _("Synthetic data"),
            _("%(rows)s rows standing for %(source)s")
            % {"rows": f"{told['rows']:,}", "source": apart(told["source"])},
            list(_release(told)),
            language,
        )


def _lengths(length: int) -> str:
    return {
        1: _("single values"),
        2: _("combinations of two"),
        3: _("combinations of three"),
        4: _("combinations of four"),
    }[length]


def _release(told: Mapping[str, Any]) -> Iterator[Block]:
    if "stamp" in told:
        yield Paragraph(
            _("NOT PRIVATE: the noise was seeded. For tests only; do not publish."), is_warning=True
        )
    yield Paragraph(told["promise"])
    for caution in told["cautions"]:
        yield Paragraph(caution, is_warning=True)
    yield Heading(_("What may not be concluded"))
    yield Items(tuple(told["do_not_conclude"]))
    if told.get("error_to_expect"):
        yield from _errors(told)
    yield Heading(_("How it was made"))
    yield Table(_("What a reader needs to judge it"), (_("What"), _("Value")), tuple(_facts(told)), labels=2)
    if told["rules"]:
        yield Paragraph(_("Rules that no row breaks:"))
        yield Items(tuple(_("never %(rule)s") % {"rule": rule} for rule in told["rules"]))
    yield Heading(_("To cite"))
    yield Paragraph(told["cite"])


def _errors(told: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading(_("How far off a count is"))
    expected = told["error_to_expect"]
    sizes = list(dict.fromkeys(one["shown"] for one in expected))
    lengths = list(dict.fromkeys(one["length"] for one in expected))
    by = {(one["length"], one["shown"]): _between(one["low"], one["high"]) for one in expected}
    yield Table(
        _("Where the true count lies in 95 of 100, when so many are shown"),
        (_("Shown"), *map(_lengths, lengths)),
        tuple((f"{size:,}", *(by[length, size] for length in lengths)) for size in sizes),
        notes=_("Found from %(source)s; nothing in this table was computed from the records.")
        % {"source": told["error_from"]},
    )
    deviations = {int(k): v for k, v in told["standard_deviation"].items()}
    rows = [Row(_lengths(k), 0.0, (-1.96 * v, 1.96 * v), (-v, v)) for k, v in deviations.items()]
    longest = max(deviations)
    least = told["smallest_to_read"][str(longest)]
    yield Chart(
        _("How many persons the noise moves a count by"),
        draw_rows(rows, axis=_("persons, in 68 (thick) and 95 (thin) of 100 counts")),
        _(
            "Before rows were fitted. Do not read %(combinations)s of fewer than %(least)s: they may be nobody."
        )
        % {"combinations": _lengths(longest), "least": f"{least:,}"},
        Table(
            _("Standard deviation of the noise, in persons"),
            (_("Combinations"), _("Number of persons")),
            tuple((_lengths(k), f"{v:.1f}") for k, v in deviations.items()),
        ),
    )


def _between(low: int, high: int) -> str:
    return _("%(low)s to %(high)s") % {"low": f"{low:,}", "high": f"{high:,}"}


def _facts(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield _("Method"), told["method"]
    yield _("Made"), apart(told["made"].replace("T", " ").replace("+00:00", " UTC"))
    yield _("Release"), apart(told["release"])
    yield _("Software"), apart(told["software"])
    if told["population"]:
        yield _("Population"), told["population"]
    for name, groups in told.get("groups", {}).items():
        told_as = (
            _("%(group)s is %(members)s") % {"group": apart(group), "members": listed(members)}
            for group, members in groups.items()
        )
        yield _("%(column)s, told in groups") % {"column": apart(name)}, "; ".join(told_as)
    if "epsilon" in told:
        yield from _privacy(told)
    budget = told.get("budget")
    if budget and budget["without_noise"]:
        yield _("Releases of these records without noise so far"), f"{budget['without_noise']}"
    if budget and budget["releases"]:
        words = {
            "releases": budget["releases"],
            "epsilon": f"{budget['epsilon']:.3g}",
            "delta": apart(f"{budget['delta']:.2g}"),
            "cap": f"{budget['cap'] or 0:g}",
        }
        yield (
            _("All releases of these records so far"),
            _("%(releases)s, together epsilon %(epsilon)s of %(cap)s, at delta %(delta)s") % words
            if budget["cap"]
            else _("%(releases)s, together epsilon %(epsilon)s at delta %(delta)s, no cap set") % words,
        )


def _privacy(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    public = told["public"]
    delta = apart(f"{told['delta']:.3g}")
    yield (
        _("Epsilon and delta"),
        _("%(epsilon)s and %(delta)s") % {"epsilon": f"{told['epsilon']:g}", "delta": delta},
    )
    yield _("Unit of privacy"), told["unit"]
    yield _("Neighbours"), told["neighbours"]
    yield _("Rho, by part"), listed(f"{_part(name)} {rho:.4g}" for name, rho in told["rho_parts"].items())
    yield _("Accounting"), told["accounting"]
    yield _("Noise"), told["noise"]
    words = (
        _("%(cap)s (found with noise, charged)")
        if public["cap_found_privately"]
        else _("%(cap)s (declared, or the number of columns)")
    )
    yield _("Values of a person that count in full"), words % {"cap": public["cap"]}
    found = public["categories_found_privately"]
    words = _("found by a threshold, charged: %(columns)s") if found else _("declared")
    yield _("Categories"), words % {"columns": listed(found)}
    yield (
        _("Preference"),
        _("near counts") if told["prefer"] == "counts" else _("few combinations that nobody has"),
    )


def _part(name: str) -> str:
    """Say what a part of the price was paid for."""
    if name.startswith("combinations of "):
        return _lengths(int(name.rpartition(" ")[2]))
    return {
        DELTA: _("a first number of persons"),
        "number of persons": _("number of persons"),
        "cap": _("the most values that count in full"),
    }[name]


def report_of_evaluation(found: Evaluation, language: str = "en") -> Document:
    """Put an evaluation into a document for the office."""
    with speaking(language):
        return Document(
            _("How near the synthetic data are"),
            _("%(synthetic)s against %(original)s: %(rows)s rows for %(persons)s persons")
            % {
                "synthetic": apart(found.synthetic),
                "original": apart(found.original),
                "rows": f"{found.rows:,}",
                "persons": f"{found.persons:,}",
            },
            list(_evaluation(found)),
            language,
        )


def _evaluation(found: Evaluation) -> Iterator[Block]:
    yield Paragraph(
        _(
            "For the office only: this was computed from the true records. To publish a figure of it is a release of its own."
        ),
        is_warning=True,
    )
    score = found.all
    yield Paragraph(
        _(
            "Counts of combinations of up to %(longest)s values are off by %(error)s of their sum. %(lost)s of those that %(least)s "
            "persons or more have are not shown; %(invented)s of what is shown, nobody has."
        )
        % {
            "longest": max(found.by_length),
            "error": percent(score.mre_w, 1),
            "lost": percent(score.lost, 1),
            "least": found.least,
            "invented": percent(score.spurious_mass, 2),
        }
    )
    yield Heading(_("Counts"))
    yield Table(
        _("Errors by length"),
        (
            _("Combinations"),
            _("Sum of errors"),
            _("Median"),
            _("95th centile"),
            _("Bias"),
            _("Invented"),
            _("Lost"),
            _("Rare shown"),
        ),
        (
            *((_lengths(k), *_cells(one)) for k, one in found.by_length.items()),
            (_("all together"), *_cells(score)),
        ),
        notes=_(
            "Errors and what is lost: of combinations that %(least)s persons or more have, as a share of the count. Invented: share of "
            "what is shown. Rare: shown, and fewer than %(k)s have them."
        )
        % {"least": found.least, "k": found.k},
    )
    yield from _near_counts(found)
    yield from _groups(found)
    yield from _attacks(found)


def _near_counts(found: Evaluation) -> Iterator[Block]:
    classes = [(_class(name), error) for name, error in found.all.mre_by_count]
    if classes:
        yield Chart(
            _("Mean relative error by size of the count"),
            draw_rows([Row(name, error) for name, error in classes], axis=_("mean relative error")),
            _("A count in the records of the size at the left is off by such a share, on average."),
            Table(
                _("Mean relative error"),
                (_("Number of persons"), _("Error")),
                tuple((name, percent(error, 1)) for name, error in classes),
            ),
        )
    if found.pairs:
        every = max(1, len(found.pairs) // 20)
        yield Chart(
            _("Counts in both files"),
            draw_counts(found.pairs, across=_("persons in the original"), up=_("rows in the synthetic file")),
            _(
                "%(number)s combinations drawn at random among those that %(least)s persons or more have; on the slanted line both files "
                "say the same."
            )
            % {"number": len(found.pairs), "least": found.least},
            Table(
                _("Some of them"),
                (_("Original"), _("Synthetic")),
                tuple((f"{true:,}", f"{made:,}") for true, made in found.pairs[::every]),
                labels=0,
            ),
        )


def _class(name: str) -> str:
    low, high = name.split("-")
    if high == "inf":
        return _("%(low)s and more") % {"low": f"{int(low):,}"}
    return _between(int(low), int(high) - 1)


def _cells(score: Any) -> tuple[str, ...]:
    return (
        percent(score.mre_w, 2),
        percent(score.mre_p50, 1),
        percent(score.mre_p95, 1),
        apart(percent(score.bias, 2, sign=True)),
        percent(score.spurious_mass, 2),
        percent(score.lost, 2),
        percent(score.rare_shown, 2),
    )


def _groups(found: Evaluation) -> Iterator[Block]:
    if not found.groups:
        return
    yield Heading(_("Groups of persons"))
    worst = found.groups[:15]
    yield Chart(
        _("Error of counts within a group"),
        draw_rows(
            [Row(_short(label), error) for label, _n, _m, error in worst],
            axis=_("sum of errors over sum of counts"),
        ),
        _("The %(worst)s groups that are told worst, among %(number)s of 50 persons or more.")
        % {"worst": len(worst), "number": len(found.groups)},
        Table(
            _("Counts of one and two other values among the persons of a group"),
            (_("Group"), _("Number of persons"), _("Rows"), _("Error")),
            tuple(
                (apart(label), f"{n:,}", f"{m:,}", percent(error, 1)) for label, n, m, error in found.groups
            ),
        ),
    )


def _short(label: str) -> str:
    return label if len(label) <= 30 else label[:29] + "…"


def _attacks(found: Evaluation) -> Iterator[Block]:
    yield Heading(_("Attacks"))
    link = found.linkage
    yield Paragraph(
        _(
            "Linkage: of %(unique)s records that nobody shares, %(shown)s occur as a row; %(equal)s of the rows equal such a record, "
            "%(any)s equal any. With noise, an equal row is chance and proves nothing about the person."
        )
        % {
            "unique": f"{link.unique_records:,}",
            "shown": percent(link.unique_shown, 1),
            "equal": percent(link.rows_equal_to_unique, 1),
            "any": percent(link.rows_equal_to_any, 1),
        }
    )
    if found.inference:
        yield from _guesses(found.inference)
    one = found.membership
    if one is None:
        yield Paragraph(
            _(
                "Membership was not tried: that takes records of the same kind that the file was not made from. Name them with %(option)s."
            )
            % {"option": apart("--control")}
        )
    else:
        yield Paragraph(
            _(
                "Membership: by their nearness to the rows, records and others are told apart with an area of %(area)s (0.5: not at "
                "all); this shows an epsilon of at least %(epsilon)s."
            )
            % {"area": f"{one.area:.3f}", "epsilon": f"{one.epsilon_at_least:.2f}"}
        )


def _guesses(inference: tuple[Inference, ...]) -> Iterator[Block]:
    has_control = any(one.control is not None for one in inference)
    headings = [_("Column"), _("By the rows"), _("By the commonest value")]
    notes = _("Only the difference to persons who are not in the records is owed to anybody's being in them.")
    if has_control:
        headings.append(_("Of others, not in the records"))
    yield Table(
        _("Guessing a value of a person who is in the records from all her other values"),
        tuple(headings),
        tuple(
            (
                apart(one.column),
                percent(one.guessed, 1),
                percent(one.commonest, 1),
                *(() if not has_control else ("-",) if one.control is None else (percent(one.control, 1),)),
            )
            for one in inference
        ),
        notes=notes,
    )
