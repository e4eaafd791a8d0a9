"""Let the worker seal the log and send its heads, and tell `amparo doctor` how that goes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from amparo.config.diagnosis import Finding
    from amparo.config.environment import Environment

MOST_LAG: Final = timedelta(seconds=30)


def seal_and_post_in_background() -> tuple[threading.Event, ...]:
    """Seal each second and send heads each hour, in threads of this process until the events are set."""
    from django.conf import settings
    from django.utils import timezone

    from amparo.audit.chain.posting import post_in_background
    from amparo.audit.chain.sealing import seal_in_background

    return (
        seal_in_background(settings.AMPARO_AUDIT_KEYS, clock=timezone.now),
        post_in_background(settings.AMPARO_AUDIT_KEYS, settings.AMPARO_WITNESSES, clock=timezone.now),
    )


def look_at_log(environment: Environment) -> Iterator[Finding]:
    """Tell how far the log is sealed, and what the witnesses say; nothing before the tables are there."""
    from django.conf import settings
    from django.db import connection

    from amparo.config.diagnosis import Finding

    if "audit_epoch" not in connection.introspection.table_names():
        return
    from amparo.audit.chain.signing import SignerAway, read_signer
    from amparo.audit.queries import sealing_state

    state = sealing_state()
    sealed = f"{state.epochs} epochs sealed, {state.waiting} events wait"
    remedy = ""
    if state.went_back:
        remedy = "The database was restored or moved. Begin the next generation: amparo audit generation"
    elif state.lag > MOST_LAG:
        remedy = f"The oldest waits for {state.lag.total_seconds():.0f} s. Let the worker run (amparo worker), and look at its log."
    elif state.epochs:
        try:
            read_signer(settings.AMPARO_AUDIT_KEYS)
        except SignerAway as away:
            remedy = str(away)
    is_new = state.epochs == 0  # its worker is still to be started
    yield Finding(subject="Log", state=sealed, remedy=remedy, is_warning=bool(remedy) and is_new)
    yield from _look_at_witnesses()


def _look_at_witnesses() -> Iterator[Finding]:
    from django.conf import settings
    from django.utils import timezone

    from amparo.audit.queries import witness_state
    from amparo.config.diagnosis import Finding

    if not settings.AMPARO_WITNESSES:
        remedy = (
            "Ask another organisation to run `amparo witness serve`, and name it in AMPARO_WITNESSES. Without one, whoever "
            "has this server can write the log anew and nobody can tell."
        )
        yield Finding(subject="Witness", state="none", remedy=remedy, is_warning=True)
    for place in settings.AMPARO_WITNESSES:
        seen = witness_state(place)
        state = (
            f"{place}, last head taken {seen.taken_at:%Y-%m-%d %H:%M} UTC"
            if seen.taken_at
            else f"{place}, no head yet"
        )
        remedy = ""
        if seen.is_refusing:
            remedy = (
                "It refuses this log: it does not continue what the witness saw. Run: amparo audit verify"
            )
        elif seen.is_late(timezone.now()):
            remedy = "It took no head for two hours. Look whether it answers, and whether the worker runs: amparo audit anchor --now"
        yield Finding(subject="Witness", state=state, remedy=remedy)
