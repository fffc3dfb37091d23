"""Staff see each rule with its evidence, record a rehearsal, take it along as one file, and see what is left to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from issuance.models import TEST_EVENT, GuestList, Rehearsal, WebhookDelivery
from issuance.staff.certification.rules import RULES
from issuance.staff.gate_status import gate_status
from issuance.staff.onboarding import CONNECTION, lines
from tests.admin.test_staff_rights import in_group
from thanxportal.accounts.models import User
from thanxportal.partner import webhook_test
from thanxportal.partner.models import ApiRequest, Credential

pytestmark = pytest.mark.django_db
BOARD, ACT, ONBOARDING = (f"/admin/issuance/rehearsal/{page}/" for page in ("certification", "act", "onboarding"))


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_each_rule_shows_its_words_its_state_and_the_very_requests(staff: Client, finished: GuestList) -> None:
    page = words(staff.get(BOARD))
    assert "Requests of the last day." in page
    assert all(rule.words in page for rule in RULES)
    poll = ApiRequest.objects.filter(method="GET", path__startswith="/partner/issuance_jobs/").latest("pk")
    assert reverse("admin:partner_apirequest_change", args=[poll.pk]) in page
    assert "Publish a campaign of a test merchant." in page  # How what wasn't seen can be seen.


def test_a_rehearsal_is_recorded_shown_and_taken_along(staff: Client, finished: GuestList) -> None:
    staff.post(ACT, {"act": "begin"})
    assert "being recorded" in words(staff.get(BOARD))
    assert "Requests of the last day." in words(staff.get("/admin/issuance/rehearsal/lately/"))
    staff.post(ACT, {"act": "end"})
    rehearsal = Rehearsal.objects.get()
    assert rehearsal.ended_at
    Rehearsal.objects.update(started_at=finished.created_at)
    pack = staff.get(f"/admin/issuance/rehearsal/{rehearsal.pk}/pack/")
    assert pack["Content-Disposition"].startswith('attachment; filename="certification-2026-06-01')
    text = pack.content.decode()
    assert all(rule.title.replace("’", "’") in text for rule in RULES)
    assert "<script" not in text
    assert not re.search(r'(?:src|href)="(?!#)', text)
    assert "demo-token" not in text
    assert "guest1@example.com" not in text
    assert "/partner/campaigns/issue" in text


def test_who_only_looks_records_and_certifies_nothing(client_of: Callable[[User], Client]) -> None:
    browser = client_of(in_group("Support"))
    assert "Record a rehearsal" not in words(browser.get(BOARD))
    for act in ("begin", "certified"):
        assert browser.post(ACT, {"act": act}).status_code == 403
    assert browser.post("/admin/issuance/webhookdelivery/test/").status_code == 403
    assert not Rehearsal.objects.exists()


def test_an_act_that_is_none_changes_nothing(staff: Client) -> None:
    assert staff.post(ACT, {"act": "burn"}).status_code == 302
    assert staff.post(ACT).status_code == 302
    assert not Rehearsal.objects.exists()


def test_the_certification_is_noted_once_with_who_noted_it_and_never_on_a_simulator(
    staff: Client, sam: User, settings: Any
) -> None:
    staff.post(ACT, {"act": "certified"})
    assert Credential.current().certified_at is None
    settings.THANX_ENVIRONMENT = "live"
    assert "Note that Thanx has certified us" in words(staff.get(ONBOARDING))
    staff.post(ACT, {"act": "certified"})
    noted = Credential.current().certified_at
    staff.post(ACT, {"act": "certified"})
    assert Credential.current().certified_at == noted
    assert LogEntry.objects.get().user == sam
    assert "Note that Thanx has certified us" not in words(staff.get(ONBOARDING))


def test_the_page_and_check_partner_say_the_same_lines(
    staff: Client, finished: GuestList, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        call_command("check_partner")
    said, page = capsys.readouterr().out, words(staff.get(ONBOARDING))
    for line in lines():
        assert f"{line.name}: {line.sentence}" in said
        assert line.sentence in page
        assert line.next_step in page


def test_the_next_line_is_marked_and_leads_to_the_page_that_completes_it(staff: Client, settings: Any) -> None:
    page = words(staff.get(ONBOARDING))
    assert page.count('aria-current="step"') == 1
    assert re.search(r'aria-current="step"> <b><a href="/admin/partner/credential/">Credential</a>', page)
    assert {line.name for line in lines() if line.complete}.isdisjoint({*CONNECTION} - {"webhooks"})


def test_each_merchant_has_come_as_far_as_it_has(staff: Client, finished: GuestList, ana: User) -> None:
    page = words(staff.get(ONBOARDING))
    row = page[page.index("Harbor Grill") :]
    assert [cell.strip() for cell in re.findall(r"<td>(.*?)</td>", row)[:4]] == ["Yes", "Yes", "Published", "Launched"]


def test_on_a_live_portal_the_first_reward_is_the_end(finished: GuestList, settings: Any) -> None:
    settings.THANX_ENVIRONMENT = "live"
    Credential.objects.update(certified_at=timezone.now())
    found = {line.name: line.complete for line in lines()}
    assert found["rehearsal"]
    assert found["certified"]
    assert found["first reward"]


@pytest.fixture
def through_the_portal(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """What the portal sends to its own address arrives there."""
    settings.THANX_WEBHOOK_SECRETS = ["secret"]

    def deliver(request: httpx.Request) -> httpx.Response:
        signature = request.headers["X-Thanx-Signature"]
        answer = Client().post(
            request.url.path, request.content, content_type="application/json", headers={"X-Thanx-Signature": signature}
        )
        return httpx.Response(answer.status_code, content=answer.content)

    monkeypatch.setattr(webhook_test, "transport", lambda: httpx.MockTransport(deliver))


def outcome_of_a_test(staff: Client) -> str:
    return words(staff.post("/admin/issuance/webhookdelivery/test/", follow=True))


@pytest.mark.usefixtures("through_the_portal")
def test_a_test_event_takes_the_way_of_real_ones_and_counts_as_none(staff: Client) -> None:
    assert "answered 200: Received. The event is here." in outcome_of_a_test(staff)
    event = WebhookDelivery.objects.get()
    assert (event.event, event.state, event.due_at, event.thanx_job_id) == (TEST_EVENT, "ignored", None, "")
    assert gate_status().last_webhook_at is None
    assert not WebhookDelivery.objects.ends_since(event.received_at).exists()


@pytest.mark.usefixtures("through_the_portal")
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (httpx.Response(200, text="Received."), "does the address lead to another portal?"),
        (httpx.Response(404, text="<b>Nothing</b>"), "answered 404: &lt;b&gt;Nothing&lt;/b&gt;"),
        (httpx.ConnectTimeout("no"), "can’t be reached (ConnectTimeout)"),
    ],
)
def test_a_test_event_that_does_not_arrive_says_why(
    answer: Any, told: str, staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]

    monkeypatch.setattr(webhook_test, "transport", lambda: httpx.MockTransport(fail))
    assert told in outcome_of_a_test(staff)
    assert not WebhookDelivery.objects.exists()


def test_without_a_secret_nothing_is_sent(staff: Client, settings: Any) -> None:
    settings.THANX_WEBHOOK_SECRETS = []
    assert "No secret is set" in outcome_of_a_test(staff)
