"""Every test of the design system stands on a small site without a database."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from tests.ui.site import SETTINGS


@pytest.fixture(autouse=True)
def _only_this_app() -> Iterator[None]:
    with override_settings(**SETTINGS):
        yield
