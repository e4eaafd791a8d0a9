"""Store the people who sign in, where they belong, and the secrets that let them in (only as hashes)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from amparo.accounts.rules import CLOCKS_MAY_DIFFER, plain_form, tidy_email
from amparo.vault.asking import Given
from amparo.vocab.described import Privacy


class Organisation(models.Model):
    """A body that takes part in the response: an NGO, a shelter, a police force, a ministry."""

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = {
        "id": Privacy.TECHNICAL,
        "name": Privacy.CODED,
        "kind": Privacy.CODED,
        "is_active": Privacy.TECHNICAL,
        "created_at": Privacy.TECHNICAL,
    }

    class Meta:
        constraints = (models.UniqueConstraint(Lower("name"), name="accounts_organisation_name_once"),)

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """A part of an organisation that shares its caseload."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=120)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = {
        "id": Privacy.TECHNICAL,
        "organisation": Privacy.CODED,
        "name": Privacy.CODED,
    }

    class Meta:
        constraints = (
            models.UniqueConstraint("organisation", Lower("name"), name="accounts_team_name_once"),
        )

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Finds users by e-mail address, however it is capitalised."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Give the user who signs in with that e-mail address."""
        return self.get(email=tidy_email(username or ""))


class User(AbstractBaseUser):
    """Somebody who signs in. Never a person of a case: those are other records, in other tables."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=200)
    language = models.CharField(max_length=12, default="en")
    staff_number = models.CharField(
        max_length=40, blank=True, default=""
    )  # by which two accounts are one human
    is_active = models.BooleanField(default=True)
    asleep_since = models.DateTimeField(null=True)
    woken_at = models.DateTimeField(null=True)
    renewed_at = models.DateTimeField(null=True)  # when somebody else let them in again, by the database
    created_at = models.DateTimeField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = {
        "id": Privacy.TECHNICAL,
        "password": Privacy.TECHNICAL,
        "last_login": Privacy.TECHNICAL,
        "email": Privacy.TECHNICAL,
        "name": Privacy.TECHNICAL,
        "language": Privacy.TECHNICAL,
        "staff_number": Privacy.TECHNICAL,
        "is_active": Privacy.TECHNICAL,
        "asleep_since": Privacy.TECHNICAL,
        "woken_at": Privacy.TECHNICAL,
        "renewed_at": Privacy.TECHNICAL,
        "created_at": Privacy.TECHNICAL,
    }

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    # Libraries for signing in ask for it; nobody here is staff of a general-purpose administration page.
    is_staff: ClassVar[bool] = False

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="accounts_user_email_small_letters"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def set_password(self, raw_password: str | None) -> None:
        """Keep the hash of a password in its one form, however the keyboard composed its letters."""
        super().set_password(None if raw_password is None else plain_form(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Compare a password in the same form."""
        return super().check_password(None if raw_password is None else plain_form(raw_password))


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Chains filters over memberships."""

    def running(self, on: date | Given) -> MembershipQuerySet:
        """Keep the memberships that count on that day, of users and organisations that are active."""
        return self.filter(
            Q(until__isnull=True) | Q(until__gt=on),
            since__lte=on,
            suspended_at__isnull=True,
            user__is_active=True,
            organisation__is_active=True,
        )


class Membership(models.Model):
    """The role in which a user works for an organisation, from a day until a day (that day no longer)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="memberships")
    role = models.CharField(max_length=40)
    since = models.DateField()
    until = models.DateField(null=True)
    suspended_at = models.DateTimeField(null=True)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("id", "user", "organisation", "team", "role", "since", "until", "suspended_at"), Privacy.TECHNICAL
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                condition=Q(until__isnull=True),
                name="accounts_membership_role_once",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="accounts_membership_ends_after_it_began",
            ),
        )
        indexes = (models.Index(fields=["organisation", "until"], name="accounts_membership_people"),)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Chains filters over invitations."""

    def open(self, now: datetime) -> InvitationQuerySet:
        """Keep the invitations whose link may still be used."""
        return self.filter(
            accepted_at__isnull=True,
            withdrawn_at__isnull=True,
            expires_at__gt=now,
            created_at__lte=now + CLOCKS_MAY_DIFFER,
        )


class Invitation(models.Model):
    """An offer of a membership, taken up with a one-time link that is stored only as its hash."""

    email = models.EmailField(max_length=254)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=40)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        (
            "id", "email", "organisation", "team", "role", "token_hash", "invited_by", "created_at",
            "expires_at", "accepted_at", "withdrawn_at",
        ),
        Privacy.TECHNICAL,
    )  # fmt: skip

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="accounts_invitation_email_small_letters"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="accounts_invitation_accepted_or_withdrawn",
            ),
        )
        indexes = (models.Index(fields=["organisation", "-created_at"], name="accounts_invitation_newest"),)


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Chains filters over keys."""

    def working(self, now: datetime) -> ApiTokenQuerySet:
        """Keep the keys that may still be used, as far as the key itself goes: its membership must run too."""
        return self.filter(
            revoked_at__isnull=True, expires_at__gt=now, created_at__lte=now + CLOCKS_MAY_DIFFER
        )


class ApiToken(models.Model):
    """A key with which a program works under one membership; shown once, stored only as its hash."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=120)
    token_hash = models.CharField(max_length=64, unique=True)
    may_write = models.BooleanField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        (
            "id", "user", "membership", "name", "token_hash", "may_write", "created_at", "expires_at",
            "last_used_at", "revoked_at",
        ),
        Privacy.TECHNICAL,
    )  # fmt: skip

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["user", "-created_at"], name="accounts_token_newest"),)


class Session(models.Model):
    """A session: its key as a hash, its content sealed by the key, and what its owner sees in the list of devices."""

    session_key = models.CharField(max_length=64, primary_key=True)
    session_data = models.TextField()
    expire_date = models.DateTimeField(db_index=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    began = models.DateTimeField()
    seen = models.DateTimeField()
    device = models.CharField(max_length=60, blank=True)

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("session_key", "session_data", "expire_date", "user", "began", "seen", "device"), Privacy.TECHNICAL
    )


class SignInAttempts(models.Model):
    """Failed attempts on one name, or from one address: of both only a keyed hash."""

    about = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField()
    last_at = models.DateTimeField(db_index=True)
    closed_until = models.DateTimeField()

    PRIVACY: ClassVar[Mapping[str, Privacy]] = dict.fromkeys(
        ("about", "failures", "last_at", "closed_until"), Privacy.TECHNICAL
    )
