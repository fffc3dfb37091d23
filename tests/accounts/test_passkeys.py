"""Whatever a browser sends instead of a passkey's answer gets nobody in, and breaks nothing."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from tests.cast import PASSWORD
from tests.signing_in import is_in, signed_in, with_factor, with_password
from thanxportal.accounts.models import User

pytestmark = pytest.mark.django_db
ANSWER = '{"id": "AA", "rawId": "%s", "type": "public-key", "response": {"clientDataJSON": "%s", %s}}'
MADE_UP = [
    "", "null", "[]", "5", "{", "{}", '{"id": 5}', "[" * 5_000, "[" * 30_000,
    ANSWER % ("AA", "AA", '"attestationObject": "AA"'),
    ANSWER % ("AA", "e30", '"attestationObject": "oA"'),
    ANSWER % ("\u00e9", "e30", '"authenticatorData": "AA", "signature": "AA"'),
    ANSWER % ("AA", "e30", '"authenticatorData": "AA", "signature": "AA"'),
]  # fmt: skip


@pytest.mark.parametrize("answer", MADE_UP, ids=range(len(MADE_UP)))
def test_a_made_up_answer_adds_no_passkey(answer: str, ana: User) -> None:
    browser, page = signed_in(with_password(ana)), reverse("mfa_add_webauthn")
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert browser.get(page).status_code == 200
    assert browser.post(page, {"credential": answer}).status_code == 200
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("answer", MADE_UP, ids=range(len(MADE_UP)))
def test_a_made_up_answer_opens_nothing(answer: str, ana: User) -> None:
    with_factor(with_password(ana))
    browser, page = Client(), reverse("mfa_authenticate")
    browser.post(reverse("account_login"), {"login": ana.email, "password": PASSWORD})
    assert browser.get(page).status_code == 200
    assert browser.post(page, {"credential": answer}).status_code == 200
    assert not is_in(browser)
