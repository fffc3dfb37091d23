"""What happened to a list and its jobs: appended, never changed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from issuance.models.jobs import IssuanceJob
from issuance.models.lists import GuestList
from thanxportal.accounts.models import User
from thanxportal.kept_text import KeptText


class Event(models.Model):
    """One transition of a list or a job: what, when, by whom. Appended, never changed: the page's timeline."""

    guest_list = models.ForeignKey(GuestList, on_delete=models.PROTECT, related_name="events")
    job = models.ForeignKey(IssuanceJob, on_delete=models.PROTECT, null=True, blank=True, related_name="events")
    at = models.DateTimeField("when", default=timezone.now)
    old_state = models.CharField("before", max_length=20, blank=True)
    new_state = models.CharField("after", max_length=20)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="by", on_delete=models.SET_NULL, null=True, blank=True
    )
    note = KeptText(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.old_state} to {self.new_state}"


def note_event(
    guest_list: GuestList,
    new_state: str,
    *,
    old_state: str = "",
    job: IssuanceJob | None = None,
    actor: User | None = None,
    note: str = "",
) -> None:
    """Appends one line to the list's timeline; call it inside the transition's transaction."""
    fields: dict[str, Any] = {"old_state": old_state, "new_state": new_state, "actor": actor, "note": note[:300]}
    Event.objects.create(guest_list=guest_list, job=job, **fields)
