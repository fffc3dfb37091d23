"""The first page of staff says what needs them, whether all works, and how much of Thanx's limit is used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign
from issuance.engine.sending_pauses import pause_sending
from issuance.models import GuestList, IssuanceJob, Resolution, SendingPause, ThanxStatement, WebhookDelivery
from issuance.models.states import ListState
from tests.issuance.factories import make_list
from thanxportal.accounts.models import Invitation, Kind, Merchant, Notification, Role, User
from thanxportal.accounts.models.outbox import MOST_ATTEMPTS
from thanxportal.partner.models import ApiRequest, Credential, MerchantRefusal
from thanxportal.queues import QUEUES, tell_served

pytestmark = pytest.mark.django_db
HOME = "/admin/"


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def needs(staff: Client) -> dict[str, str]:
    return {need.words: need.address for need in staff.get(HOME).context["needs"]}


@pytest.fixture
def settled(harbor: Merchant) -> None:
    """Nothing waits for anybody."""
    Merchant.objects.update(settings_saved_at=timezone.now())
    Credential.objects.update_or_create(pk=Credential.current().pk, defaults={"synced_at": timezone.now()})


@pytest.mark.usefixtures("settled", "ana")
def test_where_nothing_waits_nothing_is_listed(staff: Client) -> None:
    assert needs(staff) == {}
    assert "Nothing needs you." in words(staff.get(HOME))


def trouble_everywhere(guest_list: GuestList, ana: User, sam: User) -> None:
    """One row of each kind that waits for staff."""
    now, job = timezone.now(), guest_list.jobs.get(number=1)
    fields = {"merchant": guest_list.merchant, "mail_due_at": now, "mail_attempts": 2}
    Invitation.objects.create(email="dora@example.com", role=Role.VIEWER, expires_at=now, **fields)
    Notification.objects.create(person=ana, kind=Kind.FINISHED, key="x", sentence="Finished.", path="/", **fields)
    IssuanceJob.objects.filter(pk=job.pk).update(
        state="needs_staff", problem_code="X", success_count=0, failure_count=0
    )
    Resolution.objects.create(job=job, decision="never_executed", evidence="Mail", proposed_by=sam)
    pause_sending(actor=sam, reason="We look into something.")
    ThanxStatement.objects.create(pause=SendingPause.objects.get(), evidence="Mail", written_by=sam)
    WebhookDelivery.objects.create(sha256="0" * 64, state="quarantined")
    MerchantRefusal.objects.create(merchant_id="m1", refusals=2, next_at=now)
    make_list(guest_list.campaign, ListState.HELD, name="Parked", waiting=1)
    make_list(guest_list.campaign, ListState.HELD, name="Held", waiting=1, held_until=now)
    Merchant.objects.create(thanx_id="m2", handle="new", name="New")
    Merchant.objects.filter(pk=guest_list.merchant_id).update(withdrawn_at=now)
    Credential.objects.update(synced_at=now - timedelta(hours=2))


@pytest.mark.usefixtures("unguarded")
def test_each_kind_is_counted_and_leads_to_exactly_its_rows(
    staff: Client, finished: GuestList, ana: User, sam: User
) -> None:
    trouble_everywhere(finished, ana, sam)
    listed = needs(staff)
    assert list(listed) == [
        "1 job needs review",
        "1 list is parked",
        "2 lists stand still as their merchants have opted out",
        "1 pause holds back all sending",
        "1 resolution waits for a second person",
        "1 statement waits for a second person",
        "1 webhook was put aside in the last day",
        "1 email of an invitation fails",
        "1 email of a notification fails",
        "1 list of merchants is over an hour old",
        "1 merchant is refused by Thanx",
        "1 merchant isn’t set up yet",
    ]
    for told, address in listed.items():
        answer = staff.get(address)
        assert answer.status_code == 200, address
        assert answer.context["cl"].result_count == int(told.partition(" ")[0]), address


def test_emails_that_were_given_up_still_need_somebody(staff: Client, harbor: Merchant, ana: User) -> None:
    now, given_up = timezone.now(), {"merchant": harbor, "mail_attempts": MOST_ATTEMPTS}
    for days in (-1, 1):  # The first has expired.
        Invitation.objects.create(email=f"{days}@example.com", expires_at=now + timedelta(days=days), **given_up)
    Invitation.objects.create(email="c@example.com", expires_at=now + timedelta(days=1), accepted_at=now, **given_up)
    for days in (1, 8):
        Notification.objects.create(person=ana, key=f"{days}", at=now - timedelta(days=days), **given_up)
    Notification.objects.create(person=ana, key="sent", mail_sent_at=now, **given_up)
    mails = [(told, address) for told, address in needs(staff).items() if "email" in told]
    assert [told for told, _ in mails] == ["1 email of an invitation fails", "1 email of a notification fails"]
    for _, address in mails:
        assert staff.get(address).context["cl"].result_count == 1


@pytest.mark.usefixtures("unguarded")
def test_the_page_asks_as_often_however_much_waits(
    staff: Client, finished: GuestList, ana: User, sam: User, django_assert_num_queries: Any
) -> None:
    staff.get(HOME)
    with django_assert_num_queries(29):
        staff.get(HOME)
    trouble_everywhere(finished, ana, sam)
    with django_assert_num_queries(30):  # One for the merchants whom Thanx refuses.
        staff.get(HOME)


@pytest.mark.usefixtures("unguarded")
def test_staff_read_only_of_what_they_may_look_at(
    onlooker: User, finished: GuestList, ana: User, sam: User, client_of: Callable[[User], Client]
) -> None:
    trouble_everywhere(finished, ana, sam)
    onlooker.user_permissions.set(Permission.objects.filter(codename="view_sendingpause"))
    answer = client_of(onlooker).get(HOME)
    assert [need.words for need in answer.context["needs"]] == ["1 pause holds back all sending"]
    assert 'class="signs"' not in words(answer)
    assert 'class="find-anything"' not in words(answer)


def signs(staff: Client) -> dict[str, tuple[str, str]]:
    return {name: (tone, told) for name, tone, told in staff.get(HOME).context["signs"]}


@pytest.mark.usefixtures("settled")
def test_the_strip_says_that_all_is_well(staff: Client) -> None:
    tell_served([*QUEUES, "beat"])
    assert {tone for tone, _ in signs(staff).values()} == {"ok"}


@pytest.mark.parametrize(
    ("fields", "name", "sign"),
    [
        ({"synced_at": None}, "Credential", ("warn", "not asked yet")),
        ({"synced_at": None}, "Merchants", ("warn", "never read")),
        ({"refused_at": "2026-06-01T12:00:00Z"}, "Credential", ("bad", "refused by Thanx")),
        ({"refused_at": "2026-06-01T12:00:00Z"}, "Sending", ("bad", "waits, as Thanx refuses it")),
        ({"scope_missing": True}, "Scopes", ("bad", "rewards.issue is missing")),
        ({"blocked_until": 1_780_315_260.0}, "Sending", ("warn", "waits until 12:01:00 UTC, as Thanx asked")),
        ({}, "Beat", ("bad", "not seen for a minute")),
        ({}, "Workers that send", ("bad", "not seen for a minute")),
    ],
)
@pytest.mark.usefixtures("settled", "world")
def test_the_strip_says_what_is_wrong(fields: dict[str, Any], name: str, sign: tuple[str, str], staff: Client) -> None:
    Credential.objects.update(**fields)
    assert signs(staff)[name] == sign


@pytest.mark.usefixtures("settled")
def test_the_strip_says_that_sending_is_paused(staff: Client) -> None:
    pause_sending(actor=None, reason="Restored.")
    assert signs(staff)["Sending"][0] == "warn"


@pytest.mark.usefixtures("settled", "world")
def test_the_picture_shows_how_full_each_window_of_15_minutes_was(staff: Client) -> None:
    now = timezone.now()
    for ago, status in ((0, 200), (20, 429), (20, 200), (90, 200)):
        made = ApiRequest.objects.create(method="GET", path="/", status=status, duration_ms=1)
        ApiRequest.objects.filter(pk=made.pk).update(at=now - timedelta(minutes=ago))
    budget = staff.get(HOME).context["budget"]
    assert [minute.used for minute in budget.minutes] == [0] * 39 + [2] * 15 + [0] * 5 + [1]
    assert [minute.at for minute in budget.minutes if minute.refused] == [now - timedelta(minutes=20)]
    assert "at most 2 in the last hour, at 11:40" in words(staff.get(HOME))


@pytest.mark.parametrize(
    ("cookie", "told"), [("America/Chicago", "Times: Chicago (CDT)"), ("Nowhere/../x", "Times: UTC (UTC)")]
)
def test_times_are_those_of_the_browser_and_name_their_zone(
    cookie: str, told: str, staff: Client, finished: GuestList
) -> None:
    staff.cookies["zone"] = cookie
    assert told in words(staff.get(HOME))
    page = words(staff.get(f"/admin/issuance/guestlist/{finished.pk}/change/"))
    assert ("7:00 a.m." in page or "7:00 AM" in page) == ("Chicago" in told)


def test_a_zone_of_staff_reaches_no_other_request(
    staff: Client, campaign: Campaign, ana: User, client_of: Callable[[User], Client]
) -> None:
    staff.cookies["zone"] = "Asia/Tokyo"
    staff.get(HOME)
    assert timezone.get_current_timezone_name() == "UTC"
