"""A list that was launched: how far it is, and what became of its guests."""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from campaigns.models import Variant
from issuance.access import list_for
from issuance.engine.sending_pauses import pause_in_force
from issuance.forms.taking_back import TakeBackForm
from issuance.guests.grid import number_in
from issuance.guests.ledger_terms import ledger_terms
from issuance.lifecycle.ledger import closing_sentence, how_it_ended
from issuance.models import GuestList, IssuanceJob
from issuance.models.states import ListState
from issuance.outcomes.causes import causes_of
from issuance.outcomes.progress import facts_to_continue, progress_of
from issuance.outcomes.refusals import Refusal, facts_to_retry, refusals_of, retries_of, unsent_of
from issuance.outcomes.timeline import timeline_of
from issuance.views.taking_back import taking_back
from thanxportal.prepared import Prepared
from thanxportal.reviewed import sign

JOBS = 50  # on a page
SHOWN = (
    "guest_list", "number", "label", "state", "canary", "part_of", "problem_code", "partner_state", "in_doubt",
    "attempt_count", "total_count", "processed_count", "success_count", "failure_count", "accepted_at", "news_at",
    "next_attempt_at", "unknown_state_since", "revoke_reason", "variant",
)  # fmt: skip


def progress_stage(
    request: HttpRequest, guest_list: GuestList, take_back: TakeBackForm | None = None
) -> dict[str, Any]:
    jobs, now = _with_arms(_jobs(guest_list.pk)) if guest_list.status != ListState.HELD else [], timezone.now()
    progress = progress_of(guest_list, jobs, now)
    running = guest_list.status.running
    unsent = unsent_of(guest_list)
    waits = guest_list.safety_stop_at and guest_list.status == ListState.ISSUING
    stoppable = guest_list.status == ListState.HELD or (running and progress.unsent_jobs)
    return {
        "stage": "issuance/outcomes/progress.html",
        "live": running or progress.revoking,
        "progress": progress,
        "seconds_held": (guest_list.held_until - now).total_seconds() if guest_list.held_until else None,
        "terms": ledger_terms(guest_list),
        "how_it_ended": how_it_ended(guest_list),
        "closes": closing_sentence(guest_list),
        "events": timeline_of(guest_list),
        "stoppable": stoppable,
        "sending_paused": bool(stoppable) and pause_in_force(),
        "unsent": unsent,
        "seen_unsent": sign(guest_list.target, unsent.facts) if unsent else "",
        "seen_rest": sign(guest_list.target, facts_to_continue(guest_list, progress)) if waits else "",
        **taking_back(request, guest_list, jobs, take_back),
        **({} if running or guest_list.state == ListState.DISCARDED else _nothing_given(guest_list)),
    }


@Prepared
def _jobs(guest_list: int) -> QuerySet[IssuanceJob]:
    arm = {"arm_name": F("variant__name"), "arm_position": F("variant__position")}
    return IssuanceJob.objects.of_list(guest_list).with_part_numbers().select_related(None).only(*SHOWN).annotate(**arm)


def _with_arms(jobs: list[IssuanceJob]) -> list[IssuanceJob]:
    """Makes the one to four arms once, and not one for each job."""
    arms: dict[int, Variant] = {}
    for job in jobs:
        if job.variant_id not in arms:
            columns = (job.variant_id, job.arm_position, job.arm_name)  # type: ignore[attr-defined]
            arms[job.variant_id] = Variant.from_db(DEFAULT_DB_ALIAS, ("id", "position", "name"), columns)
        job.variant = arms[job.variant_id]
    return jobs


def _nothing_given(guest_list: GuestList) -> dict[str, Any]:
    if guest_list.rows_count == guest_list.rewarded_count:
        return {}
    refusals = refusals_of(guest_list) if guest_list.refused_count else []
    again = _again(guest_list, refusals) if refusals else {}
    return again | {"causes": causes_of(guest_list, refusals)}


def _again(guest_list: GuestList, refusals: list[Refusal]) -> dict[str, Any]:
    return {
        "retries": retries_of(guest_list),
        "left_count": sum(refusal.left for refusal in refusals),
        "seen_refused": sign(guest_list.target, facts_to_retry(refusals)),
    }


@require_GET
def list_jobs(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    guest_list = list_for(request, handle, pk)
    later = (
        IssuanceJob.objects.of_list(guest_list)
        .with_part_numbers()
        .filter(number__gt=number_in(request.GET, "after") or 0)
    )
    jobs = list(later[: JOBS + 1])
    after = jobs[JOBS - 1].number if len(jobs) > JOBS else None
    context = {"list": guest_list, "jobs": jobs[:JOBS], "after": after}
    return TemplateResponse(request, "issuance/outcomes/jobs.html", context)
