"""A list whose columns aren't certain waits for a person before any row is stored, and the choice is remembered."""

from __future__ import annotations

import pytest

from campaigns.models import Campaign
from issuance.importing.mapping import NoSuchColumns, choose_columns
from issuance.importing.new_list import create_list
from issuance.launching.discarding import discard_list
from issuance.models import ColumnMapping, GuestList
from tests.data.make import xlsx, xlsx_row
from tests.issuance.factories import brought, checked, read
from thanxportal.accounts.models import User

pytestmark = pytest.mark.django_db
UNSURE = b"Ours,Theirs\nann@example.com,bob@example.com\ncleo@example.com,dora@example.com\n"


def values(guest_list: GuestList) -> list[str]:
    return list(guest_list.guests.order_by("row").values_list("value", flat=True))


def test_an_unsure_list_waits_with_what_each_column_holds(one_arm: Campaign) -> None:
    guest_list = read(brought(one_arm, UNSURE))
    assert (guest_list.state, guest_list.rows_count, guest_list.guests.count()) == ("mapping", 0, 0)
    ours = guest_list.file_info["columns"][0]
    assert ours == {
        "name": "Ours", "samples": ["ann@example.com", "cleo@example.com"], "filled": 1.0, "email": 1.0, "phone": 0.0,
    }  # fmt: skip
    assert read(guest_list).state == "mapping"  # Nobody reads it before somebody has chosen.


def test_the_chosen_column_is_read_and_remembered_for_the_same_header(one_arm: Campaign, ana: User) -> None:
    guest_list = read(brought(one_arm, UNSURE))
    assert choose_columns(guest_list=guest_list, actor=ana, email=1)
    assert (read(guest_list).state, values(guest_list)) == ("checked", ["bob@example.com", "dora@example.com"])
    again = read(brought(one_arm, UNSURE.replace(b"bob", b"rob")))
    assert (again.state, values(again)[0]) == ("checked", "rob@example.com")


def test_another_merchant_is_asked_anew(one_arm: Campaign, ana: User) -> None:
    guest_list = read(brought(one_arm, UNSURE))
    choose_columns(guest_list=guest_list, actor=ana, email=1)
    remembered = ColumnMapping.objects.get()
    assert (remembered.merchant, remembered.mapping) == (
        one_arm.merchant,
        {"email": 1, "phone": None, "more_emails": [], "more_phones": []},
    )
    assert not remembered.merchant.column_mappings.exclude(pk=remembered.pk).exists()


def test_a_second_choice_changes_nothing(one_arm: Campaign, ana: User) -> None:
    guest_list = read(brought(one_arm, UNSURE))
    stale = GuestList.objects.get(pk=guest_list.pk)
    assert choose_columns(guest_list=guest_list, actor=ana, email=1)
    assert not choose_columns(guest_list=stale, actor=ana, email=0)
    read(guest_list)
    assert not choose_columns(guest_list=guest_list, actor=ana, email=0)


@pytest.mark.parametrize("choice", [{}, {"email": 2}, {"phone": -1}, {"sheet": "Elsewhere"}])
def test_a_choice_that_makes_no_sense_is_refused_in_words(one_arm: Campaign, ana: User, choice: dict[str, int]) -> None:
    guest_list = read(brought(one_arm, UNSURE))
    with pytest.raises(NoSuchColumns, match="Choose"):
        choose_columns(guest_list=guest_list, actor=ana, **choice)  # type: ignore[arg-type]
    assert read(guest_list).state == "mapping"


def test_a_first_row_that_is_no_header_can_be_read_as_a_guest(one_arm: Campaign, ana: User) -> None:
    guest_list = read(brought(one_arm, b"\n" + UNSURE))
    assert choose_columns(guest_list=guest_list, actor=ana, email=0, header_row=0)
    assert read(guest_list).ledger | {"rows": 3, "invalid": 1} == guest_list.ledger
    assert not ColumnMapping.objects.exists()


def test_it_can_be_discarded_instead(one_arm: Campaign, ana: User) -> None:
    guest_list = read(brought(one_arm, UNSURE))
    assert discard_list(guest_list=guest_list, actor=ana)
    assert not choose_columns(guest_list=guest_list, actor=ana, email=0)


def test_another_sheet_can_be_asked_for(one_arm: Campaign, ana: User) -> None:
    first = xlsx_row(1, "Email", "Theirs") + xlsx_row(2, "ann@example.com", "bob@example.com")
    second = xlsx_row(1, "Email") + xlsx_row(2, "cleo@example.com")
    guest_list = read(brought(one_arm, xlsx(first, second), filename="a.xlsx"))
    assert (guest_list.state, guest_list.file_info["sheets"], guest_list.file_info["sheet"]) == (
        "mapping", ["Sheet 1", "Sheet 2"], "Sheet 1",
    )  # fmt: skip
    assert choose_columns(guest_list=guest_list, actor=ana, sheet="Sheet 2")
    assert (read(guest_list).state, values(guest_list)) == ("checked", ["cleo@example.com"])


def test_of_several_sheets_with_guests_a_person_chooses_one(one_arm: Campaign, ana: User) -> None:
    sheets = [xlsx_row(1, "Email") + xlsx_row(2, f"{name}@example.com") for name in ("ann", "bob")]
    guest_list = read(brought(one_arm, xlsx(xlsx_row(1, "Read me"), *sheets), filename="a.xlsx"))
    assert (guest_list.state, guest_list.file_info["sheet"]) == ("mapping", "Sheet 2")
    assert choose_columns(guest_list=guest_list, actor=ana, sheet="Sheet 3")
    assert (read(guest_list).state, values(guest_list)) == ("checked", ["bob@example.com"])


@pytest.mark.parametrize(("preferred", "value", "other"), [
    ("email", "ann@example.com", "+12025550100"), ("phone", "+12025550100", "ann@example.com"),
])  # fmt: skip
def test_the_merchant_prefers_one_identifier_and_the_other_is_kept(
    one_arm: Campaign, preferred: str, value: str, other: str
) -> None:
    one_arm.merchant.preferred_identifier = preferred
    one_arm.merchant.save()
    from_file = read(brought(one_arm, b"Email,Phone\nann@example.com,202 555 0100\n"))
    from_text = checked(one_arm, "Hi, it is ann@example.com or (202) 555-0100")
    for guest_list in (from_file, from_text):
        guest = guest_list.guests.get()
        assert (guest.type, guest.value, guest.other) == (preferred, value, other)


def test_columns_of_a_pasted_table_are_asked_for_as_those_of_a_file(campaign: Campaign, ana: User) -> None:
    text = "Email\tE-mail\nann@example.com\tbob@example.com\n"
    made = read(create_list(campaign=campaign, name="June", content=text, actor=None))
    assert (made.state, made.rows_count) == ("mapping", 0)
    assert choose_columns(guest_list=made, actor=ana, email=1)
    assert (read(made).state, values(made)) == ("checked", ["bob@example.com"])
