"""The list of a single guest: what became of the guest, as it would be told at a counter."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from issuance.access import typed_sight
from issuance.engine.sending_pauses import pause_in_force
from issuance.forms.taking_back import TakeBackForm
from issuance.guests.reasons import reason_in_words
from issuance.lifecycle.campaign_end import why_not_sent
from issuance.models import GuestList, IssuanceJob
from issuance.outcomes.progress import progress_of
from issuance.views.taking_back import taking_back


def one_guest_stage(
    request: HttpRequest, guest_list: GuestList, take_back: TakeBackForm | None = None
) -> dict[str, Any]:
    """The whole list is one row, so that looking at it costs no more than at a counter."""
    jobs = list(IssuanceJob.objects.of_list(guest_list).with_part_numbers())
    guest = guest_list.guests.select_related("variant__reward_template").get()
    return {
        "stage": "issuance/outcomes/one_guest_list.html",
        "sending_paused": guest_list.status.running and pause_in_force(),
        "guest": guest,
        "shown": typed_sight(request, guest_list).show(guest.value),
        "why": reason_in_words(guest.reason),
        "unsent": why_not_sent(guest_list, jobs[0].problem_code if jobs else None),
        "job": jobs[0] if jobs else None,
        "progress": progress_of(guest_list, jobs, timezone.now()),
        **taking_back(request, guest_list, jobs, take_back),
    }
