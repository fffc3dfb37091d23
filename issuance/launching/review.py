"""What a merchant decides on before issuing: who gets what, in which jobs, and what speaks against it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from campaigns.detectable_difference import Sized, told_from_chance
from campaigns.preview import BLOCK, PASS, WARN, Check
from campaigns.publishing_rules import OPTED_OUT
from campaigns.reviewed import offered, terms_of
from campaigns.reward_value import total_in_words
from issuance.guests.arms import Arm, count_arms
from issuance.launching.job_cutting import canary_size, expected_jobs, segments_of
from issuance.launching.left_out import checks_of_rows
from issuance.models import GuestList
from thanxportal.counted import counted
from thanxportal.moments import written
from thanxportal.reviewed import Facts, differences_between, fingerprint

SOON = timedelta(days=2)
THE_LIST = "This list"
LEFT_OUT = {
    "invalid": "Rows without a guest",
    "duplicate": "Duplicate rows",
    "already_rewarded": "Guests already rewarded and left out",
}


def review_facts(guest_list: GuestList) -> dict[str, Any]:
    """What the review and the approval show: the decision is the same, whoever takes it."""
    arms = count_arms(guest_list)
    checks = checks_of(guest_list, arms)
    canaries = canary_size(guest_list)
    gifts = [arm for arm in arms if arm.count and not arm.variant.is_control]
    return {
        "list": guest_list,
        "arms": arms,
        "gifts": gifts,
        "cost": total_in_words((arm.variant.worth, arm.count) for arm in gifts),
        "difference": _difference(guest_list, arms),
        "job_cutting": expected_jobs(arms, guest_list.job_size, canaries, segments_of(guest_list)),
        "checks": checks,
        "blocked": any(check.level == BLOCK for check in checks),
        "hold_seconds": settings.HOLD_SECONDS,
        "canaries": canaries,
    }


def facts_of(review: dict[str, Any]) -> Facts:
    """What is decided on, out of `review_facts`: whoever launches or approves has seen exactly that."""
    guest_list: GuestList = review["list"]
    facts = {f"Guests of {arm.variant.name}": _given(arm) for arm in review["arms"] if arm.count}
    for arm in review["gifts"]:
        facts |= terms_of(arm.variant.reward_template) if arm.variant.reward_template else {}
    jobs = review["job_cutting"]
    left_out = {word: getattr(guest_list, f"{term}_count") for term, word in LEFT_OUT.items()}
    facts |= {word: f"{rows:,}" for word, rows in left_out.items() if rows}
    if guest_list.launch_at:
        facts["Start"] = written(guest_list.launch_at)
    facts["Jobs"] = f"{jobs.jobs:,} of up to {counted(jobs.largest, 'guest')}"
    return facts | {THE_LIST: fingerprint([str(guest_list.confirm_token)])}


def figures_of(review: dict[str, Any]) -> Facts:
    """The same without the version of the list, as it is kept when an approver sends it back."""
    return {word: fact for word, fact in facts_of(review).items() if word != THE_LIST}


def changed_since_sent_back(review: dict[str, Any]) -> list[str]:
    """What the figures of a list that was sent back were then, where they differ now."""
    return differences_between(review["list"].sent_back_facts, figures_of(review))


def _given(arm: Arm) -> str:
    return f"{arm.count:,} ({offered(arm.variant.reward_template)})"


def _difference(guest_list: GuestList, arms: list[Arm]) -> str:
    """What this list alone could show; nothing of a retry, which only adds to the list that it came from."""
    if guest_list.parent_id:
        return ""
    sized = [Sized(arm.variant.name, arm.count, arm.variant.is_control) for arm in arms]
    return told_from_chance(sized, guest_list.merchant.came_anyway)


def checks_of(guest_list: GuestList, arms: list[Arm]) -> list[Check]:
    """Blocks first, then warnings, then what is fine."""
    checks = [_campaign(guest_list), _guests(guest_list), *_rewards(arms), *checks_of_rows(guest_list)]
    if guest_list.merchant.opted_out:
        checks.append(Check(BLOCK, OPTED_OUT.format(guest_list.merchant, "nothing can be issued")))
    if settings.THANX_ENVIRONMENT == "unknown":
        checks.append(Check(BLOCK, "Issuing is off until staff set the Thanx address."))
    order = (BLOCK, WARN, PASS)
    return sorted(checks, key=lambda check: order.index(check.level))


def _campaign(guest_list: GuestList) -> Check:
    campaign, now = guest_list.campaign, timezone.now()
    if campaign.has_ended:
        return Check(BLOCK, "The campaign has ended. Start a new campaign and bring the list there.")
    if not campaign.accepts_lists:
        return Check(BLOCK, "The campaign isn’t published.")
    if campaign.redeemable_to and campaign.redeemable_to - now < SOON:
        return Check(WARN, "Guests have less than two days left to redeem.")
    if campaign.start_at and campaign.start_at > now:
        return Check(WARN, "The campaign hasn’t started yet.")
    return Check(PASS, "The campaign is published and running.")


def _guests(guest_list: GuestList) -> Check:
    if not guest_list.waiting_count:
        why = "All of them are in Control. " if guest_list.control_count else ""
        return Check(BLOCK, f"Nobody in this list would get a reward. {why}Bring a list with more guests.")
    return Check(PASS, "Every guest appears once. Whoever got a reward of this campaign before is left out.")


def _rewards(arms: list[Arm]) -> list[Check]:
    rewards = [arm.variant.reward_template for arm in arms if arm.count and arm.variant.reward_template]
    gone = [reward.name for reward in rewards if reward.withdrawn_at]
    if gone:
        return [Check(WARN, f"Thanx no longer publishes “{name}” and may refuse these guests.") for name in gone]
    return [Check(PASS, "Thanx publishes every reward of this campaign.")] if rewards else []
