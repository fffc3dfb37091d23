"""Building a campaign: drafts save themselves unfinished, and publishing says what is missing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from campaigns.models import Campaign
from tests import cast
from tests.campaigns.filling import filled, publish
from tests.world import World
from thanxportal.accounts.models import Activity, Merchant, User

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def test_a_complete_campaign_is_drafted_and_published(
    harbor: Merchant, ana: User, client_of: ClientOf, world: World
) -> None:
    browser = client_of(ana)
    answer = browser.post("/m/harbor-grill/campaigns/new/", filled(harbor), follow=True)
    assert "Ready to publish" in answer.content.decode()
    campaign = Campaign.objects.get()
    assert [(arm.name, arm.weight) for arm in campaign.variants.all()][1:] == [("Second", 30), ("Control", 10)]
    assert campaign.start_at is not None
    assert campaign.start_at.isoformat() == "2026-06-10T16:00:00+00:00"  # 9:00 in Los Angeles
    publish(browser, campaign)
    world.drive()
    campaign.refresh_from_db()
    assert campaign.state == "published"
    assert "/lists/new/" in browser.get(f"/m/harbor-grill/campaigns/{campaign.pk}/").content.decode()
    assert Activity.objects.filter(actor=ana).count() == 3


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"arm2-weight": "20"}, "add up to 110%"),
        ({"end_at": "2026-06-01T09:00", "redeemable_to": "2026-06-02T09:00"}, "end after it starts"),
        ({"redeemable_to": ""}, "Fill in all four dates"),
        (
            {"arm0-reward": "", "arm0-weight": "", "arm1-reward": "", "arm1-name": "", "arm1-weight": ""},
            "at least one arm",
        ),
        (
            {"start_at": "2026-06-10T09:00", "end_at": "2026-06-10T10:00", "redeemable_to": "2026-06-10T23:00"},
            "on the same day",
        ),
    ],
)
def test_what_is_missing_is_said_in_words_and_nothing_is_published(
    changes: dict[str, str], sentence: str, harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    browser = client_of(ana)
    browser.post("/m/harbor-grill/campaigns/new/", filled(harbor, **changes))
    campaign = Campaign.objects.get()
    answer = publish(browser, campaign)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    campaign.refresh_from_db()
    assert campaign.state == "draft"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"arm0-weight": "0"},
        {"arm0-weight": "33.3"},
        {"arm0-weight": "", "arm1-weight": "95"},
        {"arm0-reward": "999999"},
        {"arm1-reward": "control"},
        {"arm1-name": "Control"},
        {"arm1-name": "control"},
        {"arm0-name": "second"},
        {"expected_guests": "-1"},
        {"start_at": "2027-03-14T02:30"},
    ],
)
def test_bad_input_comes_back_with_the_form(
    changes: dict[str, str], harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    answer = client_of(ana).post("/m/harbor-grill/campaigns/new/", filled(harbor, **changes))
    assert answer.status_code == 422
    assert b"errorlist" in answer.content
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("given", "shares"),
    [(("", "", ""), [34, 33, 33]), (("60", "30", ""), [60, 30, 10]), (("", "", "10"), [45, 45, 10])],
)
def test_shares_left_empty_take_the_rest_in_equal_parts(
    given: tuple[str, ...], shares: list[int], harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    changes = {f"arm{position}-weight": share for position, share in enumerate(given)}
    client_of(ana).post("/m/harbor-grill/campaigns/new/", filled(harbor, **changes))
    assert list(Campaign.objects.get().variants.values_list("weight", flat=True)) == shares


def test_a_draft_needs_nothing_but_a_name(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    answer = browser.post("/m/harbor-grill/campaigns/new/", {"name": "An idea"}, follow=True)
    assert "Before you can publish" in answer.content.decode()
    assert browser.get(f"/m/harbor-grill/campaigns/{Campaign.objects.get().pk}/edit/").status_code == 200


def test_an_arm_without_a_reward_can_be_saved_but_not_published(
    harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    changes = {"arm0-weight": "50", "arm3-weight": "10"}
    answer = client_of(ana).post("/m/harbor-grill/campaigns/new/", filled(harbor, **changes), follow=True)
    assert "Pick a reward for the arm “Arm 4”." in answer.content.decode()
    assert "Publish the campaign" not in answer.content.decode()


def test_a_reward_leads_to_a_campaign_that_gives_it(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    template = harbor.reward_templates.all()[1]
    browser = client_of(ana)
    address = f"/m/harbor-grill/campaigns/new/?reward={template.pk}"
    assert address in browser.get(f"/m/harbor-grill/rewards/{template.pk}/").content.decode()
    assert f'name="arm0-reward" value="{template.pk}"' in browser.get(address).content.decode()


def test_a_withdrawn_reward_is_marked_and_leads_nowhere(
    harbor: Merchant, ana: User, client_of: ClientOf, world: World
) -> None:
    template = harbor.reward_templates.all()[0]
    template.withdrawn_at = template.seen_at
    template.save()
    browser = client_of(ana)
    assert "reward gone" not in browser.get("/m/harbor-grill/rewards/").content.decode()
    assert "reward gone" in browser.get("/m/harbor-grill/rewards/?shown=gone").content.decode()
    page = browser.get(f"/m/harbor-grill/rewards/{template.pk}/").content.decode()
    assert "No longer published" in page
    assert "?reward=" not in page
    offered = browser.get("/m/harbor-grill/rewards/choices/?arm=0", headers={"HX-Request": "true"}).content.decode()
    assert f"choose-0-{template.pk}" not in offered
    assert "choose-0-" in offered


def test_a_draft_whose_reward_was_withdrawn_says_so_instead_of_publishing(
    harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    draft = cast.draft_campaign(harbor)
    harbor.reward_templates.update(withdrawn_at=draft.created_at)
    answer = publish(client_of(ana), draft)
    assert answer.status_code == 422
    assert "no longer published at Thanx" in answer.content.decode()


def test_anothers_reward_can_not_be_picked(harbor: Merchant, sunny: Merchant, ana: User, client_of: ClientOf) -> None:
    theirs = sunny.reward_templates.first()
    assert theirs is not None
    changes = {"arm0-reward": str(theirs.pk)}
    assert client_of(ana).post("/m/harbor-grill/campaigns/new/", filled(harbor, **changes)).status_code == 422


def test_a_published_campaign_can_not_be_edited_or_deleted(campaign: Campaign, ana: User, client_of: ClientOf) -> None:
    browser, address = client_of(ana), f"/m/harbor-grill/campaigns/{campaign.pk}/"
    assert browser.post(f"{address}edit/", filled(campaign.merchant)).status_code == 302
    assert browser.post(f"{address}delete/").status_code == 302
    campaign.refresh_from_db()
    assert campaign.name == "Win-back June"


def test_a_copy_is_a_draft_of_its_own(campaign: Campaign, ana: User, client_of: ClientOf) -> None:
    client_of(ana).post(f"/m/harbor-grill/campaigns/{campaign.pk}/duplicate/")
    copy = Campaign.objects.exclude(pk=campaign.pk).get()
    assert (copy.state, copy.thanx_id, copy.variants.count()) == ("draft", "", 3)
    assert not copy.variants.exclude(thanx_id="").exists()


def test_a_refused_campaign_can_be_thrown_away(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    draft = cast.draft_campaign(harbor, state="refused", problem="Thanx refused this campaign.")
    browser, address = client_of(ana), f"/m/harbor-grill/campaigns/{draft.pk}/"
    assert "Thanx said no." in browser.get(address).content.decode()
    assert browser.post(f"{address}delete/").headers["Location"] == "/m/harbor-grill/campaigns/"
    assert not Campaign.objects.exists()


def test_the_page_asks_again_until_the_campaign_is_published(
    harbor: Merchant, ana: User, client_of: ClientOf, world: World
) -> None:
    draft = cast.draft_campaign(harbor)
    browser, address = client_of(ana), f"/m/harbor-grill/campaigns/{draft.pk}/"
    publish(browser, draft)
    polled = browser.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "every 2s" in polled
    assert "<html" not in polled
    world.drive()
    ended = browser.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "every 2s" not in ended
    assert "/lists/new/" in ended
    assert "Thanx created the campaign" in ended


@pytest.mark.parametrize("act", ["edit", "publish", "duplicate", "delete"])
def test_a_viewer_looks_and_changes_nothing(act: str, harbor: Merchant, ben: User, client_of: ClientOf) -> None:
    draft = cast.draft_campaign(harbor)
    browser, address = client_of(ben), f"/m/harbor-grill/campaigns/{draft.pk}/"
    assert browser.get(address).status_code == 200
    assert browser.post(f"{address}{act}/").status_code == 403
    assert browser.post("/m/harbor-grill/campaigns/new/", filled(harbor)).status_code == 403
    assert browser.post("/m/harbor-grill/rewards/refresh/").status_code == 403
    assert Campaign.objects.get().state == "draft"


def test_a_builder_drafts_but_does_not_publish(harbor: Merchant, bea: User, client_of: ClientOf) -> None:
    draft = cast.draft_campaign(harbor)
    assert client_of(bea).post(f"/m/harbor-grill/campaigns/{draft.pk}/publish/").status_code == 403


def test_lists_of_campaigns_and_rewards_need_few_queries(
    harbor: Merchant, ana: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    browser = client_of(ana)
    browser.get("/m/harbor-grill/rewards/")
    for _ in range(2):
        for _ in range(5):
            cast.draft_campaign(harbor)
        for address, queries in {"campaigns/": 9, "rewards/": 7}.items():
            with django_assert_num_queries(queries):
                assert browser.get(f"/m/harbor-grill/{address}").status_code == 200


def test_looking_whether_a_campaign_is_published_costs_few_queries(
    harbor: Merchant, ana: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    draft, browser = cast.draft_campaign(harbor), client_of(ana)
    here = f"/m/harbor-grill/campaigns/{draft.pk}/"
    publish(browser, draft)
    browser.get(here)
    with django_assert_num_queries(5):
        html = browser.get(here, headers={"HX-Request": "true"}).content.decode()
    assert "data-poll" in html
