"""The mirror follows Thanx, and forgets nothing."""

import io
import json
from typing import Any

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from campaigns.discovery import sync_partner
from campaigns.models import Location, Reading, RewardTemplate, TemplateChange
from tests.campaigns.meddling import meddle_with
from tests.world import World
from thanxportal.accounts.models import Merchant
from thanxportal.partner.models import Credential
from thanxportal.partner_api import PartnerApiError
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db


def test_the_command_prints_what_it_read(simulator: Simulator, world: World) -> None:
    out = io.StringIO()
    call_command("sync_partner", stdout=out)
    counts = json.loads(out.getvalue())
    assert counts["merchants"] == len(simulator.merchants) == Merchant.objects.count()
    assert counts["reward_templates"] == RewardTemplate.objects.count() > 150
    assert counts["locations"] == Location.objects.count()
    assert counts["scopes"] == 1
    assert Credential.current().synced_at is not None


def test_a_second_reading_changes_nothing(simulator: Simulator, world: World) -> None:
    first = sync_partner()
    ids = set(RewardTemplate.objects.values_list("pk", flat=True))
    world.advance(900)
    assert sync_partner() == first
    assert set(RewardTemplate.objects.values_list("pk", flat=True)) == ids
    assert not RewardTemplate.objects.exclude(withdrawn_at=None).exists()


def test_a_withdrawn_template_is_marked_and_kept(simulator: Simulator, world: World) -> None:
    sync_partner()
    template = RewardTemplate.objects.order_by("pk")[0]
    simulator.unpublish(template.thanx_id)
    world.advance(900)
    sync_partner()
    template.refresh_from_db()
    assert template.withdrawn_at is not None
    assert RewardTemplate.objects.exclude(withdrawn_at=None).count() == 1


def test_a_reading_that_breaks_half_way_withdraws_nothing(simulator: Simulator, world: World) -> None:
    sync_partner()
    world.advance(900)
    simulator.script("GET", "/partner/reward_templates", [Fault.STATUS_500])
    assert sync_partner()["unread_merchants"] == 1
    assert not RewardTemplate.objects.exclude(withdrawn_at=None).exists()


@pytest.mark.parametrize("fault", [Fault.STATUS_500, Fault.HTML_502, Fault.RESET_BEFORE, Fault.HALF_BODY])
def test_a_broken_page_of_one_merchant_hides_no_other(simulator: Simulator, world: World, fault: Fault) -> None:
    simulator.script("GET", "/partner/reward_templates", [fault])
    counts = sync_partner()
    assert (counts["merchants"], counts["unread_merchants"]) == (4, 1)
    assert RewardTemplate.objects.values("merchant").distinct().count() == 3
    assert Credential.current().synced_at is not None


def test_broken_pages_of_everybody_end_the_reading_early(simulator: Simulator, world: World) -> None:
    simulator.script("GET", "/partner/reward_templates", [Fault.HTML_502] * 10)
    with pytest.raises(PartnerApiError):
        sync_partner()
    assert sum(request.fault is Fault.HTML_502 for request in simulator.requests) == 3
    assert Credential.current().synced_at is None


def test_our_own_settings_of_a_merchant_survive(simulator: Simulator, world: World) -> None:
    sync_partner()
    Merchant.objects.filter(handle="harbor-grill").update(time_zone="America/New_York", country="CA")
    world.advance(900)
    sync_partner()
    harbor = Merchant.objects.get(handle="harbor-grill")
    assert (harbor.time_zone, harbor.country) == ("America/New_York", "CA")


def test_refused_credentials_are_named(simulator: Simulator, world: World) -> None:
    simulator.script("GET", "/partner/scopes", [Fault.UNAUTHORIZED])
    with pytest.raises(CommandError, match="THANX_CLIENT_ID"):
        call_command("sync_partner")


def test_a_returned_template_is_offered_again(simulator: Simulator, world: World) -> None:
    sync_partner()
    RewardTemplate.objects.update(withdrawn_at="2026-05-01T00:00:00Z")
    Merchant.objects.update(withdrawn_at="2026-05-01T00:00:00Z")
    world.advance(900)
    sync_partner()
    assert not RewardTemplate.objects.exclude(withdrawn_at=None).exists()
    assert not Merchant.objects.exclude(withdrawn_at=None).exists()


def test_a_no_for_one_merchant_hides_no_other(
    simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = next(iter(simulator.merchants))

    def ask_for_another(request: httpx.Request, answer: dict[str, Any]) -> None:
        for merchant in answer.get("merchants", []):
            merchant["id"] = "left-us" if merchant["id"] == first else merchant["id"]

    meddle_with(simulator, monkeypatch, ask_for_another)
    with pytest.raises(CommandError, match="about 1 of the merchants"):
        call_command("sync_partner")
    others = Merchant.objects.exclude(thanx_id="left-us")
    assert all(merchant.reward_templates.exists() for merchant in others)
    assert set(Reading.objects.values_list("merchant", flat=True)) == set(others.values_list("pk", flat=True))


def test_two_merchants_with_one_address_and_one_seen_twice_are_all_there(
    simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    Merchant.objects.create(
        thanx_id="former", handle="harbor-grill", name="The former Harbor Grill", seen_at=timezone.now()
    )

    world.advance(1)

    def repeat_and_stretch(request: httpx.Request, answer: dict[str, Any]) -> None:
        for rows in (answer.get(name, []) for name in ("merchants", "locations", "reward_templates")):
            rows += [dict(row) for row in rows[:1]]
            for row in rows:
                row["name"] = f"{row['name']} " * 50

    meddle_with(simulator, monkeypatch, repeat_and_stretch)
    sync_partner()
    harbor = Merchant.objects.get(handle__startswith="harbor-grill-")
    assert harbor.reward_templates.exists()
    assert Merchant.objects.get(thanx_id="former").withdrawn_at is not None
    world.advance(900)
    sync_partner()
    assert Merchant.objects.get(thanx_id=harbor.thanx_id).handle == harbor.handle


def test_the_command_waits_for_the_shared_budget(simulator: Simulator, world: World) -> None:
    credential = Credential.current()
    Credential.objects.filter(pk=credential.pk).update(blocked_until=world.clock.time() + 600)
    out = io.StringIO()
    call_command("sync_partner", stdout=out)
    assert json.loads(out.getvalue())["merchants"] == len(simulator.merchants)


def test_what_changed_at_thanx_is_remembered_with_both_values(
    simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_partner()
    template = RewardTemplate.objects.exclude(fine_print="").order_by("pk")[0]

    def reword(request: httpx.Request, document: dict[str, Any]) -> None:
        for theirs in document.get("reward_templates", []):
            if theirs["id"] == template.thanx_id:
                theirs |= {"name": "Another name", "fine_print": "", "images": {"large": "https://example.com/new.png"}}

    meddle_with(simulator, monkeypatch, reword)
    world.advance(900)
    sync_partner()
    sync_partner()
    sentences = [change.sentence for change in template.changes.all()]
    assert sorted(sentences) == [
        f"Fine print changed from “{template.fine_print}” to nothing.",
        f"Name changed from “{template.name}” to “Another name”.",
        "The picture changed.",
    ]
    assert TemplateChange.objects.count() == 3  # A second reading finds nothing new.


def test_vanishing_and_coming_back_are_remembered_once_each(
    simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_partner()
    template = RewardTemplate.objects.order_by("pk")[0]
    hidden = [True]

    def hide(request: httpx.Request, document: dict[str, Any]) -> None:
        if "reward_templates" in document and hidden[0]:
            document["reward_templates"] = [
                theirs for theirs in document["reward_templates"] if theirs["id"] != template.thanx_id
            ]

    meddle_with(simulator, monkeypatch, hide)
    for hidden[0] in (True, True, False, False):
        world.advance(900)
        sync_partner()
    assert [change.sentence for change in template.changes.all()] == [
        "Thanx published it again.",
        "Thanx no longer published it.",
    ]
    assert TemplateChange.objects.count() == 2


def test_a_reading_that_breaks_half_way_remembers_nothing(simulator: Simulator, world: World) -> None:
    sync_partner()
    simulator.unpublish(RewardTemplate.objects.order_by("pk")[0].thanx_id)
    world.advance(900)
    simulator.script("GET", "/partner/reward_templates", [Fault.STATUS_500])
    assert sync_partner()["unread_merchants"] == 1
    assert not TemplateChange.objects.exists()
