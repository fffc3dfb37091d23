"""Dates near the ends of the calendar, and typing errors, are answered with a sentence wherever they are typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from campaigns.models import Campaign
from tests import cast
from tests.campaigns.filling import filled, publish
from thanxportal.accounts.models import Merchant, Role, User
from thanxportal.moments import Moment

ClientOf = Callable[[User], Client]
OURS = ("thanxportal.", "campaigns.", "issuance.")
ZONES = ("Pacific/Kiritimati", "Etc/GMT+12", "America/Los_Angeles", "Asia/Tokyo", "UTC")
ENDS = ("0001-01-01T00:00", "0001-01-01T23:59", "9999-12-31T00:00", "9999-12-31T23:59")
FAR = (*ENDS, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "0026-06-10T09:00", "1026-06-10T09:00")


def typed_dates() -> Iterator[tuple[type[forms.BaseForm], str, forms.Field]]:
    """Each field of each form of ours that takes a date."""
    assert get_resolver().url_patterns  # Loads every view, and with it every form.

    def walk(kind: type[Any]) -> Iterator[type[Any]]:
        for child in kind.__subclasses__():
            yield child
            yield from walk(child)

    for form in {*walk(forms.BaseForm)}:
        for name, field in getattr(form, "base_fields", {}).items() if form.__module__.startswith(OURS) else ():
            if isinstance(field, forms.DateField | forms.DateTimeField | forms.SplitDateTimeField):
                yield form, name, field


TYPED = sorted(typed_dates(), key=lambda typed: (typed[0].__name__, typed[1]))
NAMES = sorted({name for _, name, _ in TYPED})


def test_the_walk_finds_the_dates_of_a_campaign() -> None:
    assert {"start_at", "end_at", "redeemable_from", "redeemable_to"} <= set(NAMES)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("text", FAR)
def test_no_field_of_any_form_takes_a_year_that_nobody_means(text: str, zone: str) -> None:
    for form, name, field in TYPED:
        with timezone.override(ZoneInfo(zone)):
            with pytest.raises(ValidationError) as refused:
                field.clean(text)
            assert str(int(text[:4])) in str(refused.value.messages), (form, name, "needs thanxportal.moments.Moment")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0026-06-10T09:00", "The year is 0026. Did you mean 2026?"),
        ("2126-06-10T09:00", "The year is 2126. Write one from 2000 to 2099."),
        ("12026-06-10T09:00", "Write a day and a time."),
        ("0000-00-00T00:00", "Write a day and a time."),
        ("2026-02-30T09:00", "Write a day and a time."),
    ],
)
def test_a_slip_of_the_keyboard_is_named(text: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence.replace("?", r"\?")):
        Moment("Starts").clean(text)


@pytest.mark.parametrize("text", ["2000-01-01T00:00", "2099-12-31T23:59"])
@pytest.mark.parametrize("zone", ZONES)
def test_what_is_taken_can_be_shown_in_any_zone(text: str, zone: str) -> None:
    with timezone.override(ZoneInfo(zone)):
        moment = Moment("Starts").clean(text)
    assert all(moment.astimezone(ZoneInfo(other)) for other in ZONES)


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ZONES[:2])
@pytest.mark.parametrize("text", FAR)
def test_the_builder_answers_422_and_keeps_what_was_typed(
    text: str, zone: str, harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    browser, draft = client_of(ana), cast.draft_campaign(harbor)
    Merchant.objects.update(time_zone=zone)
    new = reverse("campaigns:campaign_new", args=["harbor-grill"])
    edit = reverse("campaigns:campaign_edit", args=["harbor-grill", draft.pk])
    for name in ("start_at", "end_at", "redeemable_from", "redeemable_to"):
        for url in (new, edit):
            answer = browser.post(url, filled(harbor, **{name: text}))
            assert answer.status_code == 422
            assert f"The year is {text[:4]}." in answer.content.decode()
            assert f'value="{text}"' in answer.content.decode()
    assert Campaign.objects.count() == 1


@pytest.mark.django_db
def test_a_start_long_past_stops_the_launch_of_a_campaign(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    browser.post(reverse("campaigns:campaign_new", args=["harbor-grill"]), filled(harbor, start_at="2016-06-10T09:00"))
    answer = publish(browser, Campaign.objects.get())
    assert answer.status_code == 422
    assert "The campaign starts in 2016, more than a year ago. Check the year." in answer.content.decode()
    assert Campaign.objects.get().state == "draft"


@pytest.mark.django_db
@pytest.mark.parametrize("text", ENDS)
def test_no_address_breaks_at_the_ends_of_the_calendar(
    text: str, addresses: Callable[[str], list[str]], campaign: Campaign, client_of: ClientOf
) -> None:
    browser = client_of(cast.person("mia@example.com", campaign.merchant, Role.MANAGER))
    sent = dict.fromkeys(NAMES, text)
    for url in addresses(campaign.merchant.handle):
        assert {browser.get(url, sent).status_code, browser.post(url, sent).status_code} < {*range(500)}, url


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["0001-01-01 00:00:00+14:00", "9999-12-31 23:59:59-12:00"])
def test_every_filter_of_the_admin_by_a_date_answers_with_a_sentence(text: str, sam: User, client_of: ClientOf) -> None:
    browser, answers = client_of(sam), set()
    for model in admin.site._registry:
        for field in (field for field in model._meta.concrete_fields if isinstance(field, models.DateTimeField)):
            url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            answer = browser.get(url, {f"{field.name}__gte": text})
            answers.add(answer.status_code)
            assert answer.status_code != 422 or "This filter can’t be used" in answer.content.decode()
    # The calendar of PostgreSQL is longer than Python's. What no page filters by answers 400.
    assert answers - {400} == {"sqlite": {422}, "postgresql": {200}}[connection.vendor]
