"""Name the pages of signing in and of people. Their namespace is `accounts`, after what they are about.

They stand here and not one rung lower, because only here the roles are known that decide who may see them.
The library's own pages keep its names; those that are not listed (sign-up, sign-in by letter) do not exist.
"""

from allauth.account import views as sign_in
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as app
from django.urls import include, path, register_converter

from amparo.access.views import (
    devices,
    invitations,
    machine,
    organisations,
    own,
    passkeys,
    people,
    two_people,
    walls,
)
from amparo.access.web import completes_sign_in, public, signed_in


class SecretConverter:
    """Takes the secret of a link as it was drawn, and nothing else."""

    regex = "[A-Za-z0-9_-]{20,100}"

    def to_python(self, value: str) -> str:
        """Give the secret as it stands."""
        return value

    def to_url(self, value: str) -> str:
        """Give the secret as it stands."""
        return value


register_converter(SecretConverter, "secret")

pages = [
    path("sign-in/", public(sign_in.login), name="sign-in"),
    path("invitation/<secret:secret>/", invitations.invitation, name="invitation"),
    path("new-password/<secret:secret>/", invitations.new_password, name="new-password"),
    path("me/", own.me, name="me"),
    path("me/role/", own.membership, name="membership"),
    path("me/second-step/", own.second_factor, name="second-factor"),
    path("me/passkeys/remove/", signed_in(passkeys.passkey_remove), name="passkey-remove"),
    path("me/devices/", devices.devices, name="devices"),
    path("me/devices/end/", devices.device_end, name="device-end"),
    path("me/keys/", own.tokens, name="tokens"),
    path("me/keys/end/", own.token_end, name="token-end"),
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/person/", people.person, name="person"),
    path("people/end/", people.person_end, name="person-end"),
    path("people/password/", people.person_password, name="person-password"),
    path("people/wake/", people.person_wake, name="person-wake"),
    path("people/invitation/end/", people.invitation_end, name="invitation-end"),
    path("people/number/", people.person_number, name="person-number"),
    path("people/suspended/", two_people.lift, name="person-lift"),
    path("two-people/", two_people.acts, name="acts"),
    path("two-people/keys/", two_people.more_keys, name="more-keys"),
    path("two-people/change-keys/", machine.change_keys, name="change-keys"),
    path("two-people/restored/", machine.restored, name="restored"),
    path("two-people/<uuid:act>/", two_people.act, name="act"),
    path("emergencies/", two_people.emergencies, name="emergencies"),
    path("emergencies/<uuid:opening>/", two_people.emergency, name="emergency"),
    path("notices/", two_people.notices, name="notices"),
    path("organisation/", people.organisation, name="organisation"),
    path("walls/", walls.walls, name="walls"),
    path("walls/end/", walls.wall_lift, name="wall-lift"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/administrator/", organisations.first_administrator, name="first-administrator"),
]

library_pages = [
    path("sign-in/", public(sign_in.login), name="account_login"),
    path("sign-in/code/", public(passkeys.SecondStep.as_view()), name="mfa_authenticate"),
    path("sign-in/passkey/", public(passkeys.SignInWithPasskey.as_view()), name="mfa_login_webauthn"),
    path("sign-in/asleep/", public(sign_in.account_inactive), name="account_inactive"),
    path("sign-in/again/", completes_sign_in(sign_in.reauthenticate), name="account_reauthenticate"),
    path("sign-in/again/code/", completes_sign_in(factor.reauthenticate), name="mfa_reauthenticate"),
    path(
        "sign-in/again/passkey/",
        completes_sign_in(passkeys.ShowPasskeyAgain.as_view()),
        name="mfa_reauthenticate_webauthn",
    ),
    path("sign-out/", public(sign_in.logout), name="account_logout"),
    path("me/password/", own.change_password, name="account_change_password"),
    path("me/second-step/", own.second_factor, name="mfa_index"),
    path("me/second-step/set-up/", completes_sign_in(app.activate_totp), name="mfa_activate_totp"),
    path("me/second-step/remove/", signed_in(app.deactivate_totp), name="mfa_deactivate_totp"),
    path("me/passkeys/new/", completes_sign_in(passkeys.AddPasskey.as_view()), name="mfa_add_webauthn"),
    path(
        "me/recovery-codes/", completes_sign_in(recovery.view_recovery_codes), name="mfa_view_recovery_codes"
    ),
    path(
        "me/recovery-codes/new/",
        signed_in(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
]

urlpatterns = [path("", include((pages, "accounts"))), *library_pages]
