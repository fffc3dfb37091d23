"""Deliberate bugs, put into child processes only: a checker that never fails would prove nothing."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.db.models import Q
from django.utils import timezone

from campaigns.models import Campaign
from issuance.crash_points import CRASH_POINTS
from issuance.engine import frozen_jobs, polling, submission
from issuance.engine.frozen_jobs import idempotency_key
from issuance.engine.sending_pauses import pause_sending, sends_were_forgotten
from issuance.engine.sent_mark import read_mark
from issuance.engine.settlement import apply_snapshot, end_job
from issuance.launching.launch import launch_list
from issuance.lifecycle.transitions import move_job, release_job_lease
from issuance.models import Attempt, GuestListQuerySet, IssuanceJob, IssuanceJobQuerySet
from issuance.models.states import JOB_DUE
from tests.crash import worker
from tests.crash.patching import put, replace
from thanxportal import database_clock
from thanxportal.accounts.models.people import MerchantQuerySet
from thanxportal.partner import refusals, slots
from thanxportal.partner.gate import follow_arrivals
from thanxportal.partner.gated_client import Urgency, partner_client
from thanxportal.partner.models import Credential
from thanxportal.partner_api import InDoubt, PartnerClient, Rejected

issue = PartnerClient.issue


def new_key_per_attempt() -> None:
    put(PartnerClient, issue=lambda client, body, key: issue(client, body, str(uuid4())))


def random_keys() -> None:
    replace(idempotency_key, lambda make_key: lambda *args: uuid4(), within=frozen_jobs)


def rebuilt_body() -> None:
    """Rebuilds the bytes at each attempt, in whatever order the rows come."""
    attempts: Counter[str] = Counter()

    def rebuild(client: PartnerClient, body: bytes, key: str) -> Any:
        document = json.loads(body)
        document["identifiers"] = document["identifiers"][:: -1 if attempts[key] % 2 else 1]
        attempts[key] += 1
        return issue(client, json.dumps(document).encode(), key)

    put(PartnerClient, issue=rebuild)


def timeout_is_a_refusal() -> None:
    def refuse(*args: Any) -> Any:
        try:
            return issue(*args)
        except InDoubt as error:
            raise Rejected(code="TIMEOUT") from error

    put(PartnerClient, issue=refuse)


def no_answer_is_halved() -> None:
    def refuse(*args: Any) -> Any:
        try:
            return issue(*args)
        except InDoubt as error:
            raise Rejected(status=400, code="USER_EMAIL_INVALID") from error

    put(PartnerClient, issue=refuse)


def no_intent() -> None:
    """Writes the state together with the answer, after the send."""
    intend = CRASH_POINTS["intend"]

    def pretend(job: IssuanceJob) -> Attempt:
        return Attempt(job=job, epoch=job.epoch, body_sha256=job.body_sha256, idempotency_key=job.idempotency_key)

    def late(record: Callable[..., None]) -> Callable[..., None]:
        def write(job: IssuanceJob, attempt: Attempt, answer: Any) -> None:
            if real := intend(job):
                record(job, real, answer)

        return write

    replace(intend, lambda intend: pretend)
    replace(CRASH_POINTS["record"], late)


def no_fence() -> None:
    """Moves and releases a job whoever owns it by now, and writes back what it remembers, as `job.save()` would."""

    def make(write: Callable[..., Any]) -> Callable[..., Any]:
        def unfenced(job: IssuanceJob, *args: Any, **kwargs: Any) -> Any:
            job.epoch = IssuanceJob.objects.values_list("epoch", flat=True).get(pk=job.pk)
            return write(job, *args, **{"in_doubt": job.in_doubt, **kwargs})

        return unfenced

    for write in (move_job, release_job_lease):
        replace(write, make, within=submission)


def hold_ignored() -> None:
    """Plans a launched list as soon as anybody asks for it."""

    def free(lists: GuestListQuerySet, now: object = None) -> GuestListQuerySet:
        return lists.filter(Q(lease_until=None) | Q(lease_until__lt=timezone.now()))

    put(GuestListQuerySet, free=free)


def lease_ignored() -> None:
    def due(jobs: IssuanceJobQuerySet, now: object = None) -> IssuanceJobQuerySet:
        return jobs.filter(state__in=JOB_DUE, next_attempt_at__lte=timezone.now())

    put(IssuanceJobQuerySet, due=due)


def failed_is_sent_again() -> None:
    """Sends the guests of a job that failed at Thanx once more, as a new job would."""

    def make(apply: Callable[..., Any]) -> Callable[..., Any]:
        def eager(job_id: int, snapshot: Any) -> Any:
            state = apply(job_id, snapshot)
            if state == "failed":
                body = bytes(IssuanceJob.objects.get(pk=job_id).body)
                with partner_client(Urgency.ISSUE) as partner:
                    partner.issue(body, str(uuid4()))
            return state

        return eager

    replace(apply_snapshot, make, within=polling)


def launched_without_token() -> None:
    """Believes every click on the form of a list that is checked."""

    def make(launch: Callable[..., bool]) -> Callable[..., bool]:
        def careless(*, guest_list: Any, token: Any, actor: Any, hold: bool = False) -> bool:
            token = guest_list.confirm_token
            return launch(guest_list=guest_list, token=token, actor=actor, hold=hold)

        return careless

    replace(launch_list, make, within=worker)


def no_claims() -> None:
    replace(CRASH_POINTS["claim guests"], lambda claim: lambda guest_list: None)


def settled_in_pieces() -> None:
    """Commits the end of a job before its guests know of it."""
    for write in (end_job, apply_snapshot):
        replace(write, lambda atomic: atomic.__wrapped__)  # type: ignore[attr-defined]
    put(IssuanceJobQuerySet, select_for_update=lambda jobs, **options: jobs)


def unnoticed_restore() -> None:
    replace(read_mark, lambda read: lambda path: 0)


def opted_out_ignored() -> None:
    put(MerchantQuerySet, opted_out=lambda merchants: merchants.none())


def refusals_ignored() -> None:
    put(refusals, wait_for_turn=lambda merchant_id: None)


def campaign_end_ignored() -> None:
    put(Campaign, is_over=lambda campaign, now: False)


def forgotten_is_unsent() -> None:
    """Pauses after a restore, but lets what was planned be stopped and sent otherwise, as if nothing had been sent."""

    def make(pause: Callable[..., bool]) -> Callable[..., bool]:
        return lambda *, actor, reason, sends_forgotten=False: pause(actor=actor, reason=reason)

    replace(pause_sending, make)
    replace(sends_were_forgotten, lambda asked: lambda: False)


def own_clock() -> None:
    replace(database_clock.seconds, lambda seconds: lambda: repr(time.time()))


def sixth_request() -> None:
    put(slots, SHORT=slots.Window(6, 1.0))


def longer_window_forgotten() -> None:
    put(slots, usable=lambda share=1.0: slots.RING)


def spread_ignored() -> None:
    Credential.objects.update(arrival_spread=0)
    replace(follow_arrivals, lambda follow: lambda credential_id: None)


MUTANTS: dict[str, Callable[[], None]] = {
    "a new key for each attempt": new_key_per_attempt,
    "keys drawn at random": random_keys,
    "a body rebuilt for each attempt": rebuilt_body,
    "a timeout counts as a refusal": timeout_is_a_refusal,
    "a job without an answer is halved": no_answer_is_halved,
    "no intent before the send": no_intent,
    "no fence around a lost lease": no_fence,
    "claims ignore leases": lease_ignored,
    "the hold after a launch is ignored": hold_ignored,
    "a failed job is sent again": failed_is_sent_again,
    "a used up form launches": launched_without_token,
    "guests are not claimed": no_claims,
    "a job ends in pieces": settled_in_pieces,
    "a restored database sends at once": unnoticed_restore,
    "a merchant that has left is issued for": opted_out_ignored,
    "a forbidden merchant is asked again and again": refusals_ignored,
    "a campaign goes on after its end": campaign_end_ignored,
    "a restored database takes planned jobs for unsent": forgotten_is_unsent,
}

# Bugs of the rate gate, for processes with wrong clocks that want all that Thanx allows.
GATE_MUTANTS: dict[str, Callable[[], None]] = {
    "the gate lives by the clock of each process": own_clock,
    "six requests pass in a second": sixth_request,
    "the longer window is not counted": longer_window_forgotten,
    "requests are believed to arrive evenly": spread_ignored,
}
