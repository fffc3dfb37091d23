"""Time zones and countries to choose from, those of most merchants first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone
from phonenumbers import country_code_for_region

from thanxportal.accounts.countries import COUNTRIES

Choices = list[tuple[str, str]]
COMMON_ZONES = {
    "America/New_York": "Eastern: New York",
    "America/Chicago": "Central: Chicago",
    "America/Denver": "Mountain: Denver",
    "America/Phoenix": "Mountain without summer time: Phoenix",
    "America/Los_Angeles": "Pacific: Los Angeles",
    "America/Anchorage": "Alaska: Anchorage",
    "Pacific/Honolulu": "Hawaii: Honolulu",
}
AREAS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
COMMON_COUNTRIES = ("US", "CA", "GB", "MX")


def zone_choices(own: str) -> list[tuple[str, Choices]]:
    """Returns all zones with their offset of today, the American ones first, then by continent; `own` in any case."""
    now = timezone.now()
    groups = groupby(_other_zones(), key=lambda zone: zone.partition("/")[0])
    named = [(area, [(zone, f"{_city(zone)} {_offset(zone, now)}") for zone in zones]) for area, zones in groups]
    common = [(zone, f"{name} (UTC{_offset(zone, now)})") for zone, name in COMMON_ZONES.items()]
    return [("United States", common), *named, ("World", _world(own))]


@cache
def _other_zones() -> list[str]:
    """Looking through the zones of the machine takes a tenth of a second."""
    return sorted(zone for zone in available_timezones() if _is_a_place(zone) and zone not in COMMON_ZONES)


def _world(own: str) -> Choices:
    """UTC, and a zone that somebody has although it is an old name for another one."""
    listed = own in COMMON_ZONES or own in _other_zones() or own == "UTC"
    return [("UTC", "UTC"), *([] if listed else [(own, own)])]


def _is_a_place(zone: str) -> bool:
    return zone.partition("/")[0] in AREAS


def _city(zone: str) -> str:
    return zone.partition("/")[2].replace("_", " ")


def _offset(zone: str, now: datetime) -> str:
    """Returns the distance from UTC, `−8` or `+5:30`, for example."""
    offset = now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    sign = "−" if offset < timedelta() else "+"
    return f"{sign}{hours}{f':{minutes:02}' if minutes else ''}"


def country_choices() -> list[tuple[str, Choices]]:
    """Returns all countries by name, the most used ones with their calling code."""
    others = sorted(COUNTRIES.keys() - set(COMMON_COUNTRIES), key=COUNTRIES.__getitem__)
    return [
        ("Most used", _with_codes(COMMON_COUNTRIES)),
        ("All others", [(region, COUNTRIES[region]) for region in others]),
    ]


def _with_codes(regions: Iterable[str]) -> Choices:
    return [(region, f"{COUNTRIES[region]} (+{country_code_for_region(region)})") for region in regions]
