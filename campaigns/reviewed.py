"""What a person saw of a draft before publishing it, carried by the form, so that nothing else is published."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.core import signing
from django.utils.formats import date_format

from campaigns.models import Campaign, Variant
from campaigns.publishing_rules import DATES

Facts = dict[str, str]  # what is published, by its name on the page
_SALT = "campaigns.reviewed"
_WORDS = {"name": "Name", "objective": "Objective", "fine_print": "Fine print"}
_WHEN = dict(zip(DATES, ("Campaign starts", "Campaign ends", "Redeemable from", "Redeemable until"), strict=True))
TERMS = "Terms of “{}”"


class ChangedSinceReview(Exception):
    """The draft, or what it gives, isn't what the person saw. Each difference is a sentence."""

    def __init__(self, differences: list[str]) -> None:
        self.differences = differences
        super().__init__()


def facts_of(campaign: Campaign) -> Facts:
    """Everything that publishing freezes. Needs the campaign's arms and their rewards to be loaded."""
    zone = ZoneInfo(campaign.merchant.time_zone)
    facts = {word: getattr(campaign, field) for field, word in _WORDS.items()}
    for field, word in _WHEN.items():
        moment = getattr(campaign, field)
        facts[word] = date_format(moment.astimezone(zone), "j F Y, H:i") if moment else ""
    for variant in campaign.variants.all():
        facts |= _of_arm(variant)
    return facts


def _of_arm(variant: Variant) -> Facts:
    template = variant.reward_template
    facts = {f"Arm “{variant.name}”": f"{template.name if template else 'nothing'}, {variant.weight}%"}
    if template:
        terms = (template.thanx_id, template.description, template.fine_print, template.offer)
        facts[TERMS.format(template.name)] = sha256("\0".join(terms).encode()).hexdigest()[:12]
    return facts


def sign(facts: Facts) -> str:
    """As a value for a form."""
    return signing.dumps(facts, salt=_SALT, compress=True)


def read(signed: str) -> Facts:
    """The facts that a form carries; none if it carries nothing of ours."""
    try:
        facts: Any = signing.loads(signed, salt=_SALT)
    except signing.BadSignature:
        return {}
    return dict(facts)


def check_unchanged(campaign: Campaign, seen: Facts) -> None:
    """Raises ChangedSinceReview unless the campaign is what was seen."""
    now = facts_of(campaign)
    changed = [word for word in seen | now if seen.get(word) != now.get(word)]
    if differences := [_difference(word, seen.get(word), now.get(word)) for word in changed]:
        raise ChangedSinceReview(differences if seen else ["Nobody has looked at this draft yet."])


def _difference(word: str, before: str | None, after: str | None) -> str:
    if word.startswith(TERMS.partition("{")[0]):
        return _difference_of_terms(word, before, after)
    if before is None:
        return f"{word} is new: {after}."
    if after is None:
        return f"{word} is gone; it was: {before}."
    return f"{word} was “{before}” and is “{after}” now."


def _difference_of_terms(word: str, before: str | None, after: str | None) -> str:
    if before and after:
        return f"{word} changed at Thanx."
    return f"{word} are {'new' if after else 'gone'}."
