"""The page of the settings."""

from __future__ import annotations

from amparo.config.environment import settings_table


def text() -> str:
    """Give the page."""
    lines = [
        "# Settings",
        "",
        "This page is written by `make docs` from `amparo/config/environment.py`.",
        "",
        "An installation is set by environment variables, read once when a process starts. `amparo doctor` tells every",
        "fault at once. A secret may also be handed over by a file: put `_FILE` after the name, and the path as the value.",
        "Setting `AMPARO_DATABASE_URL` makes an installation a production one; it then also needs `AMPARO_SECRET_KEY` and",
        "`AMPARO_HOSTS`.",
        "",
        "| Variable | Kind | Without it | Meaning |",
        "|---|---|---|---|",
    ]
    for row in settings_table():
        secret = " (secret)" if row.is_secret else ""
        lines.append(
            f"| `{row.variable}` | {row.kind}{secret} | {row.default or 'nothing'} | {row.meaning} |"
        )
    return "\n".join(lines) + "\n"
