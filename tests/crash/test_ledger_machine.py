"""Merchants, staff, Thanx, webhooks and time in any order: after every step the ledger closes and nobody is twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import transaction
from django.db.models import QuerySet
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from campaigns.models import Campaign
from issuance.engine.incoming_webhooks import store_delivery
from issuance.engine.reconcile import reconcile
from issuance.importing.new_list import create_list
from issuance.launching.discarding import discard_list
from issuance.launching.launch import launch_list, stop_list
from issuance.launching.retries import CantRetry, retry_refused
from issuance.launching.retry_corrections import CantCorrect, correct_guest, leave_out
from issuance.models import Guest, GuestList, IssuanceJob
from issuance.models.states import JobState
from issuance.staff.revocation import request_revocation
from tests import cast
from tests.crash import FULL, as_often
from tests.issuance.factories import published
from tests.world import NOON, ThroughTheSimulator, World
from thanxportal.accounts.models import Merchant, User
from thanxportal.partner import gate, gated_client
from thanxportal.partner_simulator import Fault, ManualClock, Simulator

LIVES, STEPS = as_often(usually=4, ci=12, full=400), 30 if FULL else 25
LEAST_STEPS = as_often(usually=50, ci=200, full=10_000)
POOL = [*(f"guest{number}@example.com" for number in range(8)), "refused1@example.com", "nobody"]
REFUSED_FOR_NOW = "guest51@example.com"  # Unlike others, these two may be sent again.
POOL += ["breaks-the-job@example.com", "+12025550143", "guest10@example.com", REFUSED_FOR_NOW]
ISSUE = "/partner/campaigns/issue"
SOME_GUESTS = st.lists(st.sampled_from(POOL), min_size=1, max_size=10)
REVOKE = "/partner/issuance_jobs"
ANSWERS = [fault for fault in Fault if fault is not Fault.UNAUTHORIZED]


class Ledger(RuleBasedStateMachine):
    """One campaign's whole life; each begins at noon with an empty Thanx, and its rows are rolled back."""

    acts: Counter[str] = Counter()  # of all lives: the steps, and what they brought about
    set_stage: Callable[[], tuple[World, Simulator]]
    harbor: Merchant
    ana: User

    def __init__(self) -> None:
        super().__init__()
        self.rows = transaction.atomic()
        self.rows.__enter__()
        self.world, self.simulator = type(self).set_stage()
        self.seen: dict[int, GuestList] = {}  # as a page that was opened a while ago still shows them

    def teardown(self) -> None:
        try:
            self.drain()
        finally:
            transaction.set_rollback(True)
            self.rows.__exit__(None, None, None)

    @initialize(arms=st.sampled_from([(100,), (60, 40), (45, 45, 10)]), guests=SOME_GUESTS, issued=st.booleans())
    def publish(self, arms: tuple[int, ...], guests: list[str], issued: bool) -> None:
        self.campaign: Campaign = published(
            cast.draft_campaign(self.harbor, weights=arms, uuid=UUID(int=1))  # The same arms at each replay.
        )
        self.bring_a_list([*guests, REFUSED_FOR_NOW], read=True)
        if issued:
            made = GuestList.objects.get()
            self.acts["launched"] += launch_list(guest_list=made, token=made.confirm_token, actor=None)
            self.drive()

    @rule(guests=SOME_GUESTS, read=st.booleans())
    def bring_a_list(self, guests: list[str], read: bool) -> None:
        made = create_list(campaign=self.campaign, name="Guests", content="\n".join(guests), actor=None)
        if read:
            self.world.work(1)
        self.seen[made.pk] = made

    @rule(data=st.data(), hold=st.booleans(), old_page=st.booleans())
    def launch(self, data: st.DataObject, hold: bool, old_page: bool) -> None:
        pk = data.draw(st.sampled_from(sorted(self.seen)))
        now = GuestList.objects.get(pk=pk)
        page = self.seen[pk] if old_page else GuestList.objects.get(pk=pk)
        launched = launch_list(guest_list=page, token=page.confirm_token, actor=None, hold=hold)
        assert not launched or (now.state == "checked" and now.confirm_token == page.confirm_token)
        self.acts["launched"] += launched
        self.seen[pk] = now

    @rule(data=st.data(), how=st.sampled_from([stop_list, stop_list, discard_list]))
    def stop_or_discard(self, data: st.DataObject, how: Any) -> None:
        how(guest_list=self.seen[data.draw(st.sampled_from(sorted(self.seen)))], actor=None)

    @rule(answers=st.lists(st.sampled_from(ANSWERS), max_size=3), path=st.sampled_from([ISSUE, REVOKE]))
    def thanx_will_answer_badly(self, answers: list[Fault], path: str) -> None:
        self.simulator.script("POST", path, answers)

    @rule(seconds=st.sampled_from([0.3, 5, 60, 125, 1_300]))
    def time_passes(self, seconds: float) -> None:
        self.world.advance(seconds)

    @rule(times=st.integers(1, 3))
    def work(self, times: int) -> None:
        self.world.work(times)

    @rule()
    def drive(self) -> None:
        self.world.drive(hours=0.1)

    @precondition(lambda self: self.revocable().exists())
    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        job = data.draw(st.sampled_from(list(self.revocable())))
        self.acts["revoked"] += request_revocation(job=job, actor=self.ana, reason="Wrong reward.")

    def revocable(self) -> QuerySet[IssuanceJob]:
        return IssuanceJob.objects.filter(state__in=("completed", "failed", "accepted")).order_by("pk")

    @precondition(lambda self: Guest.objects.filter(outcome="refused").exists())
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        refused = Guest.objects.filter(outcome="refused").order_by().values_list("guest_list", flat=True)
        parent = GuestList.objects.get(pk=data.draw(st.sampled_from(sorted(set(refused)))))
        with suppress(CantRetry), transaction.atomic():
            child = retry_refused(guest_list=parent, reasons=(), actor=self.ana)
            self.seen[child.pk] = child
            self.acts["retried"] += 1

    @precondition(lambda self: self.retried().exists())
    @rule(data=st.data(), instead=st.sampled_from(["", *POOL]))
    def correct_a_guest_of_a_retry_or_leave_it_out(self, data: st.DataObject, instead: str) -> None:
        guest = data.draw(st.sampled_from(list(self.retried())))
        with suppress(CantCorrect), transaction.atomic():
            if instead:
                correct_guest(guest_list=guest.guest_list, row=guest.row, text=instead, actor=None)
            else:
                leave_out(guest_list=guest.guest_list, row=guest.row, actor=None)
            self.acts["corrected"] += 1

    def retried(self) -> QuerySet[Guest]:
        return Guest.objects.exclude(retry_of=None).select_related("guest_list").order_by("pk")

    @rule(dice=st.randoms(use_true_random=False), repeats=st.integers(0, 2))
    def webhooks_arrive(self, dice: Any, repeats: int) -> None:
        """In any order, some of them more than once, some never."""
        outbox = self.simulator.outbox
        bodies = [outbox.popleft().body for _ in range(len(outbox))]
        chosen = [body for body in bodies for _ in range(repeats) if dice.random() < 0.8]
        dice.shuffle(chosen)
        for body in chosen:
            store_delivery(body)

    @invariant()
    def every_sum_closes(self) -> None:
        self.acts["steps"] += 1
        assert reconcile().differences == []

    @invariant()
    def nobody_holds_two_rewards(self) -> None:
        held = self.rewards_at_thanx()
        assert max(held.values(), default=0) <= 1, held

    def rewards_at_thanx(self) -> Counter[str]:
        campaign = getattr(self, "campaign", None)
        return self.simulator.rewards_by_identifier(campaign.thanx_id) if campaign else Counter()

    def drain(self) -> None:
        """In the end everything settles, and the portal and Thanx count the same guests as rewarded."""
        self.simulator._script.clear()
        self.world.drive(hours=26)
        jobs = IssuanceJob.objects.filter(state__in=(JobState.READY, JobState.SENDING, JobState.ACCEPTED))
        assert not jobs.exclude(guest_list__safety_stop_at__isnull=False).exists()
        assert not IssuanceJob.objects.filter(state=JobState.REVOKING).exists()
        self.every_sum_closes()
        self.nobody_holds_two_rewards()
        guests = self.campaign_guests()
        rewarded = {value for value, outcome in guests if outcome == "rewarded"}
        unknown = {value for value, outcome in guests if outcome == "unknown"}
        theirs = set(self.rewards_at_thanx())
        assert rewarded <= theirs
        assert theirs - rewarded <= unknown

    def campaign_guests(self) -> list[tuple[str, str]]:
        return list(Guest.objects.filter(guest_list__campaign=self.campaign).values_list("value", "outcome"))


@pytest.mark.repeats
@pytest.mark.django_db
def test_the_ledger_closes_after_every_step(
    traveller: time_machine.Traveller,
    simulator: Simulator,
    harbor: Merchant,
    ana: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client_id, access_token = simulator._credentials
    merchants = [simulator.merchant("harbor-grill")]

    def set_stage() -> tuple[World, Simulator]:
        traveller.move_to(NOON)
        clock = ManualClock(NOON)
        fresh = Simulator(client_id=client_id, access_token=access_token, clock=clock, merchants=merchants)
        world = World(traveller, clock)
        monkeypatch.setattr(gate, "sleep", world.advance)
        monkeypatch.setattr(gated_client, "transport", lambda: ThroughTheSimulator(fresh))
        return world, fresh

    stage = type("Stage", (Ledger,), {"set_stage": staticmethod(set_stage), "harbor": harbor, "ana": ana})
    run_state_machine_as_test(
        stage,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    acts = Ledger.acts
    assert acts["steps"] >= LEAST_STEPS
    assert min(acts[act] for act in ("launched", "revoked", "retried", "corrected")[: 4 if FULL else 1]) > 0, acts
