"""The steps of `benchmarks.events` that know Django: a token and a campaign, and when Thanx accepted what was asked."""

from __future__ import annotations

import json
from datetime import timedelta
from statistics import quantiles

from django.core.management import call_command
from django.utils import timezone

from campaigns.discovery import sync_partner
from campaigns.publishing import publish_campaign, request_publication
from issuance.models import EventBatch, Guest, GuestList
from issuance.models.states import LIST_ENDED, Outcome
from tests import cast
from thanxportal.accounts.models import Merchant, Role
from thanxportal.accounts.tokens import make_token


def prepare() -> None:
    """Prints the secret of a token, and the id of a published campaign of two arms and Control."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    sync_partner(believe=True)
    merchant = Merchant.objects.get(handle="harbor-grill")
    campaign = cast.draft_campaign(merchant)
    request_publication(campaign=campaign, actor=None)
    publish_campaign(campaign.pk)
    maker = cast.person("ana@example.com", merchant, Role.MANAGER)
    fields = {"scopes": ["read", "reward"], "guests_per_day": 1_000_000, "name": "Survey tool"}
    _, secret = make_token(merchant=merchant, actor=maker, expires_at=timezone.now() + timedelta(days=1), **fields)
    print(json.dumps([secret, campaign.pk]))


def left() -> None:
    """Prints how much isn't at its end."""
    print(EventBatch.objects.waiting().count() + GuestList.objects.exclude(state__in=LIST_ENDED).count())


def waits() -> None:
    """Prints how long events waited until Thanx accepted them, and whether every one is somewhere."""
    came = {(batch[0], batch[1]): batch[2] for batch in EventBatch.objects.values_list(
        "guest_list", "first_row", "received_at"
    )}  # fmt: skip
    sent = Guest.objects.exclude(job=None).values_list("guest_list", "row", "job__accepted_at")
    seconds = [(at - came[made, row]).total_seconds() for made, row, at in sent.iterator() if at]
    rows = sum(GuestList.objects.values_list("rows_count", flat=True))
    unsent = Guest.objects.filter(outcome=Outcome.WAITING).count()
    figures = {"events": len(came), "lists": GuestList.objects.count(), "lost": len(came) - rows + unsent}
    print(json.dumps(figures | {"p95_s": round(quantiles(seconds, n=100)[94], 1), "slowest_s": round(max(seconds), 1)}))
