"""Let Django look at the settings of a production installation: a warning fails.

python -m tools.deployment
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from amparo.config.data_directory import DataDirectory

DATA = Path(__file__).parents[1] / ".cache" / "tools-data"


def main() -> int:
    """Check with settings as an installation would have them."""
    DataDirectory(DATA).prepare()
    os.environ |= {
        "AMPARO_DATA": str(DATA),
        "AMPARO_DATABASE_URL": "postgresql://amparo_app@db.example.org/amparo",
        "AMPARO_SECRET_KEY": "made for this check alone, " + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
        "AMPARO_HOSTS": "amparo.example.org",
        "AMPARO_TRUSTED_PROXIES": "1",
        "DJANGO_SETTINGS_MODULE": "amparo.config.settings",
    }
    import django
    from django.core.management import CommandError, call_command

    django.setup()
    try:
        call_command("check", deploy=True, fail_level="WARNING")
    except CommandError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
