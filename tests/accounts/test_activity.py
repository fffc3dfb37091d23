"""The log of a merchant: each line leads to what it tells of, and turning its pages costs the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from campaigns.models import Campaign
from tests.issuance.factories import checked
from thanxportal.accounts.models import Merchant, User, record_activity

ClientOf = Callable[[User], Client]
ACTIVITY = "/m/harbor-grill/activity/"


def log(merchant: Merchant, sentence: str, target: str = "") -> None:
    record_activity(merchant=merchant, actor=None, sentence=sentence, target=target)


def test_a_line_leads_to_the_list_or_campaign_that_it_tells_of(
    campaign: Campaign, ana: User, client_of: ClientOf
) -> None:
    made = checked(campaign, "ann@example.com")
    html = client_of(ana).get(ACTIVITY).content.decode()
    assert f'<a href="/m/harbor-grill/lists/{made.pk}/">Added the guest list' in html
    assert f'<a href="/m/harbor-grill/campaigns/{campaign.pk}/">' in html


@pytest.mark.parametrize("target", ["", "campaign:999", "campaign:", "team:3"])
def test_a_line_about_what_is_gone_or_has_no_page_leads_nowhere(
    target: str, harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    log(harbor, "Did something.", target)
    assert "<span>Did something.</span>" in client_of(ana).get(ACTIVITY).content.decode()


def test_the_log_costs_the_same_however_long_it_is(
    harbor: Merchant, ana: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    browser = client_of(ana)
    browser.get(ACTIVITY)
    for count in (1, 60):
        for _ in range(count):
            log(harbor, "Published it.", "campaign:7")
        with django_assert_num_queries(9):
            browser.get(ACTIVITY)
