"""Each promise is shown by a test that carries its number, or says what it waits for."""

from __future__ import annotations

import pytest

from tools.promises import PROMISES, Promise, shown_by


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: f"p{promise.number:02}")
def test_a_promise_has_a_test_or_says_why_it_waits(promise: Promise) -> None:
    tests = shown_by().get(promise.number, ())
    assert tests or promise.waits, f"promise {promise.number} has neither a test nor a reason why it waits"


def test_no_test_claims_a_promise_that_nobody_made() -> None:
    assert set(shown_by()) <= {promise.number for promise in PROMISES}


def test_promises_are_numbered_without_gaps() -> None:
    assert [promise.number for promise in PROMISES] == list(range(1, len(PROMISES) + 1))
