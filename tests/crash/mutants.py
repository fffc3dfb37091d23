"""Deliberate bugs, put into child processes only: a checker that never fails would prove nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.crash.points import locate, put


def _wrap(target: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    holder, name = locate(target)
    setattr(holder, name, make(getattr(holder, name)))


def new_key_per_attempt() -> None:
    def make(issue: Callable[..., Any]) -> Callable[..., Any]:
        return lambda client, body, key: issue(client, body, str(uuid4()))

    _wrap("thanxportal.partner_api.client.PartnerClient.issue", make)


def random_keys() -> None:
    put("issuance.engine.planning.idempotency_key", lambda *args: uuid4())


def rebuilt_body() -> None:
    """Rebuilds the bytes at each attempt, in whatever order the rows come."""

    def make(frozen: Callable[..., bytes]) -> Callable[..., bytes]:
        def rebuild(job: Any) -> bytes:
            body = json.loads(frozen(job))
            body["identifiers"] = body["identifiers"][:: -1 if job.attempt_count % 2 else 1]
            return json.dumps(body).encode()

        return rebuild

    _wrap("issuance.engine.submission._frozen_body", make)


def timeout_is_a_refusal() -> None:
    from issuance.engine import submission
    from issuance.models.states import JobState

    def refuse(job: Any, attempt: Any, error: Any) -> None:
        submission._finish(attempt, "in_doubt", error)
        submission._end(job, JobState.REJECTED, problem_code="TIMEOUT")

    put("issuance.engine.submission._in_doubt", refuse)


def no_intent() -> None:
    """Writes the state together with the answer, after the send."""
    from issuance.models import Attempt

    holder, _ = locate("issuance.engine.submission._intend")
    original = holder._intend

    def pretend(job: Any) -> Any:
        return Attempt(job=job, epoch=job.epoch, body_sha256=job.body_sha256, idempotency_key=job.idempotency_key)

    def late(record: Callable[..., None]) -> Callable[..., None]:
        def write(job: Any, attempt: Any, answer: Any) -> None:
            if real := original(job):
                record(job, real, answer)

        return write

    put("issuance.engine.submission._intend", pretend)
    for name in ("_accepted", "_in_doubt", "_not_executed", "_rejected"):
        _wrap(f"issuance.engine.submission.{name}", late)


def no_fence() -> None:
    """Moves and releases a job whoever owns it by now, and writes back what it remembers, as `job.save()` would."""

    def make(write: Callable[..., Any]) -> Callable[..., Any]:
        def unfenced(job: Any, *args: Any, **kwargs: Any) -> Any:
            from issuance.models import IssuanceJob

            job.epoch = IssuanceJob.objects.values_list("epoch", flat=True).get(pk=job.pk)
            return write(job, *args, **{"in_doubt": job.in_doubt, **kwargs})

        return unfenced

    for name in ("move_job", "release_job_lease"):
        _wrap(f"issuance.engine.submission.{name}", make)


def pause_ignored() -> None:
    """Plans a launched list as soon as anybody asks for it."""
    from django.db.models import Q
    from django.utils import timezone

    from issuance.models import GuestListQuerySet

    def free(self: Any) -> Any:
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=timezone.now()))

    GuestListQuerySet.free = free  # type: ignore[method-assign]


def lease_ignored() -> None:
    from django.utils import timezone

    from issuance.models import IssuanceJobQuerySet
    from issuance.models.states import JOB_DUE

    def due(self: Any) -> Any:
        return self.filter(state__in=JOB_DUE, next_attempt_at__lte=timezone.now())

    IssuanceJobQuerySet.due = due  # type: ignore[method-assign]


def failed_is_sent_again() -> None:
    """Sends the guests of a job that failed at Thanx once more, as a new job would."""

    def make(apply: Callable[..., Any]) -> Callable[..., Any]:
        def eager(job_id: int, snapshot: Any) -> Any:
            from issuance.models import IssuanceJob
            from thanxportal.partner.client import Urgency, partner_client

            state = apply(job_id, snapshot)
            if state == "failed":
                body = bytes(IssuanceJob.objects.get(pk=job_id).body)
                with partner_client(Urgency.ISSUE) as partner:
                    partner.issue(body, str(uuid4()))
            return state

        return eager

    _wrap("issuance.engine.polling.apply_snapshot", make)


def launched_without_token() -> None:
    """Believes every click on the form of a list that is checked."""

    def make(launch: Callable[..., bool]) -> Callable[..., bool]:
        def careless(*, guest_list: Any, token: Any, actor: Any, hold: bool = False) -> bool:
            token = guest_list.confirm_token
            return launch(guest_list=guest_list, token=token, actor=actor, hold=hold)

        return careless

    _wrap("tests.crash.worker.launch_list", make)


def no_claims() -> None:
    put("issuance.engine.planning._claim_guests", lambda guest_list: None)


def settled_in_pieces() -> None:
    """Commits the end of a job before its guests know of it."""
    settlement, _ = locate("issuance.engine.settlement.end_job")
    put("issuance.engine.settlement.end_job", settlement.end_job.__wrapped__)
    put("issuance.engine.polling.apply_snapshot", settlement.apply_snapshot.__wrapped__)
    put("issuance.models.IssuanceJobQuerySet.select_for_update", lambda self, **kwargs: self)


def unnoticed_restore() -> None:
    put("issuance.engine.sending_pauses._thrown_back", lambda: False)


MUTANTS: dict[str, Callable[[], None]] = {
    "a new key for each attempt": new_key_per_attempt,
    "keys drawn at random": random_keys,
    "a body rebuilt for each attempt": rebuilt_body,
    "a timeout counts as a refusal": timeout_is_a_refusal,
    "no intent before the send": no_intent,
    "no fence around a lost lease": no_fence,
    "claims ignore leases": lease_ignored,
    "a pause of sending is ignored": pause_ignored,
    "a failed job is sent again": failed_is_sent_again,
    "a used up form launches": launched_without_token,
    "guests are not claimed": no_claims,
    "a job ends in pieces": settled_in_pieces,
    "a restored database sends at once": unnoticed_restore,
}
