"""Spark, which counts Parquet on one machine or on many. What fails there is told in a sentence, and nothing is waited for without end."""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from amparo.stats.records import CannotRead
from amparo.vocab.text import N_

from ._failing import first_line, not_installed

if TYPE_CHECKING:
    from ibis.expr.types import Table

__all__ = ["open_spark"]

_NOT_PARQUET = (".csv", ".tsv", ".txt", ".xlsx", ".json")
_SECONDS_FOR_MASTER = 5
# Spark's own name for how long a program waits for workers: who has a busy cluster lengthens it in spark-defaults.conf.
_WAIT = ("spark.scheduler.maxRegisteredResourcesWaitingTime", "60s")
_ONE_SLASH = re.compile(r"^(\w+:)/(?!/)")  # Ibis takes file:/x for a name in this folder
_LOST = re.compile(r"ExecutorLostFailure .*?Reason: (.*)|(\S*OutOfMemoryError.*)")
_FAILED_ON = re.compile(r"most recent failure: .*?\(TID \d+\) \((\S+) executor \S+\): (.*)")


@contextmanager
def open_spark(engine: str, records: str) -> "Iterator[Table]":
    """Open a Parquet file or folder on ``spark://local`` or the cluster of ``spark://HOST:PORT``; raises :class:`CannotRead`."""
    if records.lower().endswith(_NOT_PARQUET):
        raise CannotRead(
            N_(
                "%(file)s is not Parquet, and nothing else goes to Spark: engines read CSV each in its own way. "
                "Save the records as Parquet where the cluster can read them."
            ),
            file=records,
        )
    master = _master_of(engine)
    try:
        import ibis
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
    except ImportError:
        raise not_installed("Spark", "amparo[spark]") from None
    session = _session(master)
    watch = _Watch(session, master)
    try:
        with watch:
            yield ibis.pyspark.connect(session).read_parquet(_ONE_SLASH.sub(r"\1///", records))
    except (PySparkException, Py4JError) as error:
        raise watch.refusal or _unread(records, error) from None
    finally:
        session.stop()


def _master_of(engine: str) -> str:
    """Give the master as Spark wants it named, after a look whether anything answers there: Spark itself would try for a minute."""
    place = urlsplit(engine).netloc.rpartition("@")[2]  # Spark knows no user and password
    if place == "local":
        return "local[*]"
    refused = ""
    for one in place.split(","):  # several where they stand in for one another
        host, _, port = one.rpartition(":")
        if not host or not port.isdecimal():
            raise CannotRead(
                N_(
                    'AMPARO_ENGINE is "%(engine)s", but the master of a cluster is written spark://HOST:7077.'
                ),
                engine=f"spark://{place}",
            )
        try:
            socket.create_connection((host.strip("[]"), int(port)), _SECONDS_FOR_MASTER).close()
        except (OSError, OverflowError) as error:
            refused = getattr(error, "strerror", None) or str(error)
        else:
            return f"spark://{place}"
    raise CannotRead(
        N_(
            "No Spark master answers at %(master)s: %(reason)s. Check AMPARO_ENGINE, that the master runs, and that no firewall stands "
            "between."
        ),
        master=f"spark://{place}",
        reason=refused,
    )


def _session(master: str) -> Any:
    """Start Spark; what it would log in Java's words is told here in ours."""
    import pyspark

    builder = pyspark.sql.SparkSession.builder.master(master).appName("amparo table")
    try:
        return (
            builder.config("spark.ui.showConsoleProgress", "false")
            .config("spark.log.level", "OFF")
            .getOrCreate()
        )
    except Exception as error:  # noqa: BLE001 - whatever Java says
        if "JAVA_GATEWAY" in str(error) or isinstance(error, FileNotFoundError):
            raise CannotRead(
                N_("Spark cannot start here: it needs Java 17. Install it, or set JAVA_HOME to where it is.")
            ) from None
        raise CannotRead(
            N_(
                "Spark at %(master)s does not take the program: %(reason)s The cluster must run Spark %(version)s, as is installed here, "
                "and the port must be that of its master (7077), not of a page."
            ),
            master=master,
            reason=first_line(getattr(error, "java_exception", error)),
            version=pyspark.__version__,
        ) from None


class _Watch(Thread):
    """Ends the work when no worker has taken it up for long: Spark would wait for ever."""

    def __init__(self, session: Any, master: str) -> None:
        super().__init__(name="amparo-spark-watch", daemon=True)
        self._context = session.sparkContext
        self._master = master
        self._java = self._context._jsc.sc()  # noqa: SLF001 - PySpark has no name of its own for it
        self._seconds: int = self._java.conf().getTimeAsSeconds(*_WAIT)
        self._is_done = Event()
        self.refusal: CannotRead | None = None

    def __enter__(self) -> None:
        if not self._master.startswith("local"):
            self.start()

    def __exit__(self, *_: object) -> None:
        self._is_done.set()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        """Look each second whether there is work and nobody to do it."""
        from py4j.protocol import Py4JError

        since = time.monotonic()
        while not self._is_done.wait(1):
            try:
                if self._java.getExecutorMemoryStatus().size() > 1 or not self._context.statusTracker().getActiveJobsIds():  # fmt: skip
                    since = time.monotonic()
                elif time.monotonic() - since > self._seconds:
                    self.refusal = self._refused()
                    self._context.cancelAllJobs()
            except (Py4JError, OSError):  # Spark is gone, which whoever waits for it learns as well
                return

    def _refused(self) -> CannotRead:
        return CannotRead(
            N_(
                "No worker of %(master)s took up the work for %(seconds)s seconds. See on the master's own page whether workers are "
                "there, with cores and memory free. If they are, they do not reach this machine under the address %(driver)s: set "
                "SPARK_LOCAL_IP to one that they reach."
            ),
            master=self._master,
            seconds=self._seconds,
            driver=self._context.getConf().get("spark.driver.host"),
        )


def _unread(records: str, error: Exception) -> CannotRead:
    failed = _FAILED_ON.search(str(error))
    if failed and (lost := _LOST.match(failed[2])):
        return CannotRead(
            N_(
                "The worker %(worker)s of Spark was lost while it counted: %(reason)s Nothing was given out. Ask again; if it is lost once more, it "
                "may have too little memory (code 137): give it more by spark.executor.memory."
            ),
            worker=failed[1],
            reason=first_line(lost[1] or lost[2]),
        )
    if failed:
        return CannotRead(
            N_(
                "The worker %(worker)s of Spark cannot read %(file)s: %(reason)s Every machine of the cluster, and this one, must find the "
                "file under that name."
            ),
            worker=failed[1],
            file=records,
            reason=first_line(failed[2]),
        )
    return CannotRead(
        N_("Spark cannot read %(file)s as Parquet: %(reason)s"), file=records, reason=first_line(error)
    )
