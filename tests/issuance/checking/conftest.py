from __future__ import annotations

import pytest

from campaigns.models import Campaign
from issuance.models import GuestList
from tests.issuance.factories import read_file
from thanxportal.accounts.models import User

BAD = """Name,Email,Mobile
Ana,ana@example.com,(202) 555-0101
Bob,bob at example.com,
Cy,cy@example.com,202-555-0102
Dee,cy (at) example dot com,
Eve,eve@gmial.com,
Fay,,07400 123456
Gus,EVE@gmial.com,
Hal,hal@example.com; hal@example.org,
Ida,nobody,
Joy,,
"""


@pytest.fixture
def june(campaign: Campaign, bea: User) -> GuestList:
    """A list that Bea has brought."""
    return read_file(campaign, BAD, by=bea)
