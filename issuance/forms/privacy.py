"""Which guest somebody asks about."""

from __future__ import annotations

from typing import Any

from django import forms

from issuance.guests.reasons import reason_in_words
from issuance.parsing.identifiers import parse_guest

UNMARKED = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class WhichGuestForm(forms.Form):
    """One email or phone; a phone without country code is read as one of `country`."""

    guest = forms.CharField(
        label="Email or phone of the guest",
        help_text="If the guest gave you several, ask for each of them.",
        max_length=254,
        widget=forms.TextInput(attrs=UNMARKED),
        error_messages={"required": "Which guest asks you? Enter an email or a phone number."},
    )

    def __init__(self, country: str, data: Any = None) -> None:
        super().__init__(data)
        self.country = country

    def clean_guest(self) -> str:
        text = self.cleaned_data["guest"]
        finding = parse_guest(text, self.country)
        if finding.code:
            raise forms.ValidationError(reason_in_words(finding.code))
        return finding.value
