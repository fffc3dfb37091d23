"""From a paste to the last reward, through the pages alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.models import GuestList
from thanxportal.accounts.models import User


def test_a_sender_brings_checks_and_issues_a_list_and_every_row_is_accounted_for(
    campaign: Campaign, sid: User, client_of: Callable[[User], Client], world: Any
) -> None:
    browser = client_of(sid)
    guests = "\n".join(f"guest{number}@example.org" for number in range(30)) + "\nguest3@example.org\n"
    new = reverse("issuance:list_new", args=["harbor-grill", campaign.pk])
    here = browser.post(new, {"name": "June guests", "pasted": guests})["Location"]
    world.drive()
    html = browser.get(here).content.decode()
    assert "Continue with 30 of 31" in html

    made = GuestList.objects.get()
    review = browser.get(reverse("issuance:list_review", args=["harbor-grill", made.pk])).content.decode()
    seen = re.search(r'name="seen" id="seen" value="([^"]+)"', review)
    assert seen is not None
    assert f"Issue {made.waiting_count} rewards" in review
    launch = reverse("issuance:list_launch", args=["harbor-grill", made.pk])
    assert browser.post(launch, {"seen": seen[1]})["Location"] == here
    assert "Stop before anything is sent" in browser.get(here).content.decode()

    world.drive()
    html = browser.get(here).content.decode()
    assert "data-poll" not in html
    assert "All 31 rows are accounted for." in html
    report: Any = browser.get(reverse("issuance:report", args=["harbor-grill", made.pk]))
    assert len(b"".join(report.streaming_content).splitlines()) == 1 + 31
