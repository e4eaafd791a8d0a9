"""Load the platform for a tool, without a database and away from anybody's data."""

from __future__ import annotations

import os
from pathlib import Path


def start_platform() -> None:
    """Make Django ready, on settings that are the same on every machine."""
    import django
    from django.apps import apps

    if apps.ready:
        return
    for variable in [name for name in os.environ if name.startswith("AMPARO_")]:
        del os.environ[variable]
    os.environ["AMPARO_DATA"] = str(Path(__file__).parents[1] / ".cache" / "tools-data")
    os.environ["DJANGO_SETTINGS_MODULE"] = "amparo.config.settings"
    django.setup()
