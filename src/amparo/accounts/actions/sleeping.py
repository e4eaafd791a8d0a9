"""Put accounts to sleep that nobody uses, and wake them."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Coalesce, Greatest

from amparo.accounts.models import ApiToken, Session, User
from amparo.accounts.rules import ASLEEP_AFTER, SignedIn
from amparo.audit.actions import record as record_event
from amparo.audit.rules import Actor


@transaction.atomic
def let_sleep(*, now: datetime) -> int:
    """Put accounts to sleep that nobody used for thirty days, by hand or by program; gives how many. Training data stays awake."""
    if settings.AMPARO_TRAINING:
        return 0
    since = now - ASLEEP_AFTER
    used = Greatest(
        "created_at", Coalesce("last_login", F("created_at")), Coalesce("woken_at", F("created_at"))
    )
    by_program = ApiToken.objects.working(now).filter(user_id=OuterRef("pk"), last_used_at__gt=since)
    signed_in = Session.objects.filter(user_id=OuterRef("pk"), seen__gt=since)
    idle = User.objects.annotate(used=used).filter(~Exists(by_program), ~Exists(signed_in), is_active=True)
    sleepers = list(idle.filter(used__lt=since).select_for_update(of=("self",)).values_list("pk", flat=True))
    User.objects.filter(pk__in=sleepers).update(is_active=False, asleep_since=now)
    Session.objects.filter(user_id__in=sleepers).delete()
    for user_id in sleepers:
        record_event("accounts.user.sleep", by=SignedIn(user_id=None), at=now, record=f"user:{user_id}")
    return len(sleepers)


@transaction.atomic
def wake(*, user_id: int, by: Actor, now: datetime) -> bool:
    """Let somebody who was put to sleep sign in again; tells whether they slept."""
    asleep = User.objects.filter(pk=user_id, is_active=False, asleep_since__isnull=False)
    if not asleep.update(is_active=True, asleep_since=None, woken_at=now):
        return False
    record_event("accounts.user.wake", by=by, at=now, record=f"user:{user_id}")
    return True
