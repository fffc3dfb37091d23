"""How programs may reward guests on the fly: what their campaigns are called, how long they last, how many guests."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from campaigns.models import Period, RewardPreset
from campaigns.on_the_fly import FIELDS_OF_PRESET

MARKS = ("{reward}", "{period}")
_MARK = re.compile(r"\{[^{}]*\}?|\}")
SHORT = forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"})


def _days(label: str, proposed: int, most: int, hint: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, initial=proposed, min_value=1, max_value=most, help_text=hint, widget=SHORT)


class RewardPresetForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = RewardPreset
        fields = FIELDS_OF_PRESET

    name = forms.CharField(
        label="Name of each campaign",
        max_length=60,
        initial="{reward}, {period}",
        help_text="{reward} becomes the name of the reward, {period} the day, week or month.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    objective = forms.CharField(
        label="Objective",
        max_length=300,
        required=False,
        initial="Make up for a bad experience",
        help_text="One sentence that says what these rewards are for. Thanx expects one.",
    )
    fine_print = forms.CharField(
        label="Fine print",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Guests see it with the reward.",
    )
    period = forms.ChoiceField(
        label="How often a new campaign begins",
        choices=[(Period.DAY, "Every day"), (Period.WEEK, "Every Monday"), (Period.MONTH, "Every month")],
        initial=Period.WEEK,
        help_text="Each reward has one of its own, and a guest gets that reward once until the next begins.",
    )
    guests_per_period = forms.IntegerField(
        label="Most guests until the next begins",
        min_value=1,
        max_value=1_000_000,
        initial=100,
        help_text="Of all rewards together. More are refused until then.",
        widget=SHORT,
    )
    claim_days = _days(
        "Days left to reward guests who wait",
        7,
        60,
        "After the day, week or month, such as for somebody to approve.",
    )
    use_days = _days("Days left to use the reward", 30, 730, "After those, so that every guest has at least as many.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial.clear()  # Proposals, instead of a new row's empty fields.

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        for mark in _MARK.findall(name):
            if mark not in MARKS:
                raise ValidationError(f"“{mark}” isn’t filled in: only {' and '.join(MARKS)} are.")
        return name
