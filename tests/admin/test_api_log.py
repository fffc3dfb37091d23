"""What fails at Thanx is grouped, found and deleted in time; webhooks applied again do nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Campaign
from issuance.engine.incoming_webhooks import apply_due_deliveries, store_delivery
from issuance.models import Guest, GuestList, IssuanceJob, Rehearsal, WebhookDelivery
from issuance.staff.failures import SPANS, failures_of
from issuance.tasks import trim_api_log
from tests.admin.test_staff_rights import in_group
from tests.world import World
from thanxportal.accounts.models import Merchant, User
from thanxportal.partner.models import ApiRequest

pytestmark = pytest.mark.django_db
PAGE, LOG = "/admin/issuance/rehearsal/failures/", "/admin/partner/apirequest/"


def made(path: str, status: int | None = 200, code: str = "", *, hours: float = 0, **fields: Any) -> ApiRequest:
    request = ApiRequest.objects.create(
        **{"method": "GET", "path": path, "status": status, "code": code, "duration_ms": 1} | fields
    )
    ApiRequest.objects.filter(pk=request.pk).update(at=timezone.now() - timedelta(hours=hours))
    return request


@pytest.fixture
def trouble(harbor: Merchant) -> None:
    about = {"merchant_id": harbor.thanx_id}
    made("/partner/merchants", hours=23)
    for hours in (1, 2, 2.1):
        made("/partner/issuance_jobs/job_1", 503, "InDoubt", hours=hours, **about)
    made("/partner/campaigns/issue", None, "ReadTimeout", method="POST", hours=3, **about)
    made("/partner/reward_templates", 404, "RESOURCE_NOT_FOUND", hours=4, merchant_id="m-2")
    made("/partner/reward_templates", 404, "RESOURCE_NOT_FOUND", hours=100, merchant_id="m-2")
    made("/partner/scopes")


@pytest.mark.usefixtures("trouble")
def test_failures_are_grouped_by_endpoint_code_and_merchant() -> None:
    found = failures_of(SPANS["day"])
    assert [(group.endpoint, group.status, group.code, group.merchant, group.requests) for group in found.groups] == [
        ("poll", 503, "InDoubt", "Harbor Grill", 3),
        ("issue", None, "ReadTimeout", "Harbor Grill", 1),
        ("reward templates", 404, "RESOURCE_NOT_FOUND", "m-2", 1),
    ]
    assert (found.failed, found.total) == (5, 8)
    assert [count for _, count in found.over_time] == [1, 2, 1, 1]
    assert failures_of(SPANS["week"]).failed == 6


@pytest.mark.usefixtures("trouble")
def test_one_merchant_has_its_own_failures(harbor: Merchant) -> None:
    found = failures_of(SPANS["day"], harbor.thanx_id)
    assert {group.merchant for group in found.groups} == {"Harbor Grill"}
    assert (found.failed, found.total) == (4, None)


@pytest.mark.usefixtures("trouble")
def test_each_group_leads_to_just_its_requests(staff: Client) -> None:
    page = staff.get(PAGE, {"span": "week"})
    for group in page.context["found"].groups:
        assert staff.get(f"{LOG}?{group.query}").context["cl"].result_count == group.requests
    assert "Harbor Grill" in page.content.decode()
    assert staff.get(PAGE, {"span": "day", "merchant": "harbor-grill"}).context["found"].failed == 4


def test_what_no_form_sends_shows_the_last_day(staff: Client) -> None:
    page = staff.get(PAGE, {"span": "century", "merchant": "nobody"})
    assert page.status_code == 200
    assert "Nothing failed." in page.content.decode()


@pytest.mark.usefixtures("trouble")
@pytest.mark.parametrize(
    ("words", "count"),
    [("job_1", 3), ("/partner/scopes", 1), ("InDoubt", 3), ("m-2", 2), ("issue", 1), ("nothing", 0), ("partner", 0)],
)
def test_the_log_is_searched_by_whole_words(words: str, count: int, staff: Client) -> None:
    assert staff.get(LOG, {"q": words}).context["cl"].result_count == count


@pytest.mark.usefixtures("trouble")
def test_the_page_of_failures_asks_few_questions(staff: Client) -> None:
    staff.get(PAGE)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        staff.get(PAGE)
    assert len([query for query in asked if "apirequest" in query["sql"]]) == 4


def test_old_requests_are_deleted_and_others_stay(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thanxportal.partner.api_log.AT_ONCE", 2)
    settings.API_LOG_DAYS = 2
    for hours in (1, 47, 49, 50, 51, 500):
        made("/partner/scopes", hours=hours)
    trim_api_log()
    assert ApiRequest.objects.count() == 2


def test_the_requests_of_a_rehearsal_stay_as_its_evidence(sam: User) -> None:
    now = timezone.now()
    fields = {"started_by": sam, "environment": "sandbox"}
    Rehearsal.objects.create(started_at=now - timedelta(days=90), ended_at=now - timedelta(days=89), **fields)
    during, *_ = (made("/partner/scopes", hours=24 * days) for days in (89.5, 91, 88))
    trim_api_log()
    assert [*ApiRequest.objects.all()] == [during]


@pytest.fixture
def told(one_arm: Campaign, launched: Callable[[Campaign, str], GuestList], world: World) -> WebhookDelivery:
    """A webhook that gave a guest a reward id."""
    launched(one_arm, "ann@example.com")
    world.drive()
    job = IssuanceJob.objects.get().thanx_id
    store_delivery(
        b'{"event": "reward.issued", "data": {"issuance_job_id": "%s", "reward_id": "r1", '
        b'"identifier": {"type": "email", "index": 0}}}' % (job or "").encode()
    )
    apply_due_deliveries()
    return WebhookDelivery.objects.get()


def apply_again(browser: Client, *deliveries: WebhookDelivery) -> str:
    chosen = [delivery.pk for delivery in deliveries]
    act = {"action": "apply_again", "_selected_action": chosen}
    answer = browser.post("/admin/issuance/webhookdelivery/", act, follow=True)
    apply_due_deliveries()
    return " ".join(answer.content.decode().split())


def test_a_webhook_applied_again_changes_nothing_that_it_did(staff: Client, told: WebhookDelivery) -> None:
    before = Guest.objects.values().get()
    assert "1 webhook is applied again" in apply_again(staff, told)
    told.refresh_from_db()
    assert (told.state, told.due_at, told.received_count) == ("applied", None, 1)
    assert Guest.objects.values().get() == before


def test_a_webhook_that_was_put_aside_takes_effect_when_its_job_is_known(staff: Client, told: WebhookDelivery) -> None:
    Guest.objects.update(reward_id="")
    WebhookDelivery.objects.update(state="quarantined", due_at=None, received_at=timezone.now() - timedelta(days=3))
    apply_again(staff, told)
    assert Guest.objects.get().reward_id == "r1"


def test_a_webhook_that_names_no_job_is_not_applied(staff: Client) -> None:
    store_delivery(b'{"event": "guest.waved", "data": {}}')
    assert "None of these names a job." in apply_again(staff, WebhookDelivery.objects.get())
    assert WebhookDelivery.objects.get().state == "ignored"


def test_support_has_no_webhook_applied_again(told: WebhookDelivery, client_of: Callable[[User], Client]) -> None:
    Guest.objects.update(reward_id="")
    apply_again(client_of(in_group("Support")), told)
    assert Guest.objects.get().reward_id == ""
