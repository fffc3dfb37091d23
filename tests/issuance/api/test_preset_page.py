"""Managers turn rewards on the fly on and off, and say for how many guests and how long."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from campaigns.models import Campaign, RewardPreset
from tests.campaigns.filling import seen_on
from tests.issuance.api.presets import PRESET, preset_of
from tests.issuance.api.programs import Program
from thanxportal.accounts.models import Activity, Merchant, User

pytestmark = pytest.mark.django_db
PAGE = "/m/harbor-grill/integrations/on-the-fly/"


def test_a_manager_turns_it_on_and_the_log_says_so(harbor: Merchant, ana: User, client_of: Any) -> None:
    browser = client_of(ana)
    assert "Turn on rewards on the fly" in browser.get(PAGE).content.decode()
    assert browser.post(PAGE, PRESET | seen_on(browser, PAGE)).status_code == 302
    page = browser.get(PAGE).content.decode()
    assert "asked for 0 guests this week" in " ".join(page.split())
    preset = RewardPreset.objects.in_force(harbor)
    assert preset is not None
    assert {name: getattr(preset, name) for name in PRESET} == PRESET
    line = Activity.objects.for_merchant(harbor)[0]
    assert (line.actor, line.path) == (ana, PAGE)
    assert "at most 100 guests a week" in line.sentence


def test_what_the_page_proposes_can_be_saved_as_it_is(harbor: Merchant, ana: User, client_of: Any) -> None:
    browser = client_of(ana)
    form = browser.get(PAGE).context["form"]
    proposed = {name: form[name].value() or "" for name in PRESET}
    assert browser.post(PAGE, proposed | seen_on(browser, PAGE)).status_code == 302
    preset = RewardPreset.objects.get()
    assert (preset.name, preset.claim_days, preset.use_days) == ("{reward}, {period}", 7, 30)


def test_turning_it_off_and_on_again_keeps_what_was_set(harbor: Merchant, ana: User, client_of: Any) -> None:
    preset_of(harbor, ana, fine_print="Ask at the counter.")
    browser = client_of(ana)
    for _ in range(2):
        browser.post(f"{PAGE}end/")
    assert RewardPreset.objects.in_force(harbor) is None
    assert "Ask at the counter." in browser.get(PAGE).content.decode()
    assert Activity.objects.for_merchant(harbor).filter(sentence__startswith="No longer allowed").count() == 1
    browser.post(PAGE, PRESET | seen_on(browser, PAGE))
    assert RewardPreset.objects.in_force(harbor) == RewardPreset.objects.get()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": ""}, "required"),
        ({"name": "{guest} {reward}"}, "“{guest}” isn’t filled in"),
        ({"name": "{reward"}, "isn’t filled in"),
        ({"guests_per_period": 0}, "greater than or equal to 1"),
        ({"claim_days": 0}, "greater than or equal to 1"),
        ({"claim_days": 61}, "less than or equal to 60"),
        ({"use_days": 731}, "less than or equal to 730"),
        ({"period": "year"}, "valid choice"),
        ({"fine_print": "x" * 2001}, "at most 2000"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    harbor: Merchant, ana: User, client_of: Any, changes: dict[str, Any], says: str
) -> None:
    answer = client_of(ana).post(PAGE, PRESET | changes)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not RewardPreset.objects.exists()


def test_a_change_counts_for_campaigns_made_later_and_no_second_one_is_made(
    harbor: Merchant, ana: User, client_of: Any
) -> None:
    preset_of(harbor, ana)
    program, reward = Program(harbor, ana), harbor.reward_templates.order_by("pk")[0]
    program.post("/rewards", {"email": "ann@example.com", "reward_template_id": reward.pk})
    browser = client_of(ana)
    browser.post(PAGE, PRESET | {"fine_print": "New."} | seen_on(browser, PAGE))
    program.post("/rewards", {"email": "bob@example.com", "reward_template_id": reward.pk})
    assert [campaign.fine_print for campaign in Campaign.objects.all()] == ["One per guest."]
    page = client_of(ana).get(PAGE).content.decode()
    assert Campaign.objects.get().name in page
    assert "asked for 2 guests this week" in " ".join(page.split())


def test_an_old_page_turns_on_nothing_that_somebody_has_turned_off(harbor: Merchant, ana: User, client_of: Any) -> None:
    preset_of(harbor, ana)
    browser = client_of(ana)
    old = seen_on(browser, PAGE)
    browser.post(f"{PAGE}end/")
    answer = browser.post(PAGE, PRESET | old)
    assert answer.status_code == 409
    assert "was “on” and is “off” now" in answer.content.decode()
    assert RewardPreset.objects.in_force(harbor) is None
    assert browser.post(PAGE, PRESET).status_code == 409, "Nobody has looked."


def test_what_the_page_takes_can_always_be_published(harbor: Merchant, ana: User, client_of: Any) -> None:
    reward = harbor.reward_templates.order_by("pk")[0]
    program, browser = Program(harbor, ana), client_of(ana)
    for period in ("day", "week", "month"):
        for days in ({"claim_days": 1, "use_days": 1}, {"claim_days": 60, "use_days": 730}):
            browser.post(PAGE, PRESET | days | {"period": period} | seen_on(browser, PAGE))
            RewardPreset.objects.update(uuid=uuid4())  # As of another merchant, for which none is made yet.
            asked = program.post("/rewards", {"email": "ann@example.com", "reward_template_id": reward.pk})
            assert asked.status_code == 202, (period, days)
    assert Campaign.objects.filter(state="publishing").count() == 6
