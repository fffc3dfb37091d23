"""Before a list with hidden rows is stored, a person says whether they count."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.models import Guest, GuestList
from tests.data.make import xlsx, xlsx_row
from tests.issuance.factories import brought, read
from thanxportal.accounts.models import User

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
FILTERED = xlsx(
    xlsx_row(1, "Email") + xlsx_row(2, "ann@example.com") + xlsx_row(3, "bob@example.com", more=' hidden="1"')
)


def answer(browser: Client, made: GuestList, **hidden: str) -> int:
    url = reverse("issuance:list_columns", args=["harbor-grill", made.pk])
    return browser.post(url, {"email": "0", "phone": "", "header_row": "1", **hidden}).status_code


@pytest.mark.parametrize(("hidden", "values", "warning"), [
    ("leave_out", ["ann@example.com"], "1 hidden row was left out."),
    ("include", ["ann@example.com", "bob@example.com"], "1 hidden row was read as well."),
])  # fmt: skip
def test_a_person_says_whether_hidden_rows_count(
    campaign: Campaign, bea: User, client_of: ClientOf, hidden: str, values: list[str], warning: str
) -> None:
    made, browser = read(brought(campaign, FILTERED, filename="june.xlsx")), client_of(bea)
    assert (made.state, made.file_info["hidden_rows"]) == ("mapping", 1)
    shown = browser.get(reverse("issuance:list_detail", args=["harbor-grill", made.pk])).content.decode()
    assert "1 row is hidden in this sheet: include or leave out?" in shown
    assert answer(browser, made) == 422
    assert answer(browser, made, hidden=hidden) == 302
    made = read(made)
    assert (made.state, list(Guest.objects.of_list(made).values_list("value", flat=True))) == ("checked", values)
    assert made.file_info["warnings"] == [warning]


def test_an_answer_is_good_for_one_file_only(campaign: Campaign, bea: User, client_of: ClientOf) -> None:
    made = read(brought(campaign, FILTERED, filename="june.xlsx"))
    answer(client_of(bea), made, hidden="include")
    assert (read(made).state, read(brought(campaign, FILTERED, filename="june.xlsx")).state) == ("checked", "mapping")
