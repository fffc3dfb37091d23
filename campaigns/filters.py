"""Which campaigns somebody looks for."""

from __future__ import annotations

from campaigns.models import CampaignQuerySet
from thanxportal.finding import FindForm, choice, words

PHASES = [("", "Any state"), ("running", "Running"), ("coming", "Coming"), ("draft", "Drafts"), ("ended", "Ended")]


class CampaignFilter(FindForm):
    """By words of its name, its objective or its rewards, and by what it is doing now."""

    q = words("Find a campaign", "Its name or a reward")
    state = choice("State", PHASES)

    def of(self, campaigns: CampaignQuerySet) -> CampaignQuerySet:
        wanted = self.wanted
        if "q" in wanted:
            campaigns = campaigns.named(wanted["q"])
        return campaigns.in_phase(wanted["state"]) if "state" in wanted else campaigns
