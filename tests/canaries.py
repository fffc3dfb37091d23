"""Lists in every state, whose guests are known by each cell: whoever sees `k07amail` sees a guest of list 7."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from django.utils import timezone

from campaigns.models import Campaign
from issuance.checking.repairs import recipe_for, repair_rows, undo_repair
from issuance.importing.mapping import ask_for_columns, choose_columns
from issuance.launching.retries import retry_refused, send_unsent
from issuance.models import Guest, GuestList, RowError
from issuance.models.states import JobState, ListState, Outcome
from tests.issuance.factories import brought, job, read
from thanxportal.accounts.models import User

NAME, MAIL, MORE, NOTE, PHONE = "name", "mail", "more", "note", "phone"
IDENTIFIERS = {MAIL, MORE, PHONE}
ROWS = dict(zip("abcdefgh", range(2, 10), strict=True))  # the letter of each row, and its number in the file
BAD = "efg"
_CELL = re.compile(rf"k(\d\d)([{''.join(ROWS)}])({NAME}|{MAIL}|{MORE}|{NOTE})", re.IGNORECASE)
_PHONE = re.compile(r"555-?01(\d\d)(?!\d)")
_WITH_PHONE = "abgh"
FILE = """Name,Email,Phone,Note
{k}aname,{k}amail@example.com,{a},{k}anote
{k}bname,,{b},{k}bnote
{k}cname,<{k}cmail@example.com.>,,{k}cnote
{k}dname,{k}AMAIL@example.com,,{k}dnote
{k}ename,{k}email at example.com,,{k}enote
{k}fname,{k}fmail@example.com; {k}fmore@example.com,,{k}fnote
{k}gname,,{g},{k}gnote
{k}hname,{k}hmail@example.com,{h},{k}hnote
"""


class Seen(NamedTuple):
    """A cell of a guest: the number of the list that was brought, the letter of the row, and which cell."""

    list: int
    row: str
    cell: str


def seen_in(text: str) -> set[Seen]:
    """The cells that a text shows in full."""
    cells = {Seen(int(number), row.lower(), cell.lower()) for number, row, cell in _CELL.findall(text)}
    return cells | {_OF_PHONE[digits] for digits in _PHONE.findall(text) if digits in _OF_PHONE}


def _digits(number: int, row: str) -> str:
    """The last two digits of a guest's phone; 42 are those of examples in the pages."""
    at = number * len(_WITH_PHONE) + _WITH_PHONE.index(row)
    return f"{at + (at >= 42):02}"


_OF_PHONE = {_digits(number, row): Seen(number, row, PHONE) for number in range(24) for row in _WITH_PHONE}


@dataclass
class Known:
    """A list: `number` is that of its guests, which a retry shares with its parent."""

    number: int
    made: GuestList
    tags: set[str] = field(default_factory=set)


def _file(number: int) -> str:
    phones = {row: f"202-555-01{_digits(number, row)}" for row in _WITH_PHONE}
    phones["g"] = phones["g"].removeprefix("202-")  # Which makes it a bad row.
    return FILE.format(k=f"k{number:02}", **phones)


class EveryState:
    """Makes the lists. Those that were launched are put into their state by hand: what counts is who may see them."""

    def __init__(self, campaign: Campaign, owner: User, colleague: User, sender: User) -> None:
        self.campaign, self.owner, self.colleague, self.sender = campaign, owner, colleague, sender
        self.arms = list(campaign.variants.all())
        self.lists: dict[str, Known] = {}
        self._before_launch()
        self._launched()
        self._sent_again()
        self._single()

    def _bring(self, name: str, *tags: str, text: str = "", by: User | None = None) -> GuestList:
        number = len(self.lists)
        file = text.format(k=f"k{number:02}") if text else _file(number)
        made = read(brought(self.campaign, file, name=name, by=by if "nobody's" in tags else by or self.owner))
        self.lists[name] = Known(number, made, set(tags))
        return made

    def _put(self, name: str, state: ListState, *tags: str, **fields: Any) -> GuestList:
        made = self._bring(name, *tags)
        return _put(made, state=state, **fields)

    def _before_launch(self) -> None:
        waits = brought(self.campaign, _file(0), name="uploaded", by=self.owner)
        self.lists["uploaded"] = Known(0, waits)
        self._put("reading", ListState.READING)
        rows = "".join(f"{{k}}{row}mail@example.com,{{k}}{row}more@example.com,{{k}}{row}note\n" for row in "abcdef")
        two = f"Email A,Email B,Note\n{rows}"
        assert self._bring("mapping", text=two).state == ListState.MAPPING
        broken = 'Name,Email\n{k}aname,{k}amail@example.com\n"{k}bname,{k}bmail@example.com\n'
        assert self._bring("unreadable", text=broken).state == ListState.UNREADABLE
        self._repaired(self._bring("checked", "open"))
        self._put("repairing", ListState.REPAIRING)
        self._put("awaiting approval", ListState.AWAITING_APPROVAL, asked_at=timezone.now(), launched_by=self.sender)
        self._put("sent back", ListState.CHECKED, "open", sent_back_reason="Look again.", launched_by=self.sender)
        self._put("discarded", ListState.DISCARDED, ended_at=timezone.now())
        self._bring("nobody's", "open", "nobody's")
        self._read_by_another(self._bring("read by another", "open", "misread"))
        earlier = self._bring("rewarded before", "open")
        _settle(earlier, {Outcome.ALREADY_REWARDED: "ah"})
        Guest.objects.filter(guest_list=earlier, outcome=Outcome.ALREADY_REWARDED).update(
            earlier_campaign=self.campaign, earlier_at=timezone.now()
        )

    def _repaired(self, made: GuestList) -> None:
        """One repair stands and another was undone."""
        for key in ("at", "each"):
            recipe = recipe_for(made, key, "")
            assert recipe
            repair = repair_rows(guest_list=made, recipe=recipe, actor=self.owner)
            assert repair
            if key == "each":
                repair.guest_list = GuestList.objects.get(pk=made.pk)
                assert undo_repair(repair=repair, actor=self.owner)
            made.refresh_from_db()

    def _read_by_another(self, made: GuestList) -> None:
        assert ask_for_columns(guest_list=made, actor=self.colleague)
        made = read(made)
        assert choose_columns(guest_list=made, actor=self.colleague, email=1, phone=None)
        assert read(made).state == ListState.CHECKED

    def _launched(self) -> None:
        now = timezone.now()
        launched = {"launched_at": now, "launched_by": self.sender}
        self._put("stopped in its hold", ListState.CHECKED, "open", "launched", **launched)
        self._put("held", ListState.HELD, "launched", held_until=now + timedelta(hours=5), **launched)
        self._put("parked", ListState.HELD, "launched", held_until=None, crash_count=5, **launched)
        issued = {"planned_at": now, **launched}
        for name, state in {"issuing": JobState.ACCEPTED, "halved": JobState.HALVED}.items():
            self._in_job(self._put(name, ListState.ISSUING, "launched", **issued), state, {Outcome.WAITING: "abch"})
        unclear = self._put("needs staff", ListState.ISSUING, "launched", **issued)
        self._in_job(unclear, JobState.NEEDS_STAFF, {Outcome.UNKNOWN: "abch"})
        stopped = self._put("stopped for safety", ListState.ISSUING, "launched", safety_stop_at=now, **issued)
        self._in_job(stopped, JobState.COMPLETED, {Outcome.REFUSED: "ah", Outcome.WAITING: "bc"})
        ended = {"ended_at": now, **issued}
        finished = self._put("finished", ListState.FINISHED, "launched", **ended)
        self._in_job(finished, JobState.COMPLETED, {Outcome.REWARDED: "a", Outcome.REFUSED: "bh", Outcome.CONTROL: "c"})
        revoked = self._put("revoked", ListState.FINISHED, "launched", **ended)
        self._in_job(revoked, JobState.REVOKED, {Outcome.REVOKED: "abch"})
        stopped = self._put("stopped", ListState.STOPPED, "launched", **ended)
        self._in_job(stopped, JobState.CANCELLED, {Outcome.WAITING: "abch"})

    def _in_job(self, made: GuestList, state: JobState, outcomes: dict[Outcome, str]) -> None:
        guests = Guest.objects.of_list(made)
        held_out, arm = self.arms[-1], self.arms[0]
        rows = [ROWS[row] for outcome, letters in outcomes.items() if outcome != Outcome.CONTROL for row in letters]
        problem = {"problem_code": "NO_CLEAR_ANSWER"} if state == JobState.NEEDS_STAFF else {}
        issued = job(made, 1, arm, state, len(rows), **problem)
        guests.update(variant=held_out, outcome=Outcome.WAITING)
        for position, row in enumerate(rows):
            guests.filter(row=row).update(job=issued, position=position, variant=arm)
        _settle(made, outcomes)

    def _sent_again(self) -> None:
        """Retries of refused and of unsent guests; they have the guests of their parents, and are nobody's own."""
        for name, parent, make in (
            ("retry", "finished", lambda made: retry_refused(guest_list=made, reasons=(), actor=self.owner)),
            ("rest", "stopped", lambda made: send_unsent(guest_list=made, actor=self.owner)),
        ):
            known = self.lists[parent]
            self.lists[name] = Known(known.number, make(GuestList.objects.get(pk=known.made.pk)), {"launched", name})

    def _single(self) -> None:
        """A guest whom the sender typed and Thanx refused."""
        made = self._bring("one guest", "launched", "typed", text="Email\n{k}amail@example.com\n", by=self.sender)
        now = timezone.now()
        _put(made, state=ListState.FINISHED, one_guest=True, reason="A long wait", launched_at=now,
             launched_by=self.sender, planned_at=now, ended_at=now)  # fmt: skip
        self._in_job(made, JobState.COMPLETED, {Outcome.REFUSED: "a"})


def _put(made: GuestList, **fields: Any) -> GuestList:
    GuestList.objects.filter(pk=made.pk).update(confirm_token=uuid4(), **fields)
    made.refresh_from_db()
    return made


def _settle(made: GuestList, outcomes: dict[Outcome, str]) -> None:
    """Gives guests their outcomes, and the list the sums of its rows."""
    for outcome, rows in outcomes.items():
        reason = "USER_EMAIL_INVALID" if outcome == Outcome.REFUSED else ""
        numbers = [ROWS[row] for row in rows]
        Guest.objects.filter(guest_list=made, row__in=numbers).update(outcome=outcome, reason=reason)
    counts = Counter(Guest.objects.filter(guest_list=made).values_list("outcome", flat=True))
    counts.update(RowError.objects.filter(guest_list=made).values_list("kind", flat=True))
    _put(made, **{f"{term}_count": counts[term] for term in (*Outcome.values, "invalid", "duplicate")})
