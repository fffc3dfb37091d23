"""Every alarm that `docs/operations.md` names rings when its trouble comes, and is silent before."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from campaigns.models import Campaign
from issuance.models import GuestList, IssuanceJob, SendingPause, WebhookDelivery
from issuance.models.jobs import PARKED
from issuance.models.webhooks import BATCH_EVENT
from issuance.tasks import sweep
from issuance.worker import due_work
from tests import cast
from tests.world import World
from thanxportal.accounts.models import Invitation, Merchant, Role, User
from thanxportal.outgoing.happenings import Kind, note_happening
from thanxportal.partner import slots
from thanxportal.partner.models import ApiRequest, Credential
from thanxportal.queues import QUEUES, tell_served

pytestmark = pytest.mark.django_db
Figures = dict[str, float]
Launch = Callable[..., GuestList]
COMPARED = {"==": operator.eq, ">": operator.gt, "<": operator.lt}
ROW = re.compile(r"^\| `portal_(\w+)(?:\{([^}]*)\})?`[^|]*\| `(==|>|<) (\d+)`", re.MULTILINE)
TOLD = re.findall(ROW, (Path(settings.BASE_DIR) / "docs/operations.md").read_text())


@pytest.fixture(autouse=True)
def all_is_well(world: World, harbor: Merchant) -> None:
    tell_served(QUEUES)
    sweep()
    Credential.current()
    Credential.objects.update(synced_at=timezone.now(), scopes=["rewards.issue"])


def rings(figure: str, labels: str, compare: str, limit: str, seen: Figures) -> bool:
    """Whether any of the figures that the alarm looks at is beyond its limit."""
    label = labels if "=" in labels else ""
    values = [value for name, value in seen.items() if name.partition("{")[0] == figure and label in name]
    return any(COMPARED[compare](value, float(limit)) for value in values)


def nobody_works(world: World, campaign: Campaign, launched: Launch) -> None:
    launched(campaign, "a@example.com")
    world.advance(300)


def a_job_needs_staff(world: World, campaign: Campaign, launched: Launch) -> None:
    launched(campaign, "a@example.com")
    due_work.drive_due_work()
    IssuanceJob.objects.update(
        state="needs_staff", problem_code="unknown_outcome", next_attempt_at=None, ended_at=timezone.now()
    )


def a_job_is_parked(world: World, campaign: Campaign, launched: Launch) -> None:
    launched(campaign, "a@example.com")
    world.work()
    IssuanceJob.objects.update(problem_code=PARKED, next_attempt_at=None, lease_until=None)


def somebody_pauses(world: World, campaign: Campaign, launched: Launch) -> None:
    SendingPause.objects.create(reason="The wrong menu.")


def thanx_is_asked_too_much(world: World, campaign: Campaign, launched: Launch) -> None:
    credential = Credential.current().pk
    for _ in range(slots.usable() - 99):
        assert slots.take(credential, share=1.0, slack=0.0, refused=False)
        world.advance(0.4)


def webhooks_of_strangers_come(world: World, campaign: Campaign, launched: Launch) -> None:
    at = timezone.now()
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(sha256=f"{number:064}", event=BATCH_EVENT, state="quarantined", due_at=at)
        for number in range(101)
    )


def mail_is_refused(world: World, campaign: Campaign, launched: Launch) -> None:
    at = timezone.now()
    Invitation.objects.create(
        merchant=campaign.merchant, email="new@example.com", role=Role.VIEWER, sent_at=at, expires_at=at,
        mail_due_at=at, mail_attempts=2,
    )  # fmt: skip


def nobody_tells(world: World, campaign: Campaign, launched: Launch) -> None:
    note_happening(campaign.merchant_id, Kind.CAMPAIGN_PUBLISHED, campaign.pk)
    world.advance(301)


TROUBLES = {
    "check_ok": lambda world, *_: world.advance(120),
    "oldest_due_seconds": nobody_works,
    "jobs": a_job_needs_staff,
    "parked": a_job_is_parked,
    "sending_paused": somebody_pauses,
    "thanx_requests_left": thanx_is_asked_too_much,
    "webhooks_waiting": webhooks_of_strangers_come,
    "mail_failing": mail_is_refused,
    "untold_seconds": nobody_tells,
}


def test_every_alarm_with_a_limit_is_among_these() -> None:
    assert {figure for figure, *_ in TOLD} - {"webhooks_of_ends"} == {*TROUBLES}


@pytest.mark.parametrize(("figure", "labels", "compare", "limit"), [row for row in TOLD if row[0] in TROUBLES])
def test_an_alarm_rings_when_its_trouble_comes(
    figure: str,
    labels: str,
    compare: str,
    limit: str,
    scrape: Callable[[], Figures],
    world: World,
    one_arm: Campaign,
    launched: Launch,
) -> None:
    assert not rings(figure, labels, compare, limit, scrape())
    TROUBLES[figure](world, one_arm, launched)
    assert rings(figure, labels, compare, limit, scrape())


def test_ends_without_webhooks_are_seen_in_two_figures(
    scrape: Callable[[], Figures], world: World, one_arm: Campaign, launched: Launch
) -> None:
    launched(one_arm, "a@example.com")
    world.drive()
    assert scrape()["webhooks_of_ends"] == 0
    WebhookDelivery.objects.create(sha256="0" * 64, event=BATCH_EVENT, state="applied")
    assert scrape()["webhooks_of_ends"] == 1


@pytest.mark.parametrize("status", [429, 500, None])
def test_trouble_of_thanx_is_told_by_its_status(status: int | None, scrape: Callable[[], Figures]) -> None:
    ApiRequest.objects.create(method="POST", path="/partner/campaigns/issue", status=status, duration_ms=1)
    assert scrape()[f'thanx_requests{{kind="issue",status="{status or "none"}"}}'] == 1


def test_sign_ins_are_people_of_the_last_quarter_of_an_hour(
    scrape: Callable[[], Figures], world: World, harbor: Merchant
) -> None:
    cast.person("mia@example.com", harbor, Role.VIEWER)
    User.objects.update(last_login=timezone.now())
    assert scrape()["sign_ins"] == User.objects.count()
    world.advance(901)
    assert scrape()["sign_ins"] == 0
