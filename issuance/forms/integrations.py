"""A token for a program: what it may do, from where, how long, how much."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils import timezone

from thanxportal.accounts.models import Scope

DAYS = ((30, "30 days"), (90, "90 days"), (365, "A year"))
MOST_NETWORKS = 20
A_DAY = 24 * 60 * 60  # seconds


class TokenForm(forms.Form):
    name = forms.CharField(
        label="Which program gets it",
        max_length=60,
        help_text="The activity log says by whom guests were rewarded, such as Survey tool.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=[(scope.value, scope.label.capitalize()) for scope in Scope],
        widget=forms.CheckboxSelectMultiple,
    )
    guests_per_day = forms.IntegerField(
        label="Most guests a day", min_value=1, max_value=1_000_000, help_text="More are refused until tomorrow."
    )
    dollars_per_day = forms.IntegerField(
        label="Most dollars a day",
        required=False,
        min_value=1,
        max_value=10_000_000,
        help_text="What the rewards are worth together, as far as Thanx names amounts. Empty: no limit.",
    )
    days = forms.TypedChoiceField(label="How long it works", coerce=int, choices=DAYS)
    networks = forms.CharField(
        label="Only from these addresses",
        required=False,
        max_length=1_000,
        help_text="Such as 203.0.113.7 or 203.0.113.0/24, parted by spaces. Empty: from anywhere.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    once = forms.UUIDField(required=False, widget=forms.HiddenInput, help_text="Of this form, as it was shown.")

    def __init__(self, data: Any = None) -> None:
        initial = {"scopes": [Scope.READ, Scope.REWARD], "guests_per_day": 500, "days": 90, "once": uuid4()}
        super().__init__(data, initial=initial)

    def clean_networks(self) -> list[str]:
        written = self.cleaned_data["networks"].replace(",", " ").split()
        if len(written) > MOST_NETWORKS:
            raise ValidationError(f"These are {len(written)} addresses; {MOST_NETWORKS} are the most.")
        return [_network(text) for text in written]

    def comes_first(self, place: str) -> bool:
        """Whether it wasn't sent before at this merchant or other place: reloading the page that shows a secret sends
        it again."""
        once = self.cleaned_data["once"]
        return once is None or cache.add(f"token-form:{place}:{once}", True, A_DAY)

    @property
    def made_before(self) -> str:
        missed = "Its secret was shown once: if you missed it, end that token and make another."
        return f"“{self.cleaned_data['name']}” has its token already. {missed}"

    @property
    def fields_of_token(self) -> dict[str, Any]:
        values = {name: value for name, value in self.cleaned_data.items() if name != "once"}
        return values | {"expires_at": timezone.now() + timedelta(days=values.pop("days"))}


def _network(text: str) -> str:
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        raise ValidationError(f"“{text}” is no network address, such as 203.0.113.7.") from None
