"""What managers allow for rewards on the fly."""

from __future__ import annotations

from typing import Any

from campaigns.models import RewardPreset
from campaigns.on_the_fly import set_preset
from thanxportal.accounts.models import Merchant, User

PRESET = {
    "name": "{reward}, {period}", "objective": "Make up for it", "fine_print": "One per guest.", "period": "week",
    "guests_per_period": 100, "claim_days": 7, "use_days": 30,
}  # fmt: skip


def preset_of(merchant: Merchant, manager: User, **changes: Any) -> RewardPreset:
    return set_preset(merchant=merchant, values=PRESET | changes, actor=manager, path="/")
