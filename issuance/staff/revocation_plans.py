"""Plans to take rewards back: one person proposes which jobs, another confirms it, and each is asked for once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from issuance.lifecycle.activity import note_activity
from issuance.lifecycle.notices import tell_request_answered
from issuance.models import GuestList, IssuanceJob, IssuanceJobQuerySet, RevocationPlan, RevocationRequest
from issuance.models.states import JOB_REVOCABLE, JobState
from issuance.staff.double_rewards import Left, what_is_left
from issuance.staff.revocation import Impact, facts_to_revoke, impact_of, request_revocation
from issuance.staff.revocation_scope import Scope, doubles_of, with_retries
from thanxportal.accounts.models import Merchant, User
from thanxportal.counted import counted
from thanxportal.reviewed import Facts, differences


class CantRevoke(Exception):
    """Why this plan can't be proposed or confirmed; `args[0]` is the sentence for staff."""


@dataclass(frozen=True)
class Effect:
    """What a plan would undo, and, where guests were sent several rewards, what is left to them."""

    impact: Impact
    left: Left | None

    @property
    def facts(self) -> Facts:
        if self.left is None:
            return facts_to_revoke(self.impact)
        return facts_to_revoke(self.impact) | {
            "Guests who keep another reward": f"{self.left.keeping:,}",
            "Guests who lose their only reward": f"{self.left.losing:,}",
            "Guests who still hold several": f"{self.left.several:,}",
        }


def effect_of(scope: Scope, jobs: Iterable[IssuanceJob]) -> Effect:
    impact, doubles = impact_of(jobs), doubles_of(scope)
    left = what_is_left(doubles, {job.pk for job in impact.jobs}) if doubles else None
    return Effect(impact, left)


def effect_of_plan(plan: RevocationPlan) -> Effect:
    """Counted anew: jobs may have changed since it was proposed."""
    scope = Scope(plan.cause, plan.merchant, since=plan.since, until=plan.until)
    jobs = plan.jobs.defer("body").select_related("variant", "guest_list__campaign", "merchant")
    return effect_of(scope, jobs.order_by("guest_list", "number"))


def target_of(plan: RevocationPlan) -> str:
    """What a form that confirms it decides on."""
    return f"revocation-plan:{plan.pk}"


@transaction.atomic
def propose_plan(
    *, scope: Scope, jobs: list[IssuanceJob], note: str, actor: User, request: RevocationRequest | None = None
) -> RevocationPlan:
    """Nothing is taken back before somebody else confirms it. Raises CantRevoke."""
    chosen = [job for job in jobs if job.status in JOB_REVOCABLE and job.merchant_id == scope.merchant.pk]
    if not chosen:
        raise CantRevoke("Choose at least one job that can be revoked.")
    if request is not None:
        _lock(request)
        if {job.pk for job in chosen} - set(_asked_for(request).values_list("pk", flat=True)):
            raise CantRevoke("The manager didn’t ask for all of these jobs: propose the others by a plan of their own.")
    times = {"since": scope.since, "until": scope.until} if scope.twice else {}
    fields = {"merchant": scope.merchant, "cause": scope.cause, "note": note, "request": request, **times}
    try:
        with transaction.atomic():
            plan = RevocationPlan.objects.create(proposed_by=actor, **fields)
    except IntegrityError as already:
        raise CantRevoke("A plan waits for this request already: confirm or withdraw that one.") from already
    plan.jobs.set(chosen)
    _note(plan, actor, "Staff asked a colleague to confirm a plan to take back")
    return plan


@transaction.atomic
def confirm_plan(*, plan: RevocationPlan, actor: User, seen: str) -> list[IssuanceJob]:
    """Asks for each of its jobs, if what would be undone is still what was seen, one plan of a merchant at a time;
    raises CantRevoke with nothing changed. Returns those asked for."""
    if actor.pk == plan.proposed_by_id:
        raise CantRevoke("You proposed this plan, so a colleague has to confirm it.")
    Merchant.objects.select_for_update(no_key=True).get(pk=plan.merchant_id)
    if plan.request is not None:
        _lock(plan.request)
    _end(plan, confirmed_by=actor, confirmed_at=timezone.now())
    if changed := differences(target_of(plan), seen, effect_of_plan(plan).facts):
        raise CantRevoke(f"Nothing was done: {' '.join(changed)}")
    jobs = plan.jobs.defer("body").select_related("guest_list__merchant").order_by("pk")
    asked = [job for job in jobs if request_revocation(job=job, actor=actor, reason=plan.note, plan=plan)]
    if not asked:
        raise CantRevoke("None of its jobs can be revoked any more.")
    if plan.request is not None:
        _answer(plan.request, actor)
        tell_request_answered(plan.request, _yes(plan.request, len(asked)), plan.note)
    return asked


@transaction.atomic
def withdraw_plan(*, plan: RevocationPlan, actor: User) -> None:
    """A request that it was to answer waits again. Raises CantRevoke."""
    _end(plan, withdrawn_by=actor, withdrawn_at=timezone.now())
    _note(plan, actor, "Staff withdrew a plan to take back")


@transaction.atomic
def refuse_request(*, request: RevocationRequest, actor: User, reason: str) -> None:
    """Says no to a manager. Raises CantRevoke if it was answered, or a plan that would answer it waits."""
    _lock(request)
    if request.plans.filter(confirmed_at=None, withdrawn_at=None).exists():
        raise CantRevoke("A plan waits for this request: withdraw it first.")
    _answer(request, actor, reason)
    made = request.guest_list
    note_activity(made, actor, f"Staff refused to take back {request.what} of “{made.name}”: {reason}")
    tell_request_answered(request, "Staff won’t take back", reason)


def _asked_for(request: RevocationRequest) -> IssuanceJobQuerySet:
    """All that could be meant: also what was sent again of the list."""
    jobs = IssuanceJob.objects.filter(guest_list__in=with_retries(request.guest_list))
    return jobs.filter(variant=request.variant) if request.variant else jobs


def _yes(request: RevocationRequest, taken: int) -> str:
    """Says so if it is only a part."""
    kept = _asked_for(request).filter(state__in=JOB_REVOCABLE).count()
    return f"Staff agreed for {taken:,} of {taken + kept:,} jobs to take back" if kept else "Staff agreed to take back"


def _end(plan: RevocationPlan, **fields: object) -> None:
    """Once, whatever clicks come twice."""
    waiting = RevocationPlan.objects.filter(pk=plan.pk, confirmed_at=None, withdrawn_at=None)
    if not waiting.update(**fields):
        raise CantRevoke("This plan was confirmed or withdrawn meanwhile.")


def _lock(request: RevocationRequest) -> None:
    """Nobody answers it, or plans an answer, until the transaction ends."""
    if not RevocationRequest.objects.select_for_update().filter(pk=request.pk, answered_at=None):
        raise CantRevoke("This request was answered meanwhile.")


def _answer(request: RevocationRequest, actor: User, refusal: str = "") -> None:
    answer = {"answered_by": actor, "answered_at": timezone.now(), "refusal": refusal[:250]}
    RevocationRequest.objects.filter(pk=request.pk).update(**answer)


def _note(plan: RevocationPlan, actor: User, what: str) -> None:
    """A line for each list of the plan."""
    counts = Counter(plan.jobs.order_by().values_list("guest_list", flat=True))
    for made in GuestList.objects.filter(pk__in=counts).select_related("merchant").order_by("pk"):
        note_activity(made, actor, f"{what} {counted(counts[made.pk], 'job')} of “{made.name}”.")


def progress_of(plan: RevocationPlan) -> str:
    """How far it is, with counts: for the list of plans and its page."""
    if plan.withdrawn_at:
        return "withdrawn"
    if not plan.confirmed_at:
        return "waits for a second person"
    jobs = list(plan.jobs.order_by().only("state", "total_count", "failure_count", "revoke_plan", "next_attempt_at"))
    mine = [job for job in jobs if job.revoke_plan_id in (None, plan.pk)]
    states = Counter(job.status for job in mine)
    taken = sum(job.not_refused for job in mine if job.state == JobState.REVOKED)
    stuck = sum(job.state == JobState.REVOKING and job.next_attempt_at is None for job in mine)
    running, kept = states[JobState.REVOKING] - stuck, sum(states[state] for state in JOB_REVOCABLE)
    parts = [f"{counted(taken, 'reward')} taken back in {counted(states[JobState.REVOKED], 'job')}"]
    parts += [f"{counted(running, 'job is', 'jobs are')} being revoked"] * bool(running)
    parts += [f"{counted(stuck, 'job waits', 'jobs wait')} for staff to ask Thanx again"] * bool(stuck)
    parts += [f"{counted(kept, 'job wasn’t', 'jobs weren’t')} taken back"] * bool(kept)
    others = len(jobs) - len(mine)
    parts += [f"{counted(others, 'job counts', 'jobs count')} in another plan"] * bool(others)
    return "; ".join(parts)
