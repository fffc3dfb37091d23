"""Refused guests by reason, once a list no longer runs."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from issuance.ledger import guests_url
from issuance.models import Recipient, RecipientList, RecipientListQuerySet
from issuance.reasons import FINAL, reason_in_words
from issuance.states import ListState, Outcome


@dataclass(frozen=True)
class Refusal:
    """`left` of the `count` guests can be sent again and are in no retry yet; nobody where the refusal is `final`."""

    sentence: str
    code: str
    count: int
    left: int
    final: bool
    url: str


def refusals_of(recipient_list: RecipientList) -> list[Refusal]:
    """The most frequent reason first. Counts guests, so it has no place in a page that is polled."""
    refused = Recipient.objects.filter(recipient_list=recipient_list, outcome=Outcome.REFUSED)
    left = Count("pk", filter=Q(retries=None))
    groups = refused.values("reason").annotate(count=Count("pk"), left=left).order_by("-count", "reason")
    return [
        Refusal(
            reason_in_words(group["reason"]) or "No reason was given.",
            group["reason"],
            group["count"],
            0 if group["reason"] in FINAL else group["left"],
            group["reason"] in FINAL,
            guests_url(recipient_list, outcome=Outcome.REFUSED.value, cause=group["reason"]),
        )
        for group in groups
    ]


def retries_of(recipient_list: RecipientList) -> RecipientListQuerySet:
    """The lists that send refused guests of this one again; a discarded one sends nobody."""
    lists = RecipientList.objects.for_merchant(recipient_list.merchant).filter(parent=recipient_list)
    return lists.exclude(state=ListState.DISCARDED).order_by("pk")
