"""What waits for staff: each kind with its count, and the page of the admin that lists just these rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from issuance.models import (
    IS_PARKED,
    NOT_TAKEN_BACK,
    EventBatch,
    GuestList,
    IssuanceJob,
    Resolution,
    RevocationPlan,
    RevocationRequest,
    SendingPause,
    ThanxStatement,
    WatchedFolder,
    WebhookDelivery,
)
from issuance.models.states import JOB_DUE, JobState
from thanxportal.accounts.models import Invitation, Merchant, Notification, PartnerToken, User
from thanxportal.counted import counted
from thanxportal.partner.models import Credential, MerchantRefusal

A_DAY = timedelta(days=1)


class Need(NamedTuple):
    """So many rows of a model, such as `issuance.issuancejob`, that `query` lists in the admin."""

    rows: int
    one: str
    many: str
    model: str
    query: dict[str, str]

    @property
    def words(self) -> str:
        return counted(self.rows, self.one, self.many)

    @property
    def right(self) -> str:
        return self.model.replace(".", ".view_")

    @property
    def address(self) -> str:
        page = self.model.replace(".", "_")
        return f"{reverse(f'admin:{page}_changelist')}?{urlencode(self.query)}"


def needs_of(user: User) -> list[Need]:
    """Only what this person may look at, and nothing of which there is none. Few queries, none of which looks at
    guests."""
    needs = (*_revocations(), *_jobs(), *_lists(), *_decisions(), *_webhooks(), *_mails(), *_merchants(), *_programs())
    return [need for need in needs if need.rows and user.has_perm(need.right)]


def _jobs() -> Iterator[Need]:
    states = {
        JobState.NEEDS_STAFF: ("job needs review", "jobs need review"),
        JobState.FORGOTTEN: ("job is unknown until settled", "jobs are unknown until settled"),
    }
    counts = {state.value: Count("pk", filter=Q(state=state)) for state in states}
    counts |= {"parked": Count("pk", filter=IS_PARKED), "kept": Count("pk", filter=NOT_TAKEN_BACK)}
    found = IssuanceJob.objects.filter(state__in=(*JOB_DUE, JobState.FORGOTTEN)).aggregate(**counts)
    for state, words in states.items():
        yield Need(found[state.value], *words, "issuance.issuancejob", {"state__exact": state.value})
    yield Need(found["parked"], "job is parked", "jobs are parked", "issuance.issuancejob", {"parked": "yes"})
    words = ("job isn’t revoked by Thanx: ask again", "jobs aren’t revoked by Thanx: ask again")
    waiting = {"state__exact": JobState.REVOKING.value, "parked": "yes"}
    yield Need(found["kept"], *words, "issuance.issuancejob", waiting)


def _lists() -> Iterator[Need]:
    model, lists = "issuance.guestlist", GuestList.objects
    yield Need(lists.parked().count(), "list is parked", "lists are parked", model, {"parked": "yes"})
    words = ("list stands still as its merchant has opted out", "lists stand still as their merchants have opted out")
    yield Need(lists.waiting_for_return().count(), *words, model, {"opted_out": "yes"})


def _decisions() -> Iterator[Need]:
    """What holds sending back, or work that a second person has to confirm."""
    pauses = SendingPause.objects.filter(in_force=True).count()
    pause = ("pause holds back all sending", "pauses hold back all sending")
    yield Need(pauses, *pause, "issuance.sendingpause", {"in_force__exact": "1"})
    words = ("waits for a second person", "wait for a second person")
    waiting = {"confirmed_at__isempty": "1"}
    settled = Resolution.objects.filter(confirmed_at=None).count()
    yield Need(settled, f"resolution {words[0]}", f"resolutions {words[1]}", "issuance.resolution", waiting)
    said = ThanxStatement.objects.filter(confirmed_at=None, pause__in_force=True).count()
    yield Need(said, f"statement {words[0]}", f"statements {words[1]}", "issuance.thanxstatement", waiting)


def _revocations() -> Iterator[Need]:
    """What managers ask for, and what a colleague proposed."""
    asked = RevocationRequest.objects.filter(answered_at=None).count()
    words = ("request to take rewards back waits for an answer", "requests to take rewards back wait for an answer")
    yield Need(asked, *words, "issuance.revocationrequest", {"answered_at__isempty": "1"})
    plans = RevocationPlan.objects.filter(confirmed_at=None, withdrawn_at=None).count()
    words = (
        "plan to take rewards back waits for a second person",
        "plans to take rewards back wait for a second person",
    )
    waiting = {"confirmed_at__isempty": "1", "withdrawn_at__isempty": "1"}
    yield Need(plans, *words, "issuance.revocationplan", waiting)


def _webhooks() -> Iterator[Need]:
    since = timezone.now() - A_DAY
    aside = WebhookDelivery.objects.put_aside_since(since).count()
    words = ("webhook was put aside in the last day", "webhooks were put aside in the last day")
    query = {"state__exact": "quarantined", "received_at__gte": since.isoformat()}
    yield Need(aside, *words, "issuance.webhookdelivery", query)


def _mails() -> Iterator[Need]:
    failing = {"mail": "failing"}
    invitations, notifications = Invitation.objects.mail_failing(), Notification.objects.mail_failing()
    for rows, one, noun in (
        (invitations, "an invitation", "invitation"),
        (notifications, "a notification", "notification"),
    ):
        words = (f"email of {one} fails", f"emails of {noun}s fail")
        yield Need(rows.count(), *words, f"accounts.{noun}", failing)


def _merchants() -> Iterator[Need]:
    yield Need(
        int(Credential.current().mirror_is_old), "list of merchants is over an hour old", "", "partner.credential", {}
    )
    refused = MerchantRefusal.objects.parked().count()
    words = ("merchant is refused by Thanx", "merchants are refused by Thanx")
    yield Need(refused, *words, "partner.merchantrefusal", {"ended_at__isempty": "1"})
    unfinished = Merchant.objects.unfinished().count()
    words = ("merchant isn’t set up yet", "merchants aren’t set up yet")
    yield Need(unfinished, *words, "accounts.merchant", {"unfinished": "yes"})


def _programs() -> Iterator[Need]:
    aside = EventBatch.objects.set_aside().count()
    words = ("batch of a program was set aside", "batches of programs were set aside")
    yield Need(aside, *words, "issuance.eventbatch", {"aside": "yes"})
    tokens = PartnerToken.objects.expiring().count()
    words = (
        "token for all merchants expires or has just expired",
        "tokens for all merchants expire or have just expired",
    )
    yield Need(tokens, *words, "accounts.partnertoken", {"expiring": "yes"})
    folders = WatchedFolder.objects.filter(ended_at=None).exclude(trouble="").count()
    words = ("folder for files of guests can’t be read", "folders for files of guests can’t be read")
    yield Need(folders, *words, "issuance.watchedfolder", {"trouble__isempty": "0", "ended_at__isempty": "1"})
