"""The examples of docs/integrations.md, run as they stand against a server on a socket."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from campaigns.models import Campaign
from issuance.models import EventBatch
from tests.issuance.api.presets import preset_of
from tests.issuance.api.programs import Program
from tests.issuance.factories import published_campaign
from thanxportal.accounts.models import Merchant, User

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = Path(settings.BASE_DIR, "docs", "integrations.md").read_text("utf-8")


@pytest.fixture
def program(
    harbor: Merchant, ana: User, one_arm: Campaign, live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> Program:
    program = Program(harbor, ana)
    monkeypatch.setenv("PORTAL", live_server.url)
    monkeypatch.setenv("TOKEN", program.secret)
    monkeypatch.setenv("CAMPAIGN", str(one_arm.pk))
    return program


def example(title: str) -> dict[str, Any]:
    found = re.search(rf"^## {title}$.*?^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    assert found
    names: dict[str, Any] = {}
    exec(found[1], names)  # noqa: S102 - our own document
    return names


def sent() -> list[list[str]]:
    """The cells of all guests that wait."""
    return [guest[5] for batch in EventBatch.objects.order_by("pk") for guest in batch.guests]


def test_a_survey_tool_rewards_the_unhappy_once(program: Program) -> None:
    reward = example("Survey tool")["reward_unhappy"]
    assert reward({"stars": 5, "email": "happy@example.com", "id": "1"}) is None
    unhappy = {"stars": 2, "email": "ann@example.com", "id": "2"}
    assert reward(unhappy) == reward(unhappy)
    assert sent() == [["ann@example.com", "", "2 stars", "2"]]


def test_a_point_of_sale_rewards_by_phone(program: Program) -> None:
    reward = example("Point of sale")["reward_late"]
    reward({"phone": "(202) 555-0123", "number": "77", "shop": "Pier 4", "minutes": 41})
    assert sent() == [["", "(202) 555-0123", "An order that took too long", "77"]]
    assert EventBatch.objects.get().guests[0][1] == "+12025550123"
    assert EventBatch.objects.get().guests[0][6] == {"Shop": "Pier 4", "Minutes": "41"}


def test_a_crm_brings_files_piece_by_piece(
    program: Program, one_arm: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = example("CRM")
    names["MOST"] = 2
    lines = "".join(f"{number},guest{number}@example.com,Lapsed\n" for number in range(5))
    file = tmp_path / "lapsed.csv"
    file.write_text(f"id,email,segment\n{lines}")
    assert len(set(names["reward_export"](file))) == 3
    names["reward_export"](file)
    assert [batch.size for batch in EventBatch.objects.order_by("pk")] == [2, 2, 1]
    monkeypatch.setenv("CAMPAIGN", str(published_campaign(one_arm.merchant, weights=(100,)).pk))
    names["reward_export"](file)
    assert EventBatch.objects.count() == 6


def test_the_lines_for_a_shell_work(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = lines_for_a_shell()[:2]
    made = answers(first)
    assert made[0]["items"][0]["name"] == "Coffee for everybody"
    monkeypatch.setenv("BATCH", made[1]["id"])
    whole, guests = answers(second)
    assert (whole["outcomes"], guests["items"]) == ({"waiting": 1}, [])


def test_a_guest_is_rewarded_without_a_campaign(
    program: Program, harbor: Merchant, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset_of(harbor, ana)
    reward = harbor.reward_templates.order_by("pk")[0]
    monkeypatch.setenv("REWARD", str(reward.pk))
    rewards, made = answers(lines_for_a_shell()[2])
    assert reward.name in [each["name"] for each in rewards["items"]]
    assert (made["size"], made["detail"]) == (1, "Waits for Thanx to create its campaign.")
    assert sent() == [["", "202 555 0123", "A cold dish", "5512"]]


def test_a_campaign_is_made_and_published(program: Program, harbor: Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REWARD", str(harbor.reward_templates.order_by("pk")[0].pk))
    monkeypatch.setenv("START", "2026-09-01T09:00:00-07:00")
    monkeypatch.setenv("END", "2026-10-01T09:00:00-07:00")
    (made,) = answers(lines_for_a_shell()[3])
    assert (made["state"], [arm["percent"] for arm in made["arms"]]) == ("publishing", [90, 10])


def lines_for_a_shell() -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def answers(lines: str) -> list[Any]:
    said = subprocess.run(["bash", "-ec", lines], capture_output=True, text=True, check=True).stdout
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(said.rstrip()):
        answer, at = decoder.raw_decode(said, at)
        found.append(answer)
    return found
