"""What every form of a protected table says about itself."""

from ._protect import Method, ProtectedTable, Status

__all__ = ["about", "category", "mark", "title"]


def title(table: ProtectedTable) -> str:
    """Name the table by what it counts and by what."""
    rows, columns = ", ".join(table.request.rows), ", ".join(table.request.columns)
    by = f"{rows} and {columns}" if columns else rows
    return f"{table.request.counting_unit[:1].upper()}{table.request.counting_unit[1:]} by {by}"


def about(table: ProtectedTable) -> list[tuple[str, str]]:
    """List what a reader must know: definition, unit, source, method, rule, attacker, marks."""
    lines = [
        ("Table", title(table)),
        ("Counting unit", table.request.counting_unit),
        ("Source", table.source),
        ("Records counted", "; ".join(str(condition) for condition in table.request.where) or "all"),
    ]
    if table.method is Method.ROUND:
        lines += [
            ("Method", f"controlled rounding to multiples of {table.threshold}; the rounded table adds up"),
            ("Marks", f"0 stands for any count below {table.threshold}, none included"),
        ]
    else:
        lines += [
            ("Method", "suppression of small counts, and of others from which they could be worked out"),
            ("Rule", f"a count is hidden when it is {table.rule_words}, zero excepted"),
            (
                "Marks",
                f"{mark(table, Status.PRIMARY)}: hidden by the rule; {mark(table, Status.SECONDARY)}: hidden for another",
            ),
        ]
    lines.append(("Audit", "passed: no hidden count can be worked out"))
    lines.append(("Reader assumed", str(table.attacker)))
    lines += [("Note", str(caution.message)) for caution in table.cautions]
    return lines


def mark(table: ProtectedTable, status: Status) -> str:
    """Give the sign that stands for a hidden count."""
    if status is not Status.PRIMARY:
        return "×"
    return "#" if table.small.high is None else f"{table.small.low}–{table.small.high}"


def category(value: str) -> str:
    """Give the words for a category; a blank one would look like a fault of the page."""
    return value or "(blank)"
