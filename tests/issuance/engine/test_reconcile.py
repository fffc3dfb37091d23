"""The checker is only worth something if it finds what is wrong: each test breaks one sum behind the engine's back."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db.models import F
from django.utils import timezone

from campaigns.models import Campaign, Variant
from issuance.engine.frozen_jobs import idempotency_key
from issuance.engine.planning import plan_list
from issuance.engine.reconcile import reconcile
from issuance.launching.launch import stop_list
from issuance.models import (
    Attempt,
    ClaimOverride,
    Guest,
    GuestClaim,
    GuestList,
    IssuanceJob,
    RowError,
    WebhookDelivery,
)  # fmt: skip
from issuance.staff.revocation import request_revocation
from tests.world import World
from thanxportal.accounts.models import User

pytestmark = pytest.mark.django_db
GUESTS = "\n".join(f"guest{number}@example.com" for number in range(40))


@pytest.fixture
def finished(campaign: Campaign, launched: Callable[[Campaign, str], GuestList], world: World) -> GuestList:
    """Forty guests, two of whom Thanx refuses, one hopeless row and one repeated guest; two completed jobs."""
    guest_list = launched(
        campaign, f"{GUESTS}\nrefused-a@example.com\nrefused-b@example.com\nguest1@example.com\nnobody@"
    )
    world.drive()
    guest_list.refresh_from_db()
    assert guest_list.state == "finished"
    return guest_list


def faults() -> str:
    return "\n".join(reconcile().differences)


def guest_of(guest_list: GuestList, **where: object) -> Guest:
    guest = guest_list.guests.filter(**where).order_by("row").first()
    assert guest is not None
    return guest


def change(row: Guest, **fields: object) -> None:
    Guest.objects.filter(pk=row.pk).update(**fields)


def another_job(job: IssuanceJob, **fields: object) -> IssuanceJob:
    """The database lets nobody change a planned job, so what is wrong with one has to be so from its birth."""
    job.pk, job.number, job.thanx_id, job.idempotency_key = None, 77, "job77", uuid4()
    for name, value in fields.items():
        setattr(job, name, value)
    job.save(force_insert=True)
    return job


def test_an_empty_portal_adds_up() -> None:
    assert reconcile().differences == []


def test_a_finished_list_adds_up(finished: GuestList) -> None:
    assert reconcile() == (1, 2, [])


def test_work_under_way_adds_up(
    campaign: Campaign, launched: Callable[[Campaign, str], GuestList], world: World
) -> None:
    launched(campaign, GUESTS)
    for _ in range(12):
        assert faults() == ""
        world.work(1)


def test_a_stopped_list_adds_up(
    campaign: Campaign, launched: Callable[[Campaign, str], GuestList], world: World
) -> None:
    guest_list = launched(campaign, GUESTS)
    world.advance(600)
    plan_list(guest_list.pk)
    guest_list.refresh_from_db()
    assert stop_list(guest_list=guest_list, actor=None)
    world.drive()
    assert faults() == ""


def test_a_revoked_job_adds_up_at_every_step(finished: GuestList, world: World, sam: User) -> None:
    job = finished.jobs.get(number=1)
    assert request_revocation(job=job, actor=sam, reason="Wrong month.")
    assert faults() == ""
    world.drive()
    job.refresh_from_db()
    assert job.state == "revoked"
    assert faults() == ""


def test_a_ledger_that_counts_somebody_wrongly_is_found(finished: GuestList) -> None:
    GuestList.objects.update(rewarded_count=F("rewarded_count") + 1, control_count=F("control_count") - 1)
    assert f"List {finished.pk}: the ledger says {finished.rewarded_count + 1} rewarded, but" in faults()
    assert f"the ledger says {finished.control_count - 1} control, but" in faults()


def test_a_bad_row_that_vanished_is_found(finished: GuestList) -> None:
    RowError.objects.filter(kind="duplicate").delete()
    assert "the ledger says 1 duplicate, but 0 rows are." in faults()
    assert f"List {finished.pk}: the file has 44 rows, but 43 are kept." in faults()


def test_a_guest_without_a_seat_is_found(finished: GuestList, unguarded: None) -> None:
    guest = guest_of(finished, outcome="rewarded")
    change(guest, job=None, position=None)
    assert f"Guest {guest.pk}: was to be rewarded, but sits in no job." in faults()
    assert f"Job {guest.job_id}: planned for" in faults()


def test_a_guest_in_the_wrong_place_is_found(finished: GuestList, unguarded: None) -> None:
    guest = guest_of(finished, outcome="rewarded")
    change(guest, position=5_000)
    assert f"Job {guest.job_id}: its guests don’t have the places" in faults()


def test_a_guest_in_the_job_of_another_arm_is_found(finished: GuestList) -> None:
    guest = guest_of(finished, outcome="rewarded")
    change(guest, variant=finished.campaign.variants.exclude(pk=guest.variant_id).get(position__lt=2))
    assert f"Guest {guest.pk}: sits in a job of another list or arm." in faults()


def test_a_guest_still_waiting_in_a_completed_job_is_found(finished: GuestList) -> None:
    guest = guest_of(finished, outcome="rewarded")
    change(guest, outcome="waiting")
    assert f"Job {guest.job_id}: 1 guests are waiting, which doesn’t fit completed." in faults()


def test_a_refusal_that_thanx_never_spoke_is_found(finished: GuestList) -> None:
    guest = guest_of(finished, outcome="rewarded")
    change(guest, outcome="refused")
    assert f"Job {guest.job_id}: Thanx refused" in faults()
    assert f"Job {guest.job_id}: Thanx rewarded" in faults()


def test_a_body_with_another_hash_is_found(finished: GuestList) -> None:
    job = another_job(finished.jobs.get(number=1), body_sha256="0" * 64)
    assert f"Job {job.pk}: the body isn’t the one that its hash was made of." in faults()


def test_a_key_of_other_origin_is_found(finished: GuestList) -> None:
    job = another_job(finished.jobs.get(number=1))
    assert f"Job {job.pk}: its idempotency key doesn’t belong" in faults()


def test_a_body_for_another_merchant_is_found(finished: GuestList) -> None:
    job = finished.jobs.get(number=1)
    body = bytes(job.body).replace(job.merchant.thanx_id.encode(), b"somebody-else")
    digest = sha256(body).hexdigest()
    key = idempotency_key(finished.uuid, 77, digest)
    job = another_job(job, body=body, body_sha256=digest, idempotency_key=key)
    assert f"Job {job.pk}: the body names another merchant" in faults()


def test_a_reward_without_a_claim_is_found(finished: GuestList) -> None:
    guest = guest_of(finished, outcome="rewarded")
    GuestClaim.objects.filter(identity=guest.identity).delete()
    assert f"Guest {guest.pk}: may hold a reward, but nothing keeps others from promising one." in faults()


def test_a_claim_without_a_guest_is_found(finished: GuestList) -> None:
    GuestClaim.objects.create(campaign=finished.campaign, guest_list=finished, identity=b"0123456789abcdef")
    holders = finished.rewarded_count
    assert f"List {finished.pk}: {holders + 1} guests are claimed, but {holders} may hold a reward." in faults()


def test_control_in_a_job_is_found(finished: GuestList) -> None:
    control = finished.campaign.variants.get(name="Control")
    guest = guest_of(finished, outcome="rewarded")
    change(guest, variant=control)
    job = another_job(finished.jobs.get(number=1), variant=control)
    assert f"Guest {guest.pk}: is in the Control arm, but sits in a job." in faults()
    assert f"Job {job.pk}: issues to the Control arm." in faults()


def test_one_id_of_thanx_for_two_arms_is_found(finished: GuestList) -> None:
    first, second = finished.campaign.variants.filter(position__lt=2)
    Variant.objects.filter(pk=second.pk).update(thanx_id=first.thanx_id)
    assert f"Arm {first.pk}, {second.pk}: all have the id {first.thanx_id} at Thanx." in faults()


def test_a_list_that_ended_too_early_is_found(
    campaign: Campaign, launched: Callable[[Campaign, str], GuestList], world: World
) -> None:
    guest_list = launched(campaign, GUESTS)
    world.advance(600)
    world.work(2)
    GuestList.objects.update(state="finished", ended_at=timezone.now())
    assert f"List {guest_list.pk}: has ended although a job of it is still open." in faults()


def test_many_guests_with_one_fault_make_one_sentence(finished: GuestList) -> None:
    GuestClaim.objects.all().delete()
    first = next(line for line in reconcile().differences if "may hold a reward, but nothing" in line)
    assert " and more: " in first
    assert first.count(",") == 5


def test_the_command_fails_and_counts_what_it_found(finished: GuestList) -> None:
    GuestList.objects.update(refused_count=F("refused_count") + 1, control_count=F("control_count") - 1)
    said = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("reconcile", stdout=said)
    assert end.value.code == 1
    assert json.loads(said.getvalue().splitlines()[-1]) == {"lists": 1, "jobs": 2, "differences": 2}


@pytest.mark.django_db(transaction=True)
def test_the_command_reads_one_moment_and_ends_well(finished: GuestList) -> None:
    said = StringIO()
    call_command("reconcile", stdout=said)
    assert json.loads(said.getvalue()) == {"lists": 1, "jobs": 2, "differences": 0}
    GuestList.objects.update(name="Written afterwards")


def test_an_attempt_with_another_key_is_found(finished: GuestList) -> None:
    job = finished.jobs.get(number=1)
    sent = Attempt.objects.create(job=job, epoch=9, body_sha256=job.body_sha256, idempotency_key=uuid4())
    assert f"Attempt {sent.pk}: was sent with another key or body than its job’s." in faults()


def test_an_accepted_job_that_nobody_sent_is_found(finished: GuestList, unguarded: None) -> None:
    job = finished.jobs.get(number=1)
    job.attempts.update(result="in_doubt")
    assert f"Job {job.pk}: counts as accepted, but no attempt was." in faults()
    job.attempts.all().delete()
    assert f"Job {job.pk}: left the queue without any attempt." in faults()


def test_a_job_in_doubt_that_looks_unsent_is_found(finished: GuestList, unguarded: None) -> None:
    job = finished.jobs.get(number=1)
    job.attempts.update(result="in_doubt")
    IssuanceJob.objects.filter(pk=job.pk).update(
        state="ready", success_count=0, failure_count=0, ended_at=None, first_sent_at=None
    )
    assert f"Job {job.pk}: is ready, but was in doubt." in faults()


def test_an_applied_webhook_without_its_guest_is_found(finished: GuestList) -> None:
    job = finished.jobs.get(number=1)
    delivery = WebhookDelivery.objects.create(
        sha256="0" * 64, event="reward.issued", thanx_job_id=job.thanx_id, position=0, reward_id="r1", state="applied"
    )
    assert f"Delivery {delivery.pk}: was applied, but its guest has another reward id." in faults()
    job.guests.filter(position=0).update(reward_id="r1")
    assert faults() == ""


def test_a_claim_beside_nothing_is_found(finished: GuestList, ana: User) -> None:
    decision = ClaimOverride.objects.create(guest_list=finished, actor=ana, reason="Unlucky.", guests_count=1)
    claim = GuestClaim.objects.create(
        campaign=finished.campaign, guest_list=finished, identity=b"nobody", primary=False, override=decision
    )
    assert f"Claim {claim.pk}: stands beside another claim that is gone." in faults()
