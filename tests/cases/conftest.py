"""What the tests of the pages of cases stand on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings


@pytest.fixture(autouse=True)
def _without_second_factor() -> Iterator[None]:
    """Let the roles in without a second factor, which has tests of its own."""
    usual, settings.AMPARO_TRAINING = settings.AMPARO_TRAINING, True
    yield
    settings.AMPARO_TRAINING = usual
