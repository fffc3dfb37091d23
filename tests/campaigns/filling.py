"""The builder's form as a browser sends it."""

from __future__ import annotations

from typing import Any

from django.test import Client

from campaigns.models import Campaign
from thanxportal.accounts.models import Merchant


def filled(merchant: Merchant, **changes: Any) -> dict[str, Any]:
    first, second = merchant.reward_templates.order_by("pk")[:2]
    values = {
        "name": "Summer",
        "objective": "Bring guests back",
        "fine_print": "One per guest.",
        "start_at": "2026-06-10T09:00",
        "end_at": "2026-06-30T09:00",
        "redeemable_from": "2026-06-10T09:00",
        "redeemable_to": "2026-07-15T09:00",
        "arm0-reward": str(first.pk),
        "arm0-weight": "60",
        "arm1-reward": str(second.pk),
        "arm1-name": "Second",
        "arm1-weight": "30",
        "arm2-reward": "control",
        "arm2-weight": "10",
    }
    return values | changes


def seen_on(browser: Client, address: str) -> dict[str, str]:
    """What the form on this page carries as seen."""
    return {"seen": browser.get(address).context["seen"]}


def publish(browser: Client, campaign: Campaign) -> Any:
    """Looks at the draft and publishes what it shows."""
    url = f"/m/{campaign.merchant.handle}/campaigns/{campaign.pk}/"
    return browser.post(f"{url}publish/", seen_on(browser, url))
