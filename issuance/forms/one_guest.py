"""What is asked to reward one guest: whom, by which campaign, why."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms

from campaigns.models import Campaign
from issuance.guests.reasons import reason_in_words
from issuance.parsing.identifiers import parse_guest
from thanxportal.accounts.models import Merchant

REASONS = ("A long wait", "A wrong or missing item", "Something wasn’t good", "A thank-you", "Another reason")
MOST = 50  # campaigns to choose from, the newest


class OneGuestForm(forms.Form):
    """One guest, one campaign, one reason."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    guest = forms.CharField(
        label="Email or phone of the guest",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": "Who gets the reward? Enter an email or a phone number."},
    )
    campaign = forms.ModelChoiceField(
        queryset=Campaign.objects.none(),
        empty_label=None,
        error_messages={"required": "Choose a campaign.", "invalid_choice": "This campaign takes no guests any more."},
    )
    reason = forms.ChoiceField(label="Why", choices=[(reason, reason) for reason in REASONS])
    note = forms.CharField(
        label="Anything to remember",
        required=False,
        max_length=120,
        help_text="Your team sees it. Don’t name the guest.",
    )

    def __init__(self, merchant: Merchant, data: Any = None, *, before: dict[str, Any] | None = None) -> None:
        """`before` is what the form proposes, such as what was asked the last time."""
        super().__init__(data, initial={"token": uuid4()} | (before or {}))
        self.country = merchant.country
        campaigns = Campaign.objects.for_merchant(merchant).taking_guests().with_variants()
        field = self.fields["campaign"]
        field.queryset = campaigns  # type: ignore[attr-defined]
        self.campaigns = list(campaigns[:MOST])
        choices = [(campaign.pk, f"{campaign.name}: {gifts_of(campaign)}") for campaign in self.campaigns]
        field.choices = choices  # type: ignore[attr-defined]

    def clean_guest(self) -> str:
        text = self.cleaned_data["guest"]
        finding = parse_guest(text, self.country)
        if finding.code:
            raise forms.ValidationError(reason_in_words(finding.code))
        return finding.value

    @property
    def why(self) -> str:
        return ": ".join(part for part in (self.cleaned_data["reason"], self.cleaned_data["note"].strip()) if part)


def gifts_of(campaign: Campaign) -> str:
    """What a guest may get from the campaign, such as `Free Coffee or $5 off`."""
    names = [arm.reward_template.name for arm in campaign.variants.all() if arm.reward_template]
    return " or ".join(dict.fromkeys(names))
