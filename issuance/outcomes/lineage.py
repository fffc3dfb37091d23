"""A list and the retries that came of it: one ledger in which every guest counts once, where it stands now."""

from __future__ import annotations

from dataclasses import dataclass

from issuance.guests.ledger_terms import TONES, Term
from issuance.launching.retries import sent_again
from issuance.lifecycle.ledger import LABELS, shown_terms
from issuance.models import GuestList
from issuance.models.states import Outcome


@dataclass(frozen=True)
class Member:
    """A list of the lineage. `depth` is 0 for the first list; so many of its refused and of its unsent guests count
    in later lists."""

    list: GuestList
    depth: int
    refused_moved: int
    unsent_moved: int

    @property
    def moved(self) -> int:
        return self.refused_moved + self.unsent_moved


@dataclass(frozen=True)
class Lineage:
    """Parents stand before their retries."""

    members: list[Member]

    @property
    def root(self) -> GuestList:
        return self.members[0].list

    @property
    def ledger(self) -> dict[str, int]:
        """As of one list: `rows` of the first file equals the sum of all the other terms."""
        terms = {
            term: sum(member.list.ledger[term] for member in self.members)
            for term in self.root.ledger
            if term != "rows"
        }
        terms["refused"] -= sum(member.refused_moved for member in self.members)
        terms["waiting"] -= sum(member.unsent_moved for member in self.members)
        return {"rows": self.root.rows_count} | terms

    @property
    def terms(self) -> list[Term]:
        terms = shown_terms(self.ledger)
        operators = ["", "=", *["+"] * len(terms)]
        return [
            Term(key, LABELS[key], value, "", TONES.get(key, ""), operator)
            for (key, value), operator in zip(terms, operators, strict=False)
        ]


def lineage_of(guest_list: GuestList) -> Lineage:
    """All living relatives, in as many queries as there are generations. A discarded retry sends nobody: left out."""
    root = guest_list
    while root.parent_id:
        root = GuestList.objects.for_merchant(guest_list.merchant).get(pk=root.parent_id)
    children: dict[int, list[GuestList]] = {}
    generation = [root]
    while generation:
        born = list(sent_again(parent__in=generation))
        for child in born:
            children.setdefault(child.parent_id or 0, []).append(child)
        generation = born
    return Lineage(_members(root, children, 0))


def _members(head: GuestList, children: dict[int, list[GuestList]], depth: int) -> list[Member]:
    below = children.get(head.pk, [])
    moved = dict.fromkeys((Outcome.REFUSED, Outcome.WAITING), 0)
    for child in below:
        moved[child.took] = moved.get(child.took, 0) + child.rows_count  # type: ignore[attr-defined]
    members = [Member(head, depth, moved[Outcome.REFUSED], moved[Outcome.WAITING])]
    for child in below:
        members += _members(child, children, depth + 1)
    return members
