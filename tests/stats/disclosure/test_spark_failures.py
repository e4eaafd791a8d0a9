"""What fails on a Spark cluster is told in a sentence, and ends: with a stand-in for Spark, so that neither Java nor PySpark is needed."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Self
from unittest.mock import MagicMock

import pytest

from amparo.stats.disclosure import CannotRead, open_source

CLUSTER = "spark://master.example.org:7077"
FAILED = (
    "Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times, most recent failure: Lost task 0.3 in stage 1.0 (TID 3) "
    "(192.0.2.12 executor 1): "
)
UNSEEN = (
    f"{FAILED}java.io.FileNotFoundException: File file:/shared/r.parquet does not exist\nIt is possible …"
)


class SparkFails(Exception):
    """Stands for what PySpark and Py4J raise."""


class Impatient(threading.Event):
    """Waits for a thousandth of what it is told."""

    def wait(self, timeout: float | None = None) -> bool:
        return super().wait((timeout or 0) / 1000)


class Spark:
    """A session of Spark that knows what the watch asks it: who is there, and whether there is work."""

    def __init__(self) -> None:
        self.jobs, self.machines, self.looks = [1], 1, 0  # the program is itself among the machines
        self.is_gone, self.is_stopped = False, False
        self.is_cancelled, self.is_watched = threading.Event(), threading.Event()
        self.sparkContext = self._jsc = self

    def sc(self) -> Self:
        return self

    conf = statusTracker = getConf = sc  # noqa: N815 - PySpark's names

    def getTimeAsSeconds(self, name: str, default: str) -> int:  # noqa: N802
        assert (name, default) == ("spark.scheduler.maxRegisteredResourcesWaitingTime", "60s")
        return 0

    def get(self, name: str) -> str:
        return {"spark.driver.host": "192.0.2.13"}[name]

    def getExecutorMemoryStatus(self) -> Any:  # noqa: N802
        self.looks += 1
        if self.looks > 2:
            self.is_watched.set()
        if self.is_gone:
            raise SparkFails
        return MagicMock(size=lambda: self.machines)

    def getActiveJobsIds(self) -> list[int]:  # noqa: N802
        return self.jobs

    def cancelAllJobs(self) -> None:  # noqa: N802
        self.is_cancelled.set()

    def count(self) -> None:
        """Wait for a worker, which does not come."""
        assert self.is_cancelled.wait(5)
        raise SparkFails("Job 1 cancelled")

    def stop(self) -> None:
        self.is_stopped = True


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> MagicMock:
    """Put the stand-in in the place of PySpark; gives what starts a session."""
    for name in ("ibis", "py4j", "py4j.protocol", "pyspark", "pyspark.errors"):
        monkeypatch.setitem(sys.modules, name, MagicMock(spec=ModuleType))
    sys.modules["ibis"].pyspark = MagicMock()  # type: ignore[attr-defined]
    sys.modules["py4j.protocol"].Py4JError = SparkFails  # type: ignore[attr-defined]
    sys.modules["pyspark.errors"].PySparkException = SparkFails  # type: ignore[attr-defined]
    pyspark: Any = sys.modules["pyspark"]
    pyspark.sql, pyspark.__version__ = MagicMock(), "4.0.5"
    builder = pyspark.sql.SparkSession.builder
    builder.master.return_value = builder.appName.return_value = builder.config.return_value = builder
    monkeypatch.setattr("amparo.stats.disclosure._spark.socket.create_connection", MagicMock())
    monkeypatch.setattr("amparo.stats.disclosure._spark.Event", Impatient)
    return builder.getOrCreate  # type: ignore[no-any-return]


@pytest.fixture
def spark(starts: MagicMock) -> Iterator[Spark]:
    starts.return_value = session = Spark()
    yield session
    assert session.is_stopped
    assert "amparo-spark-watch" not in {thread.name for thread in threading.enumerate()}


def test_work_that_no_worker_takes_up_is_ended(spark: Spark) -> None:
    told = f"No worker of {CLUSTER} took up the work for 0 seconds.* address 192.0.2.13: set SPARK_LOCAL_IP"
    with pytest.raises(CannotRead, match=told), open_source(CLUSTER, "r.parquet"):
        spark.count()


@pytest.mark.parametrize(("jobs", "machines"), [([1], 2), ([], 1)])
def test_work_that_goes_on_is_left_alone(spark: Spark, jobs: list[int], machines: int) -> None:
    spark.jobs, spark.machines = jobs, machines
    with open_source(CLUSTER, "r.parquet"):
        assert spark.is_watched.wait(5)
    assert not spark.is_cancelled.is_set()


def test_one_machine_is_its_own_worker(spark: Spark) -> None:
    with open_source("spark://local", "r.parquet"):
        assert not spark.is_cancelled.wait(0.01)
    assert spark.looks == 0


def test_the_watch_ends_with_spark(spark: Spark) -> None:
    spark.is_gone = True
    with open_source(CLUSTER, "r.parquet"):
        assert not spark.is_watched.wait(0.02)
    assert spark.looks < 2


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            UNSEEN,
            r"^The worker 192\.0\.2\.12 of Spark cannot read /shared/r\.parquet: .*Exception: File .* does not exist\. Every machine",
        ),
        ("[PATH_NOT_FOUND] none\nat …", r"^Spark cannot read /shared/r\.parquet as Parquet: \[PATH_NOT_FOUND\] none\.$"),
        ("", r"as Parquet: SparkFails\.$"),
        (
            FAILED + "ExecutorLostFailure (executor 4 exited caused by one of the running tasks) Reason: Command exited with code 137\nDriver …",
            r"^The worker 192\.0\.2\.12 of Spark was lost while it counted: Command exited with code 137\. Nothing was given out\.",
        ),
        (FAILED + "java.lang.OutOfMemoryError: Java heap space\n\tat …", r"was lost while it counted: java\.lang\.OutOfMemoryError: Java heap space\."),
    ],
)  # fmt: skip
def test_a_worker_that_fails_is_named_with_what_it_said(spark: Spark, error: str, told: str) -> None:
    spark.machines = 2
    with pytest.raises(CannotRead, match=told), open_source(CLUSTER, "/shared/r.parquet"):
        raise SparkFails(error)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError("[JAVA_GATEWAY_EXITED] Java gateway process exited"), "cannot start here: it needs Java 17"),
        (FileNotFoundError("java"), "cannot start here: it needs Java 17"),
        (
            type("Py4JJavaError", (Exception,), {"java_exception": "InvalidClassException: local class\nat …"})("long"),
            rf"^Spark at {CLUSTER} does not take the program: InvalidClassException: local class\. The cluster must run Spark 4\.0\.5,",
        ),
    ],
)  # fmt: skip
def test_java_missing_and_another_version_are_told(starts: MagicMock, error: Exception, told: str) -> None:
    starts.side_effect = error
    with pytest.raises(CannotRead, match=told), open_source(CLUSTER, "r.parquet"):
        pass
