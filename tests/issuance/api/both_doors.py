"""The same guests by both doors: a file on the pages, and a program's request; and what became of each."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from shutil import rmtree
from typing import Any, NamedTuple

from django.conf import settings as portal
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from campaigns.models import CONTROL, Campaign, Variant
from issuance.importing.batches import guest_hasher
from issuance.launching.approval import approve_list, send_back_list
from issuance.models import ControlLeak, Guest, GuestClaim, GuestList, IssuanceJob, RowError
from issuance.models.states import JobState, ListState, Outcome
from issuance.parsing.identifiers import identity
from issuance.parsing.row_text import row_cells
from issuance.worker import due_work
from tests import cast
from tests.issuance.api.programs import Program
from tests.issuance.browsing import address
from tests.issuance.factories import job, known_at_thanx, make_list
from tests.world import NOON, World
from thanxportal.accounts.models import Merchant, User
from thanxportal.partner_simulator import Simulator
from thanxportal.partner_simulator.limits import RequestLimits
from thanxportal.queues import READING, SENDING

COLUMNS = ("Email", "Phone", "Reason", "External ID")
EXTERNAL_ID = 3  # cell of both doors
DAY = timedelta(days=1)


class Became(NamedTuple):
    """What became of the guests: who each is, with outcome, arm and reason, whether they wait for an approver, and what
    Thanx was asked for in which arm and refused."""

    guests: dict[str, tuple[Any, ...]]
    needs_approval: bool
    after_approval: dict[str, tuple[Any, ...]]
    jobs: list[Any]
    leaks: int


class Doors:
    """One campaign in a situation, and both ways to it. Whatever happens behind a door is undone."""

    def __init__(
        self, *, merchant: Merchant, manager: User, approver: User, browser: Client, world: World, simulator: Simulator,
    ) -> None:  # fmt: skip
        self.merchant, self.manager, self.approver, self.browser = merchant, manager, approver, browser
        self.program = Program(merchant, manager, guests_per_day=1_000_000)
        self.world, self.simulator = world, simulator

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Begins at the same moment each time, with a Thanx that has no jobs."""
        self.world.traveller.move_to(NOON)
        self.world.clock._microseconds = NOON * 1_000_000
        self.simulator._limits = RequestLimits()
        self.simulator.books.jobs.clear()
        self.simulator.books.keys.clear()
        rmtree(portal.SENT_MARKS, ignore_errors=True)  # Else sends that were undone would count as forgotten.
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    def by_page(self, campaign: Campaign, guests: Sequence[dict[str, str]], situation: dict[str, Any]) -> Became | None:
        """None if they can't be rewarded now."""
        file = SimpleUploadedFile("guests.csv", as_file(guests), "text/csv")
        new = f"/m/{self.merchant.handle}/campaigns/{campaign.pk}/lists/new/"
        taken = self.browser.post(new, {"name": "Guests", "file": file}).status_code == 302
        assert taken is GuestList.objects.filter(name="Guests").exists()
        if not taken:
            return None
        made = self._read(GuestList.objects.get(name="Guests"))
        if made.state == ListState.CHECKED and not self._launched(made) and made.waiting_count:
            return None
        self.world.drive(list_id=made.pk)
        return self._became(made, situation)

    def _read(self, made: GuestList) -> GuestList:
        """By the columns that are named as a program's fields are, whichever the page finds."""
        self._worked_on(made)
        if made.state == ListState.CHECKED and (made.file_info["email"], made.file_info["phone"]) != (0, 1):
            self.browser.post(address("list_reread", made))
            self._worked_on(made)
        if made.state == ListState.MAPPING:
            choice = {"email": 0, "phone": 1, "header_row": 1, "country": self.merchant.country}
            assert self.browser.post(address("list_columns", made), choice).status_code == 302
            self._worked_on(made)
        return made

    @staticmethod
    def _worked_on(made: GuestList) -> None:
        due_work.drive_due_work(kinds=[READING], list_id=made.pk)
        made.refresh_from_db()

    def _launched(self, made: GuestList) -> bool:
        """By whoever has seen its review."""
        review: Any = self.browser.get(address("list_review", made))
        self.browser.post(address("list_launch", made), {"seen": review.context_data["seen"]})
        made.refresh_from_db()
        return made.state != ListState.CHECKED

    def by_api(self, campaign: Campaign, guests: Sequence[dict[str, str]], situation: dict[str, Any]) -> Became | None:
        """In one request, or in several that are gathered together: those above a threshold wouldn't be."""
        size = -(-len(guests) // (situation["requests"] if situation["threshold"] is None else 1))
        parts = [guests[at : at + size] for at in range(0, len(guests), size)]
        answers = [self.program.post(f"/campaigns/{campaign.pk}/rewards", {"guests": part}) for part in parts]
        (status,) = {answer.status_code for answer in answers}
        if status == 409:
            return None
        self.world.advance(portal.GATHER_SECONDS)
        due_work.drive_due_work(kinds=[SENDING])
        made = GuestList.objects.get(stream__isnull=False)
        self.world.drive(list_id=made.pk)
        became = self._became(made, situation)
        self._check_told([answer.json()["id"] for answer in answers], became)
        return became

    def _check_told(self, batches: Sequence[str], became: Became) -> None:
        """A program is told of each guest what people see."""
        told = [each for batch in batches for each in self.program.get(f"/batches/{batch}/guests").json()["items"]]
        counts = [Counter(self.program.get(f"/batches/{batch}").json()["outcomes"]) for batch in batches]
        assert sum(counts, Counter()) == Counter(each["outcome"] for each in told)
        rows = became.after_approval or became.guests
        assert {each["external_id"]: each["code"] for each in told} == {name: row[4] for name, row in rows.items()}
        for each in told:
            outcome = rows[each["external_id"]][2]
            assert each["outcome"] in (outcome, "not_sent" if outcome == Outcome.WAITING else outcome)

    def _became(self, made: GuestList, situation: dict[str, Any]) -> Became:
        made.refresh_from_db()
        guests, asked = verdicts(made), made.state == ListState.AWAITING_APPROVAL
        if asked and situation["answer"] == "approve":
            assert approve_list(guest_list=made, token=made.confirm_token, actor=self.approver)
            self.world.drive(list_id=made.pk)
        elif asked and situation["answer"] == "send back":
            assert send_back_list(guest_list=made, actor=self.approver, reason="Too many", facts={})
        made.refresh_from_db()
        assert sum(made.ledger.values()) == 2 * made.rows_count
        return Became(guests, asked, verdicts(made) if asked else {}, self._jobs(), ControlLeak.objects.count())

    def _jobs(self) -> list[Any]:
        """What Thanx was asked for, in the order of the arms."""
        names = dict(IssuanceJob.objects.exclude(thanx_id=None).values_list("thanx_id", "variant__name"))
        jobs = self.simulator.books.jobs.values()
        return sorted((names[job.id], job.identifiers, sorted(job.rewarded())) for job in jobs)


def as_file(guests: Sequence[dict[str, str]]) -> bytes:
    """As a CRM exports them, with the columns that a program's guests have."""
    text = StringIO()
    rows = csv.writer(text, quoting=csv.QUOTE_ALL)
    rows.writerow(COLUMNS)
    rows.writerows([guest["email"], guest["phone"], guest["reason"], guest["external_id"]] for guest in guests)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def verdicts(made: GuestList) -> dict[str, tuple[Any, ...]]:
    """By external id: who is meant, the outcome, the arm, and why."""
    found: dict[str, tuple[Any, ...]] = {}
    for guest in Guest.objects.filter(guest_list=made).select_related("variant"):
        who = (guest.type, guest.value, guest.outcome, guest.variant.name, guest.reason, guest.other, guest.fixed)
        found[row_cells(guest.cells)[EXTERNAL_ID]] = (*who, guest.earlier_campaign_id)
    for error in RowError.objects.filter(guest_list=made):
        found[error.cells[EXTERNAL_ID]] = ("", "", error.kind, "", error.code, error.column)
    return found


def placed(merchant: Merchant, situation: dict[str, Any], simulator: Simulator) -> Campaign:
    """A campaign of this split, published, and as far from that as the situation has it."""
    shares, has_control = situation["shares"]
    draft = cast.draft_campaign(merchant, (), name="June", uuid=situation["uuid"])
    rewards = list(merchant.reward_templates.order_by("pk"))
    for position, weight in enumerate(shares):
        control = has_control and position == len(shares) - 1
        reward = None if control else rewards[position % len(rewards)]
        name = CONTROL if control else f"Arm {position}"
        draft.variants.create(position=position, name=name, weight=weight, reward_template=reward)
    campaign, now = known_at_thanx(draft, simulator), timezone.now()
    state = situation["state"]
    changed: dict[str, Any] = {"ended": {"end_at": now}, "coming": {"start_at": now + DAY}}.get(
        state, {} if state == "published" else {"state": state}
    )
    Campaign.objects.filter(pk=campaign.pk).update(**changed)
    return Campaign.objects.get(pk=campaign.pk)


def rewarded_before(campaign: Campaign, who: str, days: float) -> GuestList:
    """A list that rewarded one guest so many days ago, as far as the database knows."""
    made, ago = make_list(campaign, ListState.FINISHED), timezone.now() - timedelta(days=days)
    GuestList.objects.filter(pk=made.pk).update(planned_at=ago, rows_count=1, rewarded_count=1)
    first = campaign.variants.order_by("position")[0]
    guest = _row(made, who, first, Outcome.REWARDED, job=job(made, 1, first, JobState.COMPLETED, 1), position=0)
    GuestClaim.objects.get_or_create(
        campaign=campaign, identity=guest.identity, primary=True, defaults={"guest_list": made, "claimed_at": ago}
    )
    return made


def held_out(campaign: Campaign, who: str) -> None:
    """A list of another campaign in whose Control the guest is."""
    made = make_list(campaign, ListState.FINISHED)
    GuestList.objects.filter(pk=made.pk).update(planned_at=timezone.now(), rows_count=1, control_count=1)
    _row(made, who, campaign.variants.get(name=CONTROL), Outcome.CONTROL)


def _row(made: GuestList, who: str, variant: Variant, outcome: Outcome, **fields: Any) -> Guest:
    kind, digest = "email" if "@" in who else "phone", guest_hasher(made)(identity(who))
    return Guest.objects.create(
        guest_list=made, row=2, type=kind, value=who, identity=digest, variant=variant, outcome=outcome, **fields
    )
