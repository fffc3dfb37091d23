"""The ledger as people see it: an equation whose terms are links to exactly those rows."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from issuance.models import GuestList
from issuance.models.states import ListState

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
TONES = {"rewarded": "ok", "refused": "bad", "unknown": "warn"}
WHEN_THERE_ARE_ANY = ("already_rewarded", "unknown", "revoked")


@dataclass(frozen=True)
class Term:
    """One term of the ledger, or one tab over the guests: `operator` is "", "=" or "+"."""

    key: str
    label: str
    value: int
    url: str
    tone: str = ""
    operator: str = ""
    current: bool = False

    @property
    def count(self) -> int:
        return self.value


def waiting_label(guest_list: GuestList) -> str:
    """What `waiting` means at this moment of the list's life."""
    words = {
        ListState.CHECKED: "ready",
        ListState.AWAITING_APPROVAL: "ready",
        ListState.STOPPED: "not sent",
        ListState.DISCARDED: "not sent",
    }
    return words.get(guest_list.status, LABELS["waiting"])


def guests_url(guest_list: GuestList, **filters: object) -> str:
    """The address of the grid with exactly the rows that the filters name; empty filters are left out."""
    url = reverse("issuance:guests", args=[guest_list.merchant.handle, guest_list.pk])
    query = urlencode({name: value for name, value in filters.items() if value})
    return f"{url}?{query}" if query else url


def ledger_terms(guest_list: GuestList, current: str | None = None, **filters: object) -> list[Term]:
    """All terms in order; those that are seldom needed only when somebody is in them."""
    terms: list[Term] = []
    for key, value in guest_list.ledger.items():
        if key in WHEN_THERE_ARE_ANY and not value and key != current:
            continue
        label = waiting_label(guest_list) if key == "waiting" else LABELS[key]
        url = guests_url(guest_list, **filters, outcome="" if key == "rows" else key)
        operator = {0: "", 1: "="}.get(len(terms), "+")
        terms.append(Term(key, label, value, url, TONES.get(key, ""), operator, key == current))
    return terms


def closing_sentence(guest_list: GuestList) -> str:
    """Says that the sum closes and whether anybody still waits."""
    if guest_list.unknown_count:
        return f"The sum closes. {guest_list.unknown_count:,} are unknown until Thanx or staff say more."
    if guest_list.closed and not guest_list.waiting_count:
        return f"All {guest_list.rows_count:,} rows are accounted for."
    return f"The sum closes: {guest_list.rows_count:,} rows, each in exactly one place."
