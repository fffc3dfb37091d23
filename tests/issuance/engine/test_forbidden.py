"""A 403 about one merchant parks that merchant; a missing scope stops everything, and says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from campaigns.discovery import sync_partner
from campaigns.models import Campaign, RewardTemplate
from campaigns.publishing import publish_campaign, request_publication
from issuance.models import GuestList, IssuanceJob
from issuance.worker import due_work
from tests import cast
from tests.crash import as_often
from tests.issuance.factories import published
from tests.world import World, asked
from thanxportal.accounts.models import Merchant, Notification, User
from thanxportal.partner import gated_client
from thanxportal.partner.gate import LEAST_SPREAD
from thanxportal.partner.models import Credential, MerchantRefusal
from thanxportal.partner_simulator import Simulator, build_merchant

pytestmark = pytest.mark.django_db
Launch = Callable[[Campaign, str], GuestList]
MERCHANTS = as_often(usually=8, ci=20, full=20)
SCOPES, ISSUE = "/partner/scopes", "/partner/campaigns/issue"
QUARTER = 900


class Street:
    """Merchants with a campaign each."""

    def __init__(self, simulator: Simulator, world: World, launched: Launch) -> None:
        self.world, self.launched = world, launched
        names = [f"merchant-{number}" for number in range(MERCHANTS)]
        theirs = [build_merchant(name, name.capitalize(), ("Free Coffee",), 1) for name in names]
        simulator.merchants.clear()
        simulator.merchants.update({merchant.id: merchant for merchant in theirs})
        self.merchants = [cast.mirrored_merchant(simulator, name) for name in names]
        self.campaigns = [published(cast.draft_campaign(merchant, weights=(100,))) for merchant in self.merchants]

    def launch(self, word: str) -> list[GuestList]:
        """A list of two jobs for each merchant."""
        self.world.advance(QUARTER)  # An idle credential, so that both times are measured alike.
        guests = "\n".join(f"{word}{number}@example.com" for number in range(4))
        return [self.launched(campaign, guests) for campaign in self.campaigns]

    def seconds_until_done(self, lists: list[GuestList]) -> float:
        start, ours = self.world.clock.time(), GuestList.objects.filter(pk__in=[one.pk for one in lists])
        while ours.exclude(state="finished").exists():
            due_work.drive_due_work()
            self.world.advance(due_work.seconds_to_next_due(most=2))
        return self.world.clock.time() - start


@pytest.fixture
def street(
    simulator: Simulator, launched: Launch, settings: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> Street:
    settings.JOB_SIZE = 2
    monkeypatch.setattr(gated_client, "follow_arrivals", lambda credential_id: None)
    Credential.objects.update_or_create(pk=Credential.current().pk, defaults={"arrival_spread": LEAST_SPREAD})
    return Street(simulator, world, launched)


def work_for(world: World, seconds: float) -> None:
    end = world.clock.time() + seconds
    while world.clock.time() < end:
        due_work.drive_due_work()
        world.advance(due_work.seconds_to_next_due(most=120))


def forbidden_at(simulator: Simulator) -> list[float]:
    return [request.at for request in simulator.requests if request.status == 403]


def most_in_a_quarter(moments: list[float]) -> int:
    return max(sum(start <= moment < start + QUARTER for moment in moments) for start in moments)


def told(person: User) -> list[str]:
    return list(Notification.objects.filter(person=person).values_list("sentence", flat=True))


@pytest.mark.slow
@pytest.mark.repeats
def test_one_forbidden_merchant_of_many_holds_up_nobody(street: Street, simulator: Simulator, world: World) -> None:
    without_it = street.seconds_until_done(street.launch("june"))
    simulator.forbidden.add(street.merchants[7].thanx_id)
    parked = street.launch("july")[7]
    others = GuestList.objects.exclude(merchant=street.merchants[7]).exclude(state="finished")
    with_it = street.seconds_until_done(list(others))
    assert with_it < without_it + 1
    assert set(parked.jobs.values_list("state", flat=True)) == {"ready"}
    for _ in range(2):
        work_for(world, QUARTER)
        sync_partner()
    assert most_in_a_quarter(forbidden_at(simulator)) <= 2
    assert Merchant.objects.filter(reward_templates__isnull=False).distinct().count() == MERCHANTS
    simulator.forbidden.clear()
    world.drive()
    parked.refresh_from_db()
    assert parked.state == "finished"
    assert parked.closed
    assert set(simulator.submissions_by_identifier().values()) == {MERCHANTS}  # Once from each merchant.


def test_managers_and_staff_are_told_once_and_the_page_says_it(
    one_arm: Campaign,
    launched: Launch,
    ana: User,
    ben: User,
    sam: User,
    client_of: Callable[[User], Client],
    simulator: Simulator,
    world: World,
) -> None:
    launched(one_arm, "a@example.com")
    simulator.forbidden.add(one_arm.merchant.thanx_id)
    work_for(world, 20)
    assert told(ana) == []  # One refusal is none.
    work_for(world, 3_600)
    sentence = "Thanx doesn’t let us issue for Harbor Grill at the moment."
    assert told(ana) == [f"{sentence} Staff look at it; nothing is lost."]
    assert told(sam) == ["Thanx refuses what we ask about Harbor Grill (FORBIDDEN). The others go on."]
    assert told(ben) == []
    assert sentence in client_of(ben).get("/m/harbor-grill/").content.decode()
    home = client_of(sam).get("/admin/").content.decode()
    assert "Merchants about whom Thanx answers 403" in home
    assert "POST /partner/campaigns/issue FORBIDDEN" in home


def test_a_single_refusal_costs_a_minute_and_scopes_are_asked(
    one_arm: Campaign, launched: Launch, simulator: Simulator, world: World
) -> None:
    guest_list = launched(one_arm, "a@example.com")
    simulator.forbidden.add(one_arm.merchant.thanx_id)
    work_for(world, 20)
    assert len(forbidden_at(simulator)) == 1
    assert asked(simulator, SCOPES) == 1
    simulator.forbidden.clear()
    work_for(world, 120)
    guest_list.refresh_from_db()
    assert guest_list.state == "finished"
    assert not MerchantRefusal.objects.in_force().exists()


def test_polls_of_a_parked_merchant_go_on_in_the_end(accepted: IssuanceJob, simulator: Simulator, world: World) -> None:
    simulator.forbidden.add(accepted.merchant.thanx_id)
    work_for(world, 4 * QUARTER)
    assert 4 <= len(forbidden_at(simulator)) <= 6
    assert most_in_a_quarter(forbidden_at(simulator)) <= 2
    simulator.forbidden.clear()
    world.drive()
    accepted.refresh_from_db()
    assert accepted.state == "completed"


def test_a_campaign_of_a_forbidden_merchant_is_published_once_it_may(
    harbor: Merchant, simulator: Simulator, world: World
) -> None:
    draft = cast.draft_campaign(harbor)
    assert request_publication(campaign=draft, actor=None)
    simulator.forbidden.add(harbor.thanx_id)
    publish_campaign(draft.pk)
    work_for(world, 2 * QUARTER)
    assert most_in_a_quarter(forbidden_at(simulator)) <= 2
    simulator.forbidden.clear()
    world.drive()
    draft.refresh_from_db()
    assert draft.state == "published"


def test_one_forbidden_merchant_ends_no_mirror(simulator: Simulator, world: World) -> None:
    first, *others = simulator.merchants
    simulator.forbidden.add(first)
    for unread in (1, 1, 1):
        counts = sync_partner()
        assert counts["unread_merchants"] == unread
        world.advance(QUARTER)
    assert most_in_a_quarter(forbidden_at(simulator)) <= 2
    assert Credential.current().synced_at is not None
    assert set(RewardTemplate.objects.values_list("merchant__thanx_id", flat=True)) == set(others)


def test_a_missing_scope_stops_everything_and_is_said_everywhere(
    one_arm: Campaign,
    launched: Launch,
    ana: User,
    ben: User,
    sam: User,
    client: Client,
    client_of: Callable[[User], Client],
    simulator: Simulator,
    world: World,
) -> None:
    assert client.get("/readyz").json()["checks"]["scopes"] == "unasked"
    guest_list = launched(one_arm, "a@example.com")
    simulator.grant("something.else")
    work_for(world, 300)
    assert asked(simulator, ISSUE) == 1
    assert asked(simulator, SCOPES) <= 6  # A look a minute.
    missing = "the scope rewards.issue is missing"
    assert client.get("/readyz").json()["checks"]["scopes"] == "missing"
    assert missing in client_of(sam).get("/admin/").content.decode()
    for page in ("/m/harbor-grill/", f"/m/harbor-grill/lists/{guest_list.pk}/"):
        assert "Thanx doesn’t let us issue at the moment." in client_of(ben).get(page).content.decode()
    assert told(ana) == ["Thanx doesn’t let us issue at the moment. Anything you launch waits and goes out on its own."]
    assert not MerchantRefusal.objects.exists()  # It isn't the merchant's fault.
    simulator.grant("rewards.issue")
    world.drive()
    guest_list.refresh_from_db()
    assert guest_list.state == "finished"
    assert client.get("/readyz").json()["checks"]["scopes"] == "ok"


def test_a_sync_finds_the_missing_scope_before_anything_is_sent(
    one_arm: Campaign, launched: Launch, simulator: Simulator, world: World
) -> None:
    launched(one_arm, "a@example.com")
    simulator.grant()
    with pytest.raises(Exception, match="No slot"):
        sync_partner()
    assert Credential.current().scope_missing
    work_for(world, 120)
    assert asked(simulator, ISSUE) == 0


def test_scopes_are_asked_after_every_sync(simulator: Simulator, world: World) -> None:
    sync_partner()
    assert simulator.requests[-1].path == SCOPES
    assert Credential.current().scopes == ["rewards.issue"]
