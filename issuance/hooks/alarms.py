"""What keeps a hook from rewarding anybody, told to managers: its tool doesn't show it to them."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from issuance.models import Hook
from thanxportal.accounts.models import Kind, Right
from thanxportal.accounts.notifications import notify
from thanxportal.counted import counted
from thanxportal.plain_text import nameless

UNSIGNED = (
    "“{}” has refused {}, as the signature is wrong: the tool may have another secret now. Nothing of it was kept."
)
OVER = "“{0}” rewards nobody any more, as its campaign “{0.campaign}” has ended. What comes waits: choose another."


@transaction.atomic
def note_unsigned(hook: Hook) -> None:
    """Counts a request whose signature is wrong, and tells of them once a day."""
    mine, today = Hook.objects.filter(pk=hook.pk), timezone.localdate()
    mine.update(unsigned_count=F("unsigned_count") + 1)
    if mine.exclude(unsigned_told=today).update(unsigned_told=today):
        requests = counted(mine.values_list("unsigned_count", flat=True).get(), "request")
        _tell(hook, f"unsigned:{today}", UNSIGNED.format(hook, requests))


def note_signed(hook: Hook) -> None:
    """Of one whose signature is right."""
    if hook.unsigned_count:
        Hook.objects.filter(pk=hook.pk).update(unsigned_count=0)


def tell_of_end(hook: Hook) -> None:
    """That its campaign has ended: once for each campaign that it had."""
    _tell(hook, f"over:{hook.campaign_id}", OVER.format(hook))


def _tell(hook: Hook, event: str, sentence: str) -> None:
    path = reverse("issuance:hook", args=[hook.merchant.handle, hook.pk])
    notify(
        merchant=hook.merchant, kind=Kind.HOOK, right=Right.MANAGE, key=f"{hook.target}:{event}",
        sentence=nameless(sentence), path=path,
    )  # fmt: skip
