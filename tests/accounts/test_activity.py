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
from tests.world import World
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
        with django_assert_num_queries(7):
            browser.get(ACTIVITY)


def found(browser: Client, **query: object) -> list[str]:
    html = browser.get(ACTIVITY, query).content.decode()
    return [line for line in ("Drafted it.", "Joined the team.", "Launched it.") if line in html]


def test_lines_are_found_by_words_person_subject_and_day(
    harbor: Merchant, ana: User, ben: User, client_of: ClientOf, world: World
) -> None:
    record_activity(merchant=harbor, actor=ana, sentence="Drafted it.", target="campaign:7")
    world.advance(86_400)
    record_activity(merchant=harbor, actor=ben, sentence="Joined the team.")
    world.advance(86_400)
    record_activity(merchant=harbor, actor=ana, sentence="Launched it.", target="list:3")
    browser = client_of(ana)
    assert found(browser) == ["Drafted it.", "Joined the team.", "Launched it."]
    assert found(browser, q="DRAFTED") == ["Drafted it."]
    assert found(browser, person=ben.pk) == ["Joined the team."]
    assert found(browser, about="LISTS") == ["Launched it."]
    assert found(browser, about="TEAM") == ["Joined the team."]
    assert found(browser, since="2026-06-02") == ["Joined the team.", "Launched it."]
    assert found(browser, until="2026-06-02") == ["Drafted it.", "Joined the team."]
    assert found(browser, since="2026-06-02", until="2026-06-02") == ["Joined the team."]
    assert found(browser, since="2026-07-01") == []


def test_a_filter_that_makes_no_sense_narrows_nothing_and_says_so(
    harbor: Merchant, ana: User, cleo: User, client_of: ClientOf
) -> None:
    record_activity(merchant=harbor, actor=ana, sentence="Drafted it.")
    browser = client_of(ana)
    for query in ({"since": "soon"}, {"person": cleo.pk}, {"about": "MONEY"}):
        page = browser.get(ACTIVITY, query).content.decode()
        assert "Drafted it." in page
        assert "errorlist" in page
    assert "No line matches" in browser.get(ACTIVITY, {"q": "nowhere"}).content.decode()
