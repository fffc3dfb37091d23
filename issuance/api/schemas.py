"""What stands in addresses and headers of requests, and what programs get."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from ninja import Header, Path, Query, Schema
from pydantic import Field

from campaigns.models import Campaign, RewardTemplate, Variant
from issuance.events.gathering import MOST as MOST_GUESTS
from issuance.events.telling import Told, counts_of, state_of, why_behind, why_of
from issuance.models import EventBatch
from issuance.outcomes.story import Chapter, Story
from thanxportal.prepared import LARGEST

Item = TypeVar("Item")
MOST = 100  # items of a page
Id = Annotated[int, Path(ge=1, le=LARGEST)]
Before = Annotated[int | None, Query(ge=1, le=LARGEST, description="The “next” of the page before.")]
After = Annotated[int, Query(ge=-1, le=MOST_GUESTS, description="The “next” of the page before.")]
BatchId = Annotated[UUID, Path()]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="Of your own making, one for each thing that you ask for. Asked again with it, nothing is done "
        "twice: the answer is the same for 30 days.",
    ),
]
Limit = Annotated[int, Query(ge=1, le=MOST)]
GuestOutcome = Literal[
    "waiting", "rewarded", "refused", "control", "already_rewarded", "invalid", "duplicate", "unknown", "revoked",
    "not_sent",
]  # fmt: skip


class Problem(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[dict[str, str]] = []


REFUSALS: dict[Any, Any] = dict.fromkeys((400, 401, 403, 404, 422, 429), Problem)


class Page(Schema, Generic[Item]):
    items: list[Item]
    next: int | None = Field(description="Send it as “before” to get the next page; null on the last.")


class Health(Schema):
    status: str = "ok"
    merchant: str
    token: str
    scopes: list[str]
    expires_at: datetime


class Arm(Schema):
    name: str
    percent: int
    reward_template_id: int | None = Field(description="Null for Control, whose guests get nothing.")

    @staticmethod
    def resolve_percent(arm: Variant) -> int:
        return arm.weight


class CampaignOut(Schema):
    id: int
    name: str
    objective: str
    fine_print: str
    state: str = Field(description="draft, publishing, published or refused.")
    accepts_guests: bool
    start_at: datetime | None
    end_at: datetime | None
    redeemable_from: datetime | None
    redeemable_to: datetime | None
    expected_guests: int | None
    problem: str = Field(description="Why publishing failed, in words; empty if it didn’t.")
    arms: list[Arm]

    @staticmethod
    def resolve_accepts_guests(campaign: Campaign) -> bool:
        return campaign.accepts_lists

    @staticmethod
    def resolve_arms(campaign: Campaign) -> list[Variant]:
        return list(campaign.variants.all())


class RewardTemplateOut(Schema):
    id: int
    name: str
    description: str
    fine_print: str
    offer: str = Field(description="What it gives, in words.")

    @staticmethod
    def resolve_offer(template: RewardTemplate) -> str:
        return template.offer


class GuestChapter(Schema):
    """One row of the guest in a list."""

    campaign_id: int
    list_id: int
    outcome: str = Field(description="As that of a batch’s guest.")
    detail: str = Field(description="Why, in words.")
    reward_template_id: int | None = Field(description="What the guest got; null for nothing.")
    reward: str
    at: datetime = Field(description="When its job ended, or else when its list was launched or brought.")

    @staticmethod
    def resolve_campaign_id(chapter: Chapter) -> int:
        return chapter.list.campaign_id

    @staticmethod
    def resolve_list_id(chapter: Chapter) -> int:
        return chapter.list.pk

    @staticmethod
    def resolve_detail(chapter: Chapter) -> str:
        return chapter.reason

    @staticmethod
    def resolve_reward_template_id(chapter: Chapter) -> int | None:
        return chapter.reward.pk if chapter.reward else None

    @staticmethod
    def resolve_reward(chapter: Chapter) -> str:
        return chapter.reward.name if chapter.reward else ""


class GuestStory(Schema):
    """Empty for a guest whom no list names."""

    items: list[GuestChapter]
    rewards: int = Field(description="How many of the items are rewarded.")
    more: bool = Field(description="Whether there are older ones.")

    @staticmethod
    def resolve_items(story: Story) -> list[Chapter]:
        return story.chapters


class Invalid(Schema):
    index: int = Field(description="In what was sent, from 0.")
    code: str
    detail: str


class BatchOut(Schema):
    id: UUID
    campaign_id: int
    size: int
    state: str = Field(
        description="waiting, not_published (it waits, as publishing its campaign failed), needs_approval, held, "
        "issuing, finished, stopped, discarded, withdrawn, campaign_ended, opted_out, "
        "token_ended or lapsed (it waited for as long as guests are kept)."
    )
    detail: str = Field(description="Why it is in no list yet or any more, in words; mostly empty.")
    received_at: datetime

    @staticmethod
    def resolve_id(batch: EventBatch) -> UUID:
        return batch.uuid

    @staticmethod
    def resolve_campaign_id(batch: EventBatch) -> int:
        return batch.stream.campaign_id

    @staticmethod
    def resolve_state(batch: EventBatch) -> str:
        return state_of(batch)

    @staticmethod
    def resolve_detail(batch: EventBatch) -> str:
        return why_of(batch)


class BatchMade(BatchOut):
    """What is answered at once; the rest is told by and by."""

    invalid: list[Invalid] = Field(description="Guests who can’t be rewarded as they were sent. The others are.")


class BatchWhole(BatchOut):
    detail: str = Field(description="Why it waits or is in no list any more, in words; mostly empty.")
    outcomes: dict[str, int] = Field(description="How many guests have which outcome; they add up to the size.")

    @staticmethod
    def resolve_detail(batch: EventBatch) -> str:
        return why_of(batch) or why_behind(batch)

    @staticmethod
    def resolve_outcomes(batch: EventBatch) -> dict[str, int]:
        return counts_of(batch)


class GuestOut(Schema):
    index: int = Field(description="In what was sent, from 0.")
    external_id: str = Field(
        description="As it was sent, with [email] and [phone] for whatever in it is one. Empty in a batch that was "
        "given up, of which nothing but its size is kept."
    )
    outcome: GuestOutcome = Field(
        description="control: of a group that gets nothing, to learn what rewards change. already_rewarded: within the "
        "days that the merchant has set, or another reward for this guest was on its way."
    )
    code: str
    detail: str = Field(description="Why, in words.")

    @staticmethod
    def resolve_index(told: Told) -> int:
        return told.at


class GuestPage(Schema):
    items: list[GuestOut]
    next: int | None = Field(description="Send it as “after” to get the next page; null on the last.")
