"""What staff do about webhooks: have them applied again, and see whether a test event comes back."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from campaigns.partner_check import webhook_address
from issuance.models import TEST_EVENT, WebhookDelivery, WebhookDeliveryQuerySet
from issuance.models.states import DeliveryState
from thanxportal.partner.webhook_test import send_test_event


class Came(NamedTuple):
    fine: bool
    words: str


def apply_again(deliveries: WebhookDeliveryQuerySet) -> int:
    """Makes those due that name a job; what they already did isn't done twice. Returns how many there are."""
    return deliveries.exclude(thanx_job_id="").update(state=DeliveryState.NEW, due_at=timezone.now())


def try_webhooks() -> Came:
    """Sends a test event to our own address, and says what came back. It counts as none of Thanx's."""
    secrets, address = settings.THANX_WEBHOOK_SECRETS, webhook_address()
    if not secrets:
        return Came(False, "No secret is set: THANX_WEBHOOK_SECRET.")
    sent = send_test_event(address, event=TEST_EVENT, secret=secrets[0])
    if sent.status is None:
        return Came(False, f"{address} can’t be reached ({sent.words}).")
    answered = f"{address} answered {sent.status}: {sent.words}"
    if sent.status != 200:
        return Came(False, answered)
    if not WebhookDelivery.objects.filter(sha256=sha256(sent.body).hexdigest()).exists():
        return Came(False, f"{answered} But the event isn’t here: does the address lead to another portal?")
    return Came(True, f"{answered} The event is here.")
