"""A folder for a campaign."""

from __future__ import annotations

from typing import Any

from django import forms

from campaigns.models import Campaign
from thanxportal.accounts.models import Merchant


class FolderForm(forms.Form):
    """Campaigns of rewards on the fly are no person's to choose."""

    campaign = forms.ModelChoiceField(
        label="Guests of which campaign",
        queryset=Campaign.objects.none(),
        empty_label="Choose a campaign",
        help_text="Every file in its folder becomes a list of it.",
    )

    def __init__(self, merchant: Merchant, data: Any = None) -> None:
        super().__init__(data)
        published = Campaign.objects.for_merchant(merchant).taking_guests().filter(preset=None)
        self.fields["campaign"].queryset = published.defer("raw")  # type: ignore[attr-defined]
