"""Noticing webhooks that never came: polling has found the job's end all the same, only reward ids are missing."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from issuance.models import Guest, IssuanceJob, note_event

MOST_AT_ONCE = 100


def look_for_missing_webhooks() -> int:
    """Counts the reward ids of completed jobs once their webhooks should have come; returns how many jobs."""
    due = IssuanceJob.objects.filter(webhooks_due_at__lte=timezone.now()).order_by("webhooks_due_at", "pk")
    pks = list(due.values_list("pk", flat=True)[:MOST_AT_ONCE])
    for job in count_missing(pks):
        if job.missing_reward_ids:
            words = f"Recovered by polling: {job.missing_reward_ids:,} of {job.success_count:,} reward ids never came."
            note_event(job.guest_list, job.state, old_state=job.state, job=job, note=words)
    return len(pks)


def count_missing(pks: Iterable[int]) -> list[IssuanceJob]:
    """Brings `missing_reward_ids` of these jobs up to date, and returns them."""
    jobs = list(IssuanceJob.objects.filter(pk__in=pks).select_related("guest_list").defer("body"))
    for job in jobs:
        given = Guest.objects.filter(job=job).exclude(reward_id="").count()
        job.missing_reward_ids = max(job.success_count - given, 0)
        job.webhooks_due_at = None
        IssuanceJob.objects.filter(pk=job.pk).update(missing_reward_ids=job.missing_reward_ids, webhooks_due_at=None)
    return jobs
