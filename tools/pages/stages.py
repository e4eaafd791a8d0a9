"""The page of the stages of a case, drawn from the transition table."""

from __future__ import annotations

from amparo.cases.rules.lifecycle import TRANSITIONS, Stage


def text() -> str:
    """Give the page."""
    lines = [
        "# The stages of a case",
        "",
        "This page is written by `make docs` from `amparo/cases/rules/lifecycle.py`.",
        "",
        "```text",
        *(line for stage in Stage for line in _stage(stage)),
        "```",
        "",
        "| From | Step | To | A reason is asked for |",
        "|---|---|---|---|",
        *(
            f"| {step.source.label} | {step.label} | {step.target.label} | {'yes' if step.needs_reason else 'no'} |"
            for step in TRANSITIONS
        ),
    ]
    return "\n".join(lines) + "\n"


def _stage(stage: Stage) -> list[str]:
    steps = [step for step in TRANSITIONS if step.source is stage]
    width = max(len(each.label) for each in Stage)
    lines = []
    for number, step in enumerate(steps):
        start = stage.label.ljust(width) if number == 0 else " " * width
        joint = (
            "──" if len(steps) == 1 else "┬─" if number == 0 else "└─" if number == len(steps) - 1 else "├─"
        )
        lines.append(f"  {start} {joint}▶ {step.target.label}")
    return [*lines, ""]
