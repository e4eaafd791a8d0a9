from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from amparo.access.rules import Viewer
    from tests.api.program import Program


@pytest.fixture
def viewer() -> Viewer:
    from tests.factories.accounts import make_viewer

    return make_viewer("supervisor")


@pytest.fixture
def program(viewer: Viewer) -> Program:
    from tests.api.program import Program

    return Program(viewer)
