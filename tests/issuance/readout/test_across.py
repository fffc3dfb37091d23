"""Over all campaigns: what rewards brought is drawn together, in the order of names, and only where it was read out."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.models import RewardTemplate
from issuance.models import GuestList, ReadOut
from issuance.readout.across import planning_of, reward_effects
from tests.issuance.browsing import ClientOf
from tests.issuance.factories import published_campaign
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
    told = list(ReadOut.objects.told(harbor))
    effects = reward_effects(harbor, told)
    names = RewardTemplate.objects.filter(merchant=harbor, variants__isnull=False).values_list("name", flat=True)
    assert [effect.name for effect in effects] == sorted(set(names))
    assert [effect.campaigns for effect in effects] == [2, 2]
    planning = planning_of(told)
    assert planning is not None
    assert 0.2 < planning.base_rate < 0.6
    html = client_of(ben).get(reverse("issuance:read_outs", args=["harbor-grill"])).content.decode()
    assert "What rewards brought so far" in html
    assert "Arm A brought" in html


def test_the_builder_and_home_show_them(two_campaigns: list[GuestList], ana: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    address = reverse("issuance:read_outs", args=["harbor-grill"])
    assert (
        f'hx-get="{address}"' in browser.get(reverse("campaigns:campaign_new", args=["harbor-grill"])).content.decode()
    )
    piece = browser.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "What rewards brought so far" in piece
    assert "<h1>" not in piece
    assert "Last read-outs" in browser.get(reverse("issuance:home", args=["harbor-grill"])).content.decode()


def test_what_is_not_read_out_is_not_shown(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    campaign = published_campaign(harbor)
    exported(issued(campaign, 100, at=timezone.now()))
    assert read_out_now() == 0
    html = client_of(ana).get(reverse("issuance:read_outs", args=["harbor-grill"])).content.decode()
    assert "No read-out yet" in html
    assert "Win-back June" not in html
