from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from campaigns.models import Campaign
from issuance.models import GuestList, IssuanceJob
from issuance.worker import due_work
from tests.issuance.factories import published_campaign
from tests.issuance.guests.search_texts import differing_texts
from tests.issuance.webhook_posts import SECRET
from thanxportal.accounts.models import Merchant


@pytest.fixture
def campaign_here(harbor: Merchant) -> Campaign:
    """A published campaign whose lists are made without reading or sending anything."""
    return published_campaign(harbor)


@pytest.fixture
def webhook_secret(settings: Any) -> None:
    settings.THANX_WEBHOOK_SECRETS = [SECRET]


@pytest.fixture
def accepted(one_arm: Campaign, launched: Callable[[Campaign, str], GuestList]) -> IssuanceJob:
    """A job of three guests, the last one to be refused, that Thanx has accepted and nobody has polled yet."""
    launched(one_arm, "a@example.com b@example.com refused@example.com")
    due_work.drive_due_work()
    due_work.drive_due_work()
    job = IssuanceJob.objects.get()
    assert job.state == "accepted"
    return job


@pytest.fixture(autouse=True)
def searched_as_they_are(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test does with guests, what a search reads of them says the same in the end."""
    is_about_rows = request.node.get_closest_marker("django_db") is not None
    if is_about_rows:
        request.getfixturevalue("db")
    yield
    if is_about_rows:
        assert differing_texts() == []
