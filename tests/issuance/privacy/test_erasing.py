"""A guest who asks for it is forgotten everywhere, in any spelling, and still never rewarded twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from campaigns.models import Campaign
from issuance.engine.reconcile import reconcile
from issuance.launching.discarding import discard_list
from issuance.launching.launch import launch_list
from issuance.launching.retries import retry_refused
from issuance.launching.retry_corrections import correct_guest
from issuance.models import Erasure, Guest, GuestClaim, GuestList, IssuanceJob, RowError
from issuance.models.states import JOB_UNSETTLED, JobState, ListState
from issuance.privacy import erasing
from issuance.privacy.erasing import erase_ordered, order_erasure
from issuance.privacy.everywhere import order_everywhere
from tests import cast
from tests.issuance.factories import brought, job, make_list, published, read, read_file
from tests.issuance.privacy.tables import everything
from tests.spellings import EMAILS, PHONES, tells_who
from tests.world import World
from thanxportal.accounts.models import Activity, Kind, Merchant, Notification, User
from thanxportal.accounts.notifications import notify

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]
EMAIL, PHONE = "quokka.finch@wombat.example.com", "+12025550187"
HEADER = "Email,Phone,Name\n"
OTHERS = "ann@example.com,,Ann\nbob@example.com,,Bob\n"


def issued(campaign: Campaign, content: str, world: World, **names: str) -> GuestList:
    guest_list = read_file(campaign, content, **names)
    assert launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=None)
    world.drive()
    guest_list.refresh_from_db()
    assert guest_list.state == "finished"
    return guest_list


def erase(merchant: Merchant, value: str, actor: User) -> Erasure:
    erasure = order_erasure(merchant=merchant, value=value, actor=actor)
    erase_ordered()
    erasure.refresh_from_db()
    return erasure


def files_of(settings: Any) -> str:
    paths = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    return " ".join(f"{path} {path.read_bytes().decode('utf-8', 'replace')}" for path in paths)


@pytest.fixture
def everywhere(
    one_arm: Campaign, ana: User, world: World, client_of: Callable[[User], Client], settings: Any
) -> list[GuestList]:
    """The guest in as many places as there are."""
    rows = f"{EMAIL},,Quokka Finch\n{EMAIL.upper()},,Quokka\nquokka.finch(at)wombat.example.com,,\n"
    rows += f"eve@example.com,,wife of {EMAIL}\n"
    june = issued(one_arm, HEADER + rows + OTHERS, world, name=f"Guests of {EMAIL}", filename=f"{EMAIL}.csv")
    other = published(cast.draft_campaign(one_arm.merchant, weights=(100,), name="By phone"))
    july = issued(other, f"Phone,Email\n(202) 555-0187,{EMAIL}\n", world)
    bad = published(cast.draft_campaign(one_arm.merchant, weights=(100,), name="With refusals"))
    may = issued(bad, HEADER + "refused@example.com,,Quokka\n", world)
    may.guests.update(reason="USER_EMAIL_INVALID")
    retry = retry_refused(guest_list=may, reasons=[], actor=ana)
    correct_guest(guest_list=retry, row=2, text=EMAIL, actor=None)
    retry.refresh_from_db()
    assert launch_list(guest_list=retry, token=retry.confirm_token, actor=ana)
    world.drive()
    review = read_file(bad, HEADER + f"new@example.com,,\n{EMAIL},,\n{EMAIL},,again\n")
    samples = read(brought(bad, f"Ours,Theirs\n{EMAIL},bob@example.com\n"))
    assert samples.state == "mapping"
    assert discard_list(guest_list=samples, actor=ana)
    kind = Kind.FINISHED
    notify(merchant=one_arm.merchant, kind=kind, key="x", sentence=f"Finished with {EMAIL}.", path="/")
    settings.SECOND_FACTOR = True  # So that what was typed is kept until its person has proven who it is.
    assert client_of(ana).post("/m/harbor-grill/guest/", {"guest": EMAIL.upper()}).status_code == 302
    return [june, july, may, retry, review, samples]


def test_nothing_tells_who_an_erased_guest_was_and_nobody_is_rewarded_twice(
    everywhere: list[GuestList], one_arm: Campaign, ana: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    harbor, before = one_arm.merchant, GuestClaim.objects.count()
    assert tells_who(everything())
    assert tells_who(files_of(settings))
    erasure = erase(harbor, EMAIL, ana)
    assert erasure.done_at, erasure.waits_for
    assert sum(erasure.counts.values()) >= 12, erasure.counts
    assert set(erasure.counts) >= {"guests", "mentions", "bad_rows", "jobs", "files", "forms"}
    assert not tells_who(everything())
    assert not tells_who(files_of(settings) + caplog.text)
    assert GuestClaim.objects.count() == before
    assert reconcile().differences == []
    again = read_file(one_arm, f"{EMAIL}\nnew@example.com\n")
    assert (again.already_rewarded_count, again.waiting_count) == (1, 1)


@pytest.mark.parametrize("spelling", [*EMAILS[:-1], *PHONES], ids=ascii)
def test_a_guest_is_found_in_any_spelling(campaign_here: Campaign, ana: User, spelling: str) -> None:
    """The last of the emails names another address."""
    guest_list = make_list(campaign_here, ListState.FINISHED, rewarded=1, invalid=2)
    first, other = guest_list.row_errors.all()
    RowError.objects.filter(pk=first.pk).update(cells=["x", f"call {spelling} now"])
    Guest.objects.filter(guest_list=guest_list).update(cells=f"Eve\x1f{spelling}\x1fMain Street")
    erasure = erase(guest_list.merchant, EMAIL if spelling in EMAILS else PHONE, ana)
    assert erasure.counts == {"mentions": 1, "bad_rows": 1}
    assert guest_list.guests.get().cells == "Eve\x1f\x1fMain Street"
    assert guest_list.row_errors.get(pk=other.pk).cells == other.cells


@pytest.mark.parametrize(
    "other",
    ["quokkafinch@wombat.example.com", "a.quokka.finch@wombat.example.com", "quokka.finch@wombat.example.com.au",
     "Quokka finch@wombat.example.com", "finch@wombat.example.com"],
)  # fmt: skip
def test_who_is_only_alike_stays(campaign_here: Campaign, ana: User, other: str) -> None:
    guest_list = make_list(campaign_here, ListState.FINISHED, rewarded=1, invalid=1)
    guest_list.row_errors.update(cells=[other])
    guest_list.guests.update(value=other, cells=other)
    assert erase(guest_list.merchant, EMAIL, ana).counts == {}
    assert guest_list.guests.get().cells == other


def test_a_longer_number_is_another(campaign_here: Campaign, ana: User) -> None:
    guest_list = make_list(campaign_here, ListState.FINISHED, rewarded=1)
    guest_list.guests.update(cells="+120255501872\x1f912025550187")
    assert erase(guest_list.merchant, PHONE, ana).counts == {}


@pytest.mark.parametrize("state", JOB_UNSETTLED)
def test_an_erasure_waits_for_a_job_that_may_still_be_sent_or_settled_and_says_so(
    campaign_here: Campaign, ana: User, state: JobState
) -> None:
    ended, running = (make_list(campaign_here, ListState.ISSUING, rewarded=1, name=name) for name in ("June", "July"))
    fields: dict[str, Any] = {"problem_code": "NO_CLEAR_ANSWER"} if state == JobState.NEEDS_STAFF else {}
    if state in (JobState.READY, JobState.FORGOTTEN):
        fields |= {"first_sent_at": None, "thanx_id": None, "accepted_at": None}
    unsettled = job(running, 9, running.jobs.get().variant, state, 1, **fields)
    guest = make_waiting(running, unsettled)
    ended.guests.update(value=EMAIL)
    erasure = erase(running.merchant, EMAIL, ana)
    assert erasure.done_at is None
    assert erasure.waits_for == "job 9 of “July” isn’t settled yet"
    assert erasure.identifier == EMAIL
    assert erasure.counts == {"guests": 1}, "What can go has gone."
    guest.refresh_from_db()
    unsettled.refresh_from_db()
    assert (guest.value, guest.cells) == (EMAIL, EMAIL)
    assert bytes(unsettled.body)


def make_waiting(guest_list: GuestList, unsettled: IssuanceJob) -> Guest:
    return Guest.objects.create(
        guest_list=guest_list, row=99, type="email", value=EMAIL, cells=EMAIL, identity=b"x" * 16, outcome="waiting",
        variant=unsettled.variant, job=unsettled, position=0,
    )  # fmt: skip


def test_an_erasure_that_waited_is_done_once_the_job_has_ended(
    one_arm: Campaign, launched: Callable[[Campaign, str], GuestList], ana: User, world: World
) -> None:
    guest_list = launched(one_arm, f"{EMAIL} ann@example.com")
    erasure = erase(one_arm.merchant, EMAIL, ana)
    assert erasure.waits_for == "“June guests” is about to start"
    world.work()
    erase_ordered()
    erasure.refresh_from_db()
    assert erasure.waits_for == "job 1 of “June guests” isn’t settled yet"
    world.drive()
    guest_list.refresh_from_db()
    assert guest_list.rewarded_count == 2
    assert erase_ordered() == 1
    erasure.refresh_from_db()
    assert erasure.counts == {"guests": 1, "jobs": 1, "files": 1}
    assert not tells_who(everything())


def test_a_guest_leaves_a_list_under_review_and_every_row_keeps_its_place(
    one_arm: Campaign, ana: User, world: World
) -> None:
    guest_list = read_file(one_arm, f"{HEADER}{EMAIL},,\n{EMAIL},,again\n{OTHERS}")
    assert erase(one_arm.merchant, EMAIL, ana).done_at
    assert not launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=ana), "The review is old."
    guest_list.refresh_from_db()
    assert (guest_list.rows_count, guest_list.waiting_count, guest_list.invalid_count) == (4, 2, 1)
    assert launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=ana)
    world.drive()
    guest_list.refresh_from_db()
    assert (guest_list.rewarded_count, guest_list.invalid_count) == (2, 1)
    assert reconcile().differences == []
    assert not tells_who(everything())


def test_an_erasure_waits_until_a_file_is_read(one_arm: Campaign, ana: User) -> None:
    unread = brought(one_arm, f"Ours,Theirs\n{EMAIL},bob@example.com\n")
    assert erase(one_arm.merchant, EMAIL, ana).waits_for == "“June guests” is still being read"
    assert read(unread).state == "mapping"
    erase_ordered()
    assert "the columns of “June guests” aren’t chosen yet" in Erasure.objects.get().waits_for
    assert discard_list(guest_list=unread, actor=ana)
    assert erase_ordered() == 1
    assert not tells_who(everything())


def test_who_is_brought_anew_after_the_order_is_a_new_guest(one_arm: Campaign, ana: User, world: World) -> None:
    order_erasure(merchant=one_arm.merchant, value=EMAIL, actor=ana)
    world.advance(60)
    read_file(one_arm, f"{EMAIL}\n")
    assert erase_ordered() == 1
    assert Guest.objects.get().value == EMAIL


def test_the_unsent_and_the_refused_are_not_sent_again_once_erased(campaign_here: Campaign, ana: User) -> None:
    guest_list = make_list(campaign_here, ListState.FINISHED, refused=2)
    guest_list.guests.filter(row=2).update(value=EMAIL)
    erase(guest_list.merchant, EMAIL, ana)
    child = retry_refused(guest_list=guest_list, reasons=[], actor=ana)
    assert [guest.row for guest in child.guests.all()] == [3]


def test_an_erasure_that_is_killed_goes_on_and_counts_each_row_once(
    campaign_here: Campaign, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = [make_list(campaign_here, ListState.FINISHED, rewarded=1) for _ in range(3)]
    Guest.objects.update(value=EMAIL)
    erasure = order_erasure(merchant=campaign_here.merchant, value=EMAIL, actor=ana)
    real, calls = erasing._erase_from, []

    def dying(guest_list: GuestList, *rest: Any) -> str:
        calls.append(guest_list)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(guest_list, *rest)

    monkeypatch.setattr(erasing, "_erase_from", dying)
    with pytest.raises(KeyboardInterrupt):
        erase_ordered()
    assert Guest.objects.filter(value=EMAIL).count() == 2
    assert erase_ordered() == 1
    erasure.refresh_from_db()
    assert erasure.counts == {"guests": len(lists)}
    assert not Guest.objects.filter(value=EMAIL).exists()


def test_names_and_notes_that_stay_for_good_hold_no_guest_from_the_start(one_arm: Campaign, ana: User) -> None:
    guest_list = read_file(one_arm, f"{EMAIL}\n", name=f"Guests of {EMAIL} and (202) 555-0187, 2026-06-01")
    assert launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=ana)
    assert guest_list.name == "Guests of [email] and [phone], 2026-06-01"
    assert not tells_who(" ".join(Activity.objects.values_list("sentence", flat=True)))
    assert not tells_who(" ".join(Notification.objects.values_list("sentence", flat=True)))


def test_staff_order_it_where_anything_is_known(campaign_here: Campaign, sunny: Merchant, sam: User) -> None:
    guest_list = make_list(campaign_here, ListState.FINISHED, rewarded=1)
    guest_list.guests.update(value=EMAIL)
    assert [each.merchant for each in order_everywhere(value=EMAIL, actor=sam)] == [campaign_here.merchant]
    assert order_everywhere(value="nobody@example.com", actor=sam) == []
