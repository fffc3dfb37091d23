"""A second factor keeps out people who only know the password; recovery codes let in people who lost the phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from tests.cast import PASSWORD
from tests.signing_in import code, with_factor, with_password
from thanxportal.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret(ana: User) -> str:
    """Ana has a second factor and its recovery codes."""
    return with_factor(with_password(ana))


def sign_in(browser: Client) -> Any:
    return browser.post(reverse("account_login"), {"login": "ana@example.com", "password": PASSWORD})


def test_the_password_alone_is_not_enough(secret: str) -> None:
    browser = Client()
    assert sign_in(browser)["Location"] == reverse("mfa_authenticate")
    assert browser.get("/m/harbor-grill/").status_code == 302
    assert browser.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert browser.get("/m/harbor-grill/").status_code == 302


def test_the_code_of_the_app_opens_the_portal(secret: str) -> None:
    browser = Client()
    sign_in(browser)
    browser.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert browser.get("/m/harbor-grill/").status_code == 200


def test_turning_it_on_shows_a_code_to_scan_that_the_policy_allows(ana: User) -> None:
    with_password(ana)
    browser = Client()
    sign_in(browser)
    asked = browser.get(reverse("mfa_activate_totp"))["Location"]
    assert "Confirm it’s you" in browser.get(asked).content.decode()
    assert browser.post(asked, {"password": "wrong"}).status_code == 200
    answer = browser.post(asked, {"password": PASSWORD}, follow=True)
    page = answer.content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    assert "data:" in re.search(r"img-src [^;]*", answer["Content-Security-Policy"])[0]  # type: ignore[index]
    shown = re.search(r"<code>(\w+)</code>", page)
    assert shown is not None
    assert browser.post(reverse("mfa_activate_totp"), {"code": "12"}).status_code == 200
    assert not Authenticator.objects.exists()
    answer = browser.post(reverse("mfa_activate_totp"), {"code": code(shown[1])})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    codes = browser.get(answer["Location"]).content.decode()
    assert "Each of these 10 codes" in codes
    recovery = re.search(r"aria-label=\"Recovery codes\">(\S+)", codes)
    assert recovery is not None
    other = Client()
    sign_in(other)
    other.post(reverse("mfa_authenticate"), {"code": recovery[1]})
    assert other.get("/m/harbor-grill/").status_code == 200


@pytest.mark.parametrize(
    "name", ["mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"]
)
def test_what_protects_the_account_is_changed_only_by_who_confirms(
    name: str, secret: str, ana: User, client_of: Callable[[User], Client]
) -> None:
    answer = client_of(ana).get(reverse(name), follow=True)
    assert "Confirm it’s you" in answer.content.decode() or "Second factor" in answer.content.decode()
    assert secret not in answer.content.decode()


def test_the_admin_has_no_door_of_its_own(sam: User, ben: User, client_of: Callable[[User], Client]) -> None:
    assert Client().get(reverse("admin:login"))["Location"].startswith(reverse("account_login"))
    assert client_of(ben).get(reverse("admin:login")).status_code == 403
