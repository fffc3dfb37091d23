"""Whose column it is: a name and its content have to agree, or a person is asked with the reason."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.parsing.column_reasons import reasons_of
from issuance.parsing.columns import contents_of, find_columns
from issuance.parsing.countries import country_code
from issuance.parsing.guest_file import open_guest_file
from issuance.parsing.row_validation import RowValidator
from issuance.parsing.unreadable_file import UnreadableFile
from tests.corpus.files import as_text
from tests.corpus.people import people

GUESTS = people("en", 24)
PLACES = ("Owner", "Sales rep", "Store", "Referrer", "Updated by", "Manager", "Assigned to", "Branch")


def results(rows: list[list[str]], *, country: str = "US") -> list[tuple[str, str, bool]]:
    columns = find_columns(rows, country=country)
    validated = RowValidator(columns, country=country, prefer="email").validate(1, rows)
    return [(value, code, fixed) for row, _, value, _, code, _, fixed, _ in validated if row > columns.header_row]


@given(whose=st.sampled_from(PLACES), kind=st.sampled_from(["", " email", " E-Mail", " address"]), first=st.booleans())
def test_an_address_of_somebody_else_is_never_taken_without_a_question(whose: str, kind: str, first: bool) -> None:
    names = [whose + kind, "Phone"]
    rows = [names, *([f"rep{at % 2}@example.com", person.phone] for at, person in enumerate(GUESTS))]
    columns = find_columns([row if first else row[::-1] for row in rows], country="US")
    assert (columns.email, columns.phone, columns.more_emails) == (None, 1 if first else 0, ())
    assert find_columns([row[:1] for row in rows], country="US").doubts


@pytest.mark.parametrize("name", ["Concierge", "Ann's list", "Kellner E-Mail", "Créé par", "担当者メール", "Официант"])
def test_a_name_that_nobody_knows_is_asked_about_and_proposed(name: str) -> None:
    columns = find_columns([["Guest", name], *([person.name, person.email] for person in GUESTS)], country="US")
    assert (columns.email, columns.sure) == (1, False)


@pytest.mark.parametrize("name", ["Billing email", "Concierge", "Old email", "Wife's email", "Correo del restaurante"])
def test_only_columns_of_the_guest_fill_the_gaps(name: str) -> None:
    rows = [["Email", name], *([person.email if at else "", "pro@example.org"] for at, person in enumerate(GUESTS))]
    columns = find_columns(rows, country="US")
    assert (columns.sure, columns.email, columns.more_emails) == (True, 0, ())


@pytest.mark.parametrize(
    "name",
    ["PhoneNumber", "Handy-Nr.", "Numéro de portable", "お電話番号", "手机号码", "휴대폰번호", "رقم الجوال",
     "Cep Telefonu", "Ph No", "WhatsApp No", "GSM", "Contact No", "Primary number", "Номер телефона",
     "Guest phone (store signup)", "No. Phone", "NO. MOBILE", "Cell no.", "No.Phone", "№ phone"],
)  # fmt: skip
def test_known_words_of_phones_need_no_question(name: str) -> None:
    assert find_columns([["Name", name], *([person.name, person.phone] for person in GUESTS)], country="US").sure


@pytest.mark.parametrize("name", ["Contact No", "Member No.", "Number", "Cust. No.", "Phone ID", "Mobile check"])
def test_bare_numbers_under_a_name_that_fits_others_as_well_are_never_taken_for_phones(name: str) -> None:
    rows = [["Email", name], *([person.email, person.e164[2:]] for person in GUESTS)]
    assert (find_columns(rows, country="US").sure, find_columns(rows, country="US").phone) == (True, None)
    with suppress(UnreadableFile):
        assert not find_columns([["Name", name], *(["Ann", person.e164[2:]] for person in GUESTS)], country="US").sure


@pytest.mark.parametrize("cell", ["N/A", "-", "Yes", "iOS", "Subscribed", "0"])
def test_a_phone_column_without_phones_beside_emails_is_no_question(cell: str) -> None:
    rows = [["Email", "Phone"], *([person.email, cell] for person in GUESTS)]
    assert (find_columns(rows, country="US").sure, find_columns(rows, country="US").phone) == (True, None)


@pytest.mark.parametrize("name", ["Referrer", "Account owner", "Assigned to"])
def test_a_mixed_column_of_somebody_else_is_asked_about(name: str) -> None:
    rows = [
        ["Guest", name],
        *([person.name, person.email if at % 2 else person.phone] for at, person in enumerate(GUESTS)),
    ]
    assert not find_columns(rows, country="US").sure


def test_the_line_above_the_header_says_whose_columns_they_are() -> None:
    rows = [["Guest", "", "Server"], ["Name", "Phone", "Name", "Email"]]
    rows += [[person.name, person.phone, "Sid", "sid@example.org"] for person in GUESTS]
    columns = find_columns(rows, country="US")
    assert (columns.header_row, columns.email, columns.phone) == (2, None, 1)


def test_a_row_between_guests_is_no_header() -> None:
    rows = [
        ["Name", "Contact info", "Type"],
        ["Ann", GUESTS[0].email, ""],
        ["Carl", "", "Guest"],
        ["Dora", GUESTS[1].email],
    ]
    assert find_columns(rows, country="US").header_row == 1


def test_a_column_of_few_values_is_asked_about_whatever_its_name() -> None:
    rows = [["Email"], *([f"shop{at % 3}@example.com"] for at in range(24))]
    columns = find_columns(rows, country="US")
    assert columns.doubts == (
        "“Email” holds the same few values again and again, as a shop’s or a clerk’s column does.",
    )


def test_a_guest_who_comes_often_raises_no_doubt() -> None:
    rows = [["Email", "Visit"], *([GUESTS[at % 14].email, f"May {at}"] for at in range(28))]
    assert find_columns(rows, country="US").sure


@pytest.mark.parametrize("name", ["Email opt-in IP", "Mobile app IP address", "Phone order ref", "Mobile orders total"])
def test_one_word_of_a_header_is_no_proof_of_a_phone(name: str) -> None:
    rows = [["Email", name], *([person.email, "203.45.67.124"] for person in GUESTS)]
    assert find_columns(rows, country="US").phone is None


@given(
    above=st.lists(
        st.sampled_from([["Report"], ["Prepared by", "owner@example.com"], ["Phone", "2025550199"], []]), max_size=9
    )
)
def test_nobody_above_the_header_is_a_guest(above: list[list[str]]) -> None:
    table = [["Name", "Email", "Visits"], *([person.name, person.email, "2"] for person in GUESTS)]
    assert [value for value, _, _ in results([*above, *table])] == [person.email for person in GUESTS]
    assert find_columns([*above, *table], country="US").sure


def test_guests_above_a_header_are_asked_about() -> None:
    rows = [[GUESTS[0].email, "Ann"], ["Email", "Name"], *([person.email, person.name] for person in GUESTS[1:])]
    assert "Rows above the header could hold guests." in find_columns(rows, country="US").doubts


@pytest.mark.parametrize("note", ["Exported by", "Prepared for", "Erstellt von", "Questions? Write to", "Créé par"])
def test_a_note_below_the_table_is_no_guest(note: str) -> None:
    rows = [["Name", "Email"], [GUESTS[0].name, GUESTS[0].email], [note, "owner@example.com"]]
    assert results(rows)[-1] == ("", "beside_the_table", False)


@pytest.mark.parametrize("name", ["Email (e.g. ann@example.com)", "E-Mail: you@example.com", "Email (required)"])
def test_an_example_in_a_header_is_no_guest(name: str) -> None:
    rows = [[name, "Name"], *([person.email, person.name] for person in GUESTS)]
    columns = find_columns(rows, country="US")
    assert (columns.header_row, columns.email, columns.sure) == (1, 0, True)


def test_the_next_column_of_emails_helps_where_the_first_is_empty_and_is_shown_as_fixed() -> None:
    rows = [["Email", "Secondary email"], ["ann@example.com", "other@example.com"], ["", "bob@example.com"]]
    assert results(rows) == [("ann@example.com", "", False), ("bob@example.com", "", True)]


@given(st.sampled_from(["GB", "GBR", "uk", "+44", "44", "0044", "United Kingdom", "🇬🇧"]))
def test_the_country_beside_a_phone_decides(spelled: str) -> None:
    rows = [["Phone", "Country"], ["(202) 555-0101", "US"], ["020 7946 0018", spelled], ["020 7946 0018", "Atlantis"]]
    assert [result[:2] for result in results(rows)] == [
        ("+12025550101", ""),
        ("+442079460018", ""),
        ("", "phone_country_unknown"),
    ]


def test_a_country_that_is_empty_is_the_merchants_own() -> None:
    assert results([["Phone", "Country"], ["(202) 555-0101", ""]]) == [("+12025550101", "", False)]
    assert country_code("") == country_code("Atlantis") == ""


def test_without_a_header_few_rows_with_an_email_and_a_phone_are_asked_about() -> None:
    rows = [[person.name, person.phone, person.email] for person in GUESTS]
    assert not find_columns(rows[:1], country="US").sure
    assert find_columns(rows[:3], country="US").sure


@pytest.mark.parametrize("theirs", ["Invitee Phone", "Guest cell", "Customer mobile", "Client phone number"])
def test_the_user_of_a_program_is_no_guest_where_the_guest_is_named(theirs: str) -> None:
    rows = [[f"clerk{at}@example.org", person.phone] for at, person in enumerate(GUESTS)]
    columns = find_columns([["User Email", theirs], *rows], country="US")
    assert (columns.email, columns.phone, columns.more_emails) == (None, 1, ())
    assert find_columns([["User Email"], *(row[:1] for row in rows)], country="US").sure


@pytest.mark.parametrize(
    "names", [("Guest 1 email", "Guest 2 email"), ("Guest email", "Second guest email"), ("Gast 1 Mail", "Gast 2 Mail")]
)
def test_a_second_guest_of_each_row_is_asked_about(names: tuple[str, str]) -> None:
    rows = [[one.email, other.email] for one, other in zip(GUESTS[:12], GUESTS[12:], strict=True)]
    assert "another guest of each row" in " ".join(find_columns([[*names], *rows], country="US").doubts)
    assert find_columns([["Email", "Email 2"], *rows], country="US").sure


@pytest.mark.parametrize(
    "name", ["CORREO ELECTRÓNICO", "E-posta adresi", "Διεύθυνση email", "이메일 주소", "Эл. почта", "E-mail cím",
             "Person - Email - Work", "EMAIL_ADDRESS", "E-POSTADRESS", "דואל", "อีเมล", "電郵"]
)  # fmt: skip
def test_known_words_of_emails_need_no_question(name: str) -> None:
    assert find_columns([["#", name], *([str(at), one.email] for at, one in enumerate(GUESTS))], country="US").sure


@pytest.mark.parametrize(
    "name", ["TELÉFONO MÓVIL", "Τηλέφωνο", "Κινητό", "TÉLÉPHONE", "Best phone number to reach you"]
)
def test_phones_are_found_in_capitals_and_in_greek(name: str) -> None:
    assert find_columns([["Name", name], *([one.name, one.phone] for one in GUESTS)], country="US").sure


@pytest.mark.parametrize("cell", ["no email", "No e-mail", "no mail", "no email address"])
def test_a_guest_who_gave_no_email_begins_no_other_table(cell: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [[one.name, one.email if at % 5 else cell, "Email"] for at, one in enumerate(GUESTS)]
    path.write_bytes(as_text([["Guest", "Email", "Contact by"], *rows]))
    with open_guest_file(path, country="US") as file:
        assert file.opened.columns.sure


@pytest.mark.parametrize(("name", "says"), [("Email", "says so"), ("Email of whoever booked", "may say so")])
def test_a_name_that_says_it_by_one_word_alone_is_called_doubtful(name: str, says: str) -> None:
    rows = [[name, "City"], *([person.email, "Austin"] for person in GUESTS)]
    columns = find_columns(rows, country="US")
    assert says in " ".join(reasons_of(columns, contents_of(rows, columns, country="US")))


@pytest.mark.parametrize(("good", "says"), [(29, "29%"), (57, "57%"), (99, "99%"), (100, "100%")])
def test_the_share_of_good_cells_is_told_to_the_percent(good: int, says: str) -> None:
    rows = [["Email"], *([GUESTS[0].email] for _ in range(good)), *(["none"] for _ in range(100 - good))]
    columns = find_columns(rows, country="US")
    assert f" {says} of its first cells" in " ".join(reasons_of(columns, contents_of(rows, columns, country="US")))
