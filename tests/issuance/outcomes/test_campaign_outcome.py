"""What became of a campaign: facts per arm and over all lists, each guest once, as the ledgers of the lists have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from campaigns.models import Campaign, RewardTemplate
from issuance.launching.launch import launch_list
from issuance.launching.retries import retry_refused
from issuance.models import GuestList
from issuance.outcomes.arm_outcomes import CampaignOutcome, outcome_of
from issuance.outcomes.lineage import lineage_of
from issuance.staff.revocation import request_revocation
from tests.issuance.browsing import ClientOf, page
from tests.world import World
from thanxportal.accounts.models import User

pytestmark = pytest.mark.django_db
Launch = Callable[[Campaign, str], GuestList]
GUESTS = " ".join(
    [*(f"guest{number}@example.com" for number in range(30)), "refused1@example.com", "refused2@example.com"]
)


@pytest.fixture
def issued(campaign: Campaign, launched: Launch, world: World) -> GuestList:
    guest_list = launched(campaign, GUESTS)
    world.drive()
    guest_list.refresh_from_db()
    assert guest_list.state == "finished"
    return guest_list


def known(campaign: Campaign) -> CampaignOutcome:
    outcome = outcome_of(campaign)
    assert outcome is not None
    return outcome


def matches_the_ledgers(campaign: Campaign) -> CampaignOutcome:
    """The sums over the arms are those of the lists, with every guest where the latest retry says."""
    outcome, terms = known(campaign), ("rewarded", "refused", "control", "waiting", "unknown", "revoked")
    roots = [lineage_of(made).ledger for made in GuestList.objects.filter(campaign=campaign, parent=None)]
    assert {term: outcome.guests[term] for term in terms} == {term: sum(at[term] for at in roots) for term in terms}
    assert outcome.assigned + outcome.left_out == outcome.rows
    return outcome


def test_nothing_is_told_before_anything_was_issued(campaign: Campaign) -> None:
    assert outcome_of(campaign) is None


def test_arms_are_told_as_assigned_rewarded_and_refused(issued: GuestList) -> None:
    outcome = matches_the_ledgers(issued.campaign)
    assert [arm.variant.weight for arm in outcome.arms] == [45, 45, 10]
    for arm in outcome.arms:
        assert arm.assigned == issued.guests.filter(variant=arm.variant).count()
        assert arm.guests["rewarded"] == issued.guests.filter(variant=arm.variant, outcome="rewarded").count()


def test_a_guest_who_is_sent_again_counts_once_where_the_guest_stands_now(
    issued: GuestList, sid: User, world: World
) -> None:
    issued.guests.filter(outcome="refused").update(reason="USER_EMAIL_INVALID")
    before = known(issued.campaign)
    child = retry_refused(guest_list=issued, reasons=[], actor=sid)
    assert known(issued.campaign).guests == before.guests, "It isn't launched yet."
    assert launch_list(guest_list=child, token=child.confirm_token, actor=None)
    world.drive()
    after = matches_the_ledgers(issued.campaign)
    assert (after.assigned, after.lists) == (before.assigned, 1)


def test_after_a_revocation_arms_ledger_bar_and_jobs_agree(
    issued: GuestList, sam: User, ana: User, client_of: ClientOf, world: World
) -> None:
    job = issued.jobs.order_by("number")[0]
    assert request_revocation(job=job, actor=sam, reason="It was sent to the wrong guests.")
    matches_the_ledgers(issued.campaign)
    world.drive()
    outcome = matches_the_ledgers(issued.campaign)
    (arm,) = [arm for arm in outcome.arms if arm.variant == job.variant]
    assert (arm.guests["revoked"], arm.guests["rewarded"]) == (job.success_count, 0)
    issued.refresh_from_db()
    html = page(client_of(ana), issued)
    assert (
        f"Finished: {issued.rewarded_count} rewarded, {issued.refused_count} refused, {job.success_count} revoked."
        in html
    )
    assert f'id="issued-done" width="{issued.rewarded_count}"' in html


def test_the_cost_is_of_the_rewards_that_guests_hold(issued: GuestList) -> None:
    RewardTemplate.objects.update(discount_type="dollars", discount_value="5.0")
    outcome = known(issued.campaign)
    assert outcome.cost == f"${5 * issued.rewarded_count}"
    assert [arm.cost for arm in outcome.arms] == [f"${5 * arm.guests['rewarded']}" for arm in outcome.arms]


def test_the_campaign_page_tells_plans_and_facts_apart(issued: GuestList, ana: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    url = reverse("issuance:campaign_lists", args=["harbor-grill", issued.campaign_id])
    html = browser.get(url, headers={"HX-Request": "true"}).content.decode()
    assert f"<b>{issued.rewarded_count} rewarded</b>" in html
    assert "Planned shares were fixed when the campaign was published" in html
    whole = browser.get(
        reverse("campaigns:campaign_detail", args=["harbor-grill", issued.campaign_id])
    ).content.decode()
    assert "These are the planned shares" in whole
    assert "Guests, about" not in whole


def test_facts_cost_the_same_however_many_lists_and_guests_there_are(
    issued: GuestList, campaign: Campaign, launched: Launch, world: World, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(4):
        outcome_of(campaign)
    for number in range(3):
        launched(campaign, f"more{number}@example.com")
    world.drive()
    with django_assert_num_queries(4):
        outcome_of(campaign)
