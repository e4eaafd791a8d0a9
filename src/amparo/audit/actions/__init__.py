"""Gather the writes of the log and of what watches over it."""

from amparo.audit.actions.alerting import raise_alerts
from amparo.audit.actions.watching import end_canary, name_canary, release_readings
from amparo.audit.actions.writing import NotLogged, begin_generation, record, record_refusal

__all__ = [
    "NotLogged",
    "begin_generation",
    "end_canary",
    "name_canary",
    "raise_alerts",
    "record",
    "record_refusal",
    "release_readings",
]
