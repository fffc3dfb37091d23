"""Where tools post their events: limits, signature, store, answer; what is in them is looked at after that."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from issuance.hooks.arriving import TooManyWait, hook_at, store
from issuance.hooks.deciding import decide_all
from issuance.hooks.documents import MOST_BYTES, Unreadable, events_in
from issuance.hooks.signatures import is_signed
from issuance.models import Hook
from thanxportal.problems import problem

NOWHERE = "There is no hook at this address, or its address was renewed."
TOO_OFTEN = "This hook was asked too often. Send the same again later."
TOO_MANY_WAIT = "Too many events of this hook wait for a person. Send the same again later."
UNSIGNED = "The signature is missing or wrong."
LATER = 3600  # seconds


@login_not_required
@csrf_exempt
@require_POST
def take(request: HttpRequest, secret: str) -> HttpResponse:
    """Answers 202 once the events are stored, whatever becomes of them."""
    hook = hook_at(secret)
    if hook is None:
        return problem(404, NOWHERE)
    if not hook.count_request():
        return _later(TOO_OFTEN, 60 - timezone.now().second)
    hook.token.note_use()
    timezone.activate(hook.merchant.time_zone)
    try:
        stored = _stored(request, hook)
    except Unreadable as refusal:
        hook.count_refusal(refusal.why)
        return problem(refusal.status, refusal.why)
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
    return store(hook, events_in(request), raw=raw, headers=request.headers)


def _later(why: str, seconds: int) -> HttpResponse:
    response = problem(429, why)
    response["Retry-After"] = str(seconds)
    return response
