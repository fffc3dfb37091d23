"""The ledger as people see it: an equation whose terms are links to exactly those rows."""

from __future__ import annotations

from dataclasses import dataclass

from issuance.guests.addresses import guests_url
from issuance.lifecycle.ledger import label_of, shown_terms
from issuance.models import GuestList
from issuance.models.states import Outcome

# In a sum only what has ended stands out.
TONES = {outcome.value: outcome.tone for outcome in Outcome if outcome != Outcome.WAITING}


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


def ledger_terms(guest_list: GuestList, current: str | None = None, **filters: object) -> list[Term]:
    """All terms in order; those that are seldom needed only when somebody is in them."""
    terms: list[Term] = []
    for key, value in shown_terms(guest_list.ledger, current):
        url = guests_url(guest_list, **filters, outcome="" if key == "rows" else key)
        operator = {0: "", 1: "="}.get(len(terms), "+")
        label = label_of(guest_list, key)
        terms.append(Term(key, label, value, url, TONES.get(key, ""), operator, key == current))
    return terms
