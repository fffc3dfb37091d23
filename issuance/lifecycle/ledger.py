"""The ledger of a list in words: what each of its terms is called, and whether its sum closes."""

from __future__ import annotations

from issuance.models import GuestList
from issuance.models.states import ListState
from thanxportal.counted import counted

LABELS = {
    "rows": "rows in file",
    "rewarded": "rewarded",
    "control": "control",
    "waiting": "waiting",
    "refused": "refused",
    "invalid": "invalid",
    "duplicate": "duplicate",
    "already_rewarded": "already rewarded",
    "unknown": "unknown",
    "revoked": "revoked",
}
WHEN_THERE_ARE_ANY = ("already_rewarded", "unknown", "revoked")
_WAITING = {
    ListState.CHECKED: "ready",
    ListState.AWAITING_APPROVAL: "ready",
    ListState.STOPPED: "not sent",
    ListState.DISCARDED: "not sent",
}


def shown_terms(ledger: dict[str, int], current: str | None = None) -> list[tuple[str, int]]:
    """(term, count) in order; those that are seldom needed only when somebody is in them, or `current` names them."""
    return [(key, count) for key, count in ledger.items() if count or key == current or key not in WHEN_THERE_ARE_ANY]


def waiting_label(guest_list: GuestList) -> str:
    """What `waiting` means at this moment of the list's life."""
    return _WAITING.get(guest_list.status, LABELS["waiting"])


def label_of(guest_list: GuestList, term: str) -> str:
    if term == "rows" and guest_list.added_count:
        return f"rows, {guest_list.added_count:,} added"
    return waiting_label(guest_list) if term == "waiting" else LABELS[term]


def facts_of(guest_list: GuestList) -> list[tuple[str, int]]:
    """The ledger as pairs of label and count, as a message shows it."""
    return [(label_of(guest_list, term), count) for term, count in shown_terms(guest_list.ledger)]


def how_it_ended(guest_list: GuestList) -> str:
    """Such as `Finished: 408 rewarded, 9 refused`; the state alone of a list that hasn't sent anything."""
    if guest_list.status not in (ListState.FINISHED, ListState.STOPPED):
        return str(guest_list.status.label)
    always = ("rewarded", "refused")
    told = (*always, "waiting", "unknown", "revoked")
    counts = {term: guest_list.ledger[term] for term in told}
    parts = [f"{count:,} {label_of(guest_list, term)}" for term, count in counts.items() if count or term in always]
    return f"{guest_list.status.label}: {', '.join(parts)}"


def closing_sentence(guest_list: GuestList) -> str:
    """Says that the sum closes and whether anybody still waits."""
    if guest_list.unknown_count:
        unknown = counted(guest_list.unknown_count, "guest is", "guests are")
        return f"The sum closes. {unknown} unknown until Thanx or staff say more."
    if guest_list.closed and not guest_list.waiting_count:
        one = guest_list.rows_count == 1
        return "The row is accounted for." if one else f"All {guest_list.rows_count:,} rows are accounted for."
    return f"The sum closes: {counted(guest_list.rows_count, 'row')}, each in exactly one place."
