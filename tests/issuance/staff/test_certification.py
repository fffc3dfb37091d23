"""Clean traffic keeps every rule of Thanx; where one is broken, exactly its line says so and names the request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from campaigns.discovery import sync_partner
from campaigns.models import Campaign, RewardTemplate
from issuance.engine.incoming_webhooks import store_delivery
from issuance.models import Guest, GuestList, IssuanceJob, Rehearsal, WebhookDelivery
from issuance.staff.certification.board import BROKEN, KEPT, UNSEEN, Line, lines_of, steps_of
from issuance.staff.certification.rehearsing import begin_rehearsal, end_rehearsal, note_certification
from issuance.staff.certification.rules import RULES
from issuance.staff.certification.traffic import Traffic
from issuance.staff.revocation import request_revocation
from tests import cast
from tests.issuance.factories import published
from tests.world import World
from thanxportal.accounts.models import Merchant, User
from thanxportal.partner.models import ApiRequest
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db
GUESTS = "ann@example.com\nbob@example.com\nrefused-zoe@example.com\n+12025550123"
Launch = Callable[[Campaign, str], GuestList]


@pytest.fixture
def rehearsed(simulator: Simulator, harbor: Merchant, launched: Launch, world: World, sam: User) -> Rehearsal:
    """All that a rehearsal takes, by the real client against the simulator."""
    assert begin_rehearsal(sam)
    sync_partner(patience=60)
    campaign = published(cast.draft_campaign(harbor, weights=(100,), name="Rehearsal"))
    guest_list = launched(campaign, GUESTS)
    world.drive()
    request_revocation(job=guest_list.jobs.get(), actor=sam, reason="Only a rehearsal of ours.")
    world.drive()
    assert guest_list.jobs.get().state == "revoked"
    assert end_rehearsal(sam)
    return Rehearsal.objects.get()


def lines(rehearsal: Rehearsal | None = None) -> dict[str, Line]:
    return {line.rule.key: line for line in lines_of(Traffic.of(rehearsal))}


def broken(rehearsal: Rehearsal) -> dict[str, list[int]]:
    """Which rules are broken, and by which requests."""
    return {
        key: [request.pk for request in line.requests] for key, line in lines(rehearsal).items() if line.state == BROKEN
    }


def test_where_nothing_was_asked_nothing_was_seen(db: None) -> None:
    assert {line.state for line in lines().values()} == {UNSEEN}
    assert not any(step.done for step in steps_of(lines().values()))


def test_a_clean_rehearsal_keeps_every_rule(rehearsed: Rehearsal) -> None:
    found = lines(rehearsed)
    assert {key: line.words for key, line in found.items() if line.state != KEPT} == {}
    assert list(found) == [rule.key for rule in RULES]
    assert all(line.requests for line in found.values())
    assert all(step.done for step in steps_of(found.values()))


def test_each_part_that_is_missing_is_not_seen_yet(rehearsed: Rehearsal) -> None:
    ApiRequest.objects.filter(path__endswith="/revoke").delete()
    assert [key for key, line in lines(rehearsed).items() if line.state != KEPT] == ["revocation"]
    assert [step.title for step in steps_of(lines(rehearsed).values()) if not step.done] == ["Revoke one of the jobs"]


def of(path: str, method: str = "POST") -> ApiRequest:
    return ApiRequest.objects.filter(method=method, path__startswith=path).latest("pk")


def again(request: ApiRequest, seconds: float, **changes: Any) -> int:
    """The same request once more, so long after the last, with these changes."""
    at = request.at + timedelta(seconds=seconds)
    fields = {field.attname: getattr(request, field.attname) for field in ApiRequest._meta.concrete_fields}
    made = ApiRequest.objects.create(**fields | {"id": None, "duration_ms": 0} | changes)
    ApiRequest.objects.filter(pk=made.pk).update(at=at)
    return made.pk


def change(request: ApiRequest, **changes: Any) -> int:
    ApiRequest.objects.filter(pk=request.pk).update(**changes)
    return request.pk


ISSUE, CREATE = "/partner/campaigns/issue", "/partner/campaigns"
OTHER = {"fingerprint": "f" * 64}


def creation() -> ApiRequest:
    return ApiRequest.objects.get(method="POST", path=CREATE)


BREACHES: tuple[tuple[str, Callable[[], int]], ...] = (
    ("headers", lambda: change(of(ISSUE), headers="Authorization X-ClientId Accept-Version User-Agent")),
    ("headers", lambda: change(of("/partner/scopes", "GET"), headers=of(ISSUE).headers + "!")),
    ("discovery", lambda: again(ApiRequest.objects.filter(path="/partner/reward_templates").latest("pk"), 30)),
    ("campaign", lambda: change(creation(), counts=creation().counts | {"variants": 5})),
    ("campaign", lambda: change(creation(), counts=creation().counts | {"variants": 2})),
    ("campaign", lambda: again(creation(), 30, status=400, code="BAD_REQUEST", **OTHER)),
    ("templates", lambda: change(creation(), counts=creation().counts | {"templates": ["another"]})),
    ("dates", lambda: change(creation(), counts=creation().counts | {"days": 1})),
    ("emails", lambda: change(of(ISSUE), counts={"email": 2, "email!": 1, "phone": 1})),
    ("phones", lambda: change(of(ISSUE), counts={"email": 3, "phone": 1, "phone!": 1})),
    ("sizes", lambda: change(of(ISSUE), counts={"email": 10_000, "phone": 1})),
    ("duplicates", lambda: again(of(ISSUE), 5)),
    ("duplicates", lambda: again(creation(), 5)),
    ("polling", lambda: again(of("/partner/issuance_jobs", "GET"), 1)),
    ("limits", lambda: again(of("/partner/merchants", "GET"), 100, status=429, code="RATE_LIMITED")),
    ("revocation", lambda: again(of("/partner/issuance_jobs"), 60, status=422, code="RULE", **OTHER)),
)


def test_one_breach_breaks_one_rule_and_names_the_request(rehearsed: Rehearsal) -> None:
    Rehearsal.objects.update(ended_at=timezone.now() + timedelta(hours=1))
    rehearsed.refresh_from_db()
    for rule, breach in BREACHES:
        with transaction.atomic():
            pk = breach()
            assert broken(rehearsed) == {rule: [pk]}
            transaction.set_rollback(True)


def test_guests_whose_reward_was_taken_back_may_be_rewarded_again_with_another_key(rehearsed: Rehearsal) -> None:
    Rehearsal.objects.update(ended_at=timezone.now() + timedelta(minutes=5))
    rehearsed.refresh_from_db()
    again(of(ISSUE), 5, idempotency_key=str(uuid4()))
    assert "keys" not in broken(rehearsed)


@pytest.mark.usefixtures("unguarded")
def test_a_key_with_another_body_and_a_body_with_another_key_are_broken(rehearsed: Rehearsal) -> None:
    Rehearsal.objects.update(ended_at=timezone.now() + timedelta(minutes=5))
    rehearsed.refresh_from_db()
    issue = of(ISSUE)
    IssuanceJob.objects.update(state="completed", revoked_at=None)
    for changes in (OTHER, {"idempotency_key": str(uuid4())}, {"idempotency_key": ""}):
        pk = again(issue, 5, **changes)
        assert broken(rehearsed)["keys"] == [issue.pk, pk]
        ApiRequest.objects.filter(pk=pk).delete()


def test_a_repeat_too_soon_after_an_error_is_broken_and_a_later_one_is_not(rehearsed: Rehearsal) -> None:
    Rehearsal.objects.update(ended_at=timezone.now() + timedelta(minutes=5))
    rehearsed.refresh_from_db()
    issue = of(ISSUE)
    change(issue, status=503, code="InDoubt")
    later = again(issue, 3, status=202, code="")
    assert broken(rehearsed) == {}
    ApiRequest.objects.filter(pk=later).delete()
    soon = again(issue, 0.5, status=202, code="")
    assert broken(rehearsed) == {"errors": [soon]}


def test_a_withdrawn_template_is_not_valid(rehearsed: Rehearsal) -> None:
    RewardTemplate.objects.update(withdrawn_at=rehearsed.started_at - timedelta(hours=1))
    assert broken(rehearsed) == {"templates": [creation().pk]}


def test_a_job_that_nobody_asked_about_is_broken(rehearsed: Rehearsal) -> None:
    ApiRequest.objects.filter(method="GET", path__startswith="/partner/issuance_jobs").delete()
    assert broken(rehearsed) == {"monitoring": [of(ISSUE).pk]}


def test_a_job_that_ended_after_the_rehearsal_isnt_broken(rehearsed: Rehearsal) -> None:
    Rehearsal.objects.update(ended_at=of(ISSUE).at + timedelta(seconds=1))
    rehearsed.refresh_from_db()
    assert lines(rehearsed)["monitoring"].state == UNSEEN


@pytest.mark.usefixtures("unguarded")
def test_a_job_that_was_asked_about_once_and_then_forgotten_is_broken(rehearsed: Rehearsal) -> None:
    job = IssuanceJob.objects.get()
    IssuanceJob.objects.update(state="accepted", ended_at=None, revoked_at=None, success_count=0, failure_count=0)
    first = ApiRequest.objects.filter(method="GET", path=f"/partner/issuance_jobs/{job.thanx_id}").earliest("pk")
    ApiRequest.objects.filter(method="GET", path=first.path, pk__gt=first.pk).delete()
    for minutes, state in ((9, UNSEEN), (11, BROKEN)):
        Rehearsal.objects.update(ended_at=first.at + timedelta(minutes=minutes))
        rehearsed.refresh_from_db()
        assert lines(rehearsed)["monitoring"].state == state


def test_an_accepted_request_whose_job_nobody_knows_here_is_broken(rehearsed: Rehearsal) -> None:
    Rehearsal.objects.update(ended_at=timezone.now() + timedelta(minutes=5))
    rehearsed.refresh_from_db()
    lost = again(of(ISSUE), 5, idempotency_key=str(uuid4()))
    assert broken(rehearsed) == {"monitoring": [lost]}


@pytest.mark.usefixtures("unguarded")
def test_a_refused_guest_who_is_not_shown_is_broken(rehearsed: Rehearsal) -> None:
    Guest.objects.filter(outcome="refused").update(reason="")
    assert broken(rehearsed) == {"refusals": [of("/partner/issuance_jobs", "GET").pk]}


def test_a_poll_right_after_a_webhook_told_of_the_end_is_kept(rehearsed: Rehearsal, settings: Any) -> None:
    Rehearsal.objects.update(ended_at=timezone.now() + timedelta(minutes=5))
    rehearsed.refresh_from_db()
    poll = of("/partner/issuance_jobs", "GET")
    again(poll, 1)
    job = IssuanceJob.objects.get()
    store_delivery(
        b'{"event": "reward_batch.completed", "data": {"issuance_job_id": "%s"}}' % (job.thanx_id or "").encode()
    )
    WebhookDelivery.objects.update(received_at=poll.at + timedelta(seconds=0.5))
    assert broken(rehearsed) == {}


@pytest.mark.parametrize(
    "fault", [Fault.RESET_AFTER, Fault.STATUS_500, Fault.ACCEPTED_WITHOUT_ID, Fault.HTML_502_AFTER]
)
def test_what_the_portal_does_about_faults_keeps_every_rule(
    fault: Fault, simulator: Simulator, one_arm: Campaign, launched: Launch, world: World
) -> None:
    simulator.script("POST", ISSUE, [fault, fault])
    simulator.script("GET", "/partner/issuance_jobs", [fault])
    launched(one_arm, GUESTS)
    world.drive()
    assert [key for key, line in lines().items() if line.state == BROKEN] == []


def test_a_certification_is_noted_only_after_a_rehearsal_that_lacks_nothing(
    rehearsed: Rehearsal, sam: User, settings: Any
) -> None:
    settings.THANX_ENVIRONMENT = "sandbox"
    assert not note_certification(sam)
    Rehearsal.objects.update(environment="sandbox")
    revocations = ApiRequest.objects.filter(path__endswith="/revoke")
    with transaction.atomic():
        revocations.delete()
        assert not note_certification(sam)
        transaction.set_rollback(True)
    assert note_certification(sam)
    assert not note_certification(sam)


def test_only_one_rehearsal_is_recorded_at_a_time_and_none_where_rewards_are_real(sam: User, settings: Any) -> None:
    settings.THANX_ENVIRONMENT = "live"
    assert not begin_rehearsal(sam)
    settings.THANX_ENVIRONMENT = "sandbox"
    assert begin_rehearsal(sam)
    assert not begin_rehearsal(sam)
    assert end_rehearsal(sam)
    assert not end_rehearsal(sam)
