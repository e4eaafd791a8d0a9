"""Run the jobs that stand in the database."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from typing import Any

import procrastinate
import psycopg
from procrastinate.contrib.django import app as django_app
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.middleware import AsyncCallNext
from procrastinate.signals import on_stop
from procrastinate.worker import Worker

from amparo.config.auditing import seal_and_post_in_background
from amparo.config.rescuing import JOB_LOCKS, connection_parameters, rescue_in_background

logger = logging.getLogger("amparo.jobs")

SECONDS_BEFORE_ANOTHER_TRY = 2


async def hold_job(run: AsyncCallNext, context: JobContext, worker: Worker) -> Any:
    """Hold a job's advisory lock while it runs, so that a rescuer can tell that its worker lives."""
    connection = await psycopg.AsyncConnection.connect(**connection_parameters(), autocommit=True)
    async with connection:
        await connection.execute("SELECT pg_advisory_lock(%s)", [JOB_LOCKS + (context.job.id or 0)])
        return await run()


def work(*, concurrency: int = 1, until_done: bool = False) -> None:
    """Run jobs until told to stop by SIGTERM or Ctrl-C; `until_done` stops when the queue is empty.

    A database that goes away ends nothing: the worker waits for it and goes on.
    """
    background = (rescue_in_background(), *seal_and_post_in_background())
    try:
        while True:
            try:
                was_told = asyncio.run(_work(concurrency=concurrency, wait=not until_done))
            except (ConnectorException, psycopg.OperationalError, OSError):
                was_told = False
            else:
                if was_told or until_done:
                    return
            logger.warning("the database does not answer; the worker waits for it")
            time.sleep(SECONDS_BEFORE_ANOTHER_TRY)
    finally:
        for event in background:
            event.set()


async def _work(*, concurrency: int, wait: bool) -> bool:
    """Run jobs until told to stop, which gives True, or until the library gives up, as it does when its listener dies."""
    worker_app: procrastinate.App = django_app
    was_told = False
    with worker_app.replace_connector(worker_app.connector.get_worker_connector()) as app:  # type: ignore[attr-defined]  # DjangoConnector has it
        async with app.open_async():
            running = asyncio.ensure_future(
                app.run_worker_async(
                    concurrency=concurrency,
                    wait=wait,
                    shutdown_graceful_timeout=20,
                    delete_jobs="never",
                    install_signal_handlers=False,
                    worker_middleware=[hold_job],
                    name="amparo",
                )
            )

            def stop() -> None:
                nonlocal was_told
                was_told = True
                running.cancel()  # what is begun is brought to its end

            with on_stop(stop), suppress(asyncio.CancelledError):
                await running
    return was_told
