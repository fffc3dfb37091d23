"""Where Thanx posts its webhooks: check the signature, keep what matters, answer; the work is done later."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from issuance.engine.incoming_webhooks import store_delivery
from issuance.tasks import sweep
from thanxportal.body_limits import takes_body
from thanxportal.celery import nudge
from thanxportal.partner_api import verify_signature

MOST_BYTES = 5 * 1024 * 1024  # A batch event of 10,000 refusals takes 3.6 MB: more than Django allows a form.
CHUNK = 256 * 1024


@takes_body(lambda: MOST_BYTES + 1)
@login_not_required
@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Stores a signed event and answers 200, whatever it says: Thanx sends nothing twice. Unsigned: 401."""
    secrets = [secret for secret in settings.THANX_WEBHOOK_SECRETS if secret]
    if not secrets:
        return _answer(503, "Webhooks are not set up here.")
    try:
        raw = _read(request)
    except UnreadablePostError:
        return _answer(400, "The body ended too early.")
    if len(raw) > MOST_BYTES:
        return _answer(413, "The body is longer than 5 MiB.")
    if not verify_signature(raw, request.headers.get("X-Thanx-Signature"), secrets):
        return _answer(401, "The signature is wrong.")
    if store_delivery(raw):
        nudge(sweep)
    return _answer(200, "Received.")


def _read(request: HttpRequest) -> bytes:
    """The raw body, but at most one byte more than is allowed."""
    stream: Any = request
    if not request.META.get("CONTENT_LENGTH") and request.META.get("wsgi.input_terminated"):
        stream = request.META["wsgi.input"]  # Sent in chunks: Django itself would see an empty body.
    parts, left = [], MOST_BYTES + 1
    while left and (part := stream.read(min(CHUNK, left))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _answer(status: int, words: str) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain")
