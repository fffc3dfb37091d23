"""Finding what somebody asks support about: a merchant, a campaign, a list or a job; or one guest, by the keyed hash.

A guest is looked up at all merchants at once. The log of each merchant that knows the guest says that staff looked, and
never whom they looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.urls import reverse

from campaigns.models import Campaign
from issuance.guests.reasons import reason_in_words
from issuance.importing.batches import guest_hasher
from issuance.models import Guest, GuestList, IssuanceJob
from issuance.models.states import Outcome
from issuance.parsing.identifiers import identity, parse_guest
from thanxportal.accounts.models import Merchant, User, record_activity

MOST = 20  # rows of each kind
MOST_OF_A_GUEST = 100


class Hit(NamedTuple):
    kind: str
    name: str
    merchant: str
    state: str
    address: str


class Sighting(NamedTuple):
    """One row of the guest. `at` is when its job ended, or else when its list was launched or brought."""

    guest_list: GuestList
    row: int
    arm: str
    reward: str
    outcome: Outcome
    reason: str
    job: IssuanceJob | None
    at: datetime


def find(user: User, words: str) -> list[Hit]:
    """What has these words in its name, or one of its ids, of what this person may look at."""
    found = (*_merchants(words), *_campaigns(words), *_lists(words), *_jobs(words))
    return [_hit(row) for row in found if user.has_perm(f"{row._meta.app_label}.view_{row._meta.model_name}")]


def _merchants(words: str) -> Iterable[Merchant]:
    named = Q(name__icontains=words) | Q(handle__iexact=words) | Q(thanx_id=words)
    return Merchant.objects.filter(named).order_by("name")[:MOST]


def _campaigns(words: str) -> Iterable[Campaign]:
    named = Q(name__icontains=words) | Q(thanx_id=words) | _numbered(words)
    return Campaign.objects.filter(named).select_related("merchant").defer("raw").order_by("-pk")[:MOST]


def _lists(words: str) -> Iterable[GuestList]:
    named = Q(name__icontains=words) | _numbered(words)
    lists = GuestList.objects.filter(named).select_related("merchant").only("name", "state", "merchant__name")
    return lists.order_by("-pk")[:MOST]


def _jobs(words: str) -> QuerySet[IssuanceJob]:
    named = Q(thanx_id=words) | _numbered(words) | _keyed(words)
    return IssuanceJob.objects.filter(named).select_related("merchant").defer("body").order_by("-pk")[:MOST]


def _numbered(words: str) -> Q:
    return Q(pk=int(words)) if words.isascii() and words.isdecimal() and len(words) < 16 else Q(pk__in=[])


def _keyed(words: str) -> Q:
    try:
        return Q(idempotency_key=UUID(words))
    except ValueError:
        return Q(pk__in=[])


def _hit(row: Model) -> Hit:
    page = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    state = row.get_state_display() if hasattr(row, "get_state_display") else ""
    merchant = "" if isinstance(row, Merchant) else str(row.merchant)  # type: ignore[attr-defined]
    return Hit(str(row._meta.verbose_name).capitalize(), str(row), merchant, state, reverse(page, args=[row.pk]))


def as_guest(typed: str) -> dict[Merchant, str]:
    """The email or phone that each merchant with lists reads here, as in its own country."""
    merchants = Merchant.objects.filter(guest_lists__isnull=False).distinct().order_by("pk")
    read = {merchant: parse_guest(typed, merchant.country).value for merchant in merchants}
    return {merchant: value for merchant, value in read.items() if value}


@transaction.atomic
def look_up_guest(user: User, values: dict[Merchant, str]) -> list[Sighting]:
    """The last rows of a guest whom each merchant knows by a value of its own, in all lists of all of them.

    No index has the hash, so that one query reads all guests, however many merchants there are.
    """
    digests = [guest_hasher(GuestList(merchant=merchant))(identity(value)) for merchant, value in values.items()]
    rows = Guest.objects.filter(identity__in=digests)
    related = rows.select_related("guest_list__merchant", "guest_list__campaign", "variant__reward_template", "job")
    related = related.defer(
        "value", "other", "cells", "job__body", "guest_list__campaign__raw", "variant__reward_template__raw"
    ).order_by("-pk")
    guests = list(related[:MOST_OF_A_GUEST])
    for merchant in sorted({guest.guest_list.merchant for guest in guests}, key=lambda merchant: merchant.pk):
        path = reverse("issuance:guest_story", args=[merchant.handle])
        sentence = "Looked up what one guest got, as partner staff."
        record_activity(merchant=merchant, actor=user, sentence=sentence, target="guest", path=path)
    return sorted(_sightings(guests), key=lambda sighting: sighting.at, reverse=True)


def _sightings(guests: Iterable[Guest]) -> Iterator[Sighting]:
    for guest in guests:
        made, outcome = guest.guest_list, Outcome(guest.outcome)
        at = (guest.job and guest.job.ended_at) or made.launched_at or made.created_at
        reward = guest.variant.reward_template
        yield Sighting(
            made, guest.in_file, guest.variant.name, reward.name if reward else "", outcome,
            reason_in_words(guest.reason), guest.job, at,
        )  # fmt: skip
