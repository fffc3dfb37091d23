"""What is asked to reward one guest: whom, with what, why."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms

from campaigns.models import Campaign, Variant
from issuance.guests.reasons import reason_in_words
from issuance.parsing.identifiers import parse_guest
from thanxportal.accounts.models import Merchant

REASONS = ("A long wait", "A wrong or missing item", "Something wasn’t good", "A thank-you", "Another reason")
MOST = 50  # campaigns to choose from, the newest


class OneGuestForm(forms.Form):
    """One guest, one reward, one reason. Campaigns of rewards on the fly are no person's to choose."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    guest = forms.CharField(
        label="Email or phone of the guest",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": "Who gets the reward? Enter an email or a phone number."},
    )
    reward = forms.TypedChoiceField(
        label="Which reward",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the reward.", "invalid_choice": "This reward can’t be given any more."},
    )
    reason = forms.ChoiceField(label="Why", choices=[(reason, reason) for reason in REASONS])
    note = forms.CharField(
        label="Anything to remember",
        required=False,
        max_length=120,
        help_text="Your team sees it. Don’t name the guest.",
    )

    def __init__(self, merchant: Merchant, data: Any = None, *, before: dict[str, Any] | None = None) -> None:
        """`before` is what the form proposes, such as what was given the last time."""
        super().__init__(data, initial={"token": uuid4()} | (before or {}))
        self.country = merchant.country
        campaigns = Campaign.objects.for_merchant(merchant).taking_guests().filter(preset=None).with_variants()
        self.gifts = {arm.pk: arm for campaign in campaigns[:MOST] for arm in _gifts_of(campaign)}
        self.fields["reward"].choices = [(pk, str(arm.reward_template)) for pk, arm in self.gifts.items()]  # type: ignore[attr-defined]
        if len(self.gifts) == 1:
            self.initial["reward"] = next(iter(self.gifts))

    @property
    def cards(self) -> list[tuple[forms.boundfield.BoundWidget, Variant]]:
        """Each choice with the arm that gives it."""
        return list(zip(self["reward"], self.gifts.values(), strict=True))

    def clean_guest(self) -> str:
        text = self.cleaned_data["guest"]
        finding = parse_guest(text, self.country)
        if finding.code:
            raise forms.ValidationError(reason_in_words(finding.code))
        return finding.value

    @property
    def why(self) -> str:
        return ": ".join(part for part in (self.cleaned_data["reason"], self.cleaned_data["note"].strip()) if part)


def _gifts_of(campaign: Campaign) -> list[Variant]:
    """The arms whose rewards can be given, each with its campaign."""
    arms = [arm for arm in campaign.variants.all() if arm.reward_template and not arm.reward_template.withdrawn_at]
    for arm in arms:
        arm.campaign = campaign
    return arms
