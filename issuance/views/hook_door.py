"""Where tools post their events: size, signature, limits, store, answer; what becomes of them is decided after that."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from issuance.hooks.alarms import note_signed, note_unsigned
from issuance.hooks.arriving import TooManyWait, hook_at, store
from issuance.hooks.deciding import decide_all
from issuance.hooks.documents import MOST_BYTES, Unreadable, events_in
from issuance.hooks.signatures import is_signed
from issuance.models import Hook
from thanxportal.body_limits import takes_body
from thanxportal.problems import problem

NOWHERE = "There is no hook at this address, or its address was renewed."
TOO_OFTEN = "This hook was asked too often. Send the same again later."
TOO_MANY_WAIT = "Too many events of this hook wait for a person. Send the same again later."
UNSIGNED = "The signature is missing or wrong."
LATER = 3600  # seconds
MOST_SEEN = 4 * MOST_BYTES  # What is longer is refused before anybody can say at which hook.


class TooManyNow(Exception):
    """Of this minute; `args[0]` says so."""


@takes_body(lambda: MOST_SEEN)
@login_not_required
@csrf_exempt
@require_POST
def take(request: HttpRequest, secret: str) -> HttpResponse:
    """Answers 202 once the events are stored, whatever becomes of them."""
    hook = hook_at(secret)
    if hook is None:
        return problem(404, NOWHERE)
    hook.token.note_use()
    timezone.activate(hook.merchant.time_zone)
    try:
        stored = _stored(request, hook)
    except Unreadable as refusal:
        hook.count_refusal(refusal.why)
        if refusal.why == UNSIGNED:
            note_unsigned(hook)
        return problem(refusal.status, refusal.why)
    except TooManyNow as refusal:
        hook.count_refusal(str(refusal))
        return _later(str(refusal), 60 - timezone.now().second)
    except TooManyWait:
        hook.count_refusal(TOO_MANY_WAIT)
        return _later(TOO_MANY_WAIT, LATER)
    decide_all(stored)
    return HttpResponse("Received.", status=202, content_type="text/plain")


def _stored(request: HttpRequest, hook: Hook) -> list[int]:
    try:
        raw = request.body
    except UnreadablePostError:
        raise Unreadable(400, "The body ended too early.") from None
    if len(raw) > MOST_BYTES:
        raise Unreadable(413, f"An event has at most {MOST_BYTES // 1024} KB.")
    if not is_signed(hook.signature, raw, request.headers):
        raise Unreadable(401, UNSIGNED)
    note_signed(hook)
    events = events_in(request)
    if not hook.take(max(1, len(events))):
        raise TooManyNow(TOO_OFTEN)
    return store(hook, events, raw=raw, headers=request.headers)


def _later(why: str, seconds: int) -> HttpResponse:
    response = problem(429, why)
    response["Retry-After"] = str(seconds)
    return response
