"""The rewards that Thanx publishes, as a marketer finds them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns import tasks
from campaigns.models import TemplateChange
from campaigns.refreshing import refresh_merchant
from campaigns.reward_value import offer_in_words, total_in_words, value_in_dollars
from tests import cast
from tests.world import World
from thanxportal.accounts.models import Merchant, User
from thanxportal.amounts import dollars
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
REWARDS = "/m/harbor-grill/rewards/"


def test_refreshing_is_throttled_for_everybody_together(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    first = browser.post("/m/harbor-grill/rewards/refresh/", follow=True)
    second = browser.post("/m/harbor-grill/rewards/refresh/", follow=True)
    assert "Asking Thanx" in first.content.decode()
    assert "within the last minute" in second.content.decode()


def test_who_is_too_early_is_told_how_long_to_wait_since_the_last_refresh(
    harbor: Merchant, ana: User, client_of: ClientOf, world: World
) -> None:
    browser = client_of(ana)
    browser.post("/m/harbor-grill/rewards/refresh/")
    world.advance(45)
    again = browser.post("/m/harbor-grill/rewards/refresh/", follow=True)
    assert "Try again in 15 s." in again.content.decode()


def test_a_refresh_is_followed_until_thanx_was_read(
    harbor: Merchant, ana: User, client_of: ClientOf, world: World, django_assert_num_queries: Any
) -> None:
    browser, age = client_of(ana), f"{REWARDS}age/"
    assert age not in browser.get(REWARDS).content.decode()
    browser.post(f"{REWARDS}refresh/")
    assert f'hx-get="{age}"' in browser.get(REWARDS).content.decode()
    with django_assert_num_queries(3):
        waiting = browser.get(age, headers={"HX-Request": "true"})
    assert "Getting the latest from Thanx." in waiting.content.decode()
    assert "HX-Trigger" not in waiting.headers
    world.advance(2)
    refresh_merchant(harbor)
    done = browser.get(age, headers={"HX-Request": "true"})
    assert "just now" in done.content.decode()
    assert "hx-get" not in done.content.decode()
    assert "rewards-read" in done.headers["HX-Trigger"]
    assert browser.get(age).headers["Location"] == REWARDS


def test_a_refresh_that_never_comes_is_not_waited_for(
    harbor: Merchant, ana: User, client_of: ClientOf, world: World
) -> None:
    browser = client_of(ana)
    browser.post(f"{REWARDS}refresh/")
    world.advance(6 * 60)
    assert 'hx-trigger="every 3s' not in browser.get(REWARDS).content.decode()


def test_a_reward_is_found_by_any_of_its_words(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    name = harbor.reward_templates.order_by("pk")[0].name
    browser = client_of(ana)
    assert name in browser.get("/m/harbor-grill/rewards/", {"q": name.split()[-1].upper()}).content.decode()
    assert "No reward matches" in browser.get("/m/harbor-grill/rewards/", {"q": "zzz"}).content.decode()


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("dollars", "10.0", "$10"),
        ("dollars", "1234.5", "$1,234.50"),
        ("percent", "15", "15%"),
        ("free_item", "", "Free item"),
        ("points", "50", "Points 50"),
    ],
)
def test_a_discount_is_said_in_plain_words(
    kind: str, value: str, words: str, harbor: Merchant, ben: User, client_of: ClientOf
) -> None:
    template = harbor.reward_templates.all()[0]
    template.discount_type, template.discount_value = kind, value
    template.save()
    page = client_of(ben).get(f"/m/harbor-grill/rewards/{template.pk}/").content.decode()
    assert f"<dd>{words}</dd>" in page


def test_kinds_and_withdrawn_ones_are_filtered_and_a_search_keeps_its_filter(
    harbor: Merchant, ana: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.views_templates.PAGE", 1)
    first, second = harbor.reward_templates.order_by("name")
    harbor.reward_templates.filter(pk=second.pk).update(discount_type="dollars", discount_value="5.0")
    browser = client_of(ana)
    dollars = browser.get(REWARDS, {"kind": "dollars"}).content.decode()
    assert f"rewards/{second.pk}/" in dollars
    assert f"rewards/{first.pk}/" not in dollars
    assert f"rewards/{first.pk}/" in browser.get(REWARDS, {"kind": "other"}).content.decode()
    assert "No reward matches" in browser.get(REWARDS, {"shown": "gone"}).content.decode()
    assert "shown=all" in browser.get(REWARDS, {"shown": "all"}).content.decode()  # in the link to more rewards
    assert browser.get(REWARDS, {"kind": "<b>", "shown": "?", "after": "x"}).status_code == 200


def test_going_back_in_the_browser_gets_the_whole_page(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    browser, asked = client_of(ana), {"HX-Request": "true"}
    piece = browser.get(REWARDS, {"q": "free"}, headers=asked)
    whole = browser.get(REWARDS, {"q": "free"}, headers=asked | {"HX-History-Restore-Request": "true"})
    assert b"<html" not in piece.content
    assert b"<html" in whole.content
    assert "HX-Request" in piece["Vary"]


def test_a_reward_shows_its_history_and_the_campaigns_that_give_it(
    harbor: Merchant, ben: User, client_of: ClientOf
) -> None:
    campaign = cast.draft_campaign(harbor, name="Summer")
    template = harbor.reward_templates.order_by("pk")[0]
    browser = client_of(ben)
    assert "Nothing since it first appeared here." in browser.get(f"{REWARDS}{template.pk}/").content.decode()
    TemplateChange.objects.create(template=template, at=timezone.now(), field="name", before="<b>Old</b>", after="New")
    TemplateChange.objects.create(template=template, at=timezone.now(), field=TemplateChange.WITHDRAWN)
    page = browser.get(f"{REWARDS}{template.pk}/").content.decode()
    assert "Name changed from “&lt;b&gt;Old&lt;/b&gt;” to “New”." in page
    assert "Thanx no longer published it." in page
    assert f"campaigns/{campaign.pk}/" in page


@pytest.mark.parametrize(
    ("kind", "value", "dollars"),
    [
        ("dollars", "5.0", 5),
        ("dollars", "0", None),
        ("dollars", "NaN", None),
        ("dollars", "x", None),
        ("percent", "20", None),
    ],
)
def test_only_an_amount_of_dollars_is_a_cost(kind: str, value: str, dollars: int | None) -> None:
    assert value_in_dollars(kind, value) == dollars
    assert offer_in_words(kind, value)


@pytest.mark.parametrize("spelling", ["dollar_off", "dollars_off", "amount", "amount_off"])
@pytest.mark.parametrize(
    ("value", "words", "amount"),
    [
        ("500", "$5 off your next visit", "5"),
        ("5", "$5 off your next visit", "5"),
        ("1250", "$12.50 off", "12.5"),
        ("125000", "$1,250 off a party", "1250"),
        ("500", "A thank-you", None),  # $5 or $500?
        ("5", "A thank-you", None),  # five cents are unlikely, but nobody wrote that they are dollars
        ("500", "$5 off, up to $500", None),
        ("5.00", "A thank-you", "5"),  # cents have no fraction
        ("$5", "A thank-you", "5"),
        ("-5", "$5 off", None),
        ("Infinity", "", None),
        ("", "$5 off", None),
    ],
)
def test_an_amount_whose_unit_is_unclear_is_no_sum(spelling: str, value: str, words: str, amount: str | None) -> None:
    expected = Decimal(amount) if amount else None
    assert value_in_dollars(spelling, value, words) == expected
    assert offer_in_words(spelling, value, words) == (dollars(expected) if expected else "Amount off")


@pytest.mark.parametrize("spelling", ["percent", "percent_off", "percentage", "percentage_off"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("20", "20%"),
        ("20.0", "20%"),
        ("12.5", "12.5%"),
        ("20%", "20%"),
        ("100", "100%"),
        ("0.2", "Percent off"),
        ("2000", "Percent off"),
        ("", "Percent off"),
    ],
)
def test_a_percentage_that_cannot_be_is_not_shown(spelling: str, value: str, words: str) -> None:
    assert offer_in_words(spelling, value) == words
    assert value_in_dollars(spelling, value, "$20 off") is None


def test_rewards_are_filtered_by_kind_however_thanx_spells_it(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    first, second = harbor.reward_templates.order_by("name")
    harbor.reward_templates.filter(pk=first.pk).update(discount_type="dollar_off", discount_value="500")
    harbor.reward_templates.filter(pk=second.pk).update(discount_type="percent_off", discount_value="20.0")
    page = client_of(ana).get(REWARDS, {"kind": "dollars"}).content.decode()
    assert f"rewards/{first.pk}/" in page
    assert f"rewards/{second.pk}/" not in page
    assert "No reward matches" in client_of(ana).get(REWARDS, {"kind": "other"}).content.decode()


@pytest.mark.parametrize(
    ("gifts", "words"),
    [
        ([(10, 500)], "$5,000"),
        ([(10, 500), (None, 500)], "$5,000 and 500 rewards without an amount"),
        ([(None, 1)], "1 reward without an amount"),
        ([(10, 0), (None, 0)], "$0"),
        ([("2.50", 3), (5, 1)], "$12.50"),
    ],
)
def test_rewards_without_an_amount_are_named_beside_the_sum(gifts: list[tuple[Any, int]], words: str) -> None:
    worth = [(None if amount is None else Decimal(amount), count) for amount, count in gifts]
    assert total_in_words(worth) == words


def test_rewards_and_their_pages_cost_the_same_with_many(
    harbor: Merchant, ana: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    template = harbor.reward_templates.order_by("pk")[0]
    for _ in range(3):
        cast.draft_campaign(harbor)
    browser = client_of(ana)
    browser.get(REWARDS)
    with django_assert_num_queries(7):
        browser.get(REWARDS)
    with django_assert_num_queries(9):
        browser.get(f"{REWARDS}{template.pk}/")


def test_the_page_of_an_old_copy_asks_for_a_newer_one_once_an_hour(
    harbor: Merchant, ben: User, client_of: ClientOf, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, tuple[int, ...]]] = []
    monkeypatch.setattr("campaigns.views_templates.nudge", lambda task, *args: asked.append((task.__name__, args)))
    template = harbor.reward_templates.order_by("pk")[0]
    browser, url = client_of(ben), f"{REWARDS}{template.pk}/"
    assert ", just now" in browser.get(url).content.decode()
    world.advance(3 * 24 * 3600)
    browser = client_of(ben)
    for _ in range(2):
        page = browser.get(url).content.decode()
    assert ", 3 days ago" in page
    assert asked == [("read_template", (template.pk,))]
    world.advance(3601)
    assert "We’re getting the latest from Thanx" in browser.get(url).content.decode()
    assert len(asked) == 2
    tasks.read_template(template.pk)
    page = browser.get(url).content.decode()
    assert ", just now" in page
    assert "We’re getting the latest from Thanx" not in page


def test_a_copy_that_thanx_no_longer_publishes_is_marked_and_one_that_cannot_be_read_is_kept(
    harbor: Merchant, simulator: Simulator, world: World
) -> None:
    gone, kept = harbor.reward_templates.order_by("pk")
    simulator.unpublish(gone.thanx_id)
    simulator.script("GET", f"/partner/reward_templates/{kept.thanx_id}", [Fault.STATUS_500])
    world.advance(3600)
    tasks.read_template(gone.pk)
    tasks.read_template(kept.pk)
    assert list(harbor.reward_templates.published()) == [kept]
