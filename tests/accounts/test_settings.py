"""Managers set how a merchant's data is read, and the log keeps each change."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from phonenumbers import SUPPORTED_REGIONS

from tests.accounts.settings_form import AS_THEY_ARE, URL, save
from thanxportal.accounts.countries import COUNTRIES
from thanxportal.accounts.models import Activity, Merchant, User

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("time_zone", "Moon/Base", "Select a valid choice"),
        ("country", "XX", "Select a valid choice"),
        ("repeat_days", "366", "A year, 365 days, is the most."),
        ("repeat_days", "-1", "greater than or equal to 0"),
        ("approval_threshold", "-1", "greater than or equal to 0"),
        ("approval_threshold", "5000", "Nobody could approve your lists."),
    ],
)
def test_what_can_not_be_is_refused_with_a_sentence(
    field: str, value: str, sentence: str, harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    answer = save(client_of(ana), AS_THEY_ARE | {field: value})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Activity.objects.exists()


def test_a_change_is_kept_and_logged_with_before_and_after(
    harbor: Merchant, ana: User, abe: User, client_of: ClientOf
) -> None:
    changes = {"time_zone": "Europe/Berlin", "preferred_identifier": "phone", "approval_threshold": "5000"}
    save(client_of(ana), AS_THEY_ARE | changes)
    harbor.refresh_from_db()
    assert (harbor.time_zone, harbor.preferred_identifier, harbor.approval_threshold) == (
        "Europe/Berlin",
        "phone",
        5000,
    )
    assert Activity.objects.get().sentence == (
        "Changed the settings: time zone from America/Los_Angeles to Europe/Berlin; "
        "preferred identifier from email to phone; approval threshold from none to 5,000."
    )


def test_saving_what_is_already_so_logs_nothing(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    page = save(client_of(ana), AS_THEY_ARE, follow=True).content.decode()
    assert "Nothing was changed." in page
    assert not Activity.objects.exists()


def test_a_page_from_before_a_colleagues_change_undoes_nothing_and_keeps_what_was_typed(
    harbor: Merchant, ana: User, abe: User, client_of: ClientOf
) -> None:
    browser = client_of(ana)
    seen = {"seen": browser.get(URL).context["seen"]}
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=50)
    answer = save(browser, AS_THEY_ARE | {"country": "GB"} | seen)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Approval threshold was “none” and is “50” now." in page
    assert '<option value="GB" selected>' in page
    harbor.refresh_from_db()
    assert (harbor.approval_threshold, harbor.country) == (50, "US")


def test_a_zone_and_a_country_that_staff_set_are_among_the_choices(
    harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    for zone, country in (
        ("UTC", "DE"),
        ("US/Pacific", "MX"),
        ("Asia/Kolkata", "IN"),
        ("America/Argentina/Buenos_Aires", "AR"),
    ):
        Merchant.objects.update(time_zone=zone, country=country)
        page = client_of(ana).get(URL).content.decode()
        assert f'<option value="{zone}" selected>' in page
        assert f'<option value="{country}" selected>' in page


def test_every_country_that_the_phone_library_knows_has_a_name() -> None:
    assert set(COUNTRIES) == set(SUPPORTED_REGIONS)


def test_common_zones_and_countries_come_first_and_each_only_once(
    harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    page = client_of(ana).get(URL).content.decode()
    for value, words in (("America/Los_Angeles", "Pacific: Los Angeles (UTC−7)"), ("US", "United States (+1)")):
        assert page.count(f'<option value="{value}"') == 1
        assert words in page
    assert page.index("America/New_York") < page.index("Africa/Abidjan")
    assert page.index(">United States (+1)<") < page.index(">Afghanistan<")
    assert ">Kolkata +5:30<" in page


def test_a_merchant_chooses_how_dates_are_written(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    save(client_of(ana), AS_THEY_ARE | {"locale": "en-gb"})
    harbor.refresh_from_db()
    assert harbor.locale == "en-gb"
    assert Activity.objects.get().sentence == "Changed the settings: locale from en-us to en-gb."
