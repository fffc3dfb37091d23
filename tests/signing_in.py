"""How people of the tests sign in as people do, and prove by their second factor who they are."""

from __future__ import annotations

from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from django.urls import reverse

from tests.cast import PASSWORD
from thanxportal.accounts.models import User


def with_password(person: User) -> User:
    person.set_password(PASSWORD)
    person.save()
    return person


def with_factor(person: User) -> str:
    """Turns codes from an app on for the person. Returns the secret of the app."""
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


def code(secret: str) -> str:
    """What the app shows now; each code works once."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def signed_in(person: User, secret: str = "", *, agent: str = "") -> Client:
    """A browser in which the person has given the password and, if there is one, the code of the app."""
    browser = Client(HTTP_USER_AGENT=agent)
    answer = browser.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    if secret:
        assert answer["Location"] == reverse("mfa_authenticate")
        browser.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert is_in(browser)
    return browser


def is_in(browser: Client) -> bool:
    return browser.get(reverse("accounts:profile")).status_code == 200
