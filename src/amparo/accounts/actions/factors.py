"""Keep the second factors: remove a passkey, seal what an earlier version kept clear. Setting them up is the library's."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from amparo.accounts.actions.sessions import end_sessions
from amparo.accounts.rules import SECOND_FACTOR
from amparo.audit.actions import record as record_event
from amparo.audit.rules import Actor
from amparo.vault.actions import is_sealed_secret, seal_secret


@transaction.atomic
def remove_passkey(*, passkey_id: int, session: str, by: Actor, now: datetime) -> bool:
    """Let one of the actor's own passkeys sign nobody in any more; tells whether there was such a one.

    With the last factor the recovery codes go too. Wherever else the actor is signed in, that ends.
    """
    if by.user_id is None:
        return False
    own = Authenticator.objects.filter(user_id=by.user_id)
    if not own.filter(pk=passkey_id, type=Authenticator.Type.WEBAUTHN).delete()[0]:
        return False
    if not own.exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
        own.delete()
    end_sessions(user_id=by.user_id, but=session)
    record_event("accounts.passkey.remove", by=by, at=now, record=f"user:{by.user_id}")
    return True


@transaction.atomic
def remove_factors(*, user_id: int, by: Actor, now: datetime) -> None:
    """Take the second step away from somebody who lost all of it, and sign them out everywhere."""
    Authenticator.objects.filter(user_id=user_id).delete()
    end_sessions(user_id=user_id)
    record_event("accounts.second_factor.remove", by=by, at=now, record=f"user:{user_id}")


@transaction.atomic
def seal_second_factors() -> int:
    """Seal the secrets of second factors that an earlier version kept clear; gives how many."""
    clear = 0
    for factor in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).select_for_update():
        name = "secret" if factor.type == Authenticator.Type.TOTP else "seed"
        text = factor.data.get(name, "")
        if text and not is_sealed_secret(text):
            factor.data[name] = seal_secret(text, label=SECOND_FACTOR)
            factor.save(update_fields=["data"])
            clear += 1
    return clear
