"""What would grow for ever, and how long each of it is kept. The worker goes through the list every hour.

Every hour, and not each night: a machine in an office is switched off at night. Not here, because they are kept for good: the
records, their history, the log of readings.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from amparo.access import actions as access
from amparo.access.queries import are_clocks_apart
from amparo.cases import actions as cases
from amparo.config.erasures import overwrite_keys
from amparo.evidence import actions as evidence
from amparo.intake import actions as intake

logger = logging.getLogger("amparo.sweeping")

JOBS_KEPT = timedelta(days=30)
UPLOADS_KEPT = timedelta(days=1)


def forget_jobs(*, now: datetime) -> int:
    """Remove the jobs that came to an end, good or bad, thirty days ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs job WHERE status NOT IN ('todo', 'doing') AND NOT EXISTS"
            " (SELECT FROM procrastinate_events WHERE job_id = job.id AND at >= %s)",
            [now - JOBS_KEPT],
        )
        return int(cursor.rowcount)


def remove_left_uploads(*, now: datetime) -> int:
    """Remove what an upload left behind whose process was killed, after a day."""
    left = [
        path
        for path in settings.FILE_UPLOAD_TEMP_DIR.iterdir()
        if path.is_file() and path.stat().st_mtime < (now - UPLOADS_KEPT).timestamp()
    ]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


# Each takes the present moment, may be run at any time and again, and gives how many it removed.
SWEEPS: tuple[Callable[..., int], ...] = (
    forget_jobs,
    remove_left_uploads,
    access.forget_attempts,
    access.forget_invitations,
    access.forget_sessions,
    access.forget_tokens,
    access.forget_submissions,
    access.forget_over_acts,
    access.let_sleep,
    cases.settle_arrivals,
    intake.throw_forgotten_away,
    evidence.remove_unused_snapshots,
    overwrite_keys,
)


@app.periodic(cron="17 * * * *")
@app.task(name="config.sweep", queue="default", queueing_lock="config.sweep")
def sweep(timestamp: int) -> None:
    """Go through the list; one that fails holds up none of the others. By a clock that is in doubt nothing goes."""
    if are_clocks_apart(timezone.now()):
        logger.error("nothing is swept while the clocks of host and database disagree")
        return
    for each in SWEEPS:
        name = f"{each.__module__.split('.')[1]}.{each.__name__}"
        try:
            count = each(now=timezone.now())
        except Exception:
            logger.exception("%s failed", name)
        else:
            if count:
                logger.info("%s: %s removed", name, count)
