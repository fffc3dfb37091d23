"""The activity log: each line leads to its page, and each page of the log takes the same number of queries."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.apps import apps
from django.test import Client

from campaigns.drafts import delete_draft, save_draft
from campaigns.models import Campaign
from tests.issuance.factories import checked
from thanxportal.accounts.models import Activity, Merchant, User, record_activity

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


def test_a_line_that_is_about_no_page_leads_nowhere(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    log(harbor, "Did something.")
    assert "<span>Did something.</span>" in client_of(ana).get(ACTIVITY).content.decode()


def test_lines_about_a_deleted_draft_stay_and_lead_nowhere(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    values = {"name": "Brunch", "objective": "", "fine_print": ""}
    draft = save_draft(merchant=harbor, campaign=None, values=values, arms=[], actor=ana)
    assert draft is not None
    assert delete_draft(campaign=draft, actor=ana)
    html = client_of(ana).get(ACTIVITY).content.decode()
    assert "<span>Drafted the campaign “Brunch”.</span>" in html
    assert "<span>Deleted the campaign “Brunch”.</span>" in html


def test_lines_of_an_older_version_lead_where_new_ones_lead(campaign: Campaign, unguarded: None) -> None:
    guest_list = checked(campaign, "ann@example.com")
    log(campaign.merchant, "Did something.", "campaign:999")
    paths = list(Activity.objects.order_by("pk").values_list("path", flat=True))
    Activity.objects.update(path="")
    for room, name in (("campaigns", "0002_activity_paths"), ("issuance", "0004_activity_paths")):
        import_module(f"{room}.migrations.{name}").keep_paths(apps, None)
    assert list(Activity.objects.order_by("pk").values_list("path", flat=True)) == paths
    assert f"/m/harbor-grill/lists/{guest_list.pk}/" in paths
    assert f"/m/harbor-grill/campaigns/{campaign.pk}/" in paths
    assert paths[-1] == ""


def test_the_log_costs_the_same_however_long_it_is(
    harbor: Merchant, ana: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    browser = client_of(ana)
    browser.get(ACTIVITY)
    for count in (1, 60):
        for _ in range(count):
            log(harbor, "Published it.", "campaign:7")
        with django_assert_num_queries(8):
            browser.get(ACTIVITY)
