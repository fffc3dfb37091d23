"""Dates, times and sums are written as the merchant chose, on pages and in emails."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.template import Context, Engine
from django.test import Client
from django.utils import translation

from thanxportal.accounts.models import Locale, Merchant, User
from thanxportal.amounts import dollars

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
AT = datetime(2026, 11, 28, 12, 18, tzinfo=UTC)
PAGE = "{{ at|date:'SHORT_DATETIME_FORMAT' }}; {{ at|date:'DATETIME_FORMAT' }}; {{ rows }}"


def written(locale: str) -> str:
    with translation.override(locale):
        page = Engine.get_default().from_string(PAGE).render(Context({"at": AT, "rows": 1234}))
        return f"{page}; {dollars(Decimal(1234))}; {dollars(Decimal('1234.5'))}"


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        (Locale.US, "Nov 28, 12:18 PM; Nov 28, 2026, 12:18 PM; 1,234; $1,234; $1,234.50"),
        (Locale.GB, "28 Nov, 12:18; 28 Nov 2026, 12:18; 1,234; $1,234; $1,234.50"),
        (Locale.AU, "28 Nov, 12:18 PM; 28 Nov 2026, 12:18 PM; 1,234; $1,234; $1,234.50"),
    ],
)
def test_each_locale_is_written_its_own_way(locale: Locale, expected: str) -> None:
    assert written(locale) == expected
    assert locale.label.partition(": ")[2] == expected.split("; ")[1]


def test_a_page_is_written_as_its_merchant_chose_and_the_next_one_is_not(
    harbor: Merchant, ana: User, cleo: User, client_of: ClientOf
) -> None:
    footers = {}
    for locale in (Locale.US, Locale.GB):
        Merchant.objects.filter(pk=harbor.pk).update(locale=locale)
        footers[locale] = client_of(ana).get("/m/harbor-grill/").content.decode()
    assert "now 5:00 AM)" in footers[Locale.US]
    assert "now 05:00)" in footers[Locale.GB]
    assert "AM)" in client_of(cleo).get("/m/sunny-side-coffee/").content.decode()


def test_no_template_writes_a_date_in_a_way_of_its_own() -> None:
    """But for the month or the zone alone, what machines read, a day that is compared with another, and times in UTC
    that Thanx looks up."""
    own = re.compile(
        r"""(?:date:|time:|\bnow )["'](?!\w+_FORMAT["']|[cFTU]["']|Ymd["']|Y-m-d(?: H:i:s)?["'])[^"']*["']"""
    )
    found = {str(file): own.findall(file.read_text()) for file in Path("templates").rglob("*.*")}
    assert {file: dates for file, dates in found.items() if dates} == {}
