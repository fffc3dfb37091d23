"""Each rule with what the recorded requests say about it, and what a rehearsal still lacks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from issuance.models import Rehearsal
from issuance.staff.certification.rules import RULES, Rule
from issuance.staff.certification.traffic import Traffic
from thanxportal.counted import counted
from thanxportal.partner.models import ApiRequest

KEPT, BROKEN, UNSEEN = "kept", "broken", "unseen"
MOST_SHOWN = 20  # requests of a rule
LABELS = {KEPT: "Kept", BROKEN: "Broken", UNSEEN: "Not seen yet"}


class Line(NamedTuple):
    """`requests` are those that break the rule, or else the last that show it kept."""

    rule: Rule
    state: str
    requests: list[ApiRequest]
    words: str

    @property
    def label(self) -> str:
        return LABELS[self.state]


class Step(NamedTuple):
    """A part of a rehearsal; done once all that it shows was seen."""

    title: str
    how: str
    done: bool


STEPS = (
    ("Read what Thanx publishes", "Merchants and reward templates: python manage.py sync_partner.", ("discovery",)),
    ("Create a campaign", "Somebody who may publish at a test merchant does it in the portal.", ("campaign",)),
    ("Issue a small list", "A few emails and phones, one of which Thanx refuses. A sender of the merchant does it.",
     ("emails", "phones", "keys")),
    ("Wait until its jobs have ended", "The page of the list says when.", ("monitoring", "refusals")),
    ("Revoke one of the jobs", "In the admin: Revocation plans. A colleague confirms.", ("revocation",)),
)  # fmt: skip


def lines_of(traffic: Traffic) -> list[Line]:
    return [_line(rule, traffic) for rule in RULES]


def _line(rule: Rule, traffic: Traffic) -> Line:
    found = rule.look(traffic)
    if found.broken:
        words = counted(len(found.broken), "request breaks it", "requests break it")
        return Line(rule, BROKEN, [*found.broken[:MOST_SHOWN]], words)
    if found.kept:
        words = counted(len(found.kept), "request shows it", "requests show it")
        return Line(rule, KEPT, [*found.kept[-MOST_SHOWN:]], words)
    return Line(rule, UNSEEN, [], rule.how)


def steps_of(lines: Iterable[Line]) -> list[Step]:
    seen = {line.rule.key for line in lines if line.state != UNSEEN}
    return [Step(title, how, seen.issuperset(keys)) for title, how, keys in STEPS]


def is_complete(rehearsal: Rehearsal) -> bool:
    return all(line.state == KEPT for line in lines_of(Traffic.of(rehearsal)))
