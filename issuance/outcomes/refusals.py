"""Who got nothing and can be sent again, once a list no longer runs: refused guests by reason, and unsent ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from issuance.guests.addresses import guests_url
from issuance.guests.reasons import FINAL, reason_in_words
from issuance.launching.retries import sent_again
from issuance.lifecycle.campaign_end import ended_before_all_were_sent, ended_in_words
from issuance.models import Guest, GuestList
from issuance.models.states import ListState, Outcome
from thanxportal.prepared import Prepared
from thanxportal.reviewed import Facts


@dataclass(frozen=True)
class Refusal:
    """`left` of the `count` guests can be sent again and are in no retry yet; nobody where the refusal is `final`."""

    sentence: str
    code: str
    count: int
    left: int
    final: bool
    url: str


def refusals_of(guest_list: GuestList) -> list[Refusal]:
    """The most frequent reason first. Counts guests, so it has no place in a page that is polled."""
    return [
        Refusal(
            reason_in_words(reason) or "No reason was given.",
            reason,
            count,
            0 if reason in FINAL else left,
            reason in FINAL,
            guests_url(guest_list, outcome=Outcome.REFUSED.value, cause=reason),
        )
        for reason, count, left in _by_reason(guest_list.pk)
    ]


@Prepared
def _by_reason(guest_list: int) -> QuerySet[Any, tuple[str, int, int]]:
    refused = Guest.objects.filter(guest_list=guest_list, outcome=Outcome.REFUSED)
    left = Count("pk", filter=Q(retries=None) & ~Q(value=""))
    groups = refused.values("reason").annotate(count=Count("pk"), left=left).order_by("-count", "reason")
    return groups.values_list("reason", "count", "left")


def facts_to_retry(refusals: list[Refusal]) -> Facts:
    """Whom a retry takes, as the page says it."""
    return {f"To be sent again, of “{refusal.sentence}”": f"{refusal.left:,}" for refusal in refusals if refusal.left}


@dataclass(frozen=True)
class Unsent:
    """Guests to whom a stopped list sent nothing: `left` of them are in none of the `lists` that send the others.
    `why` if no person stopped it."""

    left: int
    lists: list[GuestList]
    why: str

    @property
    def facts(self) -> Facts:
        return {"Guests to whom nothing was sent": f"{self.left:,}"}


def retries_of(guest_list: GuestList) -> list[GuestList]:
    """The lists that send refused guests of this one again."""
    return _retries(guest_list.pk)


@Prepared
def _retries(parent: int) -> QuerySet[GuestList]:
    return sent_again(parent=parent).filter(took=Outcome.REFUSED)


def unsent_of(guest_list: GuestList) -> Unsent | None:
    """From columns of lists, never from counting guests; None unless the list was stopped before its end."""
    if guest_list.state != ListState.STOPPED or not guest_list.waiting_count:
        return None
    lists = list(sent_again(parent=guest_list).filter(took=Outcome.WAITING))
    left = 0 if guest_list.removed else guest_list.waiting_count - sum(retry.rows_count for retry in lists)
    return Unsent(left, lists, ended_in_words(guest_list) if ended_before_all_were_sent(guest_list) else "")
