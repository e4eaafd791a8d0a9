"""Write those who sign in: their names, and their passwords as hashes."""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from amparo.accounts.actions.sessions import end_sessions
from amparo.accounts.models import User
from amparo.accounts.password_link import write_link
from amparo.accounts.passwords import check_password_fits
from amparo.accounts.queries import find_user_of_link, has_second_factor
from amparo.accounts.rules import SignedIn, tidy_email, tidy_name
from amparo.audit.actions import record as record_event
from amparo.audit.rules import Actor


class LinkNotOpen(LookupError):
    """The link for a new password was used, is too old, or never was one."""


@transaction.atomic
def add_user(
    *,
    email: str,
    name: str,
    password: str | None,
    now: datetime,
    language: str = settings.LANGUAGE_CODE,
    is_password_alone: bool = False,
) -> int:
    """Add somebody who signs in with that password and give their id; raises `ValidationError` by field.

    Without a password nobody can sign in as them until a password link is issued. A password that stands alone, because
    the role asks for no second step, must be longer.
    """
    user = User(email=tidy_email(email), name=tidy_name(name), language=language, created_at=now)
    if not user.name:
        raise ValidationError({"name": [_("Enter your name as colleagues know it.")]})
    if password is None:
        user.set_unusable_password()
    else:
        _give_password(user, password, is_alone=is_password_alone)
    user.save(force_insert=True)
    return user.pk


@transaction.atomic
def change_details(*, user_id: int, name: str, language: str, by: Actor, now: datetime) -> None:
    """Change the name and the language of a user."""
    User.objects.filter(pk=user_id).update(name=tidy_name(name), language=language)
    record_event("accounts.user.change", by=by, at=now, record=f"user:{user_id}", fields=("name", "language"))


@transaction.atomic
def keep_staff_number(*, user_id: int, staff_number: str, by: Actor, now: datetime) -> None:
    """Keep under which number a user is employed."""
    User.objects.filter(pk=user_id).update(staff_number=tidy_name(staff_number))
    record_event("accounts.user.number", by=by, at=now, record=f"user:{user_id}", fields=("staff_number",))


def lock_user(user_id: int) -> None:
    """Let only one transaction at a time act for a user, until it ends."""
    User.objects.select_for_update().filter(pk=user_id).values_list("pk").first()


@transaction.atomic
def issue_password_link(*, user_id: int, by: Actor, now: datetime) -> str:
    """Make a link with which that user sets a new password once; gives its secret, which is told once.

    From then on, and again from when it is used, what matters most waits for a day.
    """
    _note_renewal(user_id)
    secret = write_link(User.objects.get(pk=user_id), now)
    record_event("accounts.password.renew", by=by, at=now, record=f"user:{user_id}")
    return secret


@transaction.atomic
def set_password(*, secret: str, password: str, now: datetime) -> None:
    """Set the password that the holder of a link chose; raises `LinkNotOpen` or `ValidationError` by field."""
    user = find_user_of_link(secret, now)
    if user is None:
        raise LinkNotOpen(_("This link no longer works. Ask for a new one."))
    _give_password(user, password, is_alone=not has_second_factor(user.pk))
    user.save(update_fields=["password"])
    _note_renewal(user.pk)
    end_sessions(user_id=user.pk)
    record_event("accounts.password.change", by=SignedIn(user_id=user.pk), at=now, record=f"user:{user.pk}")


def _note_renewal(user_id: int) -> None:
    """Keep when it was by the time of the database, which no clock of a host moves."""
    User.objects.filter(pk=user_id).update(renewed_at=Now())


def _give_password(user: User, password: str, *, is_alone: bool) -> None:
    try:
        check_password_fits(password, user=user, is_alone=is_alone)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    user.set_password(password)
