"""What people type about a read-out: its date, why it is opened early, and what rewards cost."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from campaigns.models import Variant
from issuance.models import ReadOut, first_start, last_date
from thanxportal.moments import Moment, written


def fitting(at: datetime, start: datetime) -> datetime:
    """A date still to come, after the start of the first list, and not so late that its guests can't be told any more.
    Raises ValidationError."""
    if at <= timezone.now():
        raise forms.ValidationError("Choose a day that is still to come.")
    if at <= start:
        raise forms.ValidationError(f"Choose a day after rewards are issued on {written(start)}.")
    if at > last_date(start):
        latest = written(last_date(start), "DATE_FORMAT")
        raise forms.ValidationError(f"Choose a day up to {latest}: purchases aren’t kept longer.")
    return at


class ReadOutDateForm(forms.Form):
    at = Moment("Read-out on")

    def __init__(self, read_out: ReadOut, data: Any = None) -> None:
        super().__init__(data, initial={"at": read_out.read_out_at})
        self.read_out = read_out

    def clean_at(self) -> datetime:
        at: datetime | None = self.cleaned_data["at"]
        if at is None:
            raise forms.ValidationError("Choose a day that is still to come.")
        fitting(at, first_start(self.read_out.campaign))
        if self.read_out.outcomes_begun and at < self.read_out.read_out_at.replace(second=0, microsecond=0):
            raise forms.ValidationError("Earlier than planned: open it early and say why.")
        return at


class OpenEarlyForm(forms.Form):
    why = forms.CharField(
        label="Why do you open it before its date?",
        help_text="It stays on the read-out for good. Please name no guests.",
        max_length=200,
        error_messages={"required": "Say why, so that others can judge the numbers."},
    )


class RewardCostForm(forms.Form):
    """Dollars of one redeemed reward, for each arm that gives one; empty: as Thanx has it."""

    def __init__(self, read_out: ReadOut, arms: list[Variant], data: Any = None) -> None:
        known = {f"cost-{arm}": cents / 100 for arm, cents in read_out.costs.items()}
        super().__init__(data, initial=known)
        for arm in arms:
            if not arm.is_control:
                self.fields[f"cost-{arm.pk}"] = forms.DecimalField(
                    label=f"What one redeemed “{arm.name}” costs you, in dollars",
                    required=False, min_value=0, max_value=10_000, decimal_places=2,
                    widget=forms.NumberInput(attrs={"class": "short"}),
                )  # fmt: skip

    @property
    def cents(self) -> dict[str, int]:
        given = {name.removeprefix("cost-"): value for name, value in self.cleaned_data.items()}
        return {arm: int(dollars * 100) for arm, dollars in given.items() if dollars is not None}
