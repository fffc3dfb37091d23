"""Where one guest stands in the lists of a merchant, whatever the spelling."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from issuance.exports.forgetting import count_rows
from issuance.importing.batches import guest_hasher
from issuance.models import EventBatch, Guest, GuestClaim, GuestList, HookEvent, IssuanceJob, RepairedRow, RowError
from issuance.models.cells import SEPARATOR
from issuance.models.states import JOB_UNSETTLED
from issuance.parsing.identifiers import identity
from issuance.parsing.named_guest import NamedGuest
from thanxportal.accounts.models import Merchant

AT_ONCE = 2_000  # rows read together
PLACES = {
    "guests": "Rows of guests",
    "mentions": "Rows of other guests that name this one",
    "bad_rows": "Rows without a guest",
    "repairs": "Rows as they were before a repair",
    "jobs": "Requests to Thanx, whole",
    "lists": "Names, samples and notes of lists",
    "notifications": "Notifications",
    "forms": "Forms kept while somebody proves who they are",
    "files": "Uploaded files, whole",
    "exports": "Rows of Thanx’s exports",
    "asked": "Rewards that a program asked for, not started yet",
    "hook_events": "Events that a tool sent",
}


class Found(NamedTuple):
    """Primary keys of rows by place, as `PLACES` calls them; `mentions` with the cells that are left."""

    guests: list[int]
    mentions: dict[int, str]
    bad_rows: list[int]
    repairs: list[int]
    jobs: list[int]

    def counts(self) -> dict[str, int]:
        return {place: len(rows) for place, rows in self._asdict().items() if rows}


class GuestSearch:
    """Looks for one guest of one merchant; `value` is an email or phone as `identifiers` writes it."""

    def __init__(self, merchant: Merchant, value: str) -> None:
        self.merchant, self.value, self.named = merchant, value, NamedGuest(value)

    @cached_property
    def digest(self) -> bytes:
        """The keyed hash under which the merchant's rows and claims know the guest."""
        return guest_hasher(GuestList(merchant=self.merchant))(identity(self.value))

    def rows(self) -> QuerySet[Guest]:
        """The guest's rows in all lists, those without a name included."""
        lists = GuestList.objects.filter(merchant=self.merchant)
        return Guest.objects.filter(guest_list__in=lists).filter(self._own() | Q(identity=self.digest))

    def claims(self) -> QuerySet[GuestClaim]:
        return GuestClaim.objects.filter(campaign__merchant=self.merchant, identity=self.digest)

    def is_known(self) -> bool:
        """Whether a row or a claim knows the guest, by name or by hash; files don't say whom they hold."""
        return self.rows().exists() or self.claims().exists() or bool(self.look())

    def look(self) -> dict[str, int]:
        """How often the guest stands in each place, at a first look: other spellings in cells of others are left out,
        and of requests to Thanx those are counted in which the guest sits now."""
        lists = GuestList.objects.filter(merchant=self.merchant)
        of_lists = Guest.objects.filter(guest_list__in=lists)
        guests = list(of_lists.filter(self._own()).values_list("pk", "job"))
        quick = self._mentions(of_lists.filter(cells__icontains=self.value).exclude(self._own()))
        jobs = IssuanceJob.objects.filter(pk__in={job for _, job in guests if job}, purged_at=None)
        found = Found(
            [pk for pk, _ in guests], quick, self._bad_rows(lists), self._repairs(lists),
            list(jobs.values_list("pk", flat=True)),
        )  # fmt: skip
        more = {"exports": count_rows(self.merchant.pk, self.digest), "asked": len(self.asked())}
        more["hook_events"] = len(self.hook_events())
        return found.counts() | {place: count for place, count in more.items() if count}

    def asked(self) -> list[EventBatch]:
        """What waits to be gathered and names the guest."""
        waiting = EventBatch.objects.filter(merchant=self.merchant).waiting().select_related("stream__token")
        return [batch for batch in waiting.iterator(1) if any(self._named_in(batch.guests))]

    def hook_events(self) -> list[HookEvent]:
        """What tools sent, as long as its fields are kept, and names the guest."""
        events = HookEvent.objects.filter(hook__merchant=self.merchant).with_fields().select_related("hook__token")
        return [event for event in events.order_by("pk").iterator(AT_ONCE) if any(self._named_in(event.fields))]

    def find(self, guest_list: GuestList) -> Found:
        """All of them in one list; reads every row of it."""
        guests = Guest.objects.filter(guest_list=guest_list)
        own = set(guests.filter(self._own()).values_list("pk", flat=True))
        corrected = guests.filter(retries__identity=self.digest).exclude(value="", other="", cells="")
        own |= set(corrected.values_list("pk", flat=True))  # What was the guest's row before somebody corrected it.
        mentions = self._mentions(guests.exclude(pk__in=own).exclude(cells=""))
        return Found(
            sorted(own), mentions, self._bad_rows([guest_list]), self._repairs([guest_list]), self._jobs(guest_list)
        )

    def _own(self) -> Q:
        return Q(value=self.value) | Q(other=self.value)

    def _mentions(self, guests: QuerySet[Guest]) -> dict[int, str]:
        rows = guests.order_by().values_list("pk", "cells").iterator(AT_ONCE)
        return {pk: left for pk, cells in rows if (left := self._without(cells)) != cells}

    def _without(self, cells: str) -> str:
        if not self.named.is_in(cells):
            return cells
        return SEPARATOR.join("" if self.named.is_in(cell) else cell for cell in cells.split(SEPARATOR))

    def _bad_rows(self, lists: Collection[GuestList] | QuerySet[GuestList]) -> list[int]:
        errors = RowError.objects.filter(guest_list__in=lists).exclude(cells=[])
        rows = errors.order_by().values_list("pk", "identity", "cells").iterator(AT_ONCE)
        return [pk for pk, digest, cells in rows if bytes(digest or b"") == self.digest or any(self._named_in(cells))]

    def _named_in(self, part: Any) -> Iterator[bool]:
        """For each text in a JSON document whether it names the guest."""
        if isinstance(part, str):
            yield self.named.is_in(part)
        elif isinstance(part, dict):
            yield from self._named_in([*part, *part.values()])
        elif isinstance(part, list):
            for each in part:
                yield from self._named_in(each)

    def _repairs(self, lists: Collection[GuestList] | QuerySet[GuestList]) -> list[int]:
        rows = RepairedRow.objects.filter(repair__guest_list__in=lists).values_list("pk", "before")
        return [pk for pk, before in rows.iterator(AT_ONCE) if any(self._named_in(before))]

    def _jobs(self, guest_list: GuestList) -> list[int]:
        """Settled jobs whose body still names the guest; a body is written from identifiers as they are stored."""
        written = json.dumps(self.value).encode()
        settled = guest_list.jobs.filter(purged_at=None).exclude(state__in=JOB_UNSETTLED)
        bodies = settled.order_by().values_list("pk", "body").iterator(1)
        return [pk for pk, body in bodies if written in bytes(body)]

    def without_guest(self, part: Any) -> Any:
        """A JSON document or a text, where texts that name the guest are empty."""
        if isinstance(part, str):
            return "" if self.named.is_in(part) else part
        if isinstance(part, dict):
            return {key: self.without_guest(value) for key, value in part.items() if not self.named.is_in(key)}
        return [self.without_guest(each) for each in part] if isinstance(part, list) else part
