"""Refused guests by reason, once a list no longer runs."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from issuance.ledger import guests_url
from issuance.models import Recipient, RecipientList
from issuance.reasons import reason_in_words
from issuance.states import Outcome


@dataclass(frozen=True)
class Refusal:
    sentence: str
    code: str
    count: int
    url: str


def refusals_of(recipient_list: RecipientList) -> list[Refusal]:
    """The most frequent reason first. Counts guests, so it has no place in a page that is polled."""
    refused = Recipient.objects.filter(recipient_list=recipient_list, outcome=Outcome.REFUSED)
    groups = refused.values("reason").annotate(count=Count("pk")).order_by("-count", "reason")
    url = guests_url(recipient_list, outcome=Outcome.REFUSED.value)
    return [
        Refusal(reason_in_words(group["reason"]) or "No reason was given.", group["reason"], group["count"], url)
        for group in groups
    ]
