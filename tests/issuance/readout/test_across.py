"""Over all campaigns: what rewards brought is drawn together, in the order of names, and only where it was read out."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign, RewardTemplate
from issuance.models import GuestList, ReadOut
from issuance.readout.across import Across, similar_to
from tests.cast import draft_campaign
from tests.issuance.browsing import ClientOf
from tests.issuance.factories import checked, published_campaign
from tests.issuance.readout.feeds import WINDOW, exported, issued, read_out_now
from thanxportal.accounts.models import Merchant, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_campaigns(harbor: Merchant) -> list[GuestList]:
    """Read out, with 600 guests each; the second reward of both brings as much as the first."""
    made = []
    for number in range(2):
        campaign = published_campaign(harbor, name=f"Campaign {number}")
        guest_list = issued(campaign, 600, at=timezone.now() - WINDOW, first=number * 1_000)
        exported(guest_list, lift=0.2, seed=number)
        ReadOut.objects.create(campaign=campaign, read_out_at=timezone.now())
        made.append(guest_list)
    assert read_out_now() == 2
    return made


def test_rewards_stand_in_the_order_of_their_names_with_what_their_campaigns_brought(
    harbor: Merchant, two_campaigns: list[GuestList], ben: User, client_of: ClientOf
) -> None:
    across = Across(ReadOut.objects.told(harbor))
    names = RewardTemplate.objects.filter(merchant=harbor, variants__isnull=False).values_list("name", flat=True)
    assert [effect.name for effect in across.by_reward] == sorted(set(names))
    assert [effect.campaigns for effect in across.by_reward] == [2, 2]
    assert across.planning is not None
    assert 0.2 < across.planning.base_rate < 0.6
    harbor.refresh_from_db()
    assert harbor.came_anyway == across.planning.base_rate
    html = client_of(ben).get(reverse("issuance:read_outs", args=["harbor-grill"])).content.decode()
    assert "What campaigns brought so far" in html
    assert "Arm A brought" in html


def test_campaigns_with_the_same_objective_stand_together_each_once(
    harbor: Merchant, two_campaigns: list[GuestList], ben: User, client_of: ClientOf
) -> None:
    first, second = (made.campaign for made in two_campaigns)
    objectives = []
    for objective in ("Bring guests back.", "bring  Guests back", "Fill Tuesdays", ""):
        Campaign.objects.filter(pk=first.pk).update(objective="Bring guests back.")
        Campaign.objects.filter(pk=second.pk).update(objective=objective)
        across = Across(ReadOut.objects.told(harbor))
        objectives.append([(effect.name, effect.campaigns) for effect in across.by_objective])
    assert objectives == [
        [("Bring guests back.", 2)],
        [("bring  Guests back", 2)],
        [("Bring guests back.", 1), ("Fill Tuesdays", 1)],
        [("Bring guests back.", 1)],
    ]
    html = client_of(ben).get(reverse("issuance:read_outs", args=["harbor-grill"])).content.decode()
    assert "<th>Objective</th>" in html


def test_the_builder_and_home_show_them(two_campaigns: list[GuestList], ana: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    address = reverse("issuance:read_outs", args=["harbor-grill"])
    assert (
        f'hx-get="{address}"' in browser.get(reverse("campaigns:campaign_new", args=["harbor-grill"])).content.decode()
    )
    piece = browser.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "What campaigns brought so far" in piece
    assert "<h1>" not in piece
    assert "Last read-outs" in browser.get(reverse("issuance:home", args=["harbor-grill"])).content.decode()


def test_the_builder_shows_what_resembles_its_draft(
    harbor: Merchant, two_campaigns: list[GuestList], ana: User, client_of: ClientOf
) -> None:
    first, second = (made.campaign for made in two_campaigns)
    Campaign.objects.filter(pk=first.pk).update(objective="Bring guests back")
    Campaign.objects.filter(pk=second.pk).update(objective="Fill Mondays")
    drafts = [draft_campaign(harbor, name=name) for name in ("Alike", "Another")]
    for draft, objective in zip(drafts, ("bring guests BACK.", "Fill Tuesdays"), strict=True):
        draft.variants.all().delete()
        Campaign.objects.filter(pk=draft.pk).update(objective=objective)
    address, browser = reverse("issuance:read_outs", args=["harbor-grill"]), client_of(ana)
    edit = browser.get(reverse("campaigns:campaign_edit", args=["harbor-grill", drafts[0].pk])).content.decode()
    assert f'hx-get="{address}?draft={drafts[0].pk}"' in edit
    alike, another = (
        browser.get(address, {"draft": draft.pk}, headers={"HX-Request": "true"}).context for draft in drafts
    )
    assert [line.read_out.campaign for line in alike["across"].lines] == [first]
    assert alike["similar"]
    assert {line.read_out.campaign for line in another["across"].lines} == {first, second}
    assert not another["similar"]


def test_a_reward_of_the_draft_makes_a_campaign_similar(harbor: Merchant, two_campaigns: list[GuestList]) -> None:
    told = ReadOut.objects.told(harbor)
    draft = draft_campaign(harbor)
    reward = two_campaigns[0].campaign.variants.exclude(reward_template=None)[0].reward_template
    draft.variants.exclude(name="Control").update(reward_template=reward)
    assert len(similar_to(draft, told)) == 2


def test_a_draft_of_another_merchant_is_not_found(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    other = Merchant.objects.create(thanx_id="other", handle="other-grill", name="Other Grill")
    draft = Campaign.objects.create(merchant=other, name="Theirs")
    address = reverse("issuance:read_outs", args=["harbor-grill"])
    assert client_of(ana).get(address, {"draft": draft.pk}).status_code == 404


def test_what_sizes_can_show_follows_from_how_many_guests_came_anyway(
    harbor: Merchant, ben: User, client_of: ClientOf
) -> None:
    guests = "\n".join(f"guest{number}@example.com" for number in range(200))
    guest_list = checked(published_campaign(harbor), guests)
    told = []
    for rate, said in ((None, "1 guest in 10 would come anyway"), (0.34, "340 guests of 1,000 would come anyway")):
        Merchant.objects.update(came_anyway=rate)
        answer = client_of(ben).get(reverse("issuance:list_review", args=["harbor-grill", guest_list.pk]))
        assert said in " ".join(answer.content.decode().split())
        told.append(answer.context["difference"])
    assert told[0] != told[1]


def test_what_is_not_read_out_is_not_shown(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    campaign = published_campaign(harbor)
    exported(issued(campaign, 100, at=timezone.now()))
    assert read_out_now() == 0
    html = client_of(ana).get(reverse("issuance:read_outs", args=["harbor-grill"])).content.decode()
    assert "No read-out yet" in html
    assert "Win-back June" not in html
