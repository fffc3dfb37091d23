"""Bad rows are repaired in place: the list ends as if it had been right from the start, and undoing restores it."""

from __future__ import annotations

import pytest

from issuance.checking.repairs import edit_row, recipe_for, repair_domain, repair_rows, undo_repair
from issuance.checking.revalidation import revalidate
from issuance.launching.launch import launch_list
from issuance.models import Event, Guest, GuestList, Repair, RowError
from tests.issuance.checking.contents import fresh, state_of
from thanxportal.accounts.models import Activity, User


def repair(guest_list: GuestList, key: str, actor: User, choice: str = "") -> Repair | None:
    recipe = recipe_for(guest_list, key, choice)
    assert recipe is not None
    return repair_rows(guest_list=fresh(guest_list), recipe=recipe, actor=actor)


def edited(guest_list: GuestList, row: int, cells: list[str], actor: User) -> Repair | None:
    guest_list = fresh(guest_list)
    [result] = revalidate(guest_list, [(row, cells)])
    return edit_row(guest_list=guest_list, result=result, actor=actor)


def outcome_of(guest_list: GuestList, row: int) -> str:
    guest = Guest.objects.filter(guest_list=guest_list, row=row).first()
    return guest.value if guest else RowError.objects.get(guest_list=guest_list, row=row).kind


@pytest.mark.parametrize(
    ("key", "choice", "row", "becomes"),
    [
        ("at", "", 3, "bob@example.com"),
        ("at", "", 5, "duplicate"),
        ("country", "GB", 7, "+447400123456"),
        ("several", "first", 9, "hal@example.com"),
        ("several", "last", 9, "hal@example.org"),
    ],
)
def test_a_repair_moves_rows_under_their_own_number_and_undo_restores_them(
    key: str, choice: str, row: int, becomes: str, june: GuestList, bea: User
) -> None:
    before = state_of(june)
    repaired = repair(june, key, bea, choice)
    assert repaired is not None
    assert outcome_of(june, row) == becomes
    assert state_of(june)["ledger"]["rows"] == before["ledger"]["rows"]
    assert undo_repair(repair=Repair.objects.get(pk=repaired.pk), actor=bea)
    assert state_of(june) == before


def test_what_no_repair_helps_stays_as_it_was(june: GuestList, bea: User) -> None:
    before = state_of(june)
    assert repair(june, "signs", bea) is None
    assert state_of(june) == before
    assert not Repair.objects.exists()


def test_a_misspelt_domain_is_repaired_in_guests_and_in_those_who_repeat_them(june: GuestList, bea: User) -> None:
    before = state_of(june)
    repaired = repair_domain(guest_list=fresh(june), written="gmial.com", meant="gmail.com", actor=bea)
    assert repaired is not None
    assert repaired.count == 2
    assert outcome_of(june, 6) == "eve@gmail.com"
    assert outcome_of(june, 8) == "duplicate"
    assert "gmial" not in str(state_of(june)["cached_counts"])
    assert undo_repair(repair=Repair.objects.get(pk=repaired.pk), actor=bea)
    assert state_of(june) == before


def test_a_row_repaired_into_a_later_guest_is_the_guest_as_it_would_have_been_in_a_right_file(
    june: GuestList, bea: User
) -> None:
    before = state_of(june)
    repaired = edited(june, 3, ["Bob", "cy@example.com", ""], bea)
    assert repaired is not None
    assert outcome_of(june, 3) == "cy@example.com"
    assert outcome_of(june, 4) == "duplicate"
    assert undo_repair(repair=Repair.objects.get(pk=repaired.pk), actor=bea)
    assert state_of(june) == before


def test_a_guest_who_was_repeated_is_not_lost_when_the_first_row_is_undone(june: GuestList, bea: User) -> None:
    first = edited(june, 3, ["Bob", "new@example.com", ""], bea)
    assert first is not None
    edited(june, 10, ["Ida", "NEW@example.com", ""], bea)
    assert outcome_of(june, 10) == "duplicate"
    assert undo_repair(repair=Repair.objects.get(pk=first.pk), actor=bea)
    assert outcome_of(june, 10) == "new@example.com"
    assert outcome_of(june, 3) == "invalid"


def test_a_repair_that_another_one_built_on_is_undone_after_that_one_only(june: GuestList, bea: User) -> None:
    first = edited(june, 3, ["Bob", "still wrong", ""], bea)
    second = edited(june, 3, ["Bob", "bob@example.com", ""], bea)
    assert first is not None
    assert second is not None
    assert not undo_repair(repair=Repair.objects.get(pk=first.pk), actor=bea)
    assert undo_repair(repair=Repair.objects.get(pk=second.pk), actor=bea)
    assert undo_repair(repair=Repair.objects.get(pk=first.pk), actor=bea)
    assert not undo_repair(repair=Repair.objects.get(pk=first.pk), actor=bea)


def test_a_review_that_was_open_before_a_repair_can_not_launch_the_list(june: GuestList, bea: User) -> None:
    reviewed = fresh(june)
    repair(june, "at", bea)
    assert not launch_list(guest_list=reviewed, token=reviewed.confirm_token, actor=bea)
    assert fresh(june).state == "checked"


def test_two_people_who_repair_at_once_never_build_on_the_same_state(june: GuestList, bea: User) -> None:
    mine, theirs = fresh(june), fresh(june)
    recipe = recipe_for(june, "at")
    assert recipe is not None
    assert repair_rows(guest_list=mine, recipe=recipe, actor=bea)
    assert repair_rows(guest_list=theirs, recipe=recipe, actor=bea) is None


def test_nothing_is_repaired_or_undone_once_the_list_is_launched(june: GuestList, bea: User) -> None:
    repaired = repair(june, "at", bea)
    assert repaired is not None
    launched = fresh(june)
    assert launch_list(guest_list=launched, token=launched.confirm_token, actor=bea)
    assert repair(june, "country", bea, "GB") is None
    assert not undo_repair(repair=Repair.objects.get(pk=repaired.pk), actor=bea)


def test_the_story_tells_who_repaired_what_without_naming_a_guest(june: GuestList, bea: User) -> None:
    repaired = repair(june, "country", bea, "GB")
    assert repaired is not None
    undo_repair(repair=Repair.objects.get(pk=repaired.pk), actor=bea)
    notes = list(Event.objects.filter(guest_list=june).exclude(note="").values_list("note", "actor__name"))
    assert notes == [
        ("Read phone numbers as those of the United Kingdom: 1 row.", "Bea"),
        ("Undone: Read phone numbers as those of the United Kingdom: 1 row.", "Bea"),
    ]
    said = " ".join(Activity.objects.values_list("sentence", flat=True))
    assert "7400" not in said
    assert "undone" in said.lower()


def test_an_unknown_repair_or_country_is_none(june: GuestList) -> None:
    assert recipe_for(june, "everything") is None
    assert recipe_for(june, "country", "XX") is None
    assert recipe_for(june, "several", "both") is None
