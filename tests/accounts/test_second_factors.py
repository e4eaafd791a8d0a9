"""The secrets of second factors stand sealed in the database."""

from __future__ import annotations

import base64

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.exceptions import ValidationError

from amparo.accounts.actions import seal_second_factors
from amparo.accounts.adapter import SecondFactorAdapter
from amparo.vault.actions import open_secret, seal_secret
from amparo.vault.keeping import OWN, LocalKeeper
from amparo.vault.queries import keeper
from amparo.vault.rules import NotOpened, new_key
from tests.factories.accounts import SECOND_FACTOR_SECRET, make_user

pytestmark = pytest.mark.django_db


def code_now() -> str:
    counter = next(yield_hotp_counters_from_time())
    return str(format_hotp_value(hotp_value(SECOND_FACTOR_SECRET, counter)))


def test_p25_neither_secret_nor_seed_is_in_the_table() -> None:
    user = make_user()
    TOTP.activate(user, SECOND_FACTOR_SECRET)
    codes = RecoveryCodes.activate(user)
    seed = SecondFactorAdapter().decrypt(codes.instance.data["seed"])
    kept = repr(list(Authenticator.objects.values_list("data", flat=True)))
    for secret in (SECOND_FACTOR_SECRET, seed, *codes.get_unused_codes()):
        assert secret not in kept
        assert base64.b64encode(secret.encode()).decode() not in kept
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code_now())


def test_p25_what_an_earlier_version_kept_clear_is_sealed_once() -> None:
    user = make_user()
    data = {"secret": SECOND_FACTOR_SECRET}
    Authenticator.objects.create(user=user, type="totp", data=data)
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": "00ff", "used_mask": 3})
    with pytest.raises(ValidationError, match="Codes cannot be checked"):
        Authenticator.objects.get(type="totp").wrap().validate_code(code_now())
    assert seal_second_factors() == 2
    assert seal_second_factors() == 0
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code_now())
    assert Authenticator.objects.get(type="recovery_codes").data["used_mask"] == 3


def test_p25_it_opens_after_a_rotation_and_the_new_number_is_used() -> None:
    sealed = seal_secret("before", label="second factor")
    holder = keeper()
    assert isinstance(holder, LocalKeeper)
    fresh = new_key(2)  # as another process's rotation leaves it; the application itself may write no key
    holder._keys[OWN, 2] = holder._newest[OWN] = fresh
    try:
        assert holder.own_key("second factor").number == 2
        assert open_secret(sealed, label="second factor") == "before"
        assert open_secret(seal_secret("after", label="second factor"), label="second factor") == "after"
    finally:
        keeper.cache_clear()


def test_p25_a_changed_byte_another_use_and_clear_text_open_nothing() -> None:
    sealed = seal_secret("a secret", label="second factor")
    mark, _, text = sealed.partition(".")
    content = bytearray(base64.urlsafe_b64decode(text))
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1
        with pytest.raises(NotOpened):
            open_secret(f"{mark}.{base64.urlsafe_b64encode(changed).decode()}", label="second factor")
    for wrong in ("a secret", "", "sealed1.", "sealed1.AAAA", "sealed1.%%%", sealed[:-4]):
        with pytest.raises(NotOpened):
            open_secret(wrong, label="second factor")
    with pytest.raises(NotOpened):
        open_secret(sealed, label="another use")


def test_p25_the_key_is_not_the_one_that_it_was_derived_from() -> None:
    one, other = keeper().own_key("one"), keeper().own_key("other")
    assert one.secret != other.secret
    assert repr(one.secret) not in repr(one)
