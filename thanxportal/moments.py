"""The fields of a date, and of a date and time, that somebody types in the time zone of the merchant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format, time_format

LOCAL = "%Y-%m-%dT%H:%M"
FIRST_YEAR, LAST_YEAR = 2000, 2099  # Far from the ends of the calendar, so that any zone can show what is between.


def written(moment: datetime | None, form: str = "DATETIME_FORMAT") -> str:
    """Returns a moment in the merchant's zone as its locale writes it; empty for None."""
    return date_format(timezone.localtime(moment), form) if moment else ""


def year_problem(year: int) -> str:
    """Says what is wrong with the year of a date; empty if nothing is."""
    if FIRST_YEAR <= year <= LAST_YEAR:
        return ""
    meant = f"Did you mean {FIRST_YEAR + year}?" if year < 100 else f"Write one from {FIRST_YEAR} to {LAST_YEAR}."
    return f"The year is {year:04}. {meant}"


class Moment(forms.DateTimeField):
    """A date and time in the merchant's zone. Refuses absurd years, and times that the clock skips or repeats."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL)

    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False, error_messages={"invalid": "Write a day and a time."})

    def to_python(self, value: Any) -> datetime | None:
        try:
            moment = super().to_python(value)
        except ValidationError as error:
            if error.code != "ambiguous_timezone":
                raise
            wall = error.params["datetime"]  # type: ignore[index]
            raise ValidationError(year_problem(wall.year) or _why_not(wall)) from error
        if moment and (problem := year_problem(moment.year)):
            raise ValidationError(problem)
        return moment


class Day(forms.DateField):
    """A day, without which nothing is narrowed down. Refuses absurd years."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False, error_messages={"invalid": "Choose a day."})

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value[: len("2026-11-28")] if isinstance(value, str) else value)
        if day and (problem := year_problem(day.year)):
            raise ValidationError(problem)
        return day


def start_of(day: date) -> datetime:
    """The first moment of a day in the merchant's zone."""
    return timezone.make_aware(datetime.combine(day, time()))


def end_of(day: date) -> datetime:
    return start_of(day + timedelta(days=1))


def _why_not(wall: datetime) -> str:
    """Says why this local time is invalid: the clock skips it or shows it twice that night."""
    first, second = (wall.replace(tzinfo=timezone.get_current_timezone(), fold=fold) for fold in (0, 1))
    if first.utcoffset() > second.utcoffset():  # type: ignore[operator] # Both zones know their offset.
        return f"The clocks go back that night, so {time_format(wall)} comes twice. Choose an hour earlier or later."
    later = first.astimezone(UTC).astimezone(first.tzinfo)
    skipped, instead = time_format(wall), time_format(later)
    return f"The clocks go forward that night, so there is no {skipped}. Choose {instead}, for example."
