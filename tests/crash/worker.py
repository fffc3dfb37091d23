"""What the children of the harness do: be a merchant, be a worker, look at what came of it. Never run in the parent."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from campaigns.discovery import sync_partner
from campaigns.models import Campaign, RewardTemplate
from campaigns.publishing import publish_campaign, request_publication
from issuance.engine import not_revoked, planning, polling, submission
from issuance.engine.sending_pauses import sending_is_paused, sends_were_forgotten
from issuance.events import gathering
from issuance.events.receiving import receive
from issuance.importing import batches, import_list
from issuance.importing.import_list import read_guest_file
from issuance.importing.new_list import create_list
from issuance.launching.launch import launch_list, stop_list
from issuance.launching.retries import CantRetry, send_unsent
from issuance.lifecycle import transitions
from issuance.models import MOST_TRIES, EventBatch, Guest, GuestList, IssuanceJob, Resolution
from issuance.models.states import JOB_OPEN, LIST_RUNNING, JobState, ListState
from issuance.staff.made_jobs import read_made_jobs
from issuance.staff.resolution import CantResolve, confirm_resolution, propose_resolution
from issuance.staff.resume_sending import CantResume, resume_sending
from issuance.staff.revocation import request_revocation
from issuance.staff.statements import CantConfirm
from issuance.worker import due_work
from tests import cast
from tests.crash.partner import MERCHANT
from tests.crash.patching import put
from tests.crash.wire import PlainHTTP
from tests.statements import settle, written
from thanxportal import database_clock
from thanxportal.accounts.models import Merchant, Role, User
from thanxportal.accounts.tokens import make_token
from thanxportal.partner import gate, gated_client, slots
from thanxportal.partner.models import MerchantRefusal
from thanxportal.partner.slots import Window

DRAINED, STUCK = 0, 3  # exit statuses
ISSUE, REVOKE, LEAVE = "issue", "revoke", "leave"  # what the merchant wants with a list; begins its name
revoked_jobs = 1  # of a list to be revoked; the others stay as they are


class Haste(NamedTuple):
    """The engine's own waiting times, shortened; in seconds."""

    lease: float = 0.12
    in_doubt: float = 1200
    patience_with_crashes: int = 1_000


def hurry(haste: Haste) -> None:
    """Shortens every waiting time of this process; nothing else about the engine changes."""
    lease, crashes = timedelta(seconds=haste.lease), haste.patience_with_crashes
    put(transitions, LEASE=lease, MOST_CRASHES=crashes)
    put(import_list, LEASE=lease, MOST_CRASHES=crashes, TOGETHER=1, COMMIT_EVERY=0)
    put(batches, BATCH=6)
    put(gathering, WAITS=[timedelta(seconds=0.02)] * MOST_TRIES)
    put(planning, MOST_CRASHES=crashes)
    put(submission, first_wait=lambda job: 0.02, backoff=lambda tries: 0.02)
    put(polling, FIRST_POLL=0.02, polling_delay=lambda polls, since, done=0.0: 0.02)
    put(not_revoked, patience=lambda requests: timedelta(seconds=0.3), MOST_REQUESTS=1_000)
    put(gate, PROBE_EVERY=0.05)
    put(slots, SHORT=Window(1_000, 1.0), LONG=Window(2_000, 1.0))
    put(gated_client, SILENCE=0.02, transport=PlainHTTP)
    put(os, fsync=lambda descriptor: None)  # As `quicken` says of databases.
    settings.JOB_SIZE = 5
    settings.HOLD_SECONDS = 0.01
    settings.GATHER_SECONDS = 0
    settings.IN_DOUBT_MINUTES = haste.in_doubt / 60


def meddle() -> None:
    """What merchants do who see that nothing goes on: they stop, send the rest, and bring the same guests once more."""
    stop_everything()
    for guest_list in GuestList.objects.filter(parent=None).exclude(name__startswith=LEAVE):
        with suppress(CantRetry):
            send_unsent(guest_list=guest_list, actor=_staff("ana"))
    lines = list(Guest.objects.exclude(guest_list__name__startswith=LEAVE).values_list("value", flat=True)[:12])
    bring(Campaign.objects.get().pk, ISSUE, lines)
    follow_wishes()


def settle_and_resume(made: str) -> str:
    """Two people settle with Thanx what a thrown back database has forgotten; returns what keeps them from it."""
    if not sending_is_paused():
        return "Nothing noticed that the database was thrown back."
    try:
        for step in (confirm_a_statement, agree_about_the_rest, resolve_what_was_being_sent, resume):
            step(made)
    except (CantConfirm, CantResume, CantResolve) as refusal:
        return str(refusal)
    return ""


def write_a_statement(made: str) -> None:
    """Nobody confirms it: another one is written later."""
    if sends_were_forgotten():
        written(made, _staff("ana"))


def confirm_a_statement(made: str, agreed: str = "") -> None:
    if sends_were_forgotten():
        work(0.3)
        settle(made, _staff("ana"), _staff("bob"), about_the_rest=agreed)


def agree_about_the_rest(made: str) -> None:
    confirm_a_statement(made, "The merchant brings no list again.")


def resolve_what_was_being_sent(made: str) -> None:
    """What Thanx surely never got of jobs that were being sent when the backup was made, if it tells keys."""
    keys = {job.key for job in read_made_jobs(made)}
    for job in IssuanceJob.objects.filter(state=JobState.NEEDS_STAFF, problem_code="SENDS_FORGOTTEN", thanx_id=None):
        if None not in keys and job.idempotency_key not in keys and not job.resolutions.exists():
            answer = Resolution(job=job, decision=Resolution.NEVER_EXECUTED, evidence="Ticket 12, Thanx support.")
            propose_resolution(resolution=answer, actor=_staff("ana"))
            confirm_resolution(resolution=answer, actor=_staff("bob"))


def resume(made: str) -> None:
    """Sends go on, and some of them leave."""
    resume_sending(actor=_staff("ana"), reason="Settled with Thanx.")
    work(0.1)


STEPS: tuple[Callable[[str], None], ...] = (
    lambda made: meddle(),
    write_a_statement,
    confirm_a_statement,
    agree_about_the_rest,
    resolve_what_was_being_sent,
    resume,
)  # of staff and merchants after a restore, in this order; another restore may come between any two


def settle_a_step(step: int, made: str) -> None:
    """One step of the way from a restore to the resumption, or as much of it as people may do now."""
    if sending_is_paused():
        with suppress(CantConfirm, CantResume, CantResolve):
            STEPS[step](made)


def send_the_rest() -> None:
    """The merchants send the unsent guests of lists that they had stopped."""
    for guest_list in GuestList.objects.filter(state=ListState.STOPPED):
        with suppress(CantRetry):
            send_unsent(guest_list=guest_list, actor=_staff("ana"))


def _staff(name: str) -> User:
    return User.objects.get_or_create(email=f"{name}@example.com")[0]


def read_merchants() -> None:
    """Mirrors Thanx, whose only merchant may be gone, and lets time pass for whom it refused before."""
    if MerchantRefusal.objects.exists():
        MerchantRefusal.objects.update(next_at=timezone.now())
        IssuanceJob.objects.waiting().update(next_attempt_at=timezone.now())
    else:
        sync_partner(believe=True)


def open_shop(seed: int) -> int:
    """A merchant, and a published campaign with two arms and Control; returns the campaign's id.

    The same seed deals the same guests to the same arms.
    """
    fields = {"handle": MERCHANT.handle, "name": MERCHANT.name}
    merchant, is_new = Merchant.objects.get_or_create(thanx_id=MERCHANT.id, defaults=fields)
    if is_new:
        now = timezone.now()
        for template in MERCHANT.templates:
            RewardTemplate.objects.create(merchant=merchant, thanx_id=template.id, name=template.name, seen_at=now)
        cast.person("ana@example.com", merchant, Role.MANAGER)
    campaign = cast.draft_campaign(merchant, uuid=UUID(int=seed))
    if not request_publication(campaign=campaign, actor=None):
        raise RuntimeError("The campaign of the harness isn't complete.")
    publish_campaign(campaign.pk)
    campaign.refresh_from_db()
    if campaign.state != "published":
        raise RuntimeError(f"The campaign of the harness was not published: {campaign.problem_code}")
    return campaign.pk


def bring(campaign_id: int, wish: str, lines: list[str]) -> int:
    """The merchant pastes a list; its name says what is wanted and how many rows it has."""
    campaign = Campaign.objects.get(pk=campaign_id)
    name = f"{wish} {len(lines)}"
    return create_list(campaign=campaign, name=name, content="\n".join(lines), actor=None).pk


def ask_by_program(campaign_id: int, *batches: list[str]) -> None:
    """A program of the merchant asks for rewards, a batch after the other."""
    campaign, maker = Campaign.objects.select_related("merchant").get(pk=campaign_id), _staff("ana")
    fields = {"scopes": ["reward"], "guests_per_day": 1_000, "expires_at": timezone.now() + timedelta(days=1)}
    token, _ = make_token(merchant=campaign.merchant, actor=maker, name="Survey tool", **fields)
    for emails in batches:
        receive(campaign=campaign, token=token, guests=[{"email": email} for email in emails])


def change_ones_mind(list_id: int) -> None:
    """Launches a read list, stops it during the hold, and clicks the first, used up, review form once more."""
    guest_list = GuestList.objects.get(pk=list_id)
    read_guest_file(list_id)
    guest_list.refresh_from_db()
    settings.HOLD_SECONDS = 60
    form = guest_list.confirm_token
    launch_list(guest_list=guest_list, token=form, actor=None, hold=True)
    stop_list(guest_list=GuestList.objects.get(pk=list_id), actor=None)
    settings.HOLD_SECONDS = 0
    launch_list(guest_list=GuestList.objects.get(pk=list_id), token=form, actor=None, hold=True)


def keep_waiting(list_id: int) -> None:
    """Launches a list with a hold that outlives the run, so that nothing of it may leave."""
    read_guest_file(list_id)
    guest_list = GuestList.objects.get(pk=list_id)
    settings.HOLD_SECONDS = 3_600
    launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=None, hold=True)


def nudge() -> None:
    """What a broker does with each launch, and may repeat: it asks for the list, whether it is due or not."""
    for list_id in GuestList.objects.filter(state=ListState.HELD).values_list("pk", flat=True):
        due_work.plan_list(list_id)


def end_campaigns() -> None:
    Campaign.objects.update(end_at=database_clock.now())


def stop_everything() -> None:
    for guest_list in GuestList.objects.filter(state=ListState.ISSUING):
        stop_list(guest_list=guest_list, actor=None)


def work(seconds: float) -> int:
    """Does all due work and what the merchants want, until nothing is left or the time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        due_work.drive_due_work()
        follow_wishes()
        nudge()
        if drained():
            return DRAINED
        time.sleep(0.02)
    return STUCK


def toil() -> None:
    """Works until killed."""
    while True:
        due_work.drive_due_work()
        time.sleep(min(due_work.seconds_to_next_due(most=0.05), 0.05))


def follow_wishes() -> None:
    """Launches what was checked, and asks for the revocation of what was issued and is to be revoked."""
    wanted = GuestList.objects.exclude(name__startswith=LEAVE)
    for guest_list in wanted.filter(state=ListState.CHECKED):
        launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=None)
    for job in _to_be_revoked():
        request_revocation(job=job, actor=User.objects.get(email="ana@example.com"), reason="Wrong reward.")


def _to_be_revoked() -> Any:
    ended = IssuanceJob.objects.filter(state=JobState.COMPLETED, number__lte=revoked_jobs, revoke_reason="")
    return ended.filter(guest_list__name__startswith=REVOKE, guest_list__state=ListState.FINISHED)


def drained() -> bool:
    lists = GuestList.objects.filter(state__in=LIST_RUNNING).exclude(name__startswith=LEAVE, state=ListState.HELD)
    to_launch = GuestList.objects.filter(state=ListState.CHECKED).exclude(name__startswith=LEAVE)
    jobs = IssuanceJob.objects.filter(state__in=(*JOB_OPEN, JobState.REVOKING))
    if EventBatch.objects.waiting().exists():
        return False
    return not (lists.exists() or to_launch.exists() or jobs.exists() or _to_be_revoked().exists())


def be_a_merchant(campaign_id: int, seconds: float, seed: int) -> None:
    """Keeps bringing lists that share guests, launches them, and now and then stops one or revokes a job."""
    dice, deadline = random.Random(seed), time.monotonic() + seconds
    while time.monotonic() < deadline:
        pool = [f"guest{number}@example.com" for number in range(600)]
        wish = dice.choice((ISSUE, ISSUE, ISSUE, REVOKE))
        bring(campaign_id, wish, dice.sample(pool, dice.randint(5, 30)))
        for _ in range(4):
            follow_wishes()
            if dice.random() < 0.05:
                stop_everything()
            time.sleep(0.1)
