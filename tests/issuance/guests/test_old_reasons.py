"""Reasons that Thanx wrote freely, from before they were reduced to codes: no row keeps one, and every sum stays."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from campaigns.models import Campaign
from issuance.models import Attempt, Guest, GuestList, IssuanceJob, UnknownReason
from issuance.models.states import JobState, ListState
from tests.issuance.factories import job, make_list
from tests.spellings import SPELLINGS, tells_who
from thanxportal.accounts.models import Activity, record_activity

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unguarded")]
migration: Any = import_module("issuance.migrations.0007_reasons_in_our_words")
KNOWN = ("USER_OPTED_OUT", "USER_PHONE_INVALID", "REFUSED", "USER_EMAIL_INVALID")


class Editor:
    connection = connection


def migrate() -> None:
    for operation in migration.Migration.operations:
        operation.code(apps, Editor)


def reasons(guest_list: GuestList) -> Counter[str]:
    return Counter(guest_list.guests.filter(outcome="refused").values_list("reason", flat=True))


@pytest.mark.parametrize("block", [1, 3, 1_000])
def test_free_texts_become_one_reason_and_are_counted_masked(
    campaign_here: Campaign, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(migration, "BLOCK", block)
    guest_list = make_list(campaign_here, ListState.FINISHED, rewarded=2, refused=len(SPELLINGS) + len(KNOWN))
    guests = guest_list.guests.filter(outcome="refused").order_by("row")
    texts = [f"No: {spelling}"[:80] for spelling in SPELLINGS]
    old = [*texts, "USER_OPTED_OUT", "user_phone_invalid: +12025550187", "REFUSED", "USER_EMAIL_INVALID"]
    for guest, reason in zip(list(guests), old, strict=True):
        Guest.objects.filter(pk=guest.pk).update(reason=reason)
    for _ in range(2):  # interrupted and begun again
        migrate()
        assert reasons(guest_list) == {"UNKNOWN_REASON": len(SPELLINGS)} | dict.fromkeys(KNOWN, 1)
        assert sum(UnknownReason.objects.values_list("guests_count", flat=True)) == len(SPELLINGS)
    assert not any(map(tells_who, UnknownReason.objects.values_list("words", flat=True)))


def test_a_reason_that_was_cut_within_an_address_keeps_nothing_of_it(campaign_here: Campaign) -> None:
    guest_list = make_list(campaign_here, ListState.FINISHED, refused=1)
    text = f"{'Nobody wants this guest. ' * 3}quokka.finch@wombat.example.com"[:80]
    assert text.endswith("quokk")
    guest_list.guests.update(reason=text)
    migrate()
    assert UnknownReason.objects.get().words.endswith("guest.")


@pytest.mark.parametrize(
    ("code", "guests", "reason"),
    [
        ("USER_EMAIL_INVALID", 3, "JOB_USER_EMAIL_INVALID"),
        ("USER_EMAIL_INVALID", 1, "USER_EMAIL_INVALID"),
        ("NotFound", 3, "JOB_RESOURCE_NOT_FOUND"),
        ("Rejected", 1, "JOB_BAD_REQUEST"),
        ("VALIDATION_ERROR", 3, "JOB_UNKNOWN_REASON"),
        ("NEVER_EXECUTED", 3, "NEVER_EXECUTED"),
    ],
)
def test_the_guests_of_a_refused_job_are_no_longer_blamed(
    campaign_here: Campaign, code: str, guests: int, reason: str
) -> None:
    guest_list = make_list(campaign_here, ListState.FINISHED, refused=guests)
    IssuanceJob.objects.update(state=JobState.REJECTED, problem_code=code, failure_count=0)
    guest_list.guests.update(reason=code)
    migrate()
    assert reasons(guest_list) == {reason: guests}
    assert not UnknownReason.objects.exists()


def test_codes_and_states_that_named_a_guest_are_hidden_and_leave_the_log(
    campaign_here: Campaign, unguarded: None
) -> None:
    guest_list = make_list(campaign_here, ListState.FINISHED, rewarded=1)
    sent = job(guest_list, 1, campaign_here.variants.all()[0], JobState.COMPLETED, 1)
    IssuanceJob.objects.update(partner_state="done for ann@example.com", problem_code="OTHER_JOB")
    Attempt.objects.create(job=sent, epoch=1, body_sha256="0" * 64, idempotency_key=sent.idempotency_key)
    Attempt.objects.update(code="guest-2025550187")
    for code in ("BAD_REQUEST", "2025550187"):
        sentence = f"Thanx refused the campaign “June (1)” ({code})."
        record_activity(merchant=campaign_here.merchant, actor=None, sentence=sentence)
    migrate()
    sent.refresh_from_db()
    assert (sent.partner_state, sent.problem_code) == ("done for [email]", "OTHER_JOB")
    assert Attempt.objects.get().code == "guest-[number]"
    assert set(Activity.objects.values_list("sentence", flat=True)) == {"Thanx refused the campaign “June (1)”."}
