"""Gather the writes of access: each asks for its permission, is whole or not at all, and is logged."""

from amparo.access.actions.grants import GrantTooLong, TooManyGrants, UnclearGrant, grant_access, revoke
from amparo.access.actions.organisations import add_organisation, add_team, rename_organisation
from amparo.access.actions.people import (
    SignInFirst,
    accept_invitation,
    change_membership,
    choose_membership,
    end_membership,
    invite_user,
    renew_password,
    withdraw_invitation,
)
from amparo.access.actions.permission import Refused, require
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
    TokenTooLong,
    UnknownKind,
    forget_invitations,
    forget_tokens,
    note_token_use,
)

__all__ = [
    "GrantTooLong",
    "InvitationNotOpen",
    "LinkNotOpen",
    "NameTaken",
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
    "begin_reading",
    "change_membership",
    "choose_membership",
    "end_membership",
    "forget_invitations",
    "forget_submissions",
    "forget_tokens",
    "grant_access",
    "invite_user",
    "lift_wall",
    "make_token",
    "make_wall",
    "name_readers",
    "note_token_use",
    "once",
    "rename_organisation",
    "renew_password",
    "require",
    "revoke",
    "revoke_token",
    "withdraw_invitation",
]
