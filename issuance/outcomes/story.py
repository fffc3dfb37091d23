"""What one guest got from a merchant, in all of its lists and campaigns: found by the keyed hash alone."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from campaigns.models import RewardTemplate, Variant
from issuance.guests.reasons import reason_in_words
from issuance.importing.batches import guest_hasher
from issuance.models import Guest, GuestList
from issuance.models.states import Outcome
from issuance.parsing.identifiers import identity
from thanxportal.accounts.models import Merchant

MOST = 100  # rows, the newest lists first


class Chapter(NamedTuple):
    """One row of the guest. `at` is when its job ended, or else when its list was launched or brought."""

    list: GuestList
    row: int
    variant: Variant
    outcome: Outcome
    reason: str
    at: datetime

    @property
    def reward(self) -> RewardTemplate | None:
        return self.variant.reward_template if self.outcome == Outcome.REWARDED else None


class Story(NamedTuple):
    chapters: list[Chapter]
    rewards: int
    more: bool


def story_of(merchant: Merchant, value: str) -> Story:
    """`value` is an email or phone as `identifiers` writes it. No index has the hash: all guests are read."""
    digest = guest_hasher(GuestList(merchant=merchant))(identity(value))
    rows = Guest.objects.filter(guest_list__merchant=merchant, identity=digest).order_by("-guest_list", "row")
    related = rows.select_related("guest_list__campaign", "variant__reward_template", "job")
    guests = list(related.defer("cells", "job__body")[: MOST + 1])
    chapters = [_chapter(guest) for guest in guests[:MOST]]
    return Story(chapters, sum(each.outcome == Outcome.REWARDED for each in chapters), more=len(guests) > MOST)


def _chapter(guest: Guest) -> Chapter:
    ended = guest.job.ended_at if guest.job else None
    return Chapter(
        list=guest.guest_list,
        row=guest.in_file,
        variant=guest.variant,
        outcome=Outcome(guest.outcome),
        reason=reason_in_words(guest.reason),
        at=ended or guest.guest_list.launched_at or guest.guest_list.created_at,
    )
