"""The world of the denials, which all tests of the contracts share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

if TYPE_CHECKING:
    from tests.contracts.denial_world import World  # it needs Django ready, which it is not when this is read


@pytest.fixture(scope="package")
def world(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Build everything once for the folder, which takes five seconds; each test stands on it and is rolled back to it."""
    from tests.contracts.denial_world import build

    usual = settings.AMPARO_FACTS_DIRECTORY
    settings.AMPARO_FACTS_DIRECTORY = tmp_path_factory.mktemp("facts")
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(timezone.now())
        transaction.set_rollback(True)
    settings.AMPARO_FACTS_DIRECTORY = usual
