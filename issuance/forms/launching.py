"""What people type to launch a list, or to send it back, and the sentences for what is wrong with it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from campaigns.models import Campaign
from issuance.forms.readout import fitting
from issuance.models import GuestList, read_out_of
from thanxportal import database_clock
from thanxportal.moments import Moment, written

TYPE_THE_COUNT_ABOVE = 1_000  # guests


class LaunchForm(forms.Form):
    """The confirmation of a review; above 1,000 guests the count has to be typed. The button `later` takes the time."""

    at = Moment("Start on")
    count = forms.CharField(required=False, max_length=20)
    read_out_at = Moment("Read-out on")

    def __init__(self, guest_list: GuestList, data: Any = None) -> None:
        read_out = read_out_of(guest_list.campaign)
        super().__init__(data, initial={"at": _still_ahead(guest_list), "read_out_at": read_out.read_out_at})
        self.campaign = guest_list.campaign
        if read_out.pk:  # chosen with an earlier list
            del self.fields["read_out_at"]
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

    def clean_read_out_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["read_out_at"]
        return fitting(at, self.cleaned_data.get("at") or timezone.now()) if at else None

    def clean_at(self) -> datetime | None:
        """A time within the campaign, which has to come with its own button: the other one would start at once."""
        at: datetime | None = self.cleaned_data["at"]
        later = "later" in self.data
        if at is None and later:
            raise forms.ValidationError("Choose the day and the time at which it is to start.")
        if at and not later:
            raise forms.ValidationError("You chose a time: press “Schedule”, or empty it to issue now.")
        if at and (why := _why_not_at(at, self.campaign)):
            raise forms.ValidationError(why)
        return at


def _still_ahead(guest_list: GuestList) -> datetime | None:
    """What was chosen before the list came back to its review."""
    at = guest_list.launch_at
    return at if at and at > timezone.now() else None


def _why_not_at(at: datetime, campaign: Campaign) -> str:
    """What is wrong with the time; empty if nothing is."""
    if at <= database_clock.now():
        return "That time is past. Choose a later one, or issue now."
    if campaign.start_at and at < campaign.start_at:
        return f"The campaign starts on {written(campaign.start_at)}. Choose that time or a later one."
    if campaign.end_at and at >= campaign.end_at:
        return f"The campaign ends on {written(campaign.end_at)}. Choose an earlier time."
    return ""


class SendBackForm(forms.Form):
    """Why an approver doesn't approve: what the person who asked reads."""

    reason = forms.CharField(
        label="What has to change first?",
        help_text="The person who asked reads this. Please name no guests.",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say what has to change, so that it can be asked again."},
    )
