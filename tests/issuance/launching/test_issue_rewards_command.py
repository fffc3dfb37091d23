"""A script issues rewards with the same care as a page: canaries always, a hold if it asks for one."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from campaigns.models import Campaign
from issuance.launching.launch import stop_list
from issuance.management.commands import issue_rewards
from issuance.models import GuestList, IssuanceJob
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_canaries(settings: Any, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CANARY_ABOVE, settings.CANARY_SIZE, settings.HOLD_SECONDS = 20, 5, 120
    monkeypatch.setattr(issue_rewards.time, "sleep", world.advance)


def run(campaign: Campaign, folder: Path, names: list[str], *options: str) -> tuple[dict[str, Any], str, int]:
    """What the command reports, what it tells on stderr, and its exit code."""
    file, said, told = folder / "guests.csv", StringIO(), StringIO()
    file.write_text("\n".join(f"{name}@example.com" for name in names))
    try:
        call_command("issue_rewards", str(file), *options, campaign=campaign.pk, stdout=said, stderr=told)
    except SystemExit as end:
        return json.loads(said.getvalue()), told.getvalue(), int(end.code or 0)
    return json.loads(said.getvalue()), told.getvalue(), 0


def test_large_lists_of_scripts_send_canaries_ahead(one_arm: Campaign, tmp_path: Path) -> None:
    report, _, code = run(one_arm, tmp_path, [f"guest{number}" for number in range(30)], "--wait")
    assert (report["state"], report["closed"], code) == ("finished", True, 0)
    assert list(IssuanceJob.objects.order_by("number").values_list("canary", "total_count")) == [(True, 5), (False, 25)]


def test_a_script_that_waits_ends_when_the_safety_check_stops_the_rest(one_arm: Campaign, tmp_path: Path) -> None:
    names = [f"{'refused' if number < 4 else 'guest'}{number}" for number in range(30)]
    report, told, code = run(one_arm, tmp_path, names, "--wait")
    assert (report["state"], report["waiting"], code) == ("issuing", 25, 1)
    assert "safety check" in told


def test_without_hold_it_starts_at_once_and_with_it_stopping_is_free(one_arm: Campaign, tmp_path: Path) -> None:
    run(one_arm, tmp_path, ["anna"])
    at_once = GuestList.objects.get()
    assert at_once.held_until == at_once.launched_at
    report, _, code = run(one_arm, tmp_path, ["bob"], "--hold")
    held = GuestList.objects.get(pk=report["list"])
    assert held.held_until
    assert held.launched_at
    assert ((held.held_until - held.launched_at).total_seconds(), report["state"], code) == (120, "held", 0)
    assert stop_list(guest_list=held, actor=None)
    assert not held.jobs.exists()


def test_with_hold_and_wait_it_issues_once_the_hold_is_over(one_arm: Campaign, tmp_path: Path) -> None:
    report, _, code = run(one_arm, tmp_path, ["anna"], "--hold", "--wait")
    made = GuestList.objects.get(pk=report["list"])
    assert (report["state"], code) == ("finished", 0)
    assert made.planned_at
    assert made.launched_at
    assert (made.planned_at - made.launched_at).total_seconds() >= 120
