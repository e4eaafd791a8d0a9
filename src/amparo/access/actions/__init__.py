"""Gather the writes of access: each asks for its permission, is whole or not at all, and is logged."""

from amparo.access.actions.devices import end_other_sessions, end_session, remove_passkey
from amparo.access.actions.grants import GrantTooLong, TooManyGrants, UnclearGrant, grant_access, revoke
from amparo.access.actions.organisations import add_organisation, add_team, rename_organisation
from amparo.access.actions.people import (
    NotConfirmed,
    SignInFirst,
    accept_invitation,
    awaits_second_officer,
    change_membership,
    choose_membership,
    confirm_invitation,
    end_membership,
    invite_user,
    needs_second_officer,
    renew_access,
    renew_password,
    waiting_invitations,
    wake_person,
    withdraw_invitation,
)
from amparo.access.actions.permission import Refused, require, require_somebody
from amparo.access.actions.purposes import PurposeMissing
from amparo.access.actions.reading import begin_reading
from amparo.access.actions.roles import RoleNotAssignable
from amparo.access.actions.submissions import OtherContent, forget_submissions, once
from amparo.access.actions.tokens import make_token, revoke_token
from amparo.access.actions.walls import lift_wall, make_wall, name_readers
from amparo.accounts.actions import (
    InvitationNotOpen,
    LinkNotOpen,
    NameTaken,
    NotTheSecond,
    TokenTooLong,
    UnknownKind,
    forget_attempts,
    forget_invitations,
    forget_sessions,
    forget_tokens,
    let_sleep,
    note_token_use,
)

__all__ = [
    "GrantTooLong",
    "InvitationNotOpen",
    "LinkNotOpen",
    "NameTaken",
    "NotConfirmed",
    "NotTheSecond",
    "OtherContent",
    "PurposeMissing",
    "Refused",
    "RoleNotAssignable",
    "SignInFirst",
    "TokenTooLong",
    "TooManyGrants",
    "UnclearGrant",
    "UnknownKind",
    "accept_invitation",
    "add_organisation",
    "add_team",
    "awaits_second_officer",
    "begin_reading",
    "change_membership",
    "choose_membership",
    "confirm_invitation",
    "end_membership",
    "end_other_sessions",
    "end_session",
    "forget_attempts",
    "forget_invitations",
    "forget_sessions",
    "forget_submissions",
    "forget_tokens",
    "grant_access",
    "invite_user",
    "let_sleep",
    "lift_wall",
    "make_token",
    "make_wall",
    "name_readers",
    "needs_second_officer",
    "note_token_use",
    "once",
    "remove_passkey",
    "rename_organisation",
    "renew_access",
    "renew_password",
    "require",
    "require_somebody",
    "revoke",
    "revoke_token",
    "waiting_invitations",
    "wake_person",
    "withdraw_invitation",
]
