"""Say whether a model was changed without a migration.

python -m tools.migrations
"""

from __future__ import annotations

import sys
import warnings

from tools.platform import start_platform


def main() -> int:
    """Compare the models with the migrations; no database is asked."""
    start_platform()
    from django.core.management import call_command

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # that no database answers
        try:
            call_command("makemigrations", check=True, dry_run=True, verbosity=1)
        except SystemExit:
            print("A model was changed without a migration. Run: django-admin makemigrations")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
