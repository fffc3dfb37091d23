"""When something can't be, the page says what happened and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from thanxportal.accounts.models import Membership, Merchant, User

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def test_without_a_database_people_still_get_a_page(
    ana: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    def gone(*args: Any) -> None:
        raise OperationalError("The database is gone.")

    browser = client_of(ana)
    browser.raise_request_exception = False
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", gone)
    with django_assert_num_queries(0):
        answer = browser.get("/m/harbor-grill/")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
    assert "nobody is rewarded twice" in answer.content.decode()


def test_a_bug_is_answered_calmly(ana: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = client_of(ana)
    browser.raise_request_exception = False
    monkeypatch.setattr(Membership, "may", lambda member, right: 1 / 0)
    answer = browser.get("/m/harbor-grill/")
    assert answer.status_code == 500
    assert "ZeroDivisionError" not in answer.content.decode()


def test_a_missing_right_names_the_role_and_who_can_change_it(ben: User, client_of: ClientOf) -> None:
    answer = client_of(ben).get("/m/harbor-grill/team/")
    assert answer.status_code == 403
    assert "Your role here is Viewer: you can’t manage team and settings" in answer.content.decode()
    assert "/m/harbor-grill/activity/" in answer.content.decode(), "the way on is still there"
    assert "A manager of your merchant can change your role." in answer.content.decode()


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_wrong_address_leads_home(signed_in: bool, ana: User, client_of: ClientOf) -> None:
    browser = client_of(ana) if signed_in else Client()
    answer = browser.get("/nothing/here/")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.content.decode()


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ("simulation", "nothing here reaches Thanx"),
        ("sandbox", "No guest gets anything"),
        ("live", "rewards issued here are real"),
        ("unknown", "issuing is off"),
    ],
)
def test_every_page_says_whether_it_is_real(
    environment: str, words: str, harbor: Merchant, ana: User, client_of: ClientOf, settings: Any
) -> None:
    settings.THANX_ENVIRONMENT = environment
    for browser, url in ((client_of(ana), "/m/harbor-grill/"), (Client(), "/account/login/")):
        assert words in browser.get(url).content.decode()
