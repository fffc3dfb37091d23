"""One guest is erased on request: what tells who it is goes, the keyed hash and the claims stay.

An erasure is ordered by a person and made by a worker, list by list, each in a transaction of its own that also counts
what it removed. Where the guest may still be sent, polled, revoked or settled, it waits and says so.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from issuance.exports.forgetting import forget_guest
from issuance.models import (
    Erasure,
    EventBatch,
    ExportFile,
    ExportKind,
    Guest,
    GuestList,
    HookEvent,
    HookEventState,
    RepairedRow,
    RowError,
    drop_search_texts,
)
from issuance.models.bulk import delete_rows
from issuance.models.states import EXPORT_ENDED, JOB_UNSETTLED, ListState
from issuance.privacy.emptying import delete_export, delete_upload, empty_job, erase_from_disk
from issuance.privacy.finding import Found, GuestSearch
from thanxportal.accounts.models import Merchant, Notification, User, record_activity
from thanxportal.accounts.proofs import forget_kept_forms

UNREAD = {
    ListState.UPLOADED: "“{}” is still being read",
    ListState.READING: "“{}” is still being read",
    ListState.MAPPING: "the columns of “{}” aren’t chosen yet; its file goes within a day",
    ListState.REPAIRING: "“{}” is being repaired",
}
LAUNCHED = {ListState.AWAITING_APPROVAL: "“{}” waits for approval", ListState.HELD: "“{}” is about to start"}
ASKED = "what “{}” asked for isn’t gathered yet"
MAY_GO_ON = (ListState.CHECKED, ListState.UNREADABLE)  # Who is emptied here could still be sent, so the guest leaves.
NAMING = ("name", "reason", "problem", "sent_back_reason", "file_info", "mapping", "repair_order")  # of a list
SAID_AT_MOST = 3  # reasons to wait


@transaction.atomic
def order_erasure(*, merchant: Merchant, value: str, actor: User) -> Erasure:
    """Has a guest erased, an email or phone as `identifiers` writes it. Nothing is ordered twice."""
    search = GuestSearch(merchant, value)
    erasure, new = Erasure.objects.get_or_create(
        merchant=merchant, guest_hash=search.digest.hex(), done_at=None,
        defaults={"identifier": value, "ordered_by": actor},
    )  # fmt: skip
    if new:
        note_request(merchant, actor, "Ordered the erasure of one guest.", erasure)
    return erasure


def note_request(merchant: Merchant, actor: User, sentence: str, erasure: Erasure | None = None) -> None:
    """In the merchant's log stands who asked, never about whom."""
    target = f"erasure:{erasure.pk}" if erasure else "guest"
    path = reverse("issuance:privacy_erasure", args=[merchant.handle, erasure.pk]) if erasure else ""
    record_activity(merchant=merchant, actor=actor, sentence=sentence, target=target, path=path)


def erase_ordered() -> int:
    """Makes all erasures that were ordered, as far as that goes now; returns how many are done."""
    orders = Erasure.objects.open().select_related("merchant", "ordered_by").order_by("pk")
    done = sum(_erase(erasure) for erasure in orders)
    erase_from_disk()
    return done


def _erase(erasure: Erasure) -> bool:
    search = GuestSearch(erasure.merchant, erasure.identifier)
    before = erasure.ordered_at
    _erase_hook_events(search, erasure)  # Before what is asked for: from then on none of them is passed on.
    ungathered = [
        batch for batch in search.asked() if batch.received_at <= before
    ]  # Before the lists that they become.
    asked = EventBatch.objects.filter(merchant=erasure.merchant, received_at__lte=before, waits=False)
    brought = Q(created_at__lte=before) | Q(pk__in=asked.filter(guest_list__created_at__gt=before).values("guest_list"))
    lists = GuestList.objects.filter(brought, merchant=erasure.merchant).order_by("pk")
    waits = [why for guest_list in list(lists) if (why := _erase_from(guest_list, search, erasure))]
    waits += [ASKED.format(batch.stream) for batch in ungathered]
    _erase_exports(search, erasure)
    _erase_notifications(search, erasure)
    _erase_typed(search, erasure)
    if not waits:
        return _finish(erasure)
    more = f" and {len(waits) - SAID_AT_MOST:,} more" if len(waits) > SAID_AT_MOST else ""
    Erasure.objects.filter(pk=erasure.pk).update(waits_for=("; ".join(waits[:SAID_AT_MOST]) + more)[:300])
    return False


@transaction.atomic
def _finish(erasure: Erasure) -> bool:
    fields: dict[str, Any] = {"done_at": timezone.now(), "identifier": "", "waits_for": ""}
    if not Erasure.objects.filter(pk=erasure.pk, done_at=None).update(**fields):
        return False
    note_request(erasure.merchant, erasure.ordered_by, "One guest is erased, as was ordered.", erasure)
    return True


def _erase_from(guest_list: GuestList, search: GuestSearch, erasure: Erasure) -> str:
    """Erases the guest from one list; returns what it has to wait for, if anything."""
    if guest_list.status in UNREAD:
        return UNREAD[guest_list.status].format(guest_list.name)
    found = search.find(guest_list)
    if guest_list.is_scheduled and found.guests:
        return f"“{guest_list.name}” is scheduled: it goes on once that was sent, or at once if you stop the list"
    if guest_list.status in LAUNCHED and found.guests:
        return LAUNCHED[guest_list.status].format(guest_list.name)
    with transaction.atomic():
        locked = GuestList.objects.select_for_update().get(pk=guest_list.pk)
        if (locked.state, locked.confirm_token) != (guest_list.state, guest_list.confirm_token):
            return f"“{guest_list.name}” is being worked on"
        unsettled = _unsettled(found)
        _count(erasure, _remove(locked, found, search))
    if unsettled:
        one = len(unsettled) == 1
        numbers = ", ".join(map(str, unsettled))
        return f"job{'' if one else 's'} {numbers} of “{guest_list.name}” {'isn’t' if one else 'aren’t'} settled yet"
    return ""


def _unsettled(found: Found) -> list[int]:
    """Numbers of the jobs in which the guest may still be sent, polled, revoked or settled."""
    seats = Guest.objects.filter(pk__in=found.guests, job__state__in=JOB_UNSETTLED)
    return list(seats.order_by("job__number").values_list("job__number", flat=True).distinct())


def _remove(guest_list: GuestList, found: Found, search: GuestSearch) -> dict[str, int]:
    removed = {
        "guests": _remove_guests(guest_list, found.guests),
        "mentions": sum(Guest.objects.filter(pk=pk).update(cells=cells) for pk, cells in found.mentions.items()),
        "bad_rows": RowError.objects.filter(pk__in=found.bad_rows).exclude(cells=[]).update(cells=[], code="erased"),
        "repairs": RepairedRow.objects.filter(pk__in=found.repairs).delete()[0],
        "jobs": sum(map(empty_job, found.jobs)),
        "lists": _remove_from_list(guest_list, search),
    }
    removed["files"] = int(bool(guest_list.file) and delete_upload(GuestList.objects.get(pk=guest_list.pk)))
    return removed


def _remove_guests(guest_list: GuestList, pks: list[int]) -> int:
    guests = Guest.objects.filter(pk__in=pks)
    drop_search_texts(guest_list, guests.values_list("row", flat=True))
    if guest_list.status in MAY_GO_ON and guest_list.purged_at is None:
        return sum(_take_out(guest_list, guest) for guest in guests)
    settled = guests.filter(Q(job=None) | ~Q(job__state__in=JOB_UNSETTLED)).values_list("pk", flat=True)
    return Guest.objects.filter(pk__in=list(settled)).update(value="", other="", cells="")


def _take_out(guest_list: GuestList, guest: Guest) -> int:
    """The row stays in the list as one that is sent to nobody, so that every row keeps its place."""
    RowError.objects.create(
        guest_list=guest_list, row=guest.row, of_row=guest.of_row, kind=RowError.INVALID, code="erased", cells=[],
    )  # fmt: skip
    delete_rows(Guest.objects.filter(pk=guest.pk))
    moved = {f"{guest.outcome}_count": F(f"{guest.outcome}_count") - 1, "invalid_count": F("invalid_count") + 1}
    GuestList.objects.filter(pk=guest_list.pk).update(confirm_token=uuid4(), cached_counts={}, **moved)
    return 1


def _remove_from_list(guest_list: GuestList, search: GuestSearch) -> int:
    """Whatever people or files wrote into the list's own fields."""
    kept = {name: getattr(guest_list, name) for name in NAMING}
    changed = {name: left for name, value in kept.items() if (left := search.without_guest(value)) != value}
    if not changed:
        return 0
    if changed.get("name") == "":
        changed["name"] = "A list"
    return GuestList.objects.filter(pk=guest_list.pk).update(**changed)


@transaction.atomic
def _erase_exports(search: GuestSearch, erasure: Erasure) -> None:
    """Files that name members go whole; one that isn't loaded yet brings nobody back whom no list names."""
    naming = ExportFile.objects.filter(merchant=search.merchant, kind=ExportKind.MEMBERSHIPS)
    files = sum(map(delete_export, naming.filter(state__in=EXPORT_ENDED).exclude(file="")))
    _count(erasure, {"exports": forget_guest(search.merchant.pk, search.digest), "files": files})


@transaction.atomic
def _erase_hook_events(search: GuestSearch, erasure: Erasure) -> None:
    """Those that wait are settled with it: nobody can let them through any more."""
    named = [event.pk for event in search.hook_events() if event.received_at <= erasure.ordered_at]
    events = HookEvent.objects.filter(pk__in=named)
    events.waiting().update(state=HookEventState.ERASED, note="")
    removed = events.with_fields().empty()
    _count(erasure, {"hook_events": removed})


def _erase_notifications(search: GuestSearch, erasure: Erasure) -> None:
    told = Notification.objects.filter(merchant=search.merchant).values_list("pk", "sentence")
    named = [pk for pk, sentence in told.iterator() if search.named.is_in(sentence)]
    if named:
        with transaction.atomic():
            removed = Notification.objects.filter(pk__in=named).update(sentence="This named a guest who is erased.")
            _count(erasure, {"notifications": removed})


@transaction.atomic
def _erase_typed(search: GuestSearch, erasure: Erasure) -> None:
    _count(erasure, {"forms": forget_kept_forms(search.merchant, search.named.is_in)})


def _count(erasure: Erasure, removed: dict[str, int]) -> None:
    """Adds to what was removed so far, in the transaction that removes it."""
    if not any(removed.values()):
        return
    counts = Erasure.objects.select_for_update().get(pk=erasure.pk).counts
    total = {place: counts.get(place, 0) + removed.get(place, 0) for place in {**counts, **removed}}
    Erasure.objects.filter(pk=erasure.pk).update(counts={place: count for place, count in total.items() if count})
