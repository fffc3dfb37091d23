from __future__ import annotations

import pytest

from campaigns.models import Campaign
from tests.issuance.hooks.tools import Tool
from thanxportal.accounts.models import User


@pytest.fixture
def tool(one_arm: Campaign, ana: User) -> Tool:
    return Tool(one_arm, ana)
