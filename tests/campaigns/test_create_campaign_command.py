"""Campaigns from a script."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from campaigns.management.commands import create_campaign
from campaigns.models import Campaign
from tests.world import World
from thanxportal.accounts.models import Merchant
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def waiting_turns_the_clock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(create_campaign, "sleep", world.advance)


def document(merchant: Merchant, **changes: Any) -> dict[str, Any]:
    template = merchant.reward_templates.order_by("pk")[0]
    values: dict[str, Any] = {
        "name": "From a script",
        "objective": "Bring guests back",
        "fine_print": "One per guest.",
        "start_at": "2026-06-10T09:00:00-07:00",
        "end_at": "2026-06-30T09:00:00-07:00",
        "redeemable_from": "2026-06-10T09:00:00-07:00",
        "redeemable_to": "2026-07-15T09:00:00-07:00",
        "variants": [
            {"name": "Coffee", "reward_template_id": template.thanx_id, "weight": 90},
            {"name": "Control", "weight": 10},
        ],
    }
    return values | changes


def run(tmp_path: Path, values: Any, *options: str) -> dict[str, Any]:
    file, out = tmp_path / "campaign.json", io.StringIO()
    file.write_text(values if isinstance(values, str) else json.dumps(values))
    call_command("create_campaign", "--merchant", "harbor-grill", "--file", str(file), *options, stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_a_campaign_is_published_in_the_foreground(harbor: Merchant, tmp_path: Path, world: World) -> None:
    answer = run(tmp_path, document(harbor), "--publish")
    campaign = Campaign.objects.get(pk=answer["campaign"])
    assert answer == {"campaign": campaign.pk, "state": "published", "thanx_id": campaign.thanx_id}


@pytest.mark.parametrize("fault", [Fault.RESET_AFTER, Fault.THROTTLE, Fault.STATUS_500])
def test_a_bad_day_at_thanx_is_waited_out(fault: Fault, harbor: Merchant, tmp_path: Path, simulator: Simulator) -> None:
    simulator.script("POST", "/partner/campaigns", [fault])
    assert run(tmp_path, document(harbor), "--publish")["state"] == "published"
    assert len(simulator.books.campaigns) == 1


def test_refused_credentials_end_the_command_and_keep_the_campaign(
    harbor: Merchant, tmp_path: Path, simulator: Simulator
) -> None:
    simulator.script("POST", "/partner/campaigns", [Fault.UNAUTHORIZED])
    with pytest.raises(CommandError, match=r"THANX_CLIENT_ID.* don't create it again"):
        run(tmp_path, document(harbor), "--publish")
    assert Campaign.objects.get().state == "publishing"


def test_an_endless_outage_ends_the_command(harbor: Merchant, tmp_path: Path, simulator: Simulator) -> None:
    simulator.script("POST", "/partner/campaigns", [Fault.RESET_BEFORE] * 100)
    with pytest.raises(CommandError, match="no usable answer"):
        run(tmp_path, document(harbor), "--publish")
    assert not simulator.books.campaigns


def test_a_refusal_ends_the_command_with_its_reason(harbor: Merchant, tmp_path: Path, simulator: Simulator) -> None:
    values = document(harbor)
    simulator.unpublish(values["variants"][0]["reward_template_id"])
    with pytest.raises(CommandError, match="Thanx no longer publishes"):
        run(tmp_path, values, "--publish")


def test_without_publish_it_stays_a_draft(harbor: Merchant, tmp_path: Path) -> None:
    assert run(tmp_path, document(harbor))["state"] == "draft"


def test_shares_may_be_left_out(harbor: Merchant, tmp_path: Path) -> None:
    variants = [{key: arm[key] for key in arm if key != "weight"} for arm in document(harbor)["variants"]]
    answer = run(tmp_path, document(harbor, variants=variants))
    shares = Campaign.objects.get(pk=answer["campaign"]).variants.values_list("weight", flat=True)
    assert list(shares) == [50, 50]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"start_at": "2026-06-10"}, "start_at"),
        ({"start_at": "2026-06-10T09:00:00"}, "offset"),
        ({"start_at": "0026-06-10T09:00:00-07:00"}, "“start_at”: The year is 0026. Did you mean 2026"),
        ({"end_at": "9999-12-31T23:59:59-12:00"}, "“end_at”: The year is 9999"),
        ({"redeemable_from": "0001-01-01T00:00:00+14:00"}, "“redeemable_from”: The year is 0001"),
        ({"redeemable_to": "10000-01-01T00:00:00Z"}, "redeemable_to"),
        ({"start_at": "2016-06-10T09:00:00-07:00"}, "more than a year ago"),
        ({"variants": []}, "one to four"),
        ({"variants": [{"name": "A", "reward_template_id": "nope", "weight": 100}]}, "no reward template"),
        ({"variants": [{"name": "A", "weight": 100}]}, "reward_template_id"),
        ({"end_at": "2026-06-01T00:00:00Z"}, "end after it starts"),
        ({"name": " "}, "Give the campaign a name"),
        ({"name": "n" * 121}, "120 characters"),
        ({"name": 7}, "has to be text"),
        ({"variants": [{"name": "control", "reward_template_id": "x", "weight": 100}]}, "Control"),
        ({"variants": [{"name": "n" * 81, "reward_template_id": "x", "weight": 100}]}, "80 characters"),
        ({"variants": [{"name": "Control"}, {"name": "A", "reward_template_id": "x", "weight": 40}]}, "or none"),
    ],
)
def test_bad_input_is_said_in_plain_words_and_leaves_nothing(
    changes: dict[str, Any], words: str, harbor: Merchant, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=words):
        run(tmp_path, document(harbor, **changes), "--publish")
    assert not Campaign.objects.exists()
    assert not harbor.activities.exists()


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_a_file_that_is_no_json_object_is_refused(text: str, harbor: Merchant, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="JSON"):
        run(tmp_path, text)
