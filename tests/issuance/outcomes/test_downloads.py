"""What can be taken away: complete, in the order of the file, masked, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from issuance.guests.sight import Sight
from issuance.models import Guest, GuestList, RowError
from issuance.models.states import ListState
from issuance.outcomes.reports import report
from tests.issuance.factories import make_list, published_campaign
from thanxportal.accounts.models import Activity, Merchant, User

ClientOf = Callable[[User], Client]


@pytest.fixture
def june(harbor: Merchant) -> GuestList:
    info = {"names": ["Email", "Name"]}
    counts = {"rewarded": 4, "refused": 2, "control": 1, "invalid": 2, "duplicate": 1}
    return make_list(published_campaign(harbor), ListState.FINISHED, file_info=info, **counts)


def download(browser: Client, name: str, made: GuestList) -> list[list[str]]:
    answer: Any = browser.get(reverse(f"issuance:{name}", args=["harbor-grill", made.pk]))
    assert answer.streaming
    assert "attachment" in answer["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode()
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


def test_the_report_names_every_row_once_in_the_order_of_the_file(
    june: GuestList, ana: User, client_of: ClientOf
) -> None:
    header, *rows = download(client_of(ana), "report", june)
    assert header[:9] == [
        "row",
        "identifier",
        "type",
        "arm",
        "outcome",
        "reason",
        "time (America/Los_Angeles)",
        "job",
        "reward id",
    ]
    assert [int(row[0]) for row in rows] == list(range(2, 12))
    outcomes = [row[4] for row in rows]
    assert (outcomes.count("Rewarded"), outcomes.count("Refused"), outcomes.count("Invalid")) == (4, 2, 2)


def test_bad_rows_stand_between_the_guests_where_the_file_had_them(
    june: GuestList, ana: User, client_of: ClientOf
) -> None:
    Guest.objects.filter(guest_list=june, row=8).update(row=400)
    _, *rows = download(client_of(ana), "report", june)
    numbers = [int(row[0]) for row in rows]
    assert numbers == sorted(numbers)
    assert rows[-1][0] == "400"
    assert rows[-2][4] == "Duplicate"


def test_the_report_is_masked_for_whoever_is_no_manager(
    june: GuestList, sid: User, ana: User, client_of: ClientOf
) -> None:
    masked = str(download(client_of(sid), "report", june))
    assert "guest2@example.com" not in masked
    assert "broken" not in masked
    assert "g•••@example.com" in masked
    assert "guest2@example.com" in str(download(client_of(ana), "report", june))


def test_a_manager_gets_the_columns_of_the_file_as_they_stood_there_and_the_log_says_so(
    june: GuestList, ana: User, sid: User, client_of: ClientOf
) -> None:
    Guest.objects.filter(guest_list=june, row=2).update(cells="Guest2@Example.com\x1f=Maria")
    header, first, *_ = download(client_of(ana), "report", june)
    assert header[9:] == ["Email", "Name"]
    assert first[9:] == ["Guest2@Example.com", "'=Maria"]
    assert all(len(row) == len(header) for row in download(client_of(ana), "report", june))
    assert "Downloaded the unmasked report" in Activity.objects.order_by("-pk")[0].sentence
    told = Activity.objects.count()
    assert "Maria" not in str(download(client_of(sid), "report", june))
    assert Activity.objects.count() == told


def test_phones_and_formulas_are_inert_in_the_report(june: GuestList, ana: User, client_of: ClientOf) -> None:
    Guest.objects.filter(guest_list=june, row=2).update(type="phone", value="+12025550142", reward_id="=1+1")
    _, row, *_ = download(client_of(ana), "report", june)
    assert row[1] == "'+12025550142"
    assert row[8] == "'=1+1"


def test_the_bad_rows_say_why_and_where_and_come_back_whole(june: GuestList, ana: User, client_of: ClientOf) -> None:
    header, *rows = download(client_of(ana), "bad_rows", june)
    assert header == ["reason", f"row (list {june.uuid.hex[:8]})", "Email", "Name"]
    assert rows == [
        ["This is not an email address: it has no @ sign.", "9", "broken9.example.com", "x"],
        ["This is not an email address: it has no @ sign.", "10", "broken10.example.com", "x"],
    ]


def test_a_formula_in_the_merchants_own_file_is_not_run_by_the_download(
    june: GuestList, ana: User, client_of: ClientOf
) -> None:
    evil = '=HYPERLINK("https://example.com")'
    RowError.objects.filter(guest_list=june, row=9).update(cells=[evil, "\t@x"])
    GuestList.objects.filter(pk=june.pk).update(file_info={"names": ["=Email", "Name"]})
    header, first, _ = download(client_of(ana), "bad_rows", june)
    assert header[2] == "'=Email"
    assert first[2:] == [f"'{evil}", "'\t'@x"]  # Also for whoever takes the tab for the end of a cell.


def test_a_name_with_line_breaks_and_quotes_makes_a_clean_file_name(
    june: GuestList, ana: User, client_of: ClientOf
) -> None:
    GuestList.objects.filter(pk=june.pk).update(name='Best "guests"\r\n; ever')
    answer = client_of(ana).get(reverse("issuance:report", args=["harbor-grill", june.pk]))
    assert answer["Content-Disposition"] == f'attachment; filename="best-guests-ever-{june.pk}-report.csv"'


def test_long_reports_are_read_in_chunks_without_offset(june: GuestList, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("outcomes.reports", "guests.csv_lines"):
        monkeypatch.setattr(f"issuance.{module}.CHUNK", 3)
    with CaptureQueriesContext(connection) as queries:
        pieces = list(report(june, Sight(whole=True)))
    assert len(pieces) == 4
    assert "".join(pieces).count("\n") == 11
    assert not any("OFFSET" in query["sql"] for query in queries)
