"""Keeps what came, before anything is made of it: what came before counts there, and is no event of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from issuance.hooks.fields import Field
from issuance.models import LATEST, Hook, HookEvent
from thanxportal.accounts.tokens import hook_token_by

SENDERS_ID = ("webhook-id", "svix-id", "idempotency-key")  # headers; others may name the sender, not the event
SAME_BYTES = timedelta(days=1)  # for which the same bytes are the same event
OTHER_CONTENT = "An event with the same id in its header came before, with other content."
UNTOUCHED = "It came, and nothing was made of it yet."
MOST_WAITING = 5_000  # events of a hook; more come again later


class TooManyWait(Exception):
    """People have to decide first about what waits."""


def hook_at(secret: str) -> Hook | None:
    """The hook whose address ends so, with its merchant and its token."""
    token = hook_token_by(secret)
    if token is None:
        return None
    for hook in Hook.objects.filter(token=token):
        hook.token, hook.merchant = token, token.merchant
        return hook
    return None


@transaction.atomic
def store(hook: Hook, events: Sequence[Sequence[Field]], *, raw: bytes, headers: Mapping[str, str]) -> list[int]:
    """Keeps each event of a request, and returns the ids of those of which nothing was made yet. Raises TooManyWait."""
    Hook.objects.select_for_update().get(pk=hook.pk)  # Copies that come at once take turns.
    if hook.events.waiting().order_by()[MOST_WAITING : MOST_WAITING + 1].exists():
        raise TooManyWait
    sender = next((given for name in SENDERS_ID if (given := headers.get(name, "").strip())), "")
    stored = [_store(hook, fields, sender, raw, at) for at, fields in enumerate(events)]
    _empty_all_but_the_latest(hook)
    return [pk for pk in stored if pk]


def _store(hook: Hook, fields: Sequence[Field], sender: str, raw: bytes, at: int) -> int | None:
    """The id of the event at this place of its request; None if somebody decides, or something was made of it."""
    body_key = keyed(b"%d %b" % (at, raw))
    sender_key = keyed(f"{at} {sender}".encode()) if sender else ""
    same_id = hook.events.filter(sender_key=sender_key) if sender_key else hook.events.none()
    lately = hook.events.filter(body_key=body_key, received_at__gt=timezone.now() - SAME_BYTES)
    for earlier in (lately | same_id.filter(body_key=body_key)).order_by("pk")[:1]:
        HookEvent.objects.filter(pk=earlier.pk).update(received_count=F("received_count") + 1)
        return earlier.pk if earlier.waits and earlier.note == UNTOUCHED else None
    note = OTHER_CONTENT if same_id.exists() else UNTOUCHED
    made = HookEvent.objects.create(
        hook=hook, fields=[[*field] for field in fields], body_key=body_key, sender_key=sender_key, note=note
    )
    return made.pk if note == UNTOUCHED else None


def _empty_all_but_the_latest(hook: Hook) -> None:
    """Of those that came before: with the one that came now they are as many as are kept."""
    settled = hook.events.with_fields().settled()
    last = settled.order_by("-pk").values_list("pk", flat=True)[LATEST - 1 : LATEST]
    for pk in last:
        settled.filter(pk__lte=pk).empty()


def keyed(sent: bytes) -> str:
    """As what is sent may be one guest, whom a bare hash would tell to whoever guesses."""
    return salted_hmac("hook", sent, secret=settings.IDENTITY_KEY, algorithm="sha256").hexdigest()
