"""The action that takes the rewards of jobs back: it shows what would be undone, asks for a reason, then asks Thanx."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from issuance.admin.reason import asked_reason, reason_field
from issuance.models import IssuanceJob
from issuance.staff.revocation import Impact, facts_to_revoke, impact_of, request_revocation
from issuance.tasks import work_job
from thanxportal.accounts.access import user_of
from thanxportal.celery import nudge
from thanxportal.counted import counted


class RevocationForm(forms.Form):
    reason = reason_field(
        label="Why are these rewards taken back?",
        help_text="One sentence. The merchant reads it in the activity log; name no guest.",
        required="Write why these rewards are taken back.",
        max_length=300,
    )


@admin.action(description="Revoke selected jobs", permissions=["revoke"])
def revoke(jobs: ModelAdmin[Any], request: HttpRequest, queryset: QuerySet[IssuanceJob]) -> HttpResponse | None:
    impact = impact_of(queryset)
    if not impact.jobs:
        _say_why_not(jobs, request, impact)
        return None
    reason = asked_reason(
        jobs,
        request,
        impact.jobs,
        action="revoke",
        title="Revoke jobs",
        act=f"Revoke {impact.rewards_in_words} in {impact.jobs_in_words}",
        form_class=RevocationForm,
        template="admin/issuance/issuancejob/revoke.html",
        decided_on=facts_to_revoke(impact),
        impact=impact,
    )
    return reason if isinstance(reason, HttpResponse) else _revoke(jobs, request, impact, reason)


def _revoke(jobs: ModelAdmin[Any], request: HttpRequest, impact: Impact, reason: str) -> HttpResponse:
    """Asks for each job by itself: one that was taken back meanwhile is left out, and that is said."""
    actor = user_of(request)
    asked = [job for job in impact.jobs if request_revocation(job=job, actor=actor, reason=reason)]
    for job in asked:
        nudge(work_job, job.pk)
    if asked:
        guests = counted(sum(job.total_count for job in asked), "guest")
        sentence = f"Asked Thanx to revoke {counted(len(asked), 'job')} with {guests}. Reload to see it happen."
        jobs.message_user(request, sentence, messages.SUCCESS)
    late = len(impact.jobs) - len(asked)
    if late:
        stayed = counted(late, "job changed meanwhile, so it stays", "jobs changed meanwhile, so they stay")
        jobs.message_user(request, f"{stayed} as before.", messages.WARNING)
    _say_why_not(jobs, request, impact)
    ids = ",".join(str(job.pk) for job in impact.jobs)
    return redirect(f"{reverse('admin:issuance_issuancejob_changelist')}?{urlencode({'id__in': ids})}")


def _say_why_not(jobs: ModelAdmin[Any], request: HttpRequest, impact: Impact) -> None:
    for job, why in impact.impossible:
        jobs.message_user(request, f"{job} can’t be revoked. {why}", messages.WARNING)
    if not impact.jobs and not impact.impossible:
        jobs.message_user(request, "These jobs have changed meanwhile. Choose again.", messages.WARNING)
