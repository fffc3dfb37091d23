"""Text that is none, such as NUL, comes through no door: not with queries and forms, answers of Thanx, or webhooks.

PostgreSQL refuses it, so it would end in errors and in jobs that never end. Files are tested in `issuance/parsing`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from django.test import Client

from campaigns.models import Campaign
from issuance.models import GuestList, WebhookDelivery
from issuance.models.states import JobState, ListState
from tests import cast
from tests.issuance import webhook_posts
from tests.issuance.factories import published
from tests.world import ThroughTheSimulator, World
from thanxportal.accounts.models import Role, User
from thanxportal.partner import gated_client
from thanxportal.partner_simulator import Simulator
from thanxportal.plain_text import read_json

pytestmark = pytest.mark.django_db
NAMES = re.findall(
    r"\w+",
    "act after arm before campaign cause choice edit email handle key left merchant_id name outcome page pasted"
    " person q reason repair reward row show uuid value was",
)
NO_TEXT = {"nul": "a\0b", "half a character": "\ud8001", "a long number": "9" * 5_000}
FORM = "application/x-www-form-urlencoded"
WRITTEN = ("description", "detail", "message", "error", "reason", "user_identifier")


class Poisoned(ThroughTheSimulator):
    """Thanx, but what people wrote begins with NUL and ends in half a character."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        document = json.loads(response.read())
        return httpx.Response(response.status_code, content=json.dumps(poisoned(document)), request=request)


def poisoned(part: Any, *, written: bool = False) -> Any:
    if isinstance(part, dict):
        return {key: poisoned(value, written=key in WRITTEN) for key, value in part.items()}
    if isinstance(part, list):
        return [*map(poisoned, part)]
    return f"\0{part}\ud800" if written and isinstance(part, str) else part


@pytest.mark.parametrize("text", NO_TEXT.values(), ids=NO_TEXT)
def test_no_address_breaks_at_any_text_in_its_query_or_form(
    addresses: Callable[[str], list[str]], client_of: Callable[[User], Client], text: str, campaign: Campaign
) -> None:
    manager = cast.person("mia@example.com", campaign.merchant, Role.MANAGER)
    browser = client_of(manager)
    sent = urlencode(dict.fromkeys(NAMES, text.encode("utf-8", "surrogatepass")))
    for url in addresses(campaign.merchant.handle):
        for response in (browser.get(f"{url}?{sent}"), browser.post(url, sent, content_type=FORM)):
            assert response.status_code < 500, url


@pytest.mark.parametrize("path", ["/m/harbor-grill/\0", "/invitation/a\0b/", "/admin/issuance/guestlist/1\0/"])
def test_a_path_with_nul_leads_nowhere(path: str) -> None:
    assert Client().get(path).status_code == 404


def test_a_session_cookie_with_nul_is_none(client_of: Callable[[User], Client], ana: User) -> None:
    browser = Client()
    browser.cookies["sessionid"] = "\0" * 40
    assert browser.get("/").status_code == 302


def test_the_admin_searches_for_any_text(sam: User, client_of: Callable[[User], Client]) -> None:
    sam.is_superuser = True
    sam.save()
    for name in ("issuancejob", "guestlist", "guest", "webhookdelivery"):
        for text in NO_TEXT:
            sent = {"q": text.encode("utf-8", "surrogatepass")}
            assert client_of(sam).get(f"/admin/issuance/{name}/", sent).status_code < 500, name


def test_the_path_to_the_last_reward_is_the_same_however_spoilt_the_answers_are(
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    world: World,
    launched: Callable[[Campaign, str], GuestList],
) -> None:
    monkeypatch.setattr(gated_client, "transport", lambda: Poisoned(simulator))
    merchant = cast.mirrored_merchant(simulator, "harbor-grill")
    campaign = published(cast.draft_campaign(merchant, weights=(100,)))
    guest_list = launched(campaign, "ann@example.com\nbob@example.com")
    world.drive()
    guest_list.refresh_from_db()
    assert (guest_list.state, guest_list.rewarded_count) == (ListState.FINISHED, 2)
    assert {job.state for job in guest_list.jobs.all()} == {JobState.COMPLETED}
    names = [merchant.name, *merchant.reward_templates.values_list("name", "description")]
    assert not set("\0\ud800") & set(str(names))


@pytest.mark.parametrize("event", ["issued", "batch", "unknown"])
def test_a_spoilt_webhook_is_taken_like_a_good_one(settings: Any, event: str) -> None:
    settings.THANX_WEBHOOK_SECRETS = [webhook_posts.SECRET]
    bodies: dict[str, dict[str, Any]] = {
        "issued": webhook_posts.issued("job-1", description="x"),
        "batch": webhook_posts.batch("job-1", failures=[{"user_identifier": "ann@example.com", "reason": "x"}]),
        "unknown": {"event": "other", "data": {"description": "x"}},
    }
    assert webhook_posts.post(poisoned(bodies[event])).status_code == 200
    spoilt = WebhookDelivery.objects.get()
    assert webhook_posts.post(bodies[event]).status_code == 200
    good = WebhookDelivery.objects.exclude(pk=spoilt.pk).get()
    assert (spoilt.event, spoilt.state) == (good.event, good.state)


def test_raw_halves_of_characters_in_a_body_are_replaced() -> None:
    assert read_json(b'{"a": "x\xed\xa0\x80"}')["a"].encode().startswith(b"x")


def test_whole_pairs_of_a_document_stay() -> None:
    assert read_json('["\\ud83c\\udf81", "\\ud83c", "\\u0000a"]') == ["🎁", "\ufffd", "\ufffda"]
