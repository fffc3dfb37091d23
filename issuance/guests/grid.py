"""The rows of a list as a grid: filtered, a page at a time by row number, as their reader may see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Expression, QuerySet, TextField, Value
from django.db.models.functions import Concat

from campaigns.models import Variant
from issuance.guests.names import name_columns, name_in
from issuance.guests.reasons import is_of_a_row, reason_in_words
from issuance.guests.search import LONGEST, matching_errors, matching_guests
from issuance.guests.sight import MASKED, Sight
from issuance.lifecycle.campaign_end import why_not_sent
from issuance.lifecycle.ledger import waiting_label
from issuance.models import Guest, GuestList, IssuanceJob, RowError
from issuance.models.cells import cell
from issuance.models.states import OUTCOME_READY, JobState, Outcome
from thanxportal.prepared import Prepared

PAGE = 50
BAD = {RowError.INVALID: "bad", RowError.DUPLICATE: ""}
READY = "ready"  # waiting and control together, as the check page counts them
FIXED = "fixed"
INCLUDED = "included"  # rewarded before, and rewarded again because somebody decided so
FILTERS = (*Outcome.values, *BAD, READY, FIXED, INCLUDED)


class GuestRow(NamedTuple):
    """A row of the file as somebody sees it: `shown` is in full or masked."""

    row: int
    shown: str
    type: str
    variant: Variant | None
    outcome: str
    label: str
    tone: str
    reason: str
    job_number: int | None
    reward_id: str
    of_row: int | None = None
    name: str = ""

    @property
    def in_file(self) -> int:
        """The row of the file."""
        return self.of_row or self.row


@dataclass(frozen=True)
class Filters:
    """Which rows are wanted; an empty field wants all. `cause` is the code of a refusal or of bad rows, `arm` a
    variant's id, `job` a job's number, `q` what is searched for."""

    outcome: str = ""
    cause: str = ""
    q: str = ""
    arm: int | None = None
    job: int | None = None
    after: int | None = None
    before: int | None = None

    @classmethod
    def from_query(cls, query: Any) -> Filters:
        """Reads an address or a form; whatever makes no sense there is left out."""
        outcome = query.get("outcome", "")
        numbers = {name: number_in(query, name) for name in ("arm", "job", "after", "before")}
        outcome = outcome if outcome in FILTERS else ""
        cause, q = query.get("cause", "")[:80], query.get("q", "").strip()[:LONGEST]
        return cls(outcome=outcome, cause=cause if _can_have(outcome, cause) else "", q=q, **numbers)

    @property
    def in_address(self) -> dict[str, object]:
        """All but what is searched for, as that may be a guest's email or phone."""
        return {name: value for name, value in self.__dict__.items() if name != "q"}


def _can_have(outcome: str, cause: str) -> bool:
    """Whether rows with this outcome can have been left out or refused for this reason."""
    of_row = is_of_a_row(cause)
    return {"": True, Outcome.REFUSED.value: not of_row, RowError.INVALID: of_row}.get(outcome, False)


def number_in(query: Any, name: str) -> int | None:
    """A whole number from an address or a form; None for anything else."""
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


@Prepared
def _variants(campaign: int) -> QuerySet[Variant]:
    return Variant.objects.filter(campaign=campaign)


@Prepared
def _planned(guest_list: int) -> QuerySet[IssuanceJob, tuple[int, int, str]]:
    jobs = IssuanceJob.objects.filter(guest_list=guest_list).exclude(state=JobState.HALVED)
    return jobs.order_by("number").values_list("pk", "number", "problem_code")


class GuestReader:
    """Turns stored rows into what is shown; knows the arms and jobs of one list."""

    def __init__(self, guest_list: GuestList, sight: Sight = MASKED, *, finds_parts: bool = False) -> None:
        """`finds_parts` lets a search match any part of a guest."""
        self.list, self.sight, self.finds_parts = guest_list, sight, finds_parts
        self.columns: list[str] = list(guest_list.file_info.get("names") or [])
        self.names = name_columns(guest_list)
        self.labels = {**dict(Outcome.choices), Outcome.WAITING.value: waiting_label(guest_list).capitalize()}

    @cached_property
    def variants(self) -> dict[int, Variant]:
        return {variant.pk: variant for variant in _variants(self.list.campaign_id)}

    @cached_property
    def _planned(self) -> list[tuple[int, int, str]]:
        return _planned(self.list.pk)

    @cached_property
    def jobs(self) -> dict[int, int]:
        """The numbers of its jobs."""
        return {pk: number for pk, number, _ in self._planned}

    @cached_property
    def codes(self) -> dict[int, str]:
        return {pk: code for pk, _, code in self._planned}

    def guest(self, guest: Guest) -> GuestRow:
        return GuestRow(
            guest.row, self.sight.show(guest.value, guest.row), guest.type, self.variants.get(guest.variant_id),
            guest.outcome, self.labels[guest.outcome], Outcome(guest.outcome).tone,
            self.why(guest.outcome, guest.reason, guest.job_id), guest.job_id and self.jobs.get(guest.job_id),
            guest.reward_id, guest.of_row, self.sight.show(str(getattr(guest, "called", "")).strip(), guest.row),
        )  # fmt: skip

    def why(self, outcome: str, reason: str, job_id: int | None) -> str:
        """Why a guest got nothing, if not for a person who stopped the list."""
        unsent = outcome == Outcome.WAITING and why_not_sent(self.list, self.codes.get(job_id) if job_id else None)
        return unsent or reason_in_words(reason)

    def bad(self, error: RowError) -> GuestRow:
        return GuestRow(
            error.row, self.sight.show(self.cell(error), error.row), "", None, error.kind, error.kind.capitalize(),
            BAD[error.kind], reason_in_words(error.code), None, "", error.of_row,
            self.sight.show(name_in([str(cell) for cell in error.cells], self.names), error.row),
        )  # fmt: skip

    def cell(self, error: RowError) -> str:
        """The cell that the error is about; without a column, the guest's identifier as the file has it."""
        cells = [str(cell) for cell in error.cells]
        if error.column in self.columns:
            return cells[at] if (at := self.columns.index(error.column)) < len(cells) else ""
        columns = [at for kind in ("email", "phone") if isinstance(at := self.list.file_info.get(kind), int)]
        likely = [cells[at] for at in columns if at < len(cells)]
        return next((cell for cell in (*likely, *cells) if cell.strip()), "")

    def rows(self, guests: Iterable[Guest], errors: Iterable[RowError], *, falling: bool = False) -> Any:
        """Merges guests and bad rows, both in order, into the order of the file."""
        lines = (map(self.guest, guests), map(self.bad, errors))
        return merge(*lines, key=lambda line: line.row, reverse=falling)


class GuestPage(NamedTuple):
    rows: list[GuestRow]
    older: int | None
    newer: int | None


def guest_page(reader: GuestReader, filters: Filters) -> GuestPage:
    """One page in the order of the file, after or before a row number; found by index, never by OFFSET."""
    back = filters.before is not None
    guests = _at(_guests(reader, filters), filters)[: PAGE + 1]
    errors = _at(_errors(reader, filters), filters)[: PAGE + 1]
    rows = list(islice(reader.rows(guests, errors, falling=back), PAGE + 1))
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if back:
        rows.reverse()
    later, earlier = (True, more) if back else (more, bool(filters.after))
    return GuestPage(
        rows, older=rows[-1].row if rows and later else None, newer=rows[0].row if rows and earlier else None
    )


def _guests(reader: GuestReader, filters: Filters) -> QuerySet[Guest]:
    guests: QuerySet[Guest] = Guest.objects.of_list(reader.list).defer("identity", "other", "cells")
    if reader.names:
        guests = guests.annotate(called=_called(reader.names))
    if filters.outcome in BAD:
        return guests.none()
    if filters.outcome == READY:
        guests = guests.filter(outcome__in=OUTCOME_READY)
    elif filters.outcome == FIXED:
        guests = guests.filter(fixed=True)
    elif filters.outcome == INCLUDED:
        guests = guests.filter(earlier_campaign__isnull=False).exclude(outcome=Outcome.ALREADY_REWARDED)
    elif filters.outcome:
        guests = guests.filter(outcome=filters.outcome)
    if filters.arm:
        guests = guests.filter(variant=filters.arm)
    if filters.cause:
        guests = guests.filter(outcome=Outcome.REFUSED, reason=filters.cause)
    if filters.job is not None:
        guests = _in_job(guests, reader, filters.job)
    if filters.q:
        guests = matching_guests(guests, reader.list, filters.q, unmasked=reader.finds_parts)
    return guests


def _called(columns: Sequence[int]) -> Expression:
    """The name of a guest, put together by the database, as the other cells aren't needed."""
    first, *rest = [cell(column + 1) for column in columns]
    return Concat(first, Value(" "), *rest, output_field=TextField()) if rest else first


def _in_job(guests: QuerySet[Guest], reader: GuestReader, number: int) -> QuerySet[Guest]:
    """Seats of a job are in the order of the file: its own index finds and sorts them."""
    job = next((pk for pk, job_number in reader.jobs.items() if job_number == number), None)
    return guests.filter(job=job).order_by("position") if job else guests.none()


def _errors(reader: GuestReader, filters: Filters) -> QuerySet[RowError]:
    errors: QuerySet[RowError] = RowError.objects.of_list(reader.list)
    if not (reader.list.invalid_count or reader.list.duplicate_count):
        return errors.none()
    if filters.arm or filters.job is not None or (filters.outcome and filters.outcome not in BAD):
        return errors.none()
    if filters.cause:
        errors = errors.filter(code=filters.cause)
    if filters.q:
        errors = matching_errors(errors, filters.q, unmasked=reader.finds_parts)
    return errors.filter(kind=filters.outcome) if filters.outcome else errors


def _at(rows: QuerySet[Any], filters: Filters) -> QuerySet[Any]:
    if filters.before is not None:
        return rows.filter(row__lt=filters.before).reverse()
    return rows.filter(row__gt=filters.after) if filters.after else rows


def causes_in(guest_list: GuestList, outcome: str) -> list[tuple[str, str]]:
    """(code, words) of the refusals and the kinds of bad rows among the list's rows with this outcome."""
    kinds: list[QuerySet[Any, str]] = []
    if guest_list.refused_count and outcome in ("", Outcome.REFUSED):
        refused = Guest.objects.filter(guest_list=guest_list, outcome=Outcome.REFUSED).exclude(reason="")
        kinds.append(refused.order_by().values_list("reason", flat=True).distinct())
    if guest_list.invalid_count and outcome in ("", RowError.INVALID):
        bad = RowError.objects.filter(guest_list=guest_list, kind=RowError.INVALID).exclude(code="")
        kinds.append(bad.order_by().values_list("code", flat=True).distinct())
    codes = kinds[0].union(*kinds[1:]) if kinds else ()
    return sorted(((code, reason_in_words(code)) for code in codes), key=lambda choice: choice[1])
