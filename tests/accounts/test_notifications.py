"""People are notified once, where they chose, with numbers and without data of guests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.discovery import sync_partner
from campaigns.models import Campaign, RewardTemplate
from issuance.importing.new_list import create_list
from issuance.launching.approval import approve_list, send_back_list
from issuance.launching.discarding import discard_list
from issuance.launching.launch import launch_list
from issuance.models import GuestList
from issuance.staff.revocation import request_revocation
from issuance.worker import due_work
from tests.issuance.factories import checked
from tests.world import World
from thanxportal.accounts.mail import send_due_mail
from thanxportal.accounts.models import Kind, Membership, Merchant, Notification, Right, Role, User
from thanxportal.accounts.models.outbox import MOST_ATTEMPTS
from thanxportal.accounts.notifications import choose, notify
from thanxportal.accounts.partner_access import tell_refusals
from thanxportal.partner.models import Credential
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
Launch = Callable[[Campaign, str], GuestList]


@pytest.fixture(autouse=True)
def frozen(world: World) -> None:
    """Time stands still unless the test turns it."""


def tell(merchant: Merchant, key: str = "list:1:end", **fields: Any) -> None:
    values: dict[str, Any] = {"kind": Kind.FINISHED, "sentence": "“June” has finished.", "path": "/m/harbor-grill/"}
    notify(merchant=merchant, key=key, **values | fields)


def told(person: User) -> list[str]:
    return list(Notification.objects.filter(person=person).order_by("pk").values_list("sentence", flat=True))


def test_nobody_is_told_of_what_was_rolled_back(harbor: Merchant, ana: User) -> None:
    with transaction.atomic():
        tell(harbor)
        transaction.set_rollback(True)
    assert told(ana) == []


def test_told_twice_under_one_key_nobody_hears_it_twice(harbor: Merchant, ana: User, ben: User) -> None:
    tell(harbor)
    tell(harbor)
    assert (len(told(ana)), len(told(ben))) == (1, 1)
    assert send_due_mail() == 2
    assert send_due_mail() == 0


def test_only_members_with_the_right_are_told(
    harbor: Merchant, ana: User, ben: User, sid: User, cleo: User, sam: User
) -> None:
    User.objects.filter(pk=sid.pk).update(is_active=False)
    tell(harbor, right=Right.ISSUE)
    assert [len(told(person)) for person in (ana, ben, sid, cleo, sam)] == [1, 0, 0, 0, 0]


def test_each_person_chooses_where(harbor: Merchant, ana: User, ben: User, sid: User) -> None:
    choose(ana, in_app=[], email=[])
    choose(ben, in_app=[Kind.FINISHED], email=[])
    choose(sid, in_app=[], email=[Kind.FINISHED])
    tell(harbor)
    send_due_mail()
    assert told(ana) == []
    assert [message.to for message in mail.outbox] == [[sid.email]]
    assert [Notification.objects.of_person(person).count() for person in (ben, sid)] == [1, 0]


def test_a_mail_server_that_is_down_is_tried_again_and_given_up_at_last(
    harbor: Merchant, ana: User, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def down(*args: Any) -> int:
        raise OSError("550 ana@example.com")

    working = EmailBackend.send_messages
    monkeypatch.setattr(EmailBackend, "send_messages", down)
    tell(harbor)
    assert send_due_mail() == 0
    assert send_due_mail() == 0
    assert Notification.objects.get().mail_attempts == 1, "it waits before the next try"
    assert "ana@example.com" not in caplog.text
    for _ in range(MOST_ATTEMPTS):
        world.advance(24 * 3600)
        send_due_mail()
    row = Notification.objects.get()
    assert (row.mail_attempts, row.mail_due_at, row.mail_sent_at) == (MOST_ATTEMPTS, None, None)
    monkeypatch.setattr(EmailBackend, "send_messages", working)
    tell(harbor, key="list:2:end")
    assert send_due_mail() == 1


def test_who_brought_a_file_that_cannot_be_read_is_told_and_nobody_else(
    campaign: Campaign, bea: User, ana: User
) -> None:
    create_list(campaign=campaign, name="June.csv", content="", actor=bea)
    due_work.drive_due_work()
    assert len(told(bea)) == 1
    assert "“June.csv” can’t be read." in told(bea)[0]
    assert told(ana) == []


def test_whoever_can_choose_columns_is_told_of_a_list_that_nobody_brought(
    campaign: Campaign, bea: User, ben: User, sid: User
) -> None:
    file = ContentFile(b"One,Two\na@example.com,b@example.com\nc@example.com,d@example.com\n", "odd.csv")
    made = create_list(campaign=campaign, name="Odd", content=file, actor=None)
    due_work.drive_due_work()
    made.refresh_from_db()
    assert made.state == "mapping"
    assert told(bea) == told(sid) == ["“Odd” needs you to say which columns hold the guests."]
    assert told(ben) == []


def test_who_asked_for_approval_is_told_that_the_list_was_discarded(campaign: Campaign, bea: User, sid: User) -> None:
    Merchant.objects.update(approval_threshold=0)
    made = checked(campaign, "a@example.com b@example.com c@example.com d@example.com")
    assert launch_list(guest_list=made, token=made.confirm_token, actor=sid)
    made.refresh_from_db()
    assert discard_list(guest_list=made, actor=bea)
    assert told(sid)[-1] == "Bea discarded “June guests”."


def test_of_two_workers_one_sends(harbor: Merchant, ana: User) -> None:
    tell(harbor)
    mine, other = Notification.objects.get(), Notification.objects.get()
    assert mine.claim_mail()
    assert not other.claim_mail()


def test_a_worker_that_dies_after_its_claim_costs_minutes_not_the_mail(
    harbor: Merchant, ana: User, world: World
) -> None:
    tell(harbor)
    assert Notification.objects.get().claim_mail()
    assert send_due_mail() == 0
    world.advance(6 * 60)
    assert send_due_mail() == 1


def test_who_left_the_team_gets_no_mail_and_sees_nothing(
    harbor: Merchant, ana: User, ben: User, client_of: ClientOf
) -> None:
    tell(harbor, only=ben)
    Membership.objects.filter(user=ben).delete()
    assert send_due_mail() == 0
    assert Notification.objects.get().mail_due_at is None
    page = client_of(ben).get(reverse("accounts:notifications")).content.decode()
    assert "“June” has finished." not in page
    assert client_of(ben).get(reverse("accounts:notification", args=[Notification.objects.get().pk])).status_code == 404


def test_an_email_has_the_ledger_the_link_and_no_guests(
    one_arm: Campaign, launched: Launch, world: World, ana: User, settings: Any
) -> None:
    settings.PORTAL_URL = "https://portal.example.com"
    made = launched(one_arm, "guest1@example.com guest2@example.com refused@example.com +12025550123")
    world.drive()
    send_due_mail()
    (message,) = mail.outbox
    html = message.alternatives[0][0]  # type: ignore[attr-defined]
    assert message.subject == "Harbor Grill: “June guests” has finished: 3 guests rewarded, 1 refused."
    for body in (message.body, html):
        assert f"https://portal.example.com/m/harbor-grill/lists/{made.pk}/" in body
        assert "guest1@" not in body
        assert "2025550123" not in body
    assert "4 rows in file" in message.body
    assert "1 refused" in message.body


def test_a_name_of_a_list_is_text_in_the_mail_too(harbor: Merchant, ana: User) -> None:
    tell(harbor, sentence="“<img src=x>\nBcc: x@example.com” has finished.")
    assert send_due_mail() == 1
    (message,) = mail.outbox
    assert "<img src=x>" not in message.alternatives[0][0]  # type: ignore[attr-defined]
    assert "\n" not in message.subject


def test_those_who_may_issue_hear_that_a_list_has_finished(
    one_arm: Campaign, launched: Launch, world: World, ana: User, sid: User, ben: User
) -> None:
    launched(one_arm, "guest1@example.com")
    world.drive()
    world.drive()
    assert told(ben) == []
    assert told(sid) == told(ana) == ["“June guests” has finished: 1 guest rewarded."]
    row = Notification.objects.filter(person=sid).get()
    assert ["rows in file", 1] in row.facts
    assert ["rewarded", 1] in row.facts


def test_the_safety_check_is_told_with_its_numbers(one_arm: Campaign, sid: User, world: World, settings: Any) -> None:
    settings.CANARY_ABOVE, settings.CANARY_SIZE = 2, 2
    made = checked(one_arm, " ".join(f"refused{number}@example.com" for number in range(6)))
    launch_list(guest_list=made, token=made.confirm_token, actor=sid, hold=True)
    world.drive()
    (row,) = Notification.objects.filter(kind=Kind.SAFETY_STOP)
    assert "2 of 2 sent ahead got nothing" in row.sentence
    assert ["waiting for a decision", 4] in row.facts


def test_jobs_that_need_review_are_told_once_a_day_for_a_list(
    one_arm: Campaign, launched: Launch, world: World, sid: User, simulator: Simulator
) -> None:
    from issuance.engine.settlement import end_job
    from issuance.models import IssuanceJob
    from issuance.models.states import JobState

    launched(one_arm, "guest1@example.com guest2@example.com")
    world.work()
    job = IssuanceJob.objects.get()
    end_job(job, JobState.NEEDS_STAFF, problem_code="X")
    assert Notification.objects.filter(kind=Kind.NEEDS_STAFF, person=sid).count() == 1


def test_approvers_are_asked_and_who_asked_is_answered(
    harbor: Merchant, one_arm: Campaign, sid: User, abe: User, ben: User, world: World
) -> None:
    Merchant.objects.update(approval_threshold=1)
    made = checked(one_arm, "guest1@example.com guest2@example.com")
    for answer in ("sent back", "approved"):
        launch_list(guest_list=made, token=made.confirm_token, actor=sid, hold=True)
        made = GuestList.objects.select_related("merchant", "launched_by").get(pk=made.pk)
        if answer == "approved":
            assert approve_list(guest_list=made, token=made.confirm_token, actor=abe)
        else:
            assert send_back_list(guest_list=made, actor=abe, reason="Too early", facts={})
            made.refresh_from_db()
    assert told(abe) == ["Sid asks you to approve “June guests”: 2 rewards."] * 2
    assert told(sid) == ["Abe sent “June guests” back: Too early", "Abe approved “June guests”."]
    assert told(ben) == []


def test_a_revocation_is_told_once_to_managers_and_to_who_launched(
    one_arm: Campaign, ana: User, sid: User, abe: User, sam: User, world: World, settings: Any
) -> None:
    settings.JOB_SIZE = 2
    made = checked(one_arm, "guest1@example.com guest2@example.com guest3@example.com")
    assert launch_list(guest_list=made, token=made.confirm_token, actor=sid)
    world.drive()
    Notification.objects.all().delete()
    for job in made.jobs.all():
        assert request_revocation(job=job, actor=sam, reason="The offer was meant for July.")
    world.drive()
    said = "Rewards of “June guests” were taken back, so 3 guests have lost theirs: The offer was meant for July."
    assert told(ana) == told(sid) == [said]
    assert told(abe) == []


def test_a_credential_that_thanx_refuses_is_told_once_to_managers_and_staff(
    harbor: Merchant, ana: User, sid: User, sam: User, world: World
) -> None:
    since = timezone.now()
    Credential.objects.filter(pk=Credential.current().pk).update(refused_at=since)
    tell_refusals()
    assert told(ana) == [], "It may be a slip."
    world.advance(6 * 60)
    for _ in range(2):
        tell_refusals()
    assert [sentence.partition(".")[0] for sentence in told(ana)] == ["Thanx doesn’t let the portal in at the moment"]
    assert len(told(sam)) == 1
    assert told(sid) == []


def test_a_reward_withdrawn_from_a_running_campaign_is_told_once(
    harbor: Merchant, campaign: Campaign, ana: User, ben: User, simulator: Simulator, world: World
) -> None:
    theirs = simulator.merchant("harbor-grill")
    gone = theirs.templates.pop(0)
    world.advance(60)
    sync_partner()
    world.advance(60)
    sync_partner()
    assert RewardTemplate.objects.get(thanx_id=gone.id).withdrawn_at is not None
    (sentence,) = told(ana)
    assert gone.name in sentence
    assert "“Win-back June”" in sentence
    assert told(ben) == []


def test_the_bell_counts_and_opening_reads(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    tell(harbor, path="/m/harbor-grill/activity/")
    tell(harbor, key="list:2:end", sentence="“July” has finished.")
    browser = client_of(ana)
    page = browser.get(reverse("accounts:notifications")).content.decode()
    assert "2 unread." in page
    first = Notification.objects.order_by("pk")[0]
    assert browser.get(reverse("accounts:notification", args=[first.pk]))["Location"] == "/m/harbor-grill/activity/"
    assert "1 unread." in browser.get(reverse("accounts:notifications")).content.decode()
    browser.post(reverse("accounts:read_all"))
    assert "Nothing unread." in browser.get(reverse("accounts:notifications")).content.decode()


def test_one_is_marked_as_read_without_opening_it(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    tell(harbor)
    client_of(ana).post(reverse("accounts:read_one", args=[Notification.objects.get().pk]))
    assert Notification.objects.get().read_at is not None


def test_nobody_reads_or_marks_what_others_were_told(
    harbor: Merchant, ana: User, ben: User, cleo: User, client_of: ClientOf
) -> None:
    tell(harbor, only=ana)
    row = Notification.objects.get()
    for person in (ben, cleo):
        browser = client_of(person)
        assert browser.get(reverse("accounts:notification", args=[row.pk])).status_code == 404
        assert browser.post(reverse("accounts:read_one", args=[row.pk])).status_code == 404
        browser.post(reverse("accounts:read_all"))
        assert row.sentence not in browser.get(reverse("accounts:notifications")).content.decode()
    row.refresh_from_db()
    assert row.read_at is None


def test_the_page_costs_the_same_however_much_one_was_told(
    harbor: Merchant, ana: User, client_of: ClientOf, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thanxportal.accounts.views.notifications.PAGE", 5)
    for number in range(12):
        tell(harbor, key=f"list:{number}:end", sentence=f"List {number:02} has finished.")
    browser = client_of(ana)
    with django_assert_num_queries(6):
        page = browser.get(reverse("accounts:notifications")).content.decode()
    assert "List 11" in page
    assert "List 06" not in page
    oldest = Notification.objects.order_by("-pk")[4]
    older = browser.get(f"{reverse('accounts:notifications')}?before={oldest.pk}").content.decode()
    assert "List 06" in older
    assert "List 11" not in older


def test_the_empty_page_says_when_there_will_be_something(ana: User, client_of: ClientOf) -> None:
    assert "No notifications yet" in client_of(ana).get(reverse("accounts:notifications")).content.decode()


def test_a_person_chooses_on_the_profile(ana: User, harbor: Merchant, client_of: ClientOf) -> None:
    browser, url = client_of(ana), reverse("accounts:profile")
    assert browser.get(url).content.decode().count(" checked") == 2 * len(Kind)
    assert browser.post(url, {"name": ""}).status_code == 422
    assert browser.post(url, {"name": "Ana", "email": ["nonsense"]}).status_code == 422
    browser.post(url, {"name": "Ana Lima", "in_app": [Kind.FINISHED], "email": [Kind.SAFETY_STOP]})
    ana.refresh_from_db()
    assert ana.name == "Ana Lima"
    tell(harbor)
    tell(harbor, key="list:1:safety", kind=Kind.SAFETY_STOP)
    rows = {row.kind: (row.in_app, row.mail_due_at is not None) for row in Notification.objects.all()}
    assert rows == {Kind.FINISHED: (True, False), Kind.SAFETY_STOP: (False, True)}
    assert browser.get(url).content.decode().count(" checked") == 2


def test_staff_without_a_merchant_have_these_pages_too(sam: User, client_of: ClientOf) -> None:
    browser = client_of(sam)
    for name in ("accounts:profile", "accounts:notifications"):
        assert browser.get(reverse(name)).status_code == 200


def test_personal_pages_stay_with_the_merchant_switched_to(
    harbor: Merchant, sunny: Merchant, ana: User, client_of: ClientOf
) -> None:
    Membership.objects.create(user=ana, merchant=sunny, role=Role.VIEWER)
    browser = client_of(ana)
    browser.post(reverse("accounts:switch"), {"handle": sunny.handle})
    assert f"/m/{sunny.handle}/activity/" in browser.get(reverse("accounts:notifications")).content.decode()
    assert browser.get("/")["Location"] == reverse("issuance:home", args=[sunny.handle])
