"""Takes what a program asks for, under the rules that pages have, and keeps it to be gathered."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from campaigns.models import Campaign
from campaigns.publishing_rules import OPTED_OUT
from issuance.engine.sending_pauses import sends_were_forgotten
from issuance.events.asked import Asked, asked_for
from issuance.models import EventBatch, Stream
from thanxportal.accounts.models import ApiToken
from thanxportal.outgoing.happenings import Kind, note_happening
from thanxportal.prepared import Prepared


class Refused(Exception):
    """`args[0]` says why nobody can be rewarded now."""


class TooManyToday(Exception):
    """The token has asked for as many guests as it may today."""


def receive(*, campaign: Campaign, token: ApiToken, guests: Sequence[dict[str, Any]]) -> EventBatch:
    """Raises Refused and TooManyToday, and keeps nothing then."""
    batch = checked(campaign=campaign, token=token, guests=guests)
    keep(batch)
    return batch


def checked(*, campaign: Campaign, token: ApiToken, guests: Sequence[dict[str, Any]]) -> EventBatch:
    """A batch that is to be kept. Raises Refused."""
    if why := refusal_of(campaign):
        raise Refused(why)
    if campaign.preset_id:
        raise Refused(f"“{campaign.name}” is for rewards on the fly, which are asked for one by one at /rewards.")
    return batch_of(campaign, token, asked_for(guests, token.merchant))


def batch_of(
    campaign: Campaign, token: ApiToken, asked: Sequence[Asked], *, preset_until: date | None = None
) -> EventBatch:
    """One that is to be kept, and says until when its preset counts it."""
    merchant, size = token.merchant, len(asked)
    return EventBatch(
        merchant=merchant, stream=Stream(campaign=campaign, token=token, merchant=merchant, day=timezone.localdate()),
        size=size, guests=asked, alone=_needs_approval(token, size), preset_until=preset_until,
        cents=_expected_cents(campaign, size) if token.dollars_per_day is not None else 0, counted_until=token.day_ends,
    )  # fmt: skip


@transaction.atomic
def keep(batch: EventBatch) -> None:
    """As one that waits to be gathered. Raises TooManyToday, and keeps nothing then."""
    keep_all([batch])


def keep_all(batches: Sequence[EventBatch]) -> None:
    """The same of several, in a transaction of the caller that ends with nothing kept if it raises."""
    for batch in batches:
        batch.stream = _kept_stream(batch.stream)
    EventBatch.objects.bulk_create(batches)
    guests, cents = Counter[tuple[ApiToken, Any]](), Counter[tuple[ApiToken, Any]]()
    for batch in batches:
        guests[whose := (batch.stream.token, batch.counted_until)] += batch.size
        cents[whose] += batch.cents
    for token, until in sorted(guests, key=lambda whose: whose[0].pk):  # Other processes wait from here to the commit.
        if not token.take(guests[token, until], cents[token, until], until):
            raise TooManyToday


def _kept_stream(new: Stream) -> Stream:
    stream = next(iter(_streams(new.campaign_id, new.token_id, new.day)), None)
    if stream is None:
        of_day = {"campaign": new.campaign, "token": new.token, "day": new.day}
        stream, _ = Stream.objects.get_or_create(**of_day, defaults={"merchant": new.merchant})
    stream.campaign, stream.token = new.campaign, new.token
    return stream


def _expected_cents(campaign: Campaign, guests: int) -> int:
    """What the rewards of so many guests are worth by the shares of the arms, as far as Thanx names amounts."""
    worths = ((variant.weight, variant.worth) for variant in campaign.variants.select_related("reward_template"))
    return math.ceil(sum(percent * dollars for percent, dollars in worths if dollars is not None) * guests)


@Prepared
def _streams(campaign: int, token: int, day: date) -> QuerySet[Stream]:
    return Stream.objects.filter(campaign=campaign, token=token, day=day)


def refusal_of(campaign: Campaign) -> str:
    """Why no guest of the campaign can be rewarded now; empty if they can."""
    if campaign.merchant.opted_out:
        return OPTED_OUT.format(campaign.merchant, "nobody can be rewarded")
    if campaign.accepts_lists:
        return ""
    why = "has ended" if campaign.has_ended else "isn’t published yet"
    return f"“{campaign.name}” {why}, so it takes no guests."


def _needs_approval(token: ApiToken, guests: int) -> bool:
    """Whether a batch is above the merchant's threshold by itself, so that nothing else has to wait with it."""
    threshold = token.merchant.approval_threshold
    return threshold is not None and guests > threshold


@transaction.atomic
def withdraw(batch: EventBatch) -> bool:
    """Takes a batch back that wasn't gathered yet; False if it was. Raises Refused."""
    if sends_were_forgotten():
        raise Refused(
            "Sending is paused until it is known what was sent, so nothing is taken back now. Try again later."
        )
    stream, preset = batch.stream, batch.stream.campaign.preset
    stream.campaign.lock_preset()
    if not give_up(batch, EventBatch.WITHDRAWN):
        return False
    if preset and batch.preset_until:
        preset.give_back(batch.size, batch.preset_until)
    stream.token.give_back(batch.size, batch.cents, batch.counted_until)
    return True


def give_up(batch: EventBatch, why: str) -> bool:
    """Ends a batch that will never be rows of a list; False if it doesn't wait any more."""
    batch.waits, batch.guests, batch.given_up = False, [], why
    waiting = EventBatch.objects.filter(pk=batch.pk, waits=True)
    if not waiting.update(waits=False, guests=[], given_up=why):
        return False
    note_happening(batch.merchant_id, Kind.BATCH_GIVEN_UP, batch.pk)
    return True
