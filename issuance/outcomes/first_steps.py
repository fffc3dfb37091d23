"""The way of a merchant that has not issued a reward yet: three steps, and which of them are done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from campaigns.models import Campaign, CampaignState
from issuance.models import GuestList
from thanxportal.accounts.models import Merchant


class FirstSteps(NamedTuple):
    """`campaign` and `list` are those to go on with; None until there are any."""

    campaign: Campaign | None
    list: GuestList | None

    @property
    def published(self) -> bool:
        return self.campaign is not None and self.campaign.state == CampaignState.PUBLISHED

    @property
    def current(self) -> int:
        """The number of the step that comes next, from 1."""
        if not self.published:
            return 1
        return 2 if self.list is None else 3


def first_steps_of(merchant: Merchant, latest: Sequence[GuestList]) -> FirstSteps | None:
    """None once anything was launched. `latest` are the merchant's newest lists."""
    if any(one.launched_at for one in latest):
        return None
    if latest and GuestList.objects.for_merchant(merchant).filter(launched_at__isnull=False).exists():
        return None
    campaigns = Campaign.objects.for_merchant(merchant)
    campaign = campaigns.filter(state=CampaignState.PUBLISHED).first() or campaigns.first()
    going_on = [one for one in latest if not one.status.ended]
    return FirstSteps(campaign, going_on[0] if going_on else None)
