"""The field of a date and time that somebody types, in the time zone of the merchant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

LOCAL = "%Y-%m-%dT%H:%M"
FIRST_YEAR, LAST_YEAR = 2000, 2099  # Far from the ends of the calendar, so that any zone can show what is between.


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


def _why_not(wall: datetime) -> str:
    """Says why this local time is invalid: the clock skips it or shows it twice that night."""
    first, second = (wall.replace(tzinfo=timezone.get_current_timezone(), fold=fold) for fold in (0, 1))
    if first.utcoffset() > second.utcoffset():  # type: ignore[operator] # Both zones know their offset.
        return f"The clocks go back that night, so {wall:%H:%M} comes twice. Choose an hour earlier or later."
    later = first.astimezone(UTC).astimezone(first.tzinfo)
    return f"The clocks go forward that night, so there is no {wall:%H:%M}. Choose {later:%H:%M}, for example."
