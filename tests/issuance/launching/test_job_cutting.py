"""Jobs cut by a column of the file: revoking one takes back the rewards of one location and of nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.engine.planning import plan_list
from issuance.guests.arms import count_arms
from issuance.importing.new_list import create_list
from issuance.launching.job_cutting import MOST_SEGMENTS, expected_jobs, segments_of
from issuance.launching.launch import launch_list
from issuance.models import GuestList
from issuance.worker import due_work
from tests.issuance.factories import read_file
from thanxportal.accounts.models import User

ClientOf = Callable[[User], Client]
STORES = ["Austin"] * 5 + ["Boston "] * 3 + [""] * 2 + ["Zürich 🍕"]


def guests_of(campaign: Campaign, stores: list[str]) -> GuestList:
    rows = [f"Guest {n},guest{n}@example.com,{store}" for n, store in enumerate(stores)]
    return read_file(campaign, "\n".join(["Name,Email,Store", *rows]))


@pytest.fixture
def june(one_arm: Campaign) -> GuestList:
    return guests_of(one_arm, STORES)


def choose(browser: Client, made: GuestList, **data: Any) -> Any:
    return browser.post(reverse("issuance:list_job_cutting", args=["harbor-grill", made.pk]), data)


def planned(made: GuestList, hold: bool = False) -> list[tuple[str, int, bool]]:
    made.refresh_from_db()
    assert launch_list(guest_list=made, token=made.confirm_token, actor=None, hold=hold)
    assert plan_list(made.pk)
    return [(job.label, job.total_count, job.canary) for job in made.jobs.order_by("number")]


def test_each_value_of_the_column_gets_jobs_of_its_own(june: GuestList, sid: User, client_of: ClientOf) -> None:
    browser = client_of(sid)
    assert choose(browser, june, cut_by="column", column="Store").status_code == 302
    html = browser.get(reverse("issuance:list_review", args=["harbor-grill", june.pk])).content.decode()
    assert "4 jobs" in html
    assert '<input type="radio" name="cut_by" value="column"' in html
    assert "two different values of “Store”" in html
    assert planned(june) == [("Austin", 5, False), ("Boston", 3, False), ("", 2, False), ("Zürich 🍕", 1, False)]
    for job in june.jobs.all():
        cells = {guest.cells.split("\x1f")[2].strip() for guest in job.guests.all()}
        assert cells == {job.label}
        seats = list(job.guests.order_by("row").values_list("position", flat=True))
        assert seats == list(range(job.total_count))


def test_what_the_review_says_is_what_planning_does(
    june: GuestList, sid: User, client_of: ClientOf, settings: Any
) -> None:
    settings.JOB_SIZE, settings.CANARY_ABOVE, settings.CANARY_SIZE, settings.HOLD_SECONDS = 2, 0, 3, 0
    choose(client_of(sid), june, cut_by="column", column="Store")
    june.refresh_from_db()
    plan = expected_jobs(count_arms(june), 2, 3, segments_of(june))
    jobs = planned(june, hold=True)
    assert len(jobs) == plan.jobs == 6
    assert jobs[0] == ("Austin", 3, True)
    assert sum(count for _, count, _ in jobs) == len(STORES)


def test_the_same_list_is_planned_alike_after_a_lost_commit(june: GuestList, sid: User, client_of: ClientOf) -> None:
    choose(client_of(sid), june, cut_by="column", column="Store")
    june.refresh_from_db()
    assert launch_list(guest_list=june, token=june.confirm_token, actor=None)

    def keys() -> list[object]:
        return list(june.jobs.order_by("number").values_list("idempotency_key", flat=True))

    with transaction.atomic():
        assert plan_list(june.pk)
        first = keys()
        transaction.set_rollback(True)
    assert plan_list(june.pk)
    assert keys() == first


def test_neither_the_email_column_nor_an_unknown_one_can_be_chosen(
    june: GuestList, sid: User, client_of: ClientOf
) -> None:
    assert june.columns_besides == ["Name", "Store"]
    for column in ("Email", "Nonsense", ""):
        assert choose(client_of(sid), june, cut_by="column", column=column).status_code == 422
    june.refresh_from_db()
    assert june.job_column == ""


def test_a_column_with_too_many_values_is_refused_in_words(one_arm: Campaign, sid: User, client_of: ClientOf) -> None:
    made = guests_of(one_arm, [f"Store {number}" for number in range(MOST_SEGMENTS + 1)])
    answer = choose(client_of(sid), made, cut_by="column", column="Store")
    assert answer.status_code == 422
    assert "more than 100 different values" in answer.content.decode()
    made.refresh_from_db()
    assert made.job_column == ""


def test_pasted_guests_have_no_columns_to_choose(
    one_arm: Campaign, sid: User, client_of: ClientOf, settings: Any
) -> None:
    made = create_list(campaign=one_arm, name="June guests", content="a@example.com b@example.com", actor=None)
    due_work.drive_due_work(list_id=made.pk)
    browser = client_of(sid)
    html = browser.get(reverse("issuance:list_review", args=["harbor-grill", made.pk])).content.decode()
    assert 'value="column"' not in html
    assert choose(browser, made, cut_by="column", column="Store").status_code == 422


def test_going_back_to_large_jobs_forgets_the_column(june: GuestList, sid: User, client_of: ClientOf) -> None:
    browser = client_of(sid)
    choose(browser, june, cut_by="column", column="Store")
    choose(browser, june, cut_by="most")
    assert planned(june) == [("", 11, False)]


@pytest.mark.parametrize(("position", "expected"), [(1, "a"), (2, ""), (3, "c"), (4, "")])
def test_both_databases_part_cells_alike(position: int, expected: str, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT split_part(%s, %s, %s)", ["a\x1f\x1fc", "\x1f", position])
        assert cursor.fetchone() == (expected,)


def test_no_job_is_called_by_what_tells_guests_apart(one_arm: Campaign, bea: User, client_of: ClientOf) -> None:
    """Everybody reads what a job is called, those who see guests masked as well."""
    notes = ["Zoe’s cousin", "Bob’s wife", *[""] * 18]
    rows = [f"Guest {n},guest{n}@example.com,other{n}@example.com,East,{note}" for n, note in enumerate(notes)]
    made = read_file(one_arm, "\n".join(["Name,Email,Second email,Store,Note", *rows]))
    page = client_of(bea).get(reverse("issuance:list_review", args=["harbor-grill", made.pk])).content.decode()
    assert '<option value="Name"' not in page
    assert choose(client_of(bea), made, cut_by="column", column="Name").status_code == 422
    for column in ("Second email", "Note"):
        answer = choose(client_of(bea), made, cut_by="column", column=column)
        assert answer.status_code == 422
        assert f"Most values of “{column}” are those of a single guest" in answer.content.decode()
    assert choose(client_of(bea), made, cut_by="column", column="Store").status_code == 302


def test_no_job_is_called_by_an_email_or_a_phone(one_arm: Campaign, bea: User, client_of: ClientOf) -> None:
    shops = ["East"] * 4 + ["North"] * 3 + ["West"] * 2
    made = guests_of(one_arm, [*shops, "zoe@example.com", "202 555 0142"])
    choose(client_of(bea), made, cut_by="column", column="Store")
    assert [label for label, _, _ in planned(made)] == ["East", "North", "West", "[phone]", "[email]"]
