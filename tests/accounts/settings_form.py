"""The form of a merchant's settings, filled in as they are."""

from __future__ import annotations

from typing import Any

from django.test import Client

URL = "/m/harbor-grill/settings/"


def save(browser: Client, settings: dict[str, str], **more: Any) -> Any:
    """Opens the settings, and saves them so."""
    page: Any = browser.get(URL)
    return browser.post(URL, {"seen": page.context["seen"]} | settings, **more)


AS_THEY_ARE = {
    "time_zone": "America/Los_Angeles",
    "locale": "en-us",
    "country": "US",
    "preferred_identifier": "email",
    "repeat_days": "30",
    "approval_threshold": "",
    "second_factor": "on",
}
