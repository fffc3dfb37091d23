"""What became of a batch and of each of its guests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from campaigns.models import Campaign, CampaignState
from issuance.events.asked import EXTERNAL_ID, kept
from issuance.events.given_up import GIVEN_UP
from issuance.guests.reasons import reason_in_words
from issuance.models import UNDECIDED, EventBatch, Guest, GuestList, RowError, lists_for_people
from issuance.models.states import LIST_ENDED, ListState, Outcome
from issuance.parsing.row_text import row_cells
from thanxportal.plain_text import nameless

WAITING, NOT_SENT, INVALID = "waiting", "not_sent", "invalid"
NOT_PUBLISHED = "not_published"
WHY_NOTHING = {
    Outcome.CONTROL: "The guest is in Control, which gets nothing.",
    Outcome.ALREADY_REWARDED: "The guest was rewarded lately, or another reward for the guest was on its way.",
    NOT_SENT: "Nothing was sent to Thanx for this guest.",
}


class Told(NamedTuple):
    """One guest of a batch, counted from 0 as it was sent. The program's own name of it has no email and no phone."""

    at: int
    outcome: str
    code: str
    external_id: str

    @property
    def detail(self) -> str:
        return reason_in_words(self.code) if self.code else WHY_NOTHING.get(self.outcome, "")


def state_of(batch: EventBatch) -> str:
    made = batch.guest_list
    if batch.given_up == EventBatch.CONTROL:
        return ListState.FINISHED
    if made is None:
        return batch.given_up or (NOT_PUBLISHED if batch.stream.campaign.status.editable else WAITING)
    return "needs_approval" if made.state in UNDECIDED else made.state


def said_of(batch: EventBatch) -> tuple[str, str]:
    """Its state for people: a label and its tone."""
    made = batch.guest_list
    if batch.is_set_aside:
        return "Waits for partner staff", "warn"
    if made is None:
        return GIVEN_UP.get(batch.given_up) or _waits(batch.stream.campaign)
    return made.status.label, made.status.tone


def _waits(campaign: Campaign) -> tuple[str, str]:
    if campaign.status.editable:
        return "Waits: its campaign isn’t published", "bad"
    publishing = campaign.state == CampaignState.PUBLISHING
    return ("Waits for Thanx to create its campaign" if publishing else "Waits to be gathered"), "info"


def why_of(batch: EventBatch) -> str:
    """Why it is in no list, in words; empty if it is, or if that takes no more than some seconds."""
    campaign = batch.stream.campaign
    waits = campaign.state == CampaignState.PUBLISHED and not batch.given_up and not batch.is_set_aside
    if batch.guest_list is not None or waits:
        return ""
    told = f"{said_of(batch)[0]}."
    return f"{told} {campaign.problem}" if state_of(batch) == NOT_PUBLISHED else told


def why_behind(batch: EventBatch) -> str:
    """That it waits for people who have an earlier list of its stream before them; empty if it doesn't. One query."""
    if not batch.waits or batch.alone or batch.is_set_aside:
        return ""
    earlier = lists_for_people().filter(stream=batch.stream_id).order_by("pk")
    names = earlier.values_list("name", flat=True)[:1]
    return next((f"It waits until somebody has decided about the earlier list “{name}”." for name in names), "")


def counts_of(batch: EventBatch) -> dict[str, int]:
    if batch.guest_list is None:
        return dict(Counter(told.outcome for told in _ungathered(batch)))
    counts: Counter[str] = Counter()
    for rows, outcome in ((_guests(batch), "outcome"), (_errors(batch), "kind")):
        for value, total in rows.order_by().values_list(outcome).annotate(total=Count("pk")):
            counts[_shown(batch, value)] += total
    if later := _later(batch):
        before = _guests(batch).filter(outcome__in=(Outcome.REFUSED, WAITING)).values_list("row", "outcome")
        counts.subtract(_shown(batch, outcome) for row, outcome in before if row in later)
        counts.update(outcome for outcome, _ in later.values())
    return {outcome: count for outcome, count in counts.items() if count}


def guests_of(batch: EventBatch, *, after: int, most: int, outcome: str = "") -> list[Told]:
    """Those behind an index, in order, with this outcome or any."""
    found = _ungathered(batch) if batch.guest_list is None else _gathered(batch, after, most, outcome)
    wanted = (told for told in found if told.at > after and outcome in ("", told.outcome))
    return [told for told, _ in zip(wanted, range(most), strict=False)]


def _ungathered(batch: EventBatch) -> Iterator[Told]:
    if batch.given_up:
        outcome = Outcome.CONTROL if batch.given_up == EventBatch.CONTROL else NOT_SENT
        yield from (Told(index, outcome, "", "") for index in range(batch.size))
    for index, guest in enumerate(kept(batch.guests)):
        yield Told(index, INVALID if guest.code else WAITING, guest.code, nameless(guest.cells[EXTERNAL_ID]))


def _gathered(batch: EventBatch, after: int, most: int, outcome: str) -> list[Told]:
    """Of guests and of bad rows no more than are asked for, as both are read in the order of the file."""
    first, stored = batch.first_row or 0, WAITING if outcome == NOT_SENT else outcome
    guests = _guests(batch).filter(row__gt=first + after).order_by("row")
    errors = _errors(batch).filter(row__gt=first + after).order_by("row")
    later = _later(batch)
    if stored:
        by_retry = Q(row__in=[row for row, (value, _) in later.items() if value == outcome])
        guests = guests.filter(by_retry | Q(outcome=stored) & ~Q(row__in=[*later]))
        errors = errors.filter(kind=stored)
    told = [*guests.values_list("row", "outcome", "reason", "cells")[:most]]
    told += errors.values_list("row", "kind", "code", "cells")[:most]
    return sorted(
        Told(row - first, *later.get(row, (_shown(batch, value), why)), _external_id(cells))
        for row, value, why, cells in told
    )


def _later(batch: EventBatch) -> dict[int, tuple[str, str]]:
    """What lists that sent some of the guests again made of them, by row, which they keep there: outcome and reason."""
    lists: list[int] = []
    last = GuestList.objects.filter(parent=batch.guest_list)
    while pks := list(last.values_list("pk", flat=True)):
        lists += pks
        last = GuestList.objects.filter(parent__in=pks)
    if not lists:
        return {}
    again = Guest.objects.filter(guest_list__in=lists, retry_of__isnull=False, **_rows(batch)).exclude(outcome=WAITING)
    columns = again.order_by("guest_list").values_list("row", "outcome", "reason")
    return {row: (outcome, reason) for row, outcome, reason in columns}


def _guests(batch: EventBatch) -> QuerySet[Guest]:
    return Guest.objects.filter(guest_list=batch.guest_list, **_rows(batch))


def _errors(batch: EventBatch) -> QuerySet[RowError]:
    return RowError.objects.filter(guest_list=batch.guest_list, **_rows(batch))


def _rows(batch: EventBatch) -> dict[str, int]:
    first = batch.first_row or 0
    return {"row__gte": first, "row__lt": first + batch.size}


def _shown(batch: EventBatch, outcome: str) -> str:
    """Who still waits when a list has ended gets nothing by it."""
    ended = batch.guest_list is not None and batch.guest_list.state in LIST_ENDED
    return NOT_SENT if ended and outcome == WAITING else outcome


def _external_id(cells: str | list[str]) -> str:
    texts = row_cells(cells) if isinstance(cells, str) else cells
    return nameless(texts[EXTERNAL_ID]) if len(texts) > EXTERNAL_ID else ""
