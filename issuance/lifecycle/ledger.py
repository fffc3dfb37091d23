"""The ledger as people see it: an equation whose terms are links to exactly those rows."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from issuance.models import RecipientList
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


def waiting_label(recipient_list: RecipientList) -> str:
    """What `waiting` means at this moment of the list's life."""
    words = {
        ListState.CHECKED: "ready",
        ListState.AWAITING_APPROVAL: "ready",
        ListState.STOPPED: "not sent",
        ListState.DISCARDED: "not sent",
    }
    return words.get(recipient_list.status, LABELS["waiting"])


def guests_url(recipient_list: RecipientList, **filters: object) -> str:
    """The address of the grid with exactly the rows that the filters name; empty filters are left out."""
    url = reverse("issuance:guests", args=[recipient_list.merchant.handle, recipient_list.pk])
    query = urlencode({name: value for name, value in filters.items() if value})
    return f"{url}?{query}" if query else url


def ledger_terms(recipient_list: RecipientList, current: str | None = None, **filters: object) -> list[Term]:
    """All terms in order; those that are seldom needed only when somebody is in them."""
    terms: list[Term] = []
    for key, value in recipient_list.ledger.items():
        if key in WHEN_THERE_ARE_ANY and not value and key != current:
            continue
        label = waiting_label(recipient_list) if key == "waiting" else LABELS[key]
        url = guests_url(recipient_list, **filters, outcome="" if key == "rows" else key)
        operator = {0: "", 1: "="}.get(len(terms), "+")
        terms.append(Term(key, label, value, url, TONES.get(key, ""), operator, key == current))
    return terms


def closing_sentence(recipient_list: RecipientList) -> str:
    """Says that the sum closes and whether anybody still waits."""
    if recipient_list.unknown_count:
        return f"The sum closes. {recipient_list.unknown_count:,} are unknown until Thanx or staff say more."
    if recipient_list.closed and not recipient_list.waiting_count:
        return f"All {recipient_list.rows_count:,} rows are accounted for."
    return f"The sum closes: {recipient_list.rows_count:,} rows, each in exactly one place."
