"""Nobody publishes anything else than what they saw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign, CampaignState
from tests import cast
from tests.campaigns.filling import publish, seen_on
from thanxportal.accounts.models import Merchant, User

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def draft(harbor: Merchant) -> Campaign:
    return cast.draft_campaign(harbor)


def page(draft: Campaign) -> str:
    return f"/m/harbor-grill/campaigns/{draft.pk}/"


def arm(draft: Campaign) -> Any:
    found = draft.variants.select_related("reward_template").first()
    assert found
    return found


def rename(draft: Campaign) -> None:
    Campaign.objects.filter(pk=draft.pk).update(name="Win-back July")


def shift_the_split(draft: Campaign) -> None:
    names = list(draft.variants.order_by("position").values_list("pk", flat=True))
    draft.variants.filter(pk=names[0]).update(weight=80)
    draft.variants.filter(pk=names[1]).update(weight=10)


def swap_the_rewards(draft: Campaign) -> None:
    first, second = draft.variants.exclude(name="Control")
    draft.variants.filter(pk=first.pk).update(reward_template=second.reward_template)
    draft.variants.filter(pk=second.pk).update(reward_template=first.reward_template)


def withdraw_the_reward(draft: Campaign) -> None:
    draft.merchant.reward_templates.filter(pk=arm(draft).reward_template_id).update(withdrawn_at=timezone.now())


def rewrite_the_terms(draft: Campaign) -> None:
    draft.merchant.reward_templates.filter(pk=arm(draft).reward_template_id).update(fine_print="Only on Mondays.")


def drop_an_arm(draft: Campaign) -> None:
    gone = arm(draft)
    draft.variants.filter(pk=gone.pk).delete()
    draft.variants.filter(name="Control").update(weight=10 + gone.weight)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (rename, "Name was “Win-back June” and is “Win-back July” now."),
        (shift_the_split, "45%” and is “"),
        (swap_the_rewards, "was “"),
        (rewrite_the_terms, "At Thanx, the terms of “"),
        (drop_an_arm, "is gone; it was: "),
    ],
)
def test_a_draft_that_changed_since_it_was_looked_at_is_not_published_and_the_difference_is_shown(
    change: Callable[[Campaign], None], sentence: str, draft: Campaign, ana: User, client_of: ClientOf
) -> None:
    browser = client_of(ana)
    seen = seen_on(browser, page(draft))
    change(draft)
    answer = browser.post(f"{page(draft)}publish/", seen)
    assert answer.status_code == 409
    assert sentence in answer.content.decode()
    draft.refresh_from_db()
    assert draft.state == CampaignState.DRAFT
    assert publish(browser, draft).status_code == 302  # Now they have seen it.
    draft.refresh_from_db()
    assert draft.state == CampaignState.PUBLISHING


def test_a_reward_that_was_withdrawn_meanwhile_is_named_before_what_is_missing(
    draft: Campaign, ana: User, client_of: ClientOf
) -> None:
    browser = client_of(ana)
    seen = seen_on(browser, page(draft))
    withdraw_the_reward(draft)
    answer = browser.post(f"{page(draft)}publish/", seen)
    assert answer.status_code == 409
    assert "(no longer published), 45%” now." in answer.content.decode()


@pytest.mark.parametrize("seen", [{}, {"seen": ""}, {"seen": "eyJ9:forged:token"}])
def test_who_has_seen_nothing_publishes_nothing(
    seen: dict[str, str], draft: Campaign, ana: User, client_of: ClientOf
) -> None:
    answer = client_of(ana).post(f"{page(draft)}publish/", seen)
    assert answer.status_code == 409
    assert "Nobody has looked at this yet." in answer.content.decode()
    draft.refresh_from_db()
    assert draft.state == CampaignState.DRAFT


def test_what_was_seen_of_another_draft_does_not_count(draft: Campaign, ana: User, client_of: ClientOf) -> None:
    other = cast.draft_campaign(draft.merchant, name="Birthday")
    browser = client_of(ana)
    assert browser.post(f"{page(draft)}publish/", seen_on(browser, page(other))).status_code == 409
