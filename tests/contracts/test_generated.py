"""Pages of the documentation that come from the code say what the code says."""

from __future__ import annotations

import pytest
from django.utils.module_loading import import_string

from tools.generate import CHECKOUT, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_page_is_fresh(name: str) -> None:
    assert (CHECKOUT / name).read_text(encoding="utf-8") == import_string(PAGES[name])(), "run: make docs"
