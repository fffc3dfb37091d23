"""Gathers what programs asked for in a few seconds into one list, and launches it as a person would.

A batch and its rows change in one transaction: whoever dies before its commit has done nothing but count the try, and
whoever comes after it finds nothing to gather. The stream's row is locked, so that two workers take turns; batches come
in meanwhile. Of all rewards on the fly of a merchant one stream is gathered at a time. What fails, or kills its worker,
is tried again later, one batch at a time, so that a bad one stops no other; and then set aside.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid5
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Min, Sum
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from campaigns.models import Campaign, CampaignState
from issuance.crash_points import crash_point
from issuance.engine.sending_pauses import sends_were_forgotten
from issuance.events.asked import MOST_FIELDS, NAMES, field_names, kept
from issuance.events.given_up import GIVEN_UP
from issuance.importing.batches import BatchMaker, insert_batch
from issuance.importing.earlier_rewards import set_aside_rewarded
from issuance.launching.job_cutting import canary_size
from issuance.launching.launch import launch_list
from issuance.lifecycle.notices import tell_given_up, tell_set_aside
from issuance.models import MOST_TRIES, EventBatch, EventBatchQuerySet, GuestList, Stream, note_event
from issuance.models.states import ListState
from thanxportal.accounts.models import ApiToken, User, record_activity
from thanxportal.accounts.tokens import is_answered_for
from thanxportal.counted import counted
from thanxportal.outgoing.happenings import Kind, note_happening

MOST = 10_000  # guests of a list: one job of Thanx for each arm
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 25, 1)]  # from each try to the next, and to setting aside


class NotLaunched(Exception):
    """Thanx no longer lists the merchant since a moment: the next round gives up what this one leaves as it was."""


def streams_to_gather() -> list[int]:
    return list(_due().order_by("stream").values_list("stream", flat=True).distinct())


def next_gathering() -> datetime | None:
    """When something is to be gathered next."""
    first: datetime | None = EventBatch.objects.due(timezone.now()).aggregate(at=Min("received_at"))["at"]
    return first and first + _wait()


def _due() -> EventBatchQuerySet:
    return EventBatch.objects.due(timezone.now() - _wait())


def _wait() -> timedelta:
    return timedelta(seconds=settings.GATHER_SECONDS)


@transaction.atomic
def gather_again(batch: EventBatch, *, actor: User) -> bool:
    """Tries once more what was set aside; False if somebody else has."""
    aside = EventBatch.objects.set_aside().filter(pk=batch.pk)
    if not aside.update(tries=MOST_TRIES - 1, try_at=None):
        return False
    guests, merchant = counted(batch.size, "guest"), batch.merchant
    path = reverse("issuance:stream", args=[merchant.handle, batch.stream_id])
    sentence = f"Staff took up {guests} again whom “{batch.stream}” asked for."
    record_activity(merchant=merchant, actor=actor, sentence=sentence, path=path)
    return True


@crash_point("gather events")
def gather(stream_id: int) -> GuestList | None:
    """Makes one list of what waits in a stream, and launches it; None if nothing is due any more."""
    pks = _begin(stream_id)
    return _finish(stream_id, pks) if pks else None


@crash_point("count a try")
@transaction.atomic
def _begin(stream_id: int) -> list[int]:
    """Counts that batches are tried, and returns their ids: before the work, which may kill whoever does it. Nobody
    else tries them meanwhile; those that were tried often enough are set aside instead."""
    stream = _locked(stream_id)
    pks = _next(stream)
    if not pks or _given_up(stream):
        return []
    due = EventBatch.objects.filter(pk__in=pks)
    tries = due.values_list("tries", flat=True)[0]  # All have the same.
    if tries >= MOST_TRIES:
        if due.exclude(try_at=None).update(try_at=None):
            tell_set_aside(stream)
        return []
    due.update(tries=tries + 1, try_at=timezone.now() + WAITS[tries])
    return pks


@transaction.atomic
def _finish(stream_id: int, pks: list[int]) -> GuestList | None:
    stream = _locked(stream_id)
    waiting = EventBatch.objects.filter(pk__in=pks)
    waiting.waiting().update(tries=F("tries") - 1, try_at=None)  # The try counts unless all of this is committed.
    batches = _of_few_columns(waiting.due(timezone.now()).order_by("pk"))
    if not batches:
        return None
    made = _list_of(stream, batches)
    made.refresh_from_db(fields=["waiting_count"])
    hold = canary_size(made) > 0  # A mistake of so many guests can be stopped; few are rewarded at once.
    who: dict[str, Any] = {"actor": stream.token.created_by, "by": stream.token.name}
    if not launch_list(guest_list=made, token=made.confirm_token, hold=hold, **who):
        raise NotLaunched
    GuestList.objects.let_one_stand_for(stream_id)
    return made


def _locked(stream_id: int) -> Stream:
    locked = Stream.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "merchant", "campaign", "token__created_by"
    )
    stream = locked.get(pk=stream_id)
    stream.campaign.merchant = stream.merchant
    stream.campaign.lock_preset()
    return stream


def _next(stream: Stream) -> list[int]:
    """A batch by itself if it is large or failed before, or as many small ones as fit in one list, the oldest first.
    Once one is due, those that have just come go with it."""
    if not _due().filter(stream=stream).exists():
        return []
    waiting = EventBatch.objects.due(timezone.now()).filter(stream=stream).order_by("tries", "-alone", "pk")
    taken: list[int] = []
    left = MOST
    for pk, size, alone, tries in waiting.values_list("pk", "size", "alone", "tries")[:MOST]:
        left -= size
        if taken and (left < 0 or alone or tries):
            break
        taken.append(pk)
        if alone or tries:
            break
    return taken


def _of_few_columns(batches: Iterable[EventBatch]) -> list[EventBatch]:
    """The first of them, as long as their fields have few names together."""
    names: set[str] = set()
    taken: list[EventBatch] = []
    for batch in batches:
        names |= {*field_names(list(kept(batch.guests)))}
        if taken and len(names) > MOST_FIELDS:
            break
        taken.append(batch)
    return taken


def _given_up(stream: Stream) -> bool:
    """Whether nobody can be rewarded any more; then all that waits says why."""
    why = _in_vain(stream)
    if not why:
        return False
    waiting = stream.batches.waiting()
    tell_given_up(stream, waiting.aggregate(guests=Sum("size"))["guests"], GIVEN_UP[why][0])
    pks = list(waiting.values_list("pk", flat=True))
    for pk in pks:
        note_happening(stream.merchant_id, Kind.BATCH_GIVEN_UP, pk)
    return bool(waiting.filter(pk__in=pks).update(waits=False, guests=[], given_up=why))


def _in_vain(stream: Stream) -> str:
    """After a restore what waits may have been sent, so it becomes a list whose jobs are settled with Thanx, which only
    has jobs of what it has a campaign of."""
    reasons = {
        EventBatch.OPTED_OUT: stream.merchant.opted_out,
        EventBatch.ENDED: Campaign.objects.ended().filter(pk=stream.campaign_id).exists(),
        EventBatch.TOKEN_ENDED: stream.token.ended_at is not None or _nobody_answers_for(stream.token),
    }
    why = next((why for why, holds in reasons.items() if holds), "")
    published = stream.campaign.state == CampaignState.PUBLISHED
    return "" if why and published and sends_were_forgotten() else why


def _nobody_answers_for(token: ApiToken) -> bool:
    """What came to a hook was passed on while somebody did; a part of a partner's token is ended with that."""
    return not (token.of_hook or token.partner_token_id or is_answered_for(token))


@crash_point("fill a gathered list")
def _list_of(stream: Stream, batches: list[EventBatch]) -> GuestList:
    """One checked list, in which each batch has its rows one after the other."""
    rewards = [(batch, guest) for batch in batches for guest in kept(batch.guests)]
    fields = field_names([guest for _, guest in rewards])
    made = _empty_list(stream, batches, fields)
    rows = (guest.row(at, _written(batch), fields) for at, (batch, guest) in enumerate(rewards, 1))
    filled = BatchMaker(made, expected=len(rewards)).make_batch(rows)
    insert_batch(filled, dict.fromkeys(range(1, len(rewards) + 1)))
    counts = {f"{term}_count": count for term, count in filled.counts.items()}
    GuestList.objects.filter(pk=made.pk).update(**counts)
    first = 1
    for batch in batches:
        EventBatch.objects.filter(pk=batch.pk).update(waits=False, guests=[], guest_list=made, first_row=first)
        first += batch.size
    set_aside_rewarded(made)
    return made


def _empty_list(stream: Stream, batches: list[EventBatch], fields: list[str]) -> GuestList:
    """The same batches have the same id, and so the same keys at Thanx, should a backup bring them back. The list is as
    old as its first batch: a threshold that was loosened since still holds for it."""
    maker, merchant, now = stream.token.created_by, stream.merchant, timezone.now()
    info = {"names": [*NAMES, *fields], "email": 0, "phone": 1, "country": merchant.country}
    made = GuestList.objects.create(
        uuid=uuid5(batches[0].uuid, " ".join(str(batch.uuid) for batch in batches)),
        merchant=merchant, campaign=stream.campaign, stream=stream, name=_name(stream, now), state=ListState.CHECKED,
        checked_at=now, created_by=maker, file_info=info | {"prefer": merchant.preferred_identifier},
    )  # fmt: skip
    made.created_at = min(batch.received_at for batch in batches)
    made.save(update_fields=["created_at"])
    note_event(made, ListState.CHECKED, note=f"Asked for by “{stream.token}”.")
    return made


def _name(stream: Stream, at: datetime) -> str:
    """The program and the time, as the merchant's clocks show it."""
    local = timezone.localtime(at, ZoneInfo(stream.merchant.time_zone))
    with translation.override(stream.merchant.locale):
        return f"{stream.token}, {date_format(local, 'MONTH_DAY_FORMAT')}, {local:%H:%M:%S}"


def _written(batch: EventBatch) -> str:
    return f"{batch.received_at:%Y-%m-%dT%H:%M:%SZ}"
