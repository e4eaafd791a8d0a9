"""The page of promises: each with the tests that show it, and what is not promised."""

from __future__ import annotations

from tools.promises import LIMITS, PROMISES, Promise, shown_by


def text() -> str:
    """Give the page."""
    shown = shown_by()
    lines = [
        "# Promises",
        "",
        "This page is written by `make docs` from the tests: a promise stands here with the names of the tests that try to break it. A promise without",
        "a test, or without a reason why it waits, fails the build. The numbers are those of the design.",
        "",
    ]
    for promise in PROMISES:
        lines += _promise(promise, shown.get(promise.number, ()))
    lines += ["## What is not promised", ""]
    lines += [f"{number}. {limit}" for number, limit in enumerate(LIMITS, start=1)]
    return "\n".join(lines) + "\n"


def _promise(promise: Promise, tests: tuple[str, ...]) -> list[str]:
    lines = [f"## {promise.number:02}. {promise.text}", ""]
    if promise.waits:
        lines += [f"**Waits.** {promise.waits}", ""]
    if tests:
        lines += [*(f"- {name}" for name in tests), ""]
    return lines
