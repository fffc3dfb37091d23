"""What becomes of an event that was kept: by the rules of its hook, or by a person who looked at it.

The hook's row is locked meanwhile, so that of two events with one external id the second finds the first. An event
waits with the reason until it is settled; whoever dies on the way has done nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from itertools import takewhile
from time import monotonic

from django.db import transaction
from django.utils import timezone

from issuance.events.receiving import Refused, TooManyToday, receive
from issuance.hooks.alarms import tell_of_end
from issuance.hooks.arriving import keyed
from issuance.hooks.fields import kept
from issuance.hooks.making import note_hook
from issuance.hooks.rules import Verdict, guest_in, verdict_on
from issuance.models import EventBatch, Hook, HookEvent, HookEventState
from thanxportal.accounts.models import User
from thanxportal.accounts.tokens import is_answered_for
from thanxportal.counted import counted

log = logging.getLogger(__name__)
Asked = tuple[HookEventState, str, EventBatch | None]  # what became of it, why, and what was asked for
SECONDS = 10  # for what one click tries again
SAME = "An event with this external id was passed on for this guest before."
OTHER_GUEST = (
    "Another guest was passed on with this external id before. If both are right, choose no field for that id."
)
FULL_DAY = "The hook has asked for as many guests as it may today."
TAKEN_UP = "Somebody wants to look at it again."
LEFT = "Who made the hook no longer manages here. Renew its address, and you answer for its guests."
ENDED = "The hook was ended, so it asks for nobody any more."


def decide_all(pks: Iterable[int]) -> None:
    """By the rules."""
    for pk in pks:
        _decided(pk, None)


def _decided(pk: int, actor: User | None) -> str:
    """The state of an event then. What fails waits as it is, so that nothing that was stored is lost."""
    try:
        return decide(pk, actor=actor).state
    except Exception as error:
        log.error("Event %s of a hook waits, as it failed with %s.", pk, type(error).__name__)
        return HookEventState.WAITS


@transaction.atomic
def decide(pk: int, *, mapping: Mapping[str, str] | None = None, actor: User | None = None) -> HookEvent:
    """Settles an event that waits; by `mapping` alone if a person lets it through, whatever the conditions say.
    Returns it as it is then."""
    event = _locked(pk)
    if event.waits:
        hook, fields = event.hook, kept(event.fields)
        verdict = verdict_on(hook, fields) if mapping is None else guest_in(dict(fields), mapping, hook.merchant)
        _settle(event, verdict, actor)
        if mapping is not None and actor and not event.waits:
            note_hook(hook, actor, f"Let an event of the hook “{hook}” through: {event.status.label}.")
    return event


def _locked(pk: int) -> HookEvent:
    hook = Hook.objects.select_for_update(of=("self",)).select_related("merchant", "campaign", "token__created_by")
    locked = hook.get(events=pk)
    locked.campaign.merchant = locked.token.merchant = locked.merchant
    event = HookEvent.objects.select_for_update().get(pk=pk)
    event.hook = locked
    return event


def _settle(event: HookEvent, verdict: Verdict, actor: User | None) -> None:
    keys = _keys(verdict)
    event.state, event.note = verdict.state, verdict.why
    if verdict.guest is not None:
        event.state, event.note, event.batch = _came_before(event.hook, keys) or _ask_for(event.hook, verdict.guest)
    if event.batch:
        event.external_key, event.guest_key = keys
    if actor and not event.waits:
        event.decided_by, event.decided_at = actor, timezone.now()
    event.save(update_fields=["state", "note", "batch", "external_key", "guest_key", "decided_by", "decided_at"])


def _keys(verdict: Verdict) -> tuple[str, str]:
    """Of the external id, and of the guest under it, which tells of no other id of that guest; empty without an id."""
    external = verdict.external_id
    if not external:
        return "", ""
    return keyed(b"external " + external.encode()), keyed(f"guest {verdict.who} {external}".encode())


def _came_before(hook: Hook, keys: tuple[str, str]) -> Asked | None:
    """One id of two guests may be that of a shop or a survey, so that a person has to look."""
    external_key, guest_key = keys
    for earlier in hook.events.filter(external_key=external_key) if external_key else ():
        same = earlier.guest_key == guest_key
        return (HookEventState.SAME, SAME, None) if same else (HookEventState.WAITS, OTHER_GUEST, None)
    return None


def _ask_for(hook: Hook, guest: dict[str, str]) -> Asked:
    if not hook.token.works:
        return HookEventState.WAITS, ENDED, None
    if not is_answered_for(hook.token):
        return HookEventState.WAITS, LEFT, None
    try:
        return HookEventState.PASSED, "", receive(campaign=hook.campaign, token=hook.token, guests=[guest])
    except Refused as refusal:
        if hook.campaign.has_ended:
            tell_of_end(hook)
        return HookEventState.WAITS, str(refusal), None
    except TooManyToday:
        return HookEventState.WAITS, FULL_DAY, None


def try_again(hook: Hook, actor: User, *, newest: int) -> str:
    """Settles what waits, up to the newest event that somebody saw, by the rules as they are now and as far as there is
    time; returns what came of it, in words."""
    note_hook(hook, actor, f"Tried what waits at the hook “{hook}” again.")
    waiting = hook.events.waiting().filter(pk__lte=newest).order_by("pk")
    pks, end = [*waiting.values_list("pk", flat=True)], monotonic() + SECONDS
    states = [_decided(pk, actor) for pk in takewhile(lambda _: monotonic() < end, pks)]
    passed, left = states.count(HookEventState.PASSED), states.count(HookEventState.WAITS)
    tried = counted(len(states), "event")
    sentence = (
        f"{counted(passed, 'guest was', 'guests were')} passed on to be rewarded; {left:,} of {tried} still waiting"
    )
    untried = len(pks) - len(states)
    return f"{sentence}; there was no time for {untried:,} more" if untried else sentence


@transaction.atomic
def drop_all(hook: Hook, actor: User, *, newest: int) -> int:
    """Drops what waits, up to the newest event that somebody saw; returns how much."""
    fields = {"state": HookEventState.DROPPED, "note": "", "decided_by": actor, "decided_at": timezone.now()}
    if dropped := hook.events.waiting().filter(pk__lte=newest).update(**fields):
        note_hook(hook, actor, f"Dropped {counted(dropped, 'event')} of the hook “{hook}”: nobody is rewarded.")
    return dropped


@transaction.atomic
def take_up(event: HookEvent, actor: User) -> bool:
    """Has an event wait again that rewarded nobody; False if it can't be looked at any more."""
    nobodys = HookEvent.objects.filter(pk=event.pk, state__in=(HookEventState.LEFT_OUT, HookEventState.DROPPED))
    fields = {"state": HookEventState.WAITS, "note": TAKEN_UP, "decided_by": None, "decided_at": None}
    if not nobodys.with_fields().update(**fields):
        return False
    note_hook(event.hook, actor, f"Has an event of the hook “{event.hook}” wait again.")
    return True


@transaction.atomic
def drop(event: HookEvent, actor: User) -> bool:
    """False if it was settled before."""
    fields = {"state": HookEventState.DROPPED, "note": "", "decided_by": actor, "decided_at": timezone.now()}
    if not HookEvent.objects.filter(pk=event.pk).waiting().update(**fields):
        return False
    note_hook(event.hook, actor, f"Dropped an event of the hook “{event.hook}”: nobody is rewarded for it.")
    return True
