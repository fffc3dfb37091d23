"""Everything that a merchant's tables hold about one guest, for the guest: as sections of rows of plain words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils import timezone

from issuance.exports.forgetting import members_with
from issuance.guests.reasons import reason_in_words
from issuance.models import Erasure, ExportedReward, Guest, GuestList, IssuanceJob, Purchase, RepairedRow, RowError
from issuance.models.cells import SEPARATOR
from issuance.privacy.finding import Found, GuestSearch

Row = dict[str, Any]


class Cell(NamedTuple):
    column: str
    text: str


class Section(NamedTuple):
    title: str
    rows: list[Row]


def export_guest(search: GuestSearch) -> list[Section]:
    """Sections without a row are left out. Rows whose guest was removed by time are known by their keyed hash."""
    lists = list(GuestList.objects.filter(merchant=search.merchant).select_related("campaign").order_by("pk"))
    by_pk = {each.pk: each for each in lists}
    sections = [
        Section("Rows of lists", [_guest(guest, by_pk) for guest in _guests(search)]),
        Section("Rows of others, and rows without a guest", list(_elsewhere(search, lists, by_pk))),
        Section("Requests to Thanx", [_request(job) for job in _jobs(search)]),
        Section("Asked for by programs, not started yet", list(_asked(search))),
        Section("Sent by tools to a hook", list(_hook_events(search))),
        Section("What Thanx exported", list(_exported(search))),
        Section("Rewards promised, kept as a keyed hash", [_claim(claim) for claim in search.claims()]),
        Section("Erasures, kept as a keyed hash", [_erasure(each) for each in _erasures(search)]),
    ]
    return [section for section in sections if section.rows]


def as_document(search: GuestSearch, sections: list[Section]) -> Row:
    """The export as JSON."""
    about = {"guest": search.value, "merchant": search.merchant.name, "made_at": timezone.now()}
    return about | {section.title: section.rows for section in sections}


def _guests(search: GuestSearch) -> Iterator[Guest]:
    return search.rows().select_related("variant", "job").defer("job__body").order_by("guest_list", "row").iterator()


def _guest(guest: Guest, lists: dict[int, GuestList]) -> Row:
    guest_list, job = lists[guest.guest_list_id], guest.job
    return _of_list(guest_list, guest.in_file) | {
        "identifier": guest.value or "(removed)",
        "second identifier": guest.other,
        "arm": guest.variant.name,
        "outcome": guest.get_outcome_display(),
        "reason": reason_in_words(guest.reason),
        "job": job.number if job else "",
        "ended": job.ended_at if job else None,
        "reward id": guest.reward_id,
        "row of the file": _by_name(guest_list, guest.cells.split(SEPARATOR) if guest.cells else []),
    }


def _of_list(guest_list: GuestList, row: int) -> Row:
    return {"list": guest_list.name, "campaign": guest_list.campaign.name, "brought": guest_list.created_at, "row": row}


def _by_name(guest_list: GuestList, cells: list[Any]) -> list[Cell]:
    """Cells that hold anything, with the names of their columns."""
    names = dict(enumerate(guest_list.file_info.get("names") or []))
    return [Cell(names.get(at) or f"Column {at + 1}", str(cell)) for at, cell in enumerate(cells) if cell]


def _elsewhere(search: GuestSearch, lists: list[GuestList], by_pk: dict[int, GuestList]) -> Iterator[Row]:
    """Of a row that is about somebody else, only the cells that name this guest."""
    for guest_list in lists:
        found = search.find(guest_list)
        yield from _mentions(found, search, guest_list)
        for error in RowError.objects.filter(pk__in=found.bad_rows):
            why = {"reason": reason_in_words(error.code), "row of the file": _by_name(guest_list, error.cells)}
            yield _of_list(by_pk[error.guest_list_id], error.in_file) | why
        for repaired in RepairedRow.objects.filter(pk__in=found.repairs):
            before = _by_name(guest_list, repaired.before.get("cells") or [])
            yield _of_list(guest_list, repaired.row) | {"before a repair": before}


def _mentions(found: Found, search: GuestSearch, guest_list: GuestList) -> Iterator[Row]:
    for guest in Guest.objects.filter(pk__in=found.mentions):
        cells = [cell if search.named.is_in(cell) else "" for cell in guest.cells.split(SEPARATOR)]
        told = {"row of another guest": _by_name(guest_list, cells)}
        yield _of_list(guest_list, guest.in_file) | told


def _jobs(search: GuestSearch) -> Iterator[IssuanceJob]:
    jobs = IssuanceJob.objects.filter(pk__in=search.rows().exclude(job=None).values("job"))
    return jobs.select_related("guest_list").defer("body").order_by("pk").iterator()


def _request(job: IssuanceJob) -> Row:
    sent = {
        "list": job.guest_list.name,
        "job": job.number,
        "id at Thanx": job.thanx_id,
        "first sent": job.first_sent_at,
    }
    return sent | {"state": job.status.label, "body kept": job.purged_at is None}


def _asked(search: GuestSearch) -> Iterator[Row]:
    for batch in search.asked():
        said = [text for guest in batch.guests for text in _texts(guest) if search.named.is_in(text)]
        yield {"program": batch.stream.token.name, "asked": batch.received_at, "named as": ", ".join(sorted({*said}))}


def _hook_events(search: GuestSearch) -> Iterator[Row]:
    for event in search.hook_events():
        fields = [Cell(pointer, text) for pointer, text in event.fields]
        yield {"hook": str(event.hook), "received": event.received_at, "became": event.status.label, "fields": fields}


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _texts(each)


def _exported(search: GuestSearch) -> Iterator[Row]:
    for member in members_with(search.merchant.pk, search.digest):
        yield {"id at Thanx": member.user_id, "second id": member.user_uid, "joined": member.joined_at}
        own = {"merchant": search.merchant, "user_id": member.user_id}
        for bought in Purchase.objects.filter(**own).order_by("purchased_at", "pk"):
            paid = {"bought": bought.purchased_at, "amount in cents": bought.amount, "channel": bought.channel}
            yield {"purchase": bought.purchase_id, "location": bought.location_id} | paid
        for reward in ExportedReward.objects.filter(**own).order_by("pk"):
            used = {"activated": reward.activated_at, "used": reward.used_at, "discount in cents": reward.discount}
            yield {"reward": reward.reward_uid, "state": reward.state} | used


def _claim(claim: Any) -> Row:
    return {"campaign": claim.campaign.name, "since": claim.claimed_at, "hash": bytes(claim.identity).hex()}


def _erasures(search: GuestSearch) -> list[Erasure]:
    return list(Erasure.objects.for_merchant(search.merchant).filter(guest_hash=search.digest.hex()))


def _erasure(erasure: Erasure) -> Row:
    return {"ordered": erasure.ordered_at, "done": erasure.done_at, "hash": erasure.guest_hash}
