"""What people type to launch a list, or to send it back, and the sentences for what is wrong with it."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from issuance.models import GuestList

TYPE_THE_COUNT_ABOVE = 1_000  # guests


class LaunchForm(forms.Form):
    """The confirmation of a review; above 1,000 guests the count has to be typed."""

    confirm_token = forms.UUIDField(widget=forms.HiddenInput)
    count = forms.CharField(required=False, max_length=20)

    def __init__(self, guest_list: GuestList, data: Any = None) -> None:
        super().__init__(data, initial={"confirm_token": guest_list.confirm_token})
        self.guests = guest_list.waiting_count
        if self.guests <= TYPE_THE_COUNT_ABOVE:
            del self.fields["count"]
            return
        field = self.fields["count"]
        field.label = f"Type {self.guests:,} to confirm"
        field.required = True
        field.error_messages["required"] = f"Type the number of guests, {self.guests:,}, to confirm."
        field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off", "class": "short"}

    def clean_count(self) -> int:
        digits = re.sub(r"[\s,.’']", "", self.cleaned_data["count"])
        if digits != str(self.guests):
            raise forms.ValidationError(f"That isn’t the number of guests. Type {self.guests:,} to confirm.")
        return self.guests


class SendBackForm(forms.Form):
    """Why an approver doesn't approve: what the person who asked reads."""

    reason = forms.CharField(
        label="What has to change first?",
        help_text="The person who asked reads this. Please name no guests.",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say what has to change, so that it can be asked again."},
    )
