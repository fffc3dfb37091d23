"""No page asks the database more than ten times, whatever its merchant has."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign
from tests.routes import ROUTES
from tests.test_access import Stage
from thanxportal.accounts.models import User

pytestmark = pytest.mark.django_db
MOST = 10
# Downloads take a place among those that people and teams may have at once, which is 13 of theirs. The review asks
# anew for all that is decided there. Machines ask for all that can be wrong.
MORE = {"issuance:bad_rows": 20, "issuance:proof": 15, "issuance:list_review": 15, "readyz": 30}


def test_no_page_asks_the_database_more_than_ten_times(campaign: Campaign, cleo: User) -> None:
    stage, browser = Stage(campaign, cleo), Client()
    browser.cookies["sessionid"] = stage.sessions["manager"]
    browser.get(f"/m/{stage.harbor.handle}/")  # Notes the session.
    asked = {}
    for route in ROUTES:
        if route.name.startswith("admin:"):
            continue
        with CaptureQueriesContext(connection) as queries:
            response = browser.get(stage.url(route))
        if response.status_code == 200:
            asked[route.name] = len(queries)
    assert len(asked) > 30
    assert {name: count for name, count in asked.items() if count > MORE.get(name, MOST)} == {}
