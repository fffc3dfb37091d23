"""Tokens let programs in for one merchant, as far as their scopes go, and no longer than they last."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.issuance.api.programs import Program, token_of_program
from tests.world import World
from thanxportal.accounts import tokens
from thanxportal.accounts.models import Activity, ApiToken, Merchant, Scope, User
from thanxportal.accounts.tokens import end_token, new_secret, token_by

pytestmark = pytest.mark.django_db
FORM = {"name": "Survey tool", "scopes": ["read"], "guests_per_day": 500, "days": 90}


def page(merchant: Merchant) -> str:
    return reverse("issuance:integrations", args=[merchant.handle])


def test_a_manager_makes_a_token_whose_secret_is_shown_once(
    harbor: Merchant, ana: User, client_of: Callable[[User], Client]
) -> None:
    browser = client_of(ana)
    shown = browser.post(page(harbor), FORM).content.decode()
    secret = re.findall(r"<code>(tpk_\w+)</code>", shown)
    assert len(secret) == 1
    token = token_by(secret[0])
    assert token is not None
    assert (token.name, token.scopes, token.merchant) == ("Survey tool", ["read"], harbor)
    assert secret[0] not in browser.get(page(harbor)).content.decode()
    assert secret[0] not in str(ApiToken.objects.values())
    line = Activity.objects.for_merchant(harbor)[0]
    assert (line.actor, line.target, line.path) == (ana, token.target, page(harbor))
    assert "Made the token “Survey tool”" in line.sentence


def test_a_form_that_is_sent_twice_makes_one_token(
    harbor: Merchant, ana: User, client_of: Callable[[User], Client]
) -> None:
    browser = client_of(ana)
    once = re.findall(r'name="once" value="([\w-]+)"', browser.get(page(harbor)).content.decode())[0]
    assert "tpk_" in browser.post(page(harbor), FORM | {"once": once}).content.decode()
    again = browser.post(page(harbor), FORM | {"once": once}, follow=True).content.decode()
    assert "“Survey tool” has its token already." in again
    assert "tpk_" not in again
    assert ApiToken.objects.count() == 1
    assert browser.post(page(harbor), FORM | {"once": "x"}).status_code == 422


def test_what_is_wrong_with_a_token_is_said_beside_its_field(
    harbor: Merchant, ana: User, client_of: Callable[[User], Client]
) -> None:
    for wrong in ({"name": ""}, {"scopes": ["all"]}, {"days": 10_000}, {"guests_per_day": 0}, {"networks": "home"}):
        assert client_of(ana).post(page(harbor), FORM | wrong).status_code == 422
    assert not ApiToken.objects.exists()


def test_ending_a_token_keeps_its_program_out_at_once(
    harbor: Merchant, ana: User, client_of: Callable[[User], Client]
) -> None:
    program = Program(harbor, ana)
    assert program.get("/health").status_code == 200
    for _ in range(2):
        assert client_of(ana).post(reverse("issuance:token_end", args=[harbor.handle, program.token.pk])).status_code
    assert program.get("/health").status_code == 401
    assert Activity.objects.for_merchant(harbor).filter(sentence__startswith="Ended the token").count() == 1


def test_nobody_ends_a_token_of_another_merchant(
    harbor: Merchant, sunny: Merchant, ana: User, cleo: User, client_of: Callable[[User], Client]
) -> None:
    token, _ = token_of_program(harbor, ana)
    assert client_of(cleo).post(reverse("issuance:token_end", args=[sunny.handle, token.pk])).status_code == 404
    assert ApiToken.objects.good(timezone.now()).count() == 1


def test_an_expired_token_is_none(harbor: Merchant, ana: User) -> None:
    program = Program(harbor, ana, expires_at=timezone.now() - timedelta(seconds=1))
    assert program.get("/health").status_code == 401


@pytest.mark.parametrize("secret", ["", "x", "tpk_test_", "Bearer", "tpk_test_" + "a" * 38, "tpk_live_ä" + "a" * 40])
def test_what_was_not_made_here_is_refused_without_asking_the_database(
    secret: str, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        assert token_by(secret) is None


def test_a_mistyped_secret_is_not_one_of_ours(django_assert_num_queries: Any) -> None:
    secret = new_secret()
    wrong = secret[:20] + ("x" if secret[20] != "x" else "y") + secret[21:]
    with django_assert_num_queries(0):
        assert token_by(wrong) is None


def test_a_secret_says_whether_real_rewards_hang_on_it(settings: Any) -> None:
    assert new_secret().startswith("tpk_test_")
    settings.THANX_ENVIRONMENT = "live"
    assert re.fullmatch(r"tpk_live_[0-9A-Za-z]{38}", new_secret())
    assert tokens.RANDOM * 5.95 > 190  # bits


def test_a_token_of_some_addresses_is_refused_from_others(harbor: Merchant, ana: User) -> None:
    mapped = Program(harbor, ana, networks=["203.0.113.0/24"]).token
    assert [mapped.works_from(address) for address in ("::ffff:203.0.113.7", "::ffff:203.0.114.7")] == [True, False]
    assert Program(harbor, ana, networks=["127.0.0.0/8"]).get("/health").status_code == 200
    refused = Program(harbor, ana, networks=["203.0.113.0/24", "2001:db8::/32"]).get("/health")
    assert (refused.status_code, "network address" in refused.json()["detail"]) == (403, True)


def test_when_a_token_was_used_is_noted_to_the_minute(harbor: Merchant, ana: User) -> None:
    program = Program(harbor, ana)
    assert program.token.used_at is None
    program.get("/health")
    first = ApiToken.objects.get().used_at
    assert first is not None
    program.get("/health")
    assert ApiToken.objects.get().used_at == first


def test_the_log_keeps_each_day_on_which_a_token_was_used(harbor: Merchant, ana: User, world: World) -> None:
    Merchant.objects.filter(pk=harbor.pk).update(time_zone="America/New_York")
    program, used = Program(harbor, ana), "“Survey tool” asked the portal for the first time today."
    lines = Activity.objects.for_merchant(harbor).filter(sentence=used)
    for seconds, days in ((0, 1), (3_600, 1), (86_400, 2), (120, 2)):
        world.advance(seconds)
        assert program.get("/health").status_code == 200
        assert lines.count() == days
    assert {(line.actor, line.target, line.path) for line in lines} == {(None, program.token.target, page(harbor))}


def test_a_token_that_ended_twice_ended_once(harbor: Merchant, ana: User) -> None:
    token, _ = token_of_program(harbor, ana, Scope.READ)
    assert end_token(token=token, actor=ana)
    assert not end_token(token=token, actor=ana)
