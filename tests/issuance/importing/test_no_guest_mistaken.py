"""No guest is lost, doubled or mistaken: not by settings that change later, lost quotes or unreadable characters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.http import QueryDict

from campaigns.models import Campaign
from issuance.checking.repairs import recipe_for, repair_domain, repair_rows, uploaded_change
from issuance.checking.returned_rows import bad_rows
from issuance.forms.checking import opened_row, row_form
from issuance.forms.importing import ColumnsForm
from issuance.guests.sight import Sight
from issuance.importing import batches, import_list
from issuance.importing.list_file import header_hash
from issuance.importing.new_list import create_list
from issuance.models import ColumnMapping, GuestList
from issuance.parsing.guest_file import open_guest_file
from issuance.parsing.row_result import RowResult
from issuance.parsing.unreadable_file import UnreadableFile
from tests.data.make import ods
from tests.issuance.checking.contents import fresh
from tests.issuance.factories import read_file
from thanxportal.accounts.models import Merchant, User

TWO_WAYS = "email,phone\nann@example.com,2025550101\nANN@example.com,2025550102\n,2025550102\nann at example.com,\n"


@pytest.mark.django_db
def test_a_preference_that_changed_since_makes_nobody_two_guests(campaign: Campaign, ana: User) -> None:
    made = read_file(campaign, TWO_WAYS)
    Merchant.objects.filter(pk=made.merchant_id).update(preferred_identifier="phone", country="GB")
    made = fresh(made)
    recipe = recipe_for(made, "at")
    assert recipe
    assert repair_rows(guest_list=made, recipe=recipe, actor=ana)
    guests = list(made.guests.order_by("row").values_list("row", "value"))
    assert guests == [(2, "ann@example.com"), (4, "+12025550102")]


@pytest.mark.django_db
def test_a_worker_that_goes_on_with_a_file_reads_the_columns_of_the_first(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", 5)
    monkeypatch.setattr(import_list, "TOGETHER", 1)
    text = "email,work\n" + "".join(f"a{n}@example.com,b{n}@example.com\n" for n in range(12))
    made = create_list(campaign=campaign, name="June", content=ContentFile(text.encode(), "june.csv"), actor=None)
    save, saved = import_list._save, []

    def die_after_the_first(*args: Any) -> bool:
        if saved:
            raise MemoryError
        saved.append(save(*args))
        return True

    with monkeypatch.context() as patch:
        patch.setattr(import_list, "_save", die_after_the_first)
        with pytest.raises(MemoryError):
            import_list.read_guest_file(made.pk)
    GuestList.objects.filter(pk=made.pk).update(lease_until=None)
    choice = {"email": 1, "phone": None}
    ColumnMapping.objects.create(merchant=made.merchant, header_hash=header_hash(["email", "work"]), mapping=choice)
    import_list.read_guest_file(made.pk)
    made.refresh_from_db()
    assert (made.state, made.rows_count, made.file_info["email"]) == ("checked", 12, 0)
    assert not made.guests.filter(value__startswith="b").exists()


@pytest.mark.django_db
def test_a_domain_is_repaired_wherever_it_stands_in_its_cell(campaign: Campaign, ana: User) -> None:
    made = read_file(
        campaign,
        "name,email\nA,Ann <ann@gmial.com>\nB,mailto:bob@gmial.com\nC,cy@gmial.com\nD,dee@gmial.com.\n"
        "E,eve@gmial.com.au\n",
    )
    repair = repair_domain(guest_list=made, written="gmial.com", meant="gmail.com", actor=ana)
    assert repair
    assert repair.sentence == "Wrote gmail.com for gmial.com: 4 rows"
    values = list(made.guests.order_by("row").values_list("value", flat=True))
    names = ("ann", "bob", "cy", "dee")
    assert values == [*(f"{name}@gmail.com" for name in names), "eve@gmial.com.au"]


@pytest.mark.django_db
def test_pasted_text_may_hold_no_more_guests_than_a_file(campaign: Campaign, settings: Any) -> None:
    settings.MAX_LIST_ROWS = 3
    text = "".join(f"hello a{n}@example.com and\n" for n in range(10))
    made = create_list(campaign=campaign, name="June", content=text, actor=None)
    import_list.read_guest_file(made.pk)
    made.refresh_from_db()
    assert (made.state, made.rows_count) == ("unreadable", 3)


def results_of(path: Path, content: bytes) -> list[RowResult]:
    path.write_bytes(content)
    with open_guest_file(path, country="US") as file:
        return list(file.results())


def test_phones_that_a_lost_quote_ran_together_are_told(tmp_path: Path) -> None:
    text = b'name,phone\n"Ann,2025550101\nBob,2025550102\nCid",2025550103\nDan,2025550104\n'
    assert [(result.row, result.code) for result in results_of(tmp_path / "a.csv", text)] == [
        (2, "rows_run_together"),
        (3, ""),
    ]


def test_a_note_of_several_lines_is_no_lost_quote(tmp_path: Path) -> None:
    text = b'phone,note\n2025550101,"likes tea,\ncomes on Fridays"\n'
    assert [result.code for result in results_of(tmp_path / "a.csv", text)] == [""]


def test_a_comma_at_the_end_of_every_row_is_no_cell_too_many(tmp_path: Path) -> None:
    text = b"email,n\na@example.com,x,\nbob.example.com,y,\ncy.example.com,y,z\n"
    assert [result.code for result in results_of(tmp_path / "a.csv", text)] == ["", "email_no_at", "row_too_long"]


def test_an_address_with_a_character_that_could_not_be_read_is_refused(tmp_path: Path) -> None:
    results = results_of(tmp_path / "a.csv", b"email,n\nann\x81@example.com,x\nbob@example.com,y\n")
    assert [result.code for result in results] == ["email_bad_local", ""]


def test_lines_and_tabs_inside_a_cell_of_ods_glue_nothing_together(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = "".join(
        f"<table:table-row>{cell.format(text)}</table:table-row>"
        for text in ("Email", "a@example.com<text:line-break/>Ann", "b@example.com<text:tab/>Bob")
    )
    results = results_of(tmp_path / "a.ods", ods(rows))
    assert [result.raw for result in results] == [["a@example.com\nAnn"], ["b@example.com\tBob"]]
    assert not {"a@example.comann", "b@example.combob"} & {result.value for result in results}


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["", "nr telefonu,imię\n"])
def test_phones_of_another_country_are_asked_about_and_not_refused(campaign: Campaign, header: str) -> None:
    text = header + "".join(f"07911 123{n:03},guest\n" for n in range(450, 460))
    made = create_list(campaign=campaign, name="June", content=ContentFile(text.encode(), "june.csv"), actor=None)
    import_list.read_guest_file(made.pk)
    made.refresh_from_db()
    assert (made.state, made.file_info["phone"], made.file_info["sure"]) == ("mapping", 0, False)


def test_a_table_without_any_guest_is_still_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as caught:
        results_of(tmp_path / "a.csv", b"dish,price\nsoup,7.50\npie,12.00\n")
    assert caught.value.code == "no_identifier_column"


RUN_TOGETHER = 'name,email,note\n"Ann,ann@example.com,\nBob,bob@example.com,",x,y\nCid,cid@example.com,\n'


def bring_back(made: GuestList, tmp_path: Path, content: str) -> list[RowResult]:
    path = tmp_path / "repaired.csv"
    path.write_text(content, newline="")
    return list(uploaded_change(made, path).results)


@pytest.mark.django_db
def test_rows_that_ran_together_become_no_single_guest_by_an_edit(campaign: Campaign) -> None:
    made = read_file(campaign, RUN_TOGETHER)
    error = made.row_errors.get()
    form = row_form(made, "2", QueryDict("cell1=ann@example.com"))
    assert form
    assert not form.is_valid()
    assert error.code == "rows_run_together"
    assert "Several rows ran together" in str(form.errors)


@pytest.mark.django_db
def test_rows_that_ran_together_stay_so_in_a_file_whose_line_ends_a_spreadsheet_rewrote(
    campaign: Campaign, tmp_path: Path
) -> None:
    made = read_file(campaign, RUN_TOGETHER)
    download = "".join(bad_rows(made))
    assert bring_back(made, tmp_path, download) == []
    assert bring_back(made, tmp_path, download.replace("com,\n", "com,\r\n")) == []
    edited = download.replace(",x,y", ",ann@example.com,y")
    assert [result.code for result in bring_back(made, tmp_path, edited)] == ["rows_run_together"]


@pytest.mark.django_db
def test_one_guest_who_is_kept_of_rows_that_ran_together_is_a_guest(campaign: Campaign, tmp_path: Path) -> None:
    made = read_file(campaign, RUN_TOGETHER)
    (header, *_) = "".join(bad_rows(made)).splitlines()
    (result,) = bring_back(made, tmp_path, f"{header}\n,2,Ann,ann@example.com,\n")
    assert (result.row, result.value) == (2, "ann@example.com")


@pytest.mark.parametrize(
    ("text", "encoding", "codes"),
    [
        (b"\xef\xbb\xbfann@example.com,x\nb\xffb@example.com,y\n", "utf-8-sig", ["", "email_bad_local"]),
        ("müller@example.com,é\nann@example.com,ü\n".encode() + b"b\xff@example.com,\n", "utf-8",
         ["", "", "email_bad_local"]),
        ("müller@example.com,é\n".encode("cp1252"), "cp1252", [""]),
    ],
)  # fmt: skip
def test_a_damaged_letter_makes_no_other_address_of_the_others(
    tmp_path: Path, text: bytes, encoding: str, codes: list[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text)
    with open_guest_file(path, country="US") as file:
        results = list(file.results())
        assert (file.opened.encoding, len(file.warnings)) == (encoding, 1)
    assert [result.code for result in results] == codes
    assert results[0].value in ("ann@example.com", "müller@example.com")


def test_many_blank_rows_hide_neither_header_nor_guests(tmp_path: Path) -> None:
    results = results_of(tmp_path / "a.csv", b",\n" * 3_000 + b"note,email\nx,ann@example.com\n")
    assert [(result.row, result.value) for result in results] == [(3_002, "ann@example.com")]


@pytest.mark.parametrize(
    ("prefer", "value", "other"), [("email", "e@", "+12025550100"), ("phone", "+12025550100", "e@")]
)
def test_of_two_cells_in_each_others_columns_the_preferred_one_is_the_guest(
    tmp_path: Path, prefer: str, value: str, other: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(
        b"email,phone\na@example.com,\nb@example.com,2025550101\nc@example.com,\n2025550100,e@example.com\n"
    )
    with open_guest_file(path, country="US", prefer=prefer) as file:
        *_, swapped = file.results()
    assert (swapped.value, swapped.other) == tuple(text.replace("e@", "e@example.com") for text in (value, other))
    assert swapped.fixed


def test_a_number_that_a_spreadsheet_changed_is_said_to_be_fixed_in_a_mixed_column_too(tmp_path: Path) -> None:
    results = results_of(tmp_path / "a.csv", b"guest\nann@example.com\n2025550100.0\n2025550101\ntel:2025550102\n")
    assert [result.fixed for result in results] == [False, True, False, True]


@pytest.mark.django_db
def test_the_lines_of_a_cell_are_not_joined_by_the_form_of_its_row(campaign: Campaign) -> None:
    made = read_file(campaign, 'name,email\nAnn,ann@example.com\nBob,"bob@example.com\nBob"\n')
    form = opened_row(made, "3", lambda row: Sight(row=row))
    assert form
    assert form["cell1"].initial == "bob@example.com Bob"


@pytest.mark.django_db
def test_of_several_phones_one_is_kept_by_the_country_of_the_list(campaign: Campaign, ana: User) -> None:
    made = read_file(campaign, "name,phone\nAnn,202-555-0100\nBob,202-555-0123 / 202-555-0124\n")
    Merchant.objects.filter(pk=made.merchant_id).update(country="DE")
    made = fresh(made)
    recipe = recipe_for(made, "several", "first")
    assert recipe
    assert repair_rows(guest_list=made, recipe=recipe, actor=ana)
    assert made.guests.get(row=3).value == "+12025550123"


@pytest.mark.django_db
def test_a_note_beside_a_row_that_comes_back_changes_nothing(campaign: Campaign, tmp_path: Path) -> None:
    made = read_file(campaign, "name,email\nAnn,ann@example.com\nBob,bob\nCid,cid\nDee,dee@example.com\n")
    rows = "".join(bad_rows(made)).replace(",bob\r\n", ",bob,called him\r\n")
    rows = rows.replace(",cid\r\n", ",cid@example.com,ok\r\n")
    assert [(result.row, result.value) for result in bring_back(made, tmp_path, rows)] == [(4, "cid@example.com")]


@pytest.mark.django_db
def test_a_cell_that_was_missing_is_taken_from_a_row_that_comes_back(campaign: Campaign, tmp_path: Path) -> None:
    made = read_file(campaign, "name,email\nAnn,ann@example.com\nBob\n")
    rows = "".join(bad_rows(made)).replace("Bob\r\n", "Bob,bob@example.com\r\n")
    assert [(result.row, result.value) for result in bring_back(made, tmp_path, rows)] == [(3, "bob@example.com")]


@pytest.mark.django_db
def test_a_header_found_far_down_is_accepted_by_its_own_form(campaign: Campaign, ana: User) -> None:
    text = "\n" * 25 + "email,e-mail\nann@example.com,a@example.com\n"
    made = create_list(campaign=campaign, name="June", content=ContentFile(text.encode(), "june.csv"), actor=None)
    import_list.read_guest_file(made.pk)
    made.refresh_from_db()
    form = ColumnsForm(made, QueryDict(f"email=0&phone=&header_row={made.file_info['header_row']}"))
    assert (made.state, made.file_info["header_row"]) == ("mapping", 26)
    assert form.is_valid(), form.errors
