from __future__ import annotations

import pytest

from campaigns.models import Campaign
from issuance.models import GuestList
from tests.issuance.exports.bringing import ANN, BOB, EVE, MEMBERSHIPS, OF_GUESTS, lines, load
from tests.issuance.factories import checked
from thanxportal.accounts.models import Merchant


@pytest.fixture
def guests(campaign_here: Campaign) -> GuestList:
    """Ann by email and Bob by phone are in a list of the merchant, Eve is in none."""
    return checked(campaign_here, OF_GUESTS)


@pytest.fixture
def members(harbor: Merchant, guests: GuestList) -> None:
    """The export that says who they are was loaded."""
    assert load(harbor, lines(MEMBERSHIPS, ANN, BOB, EVE), "memberships.csv").state == "loaded"
