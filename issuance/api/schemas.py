"""What programs send and get."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from ninja import Header, Path, Query, Schema
from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, field_validator, model_validator
from pydantic_core import PydanticCustomError

from campaigns.models import Campaign, RewardTemplate, Variant
from issuance.events.asked import MOST_FIELDS, RESERVED
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


class Sent(Schema):
    """What programs send; a name that nobody knows is a mistake."""

    model_config = ConfigDict(extra="forbid")


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


def _as_text(sent: Any) -> Any:
    """Exports of other systems have null for what is empty, and numbers for ids and phones."""
    is_whole = type(sent) in (int, float) and 0 <= sent <= LARGEST and sent == int(sent)
    return str(int(sent)) if is_whole else _not_null(sent)


def _not_null(sent: Any) -> Any:
    return "" if sent is None else sent


def _kinds(most: int, *more: dict[str, Any]) -> WithJsonSchema:
    """What becomes a text of so many characters at most, for the document."""
    return WithJsonSchema({"anyOf": [{"type": "string", "maxLength": most}, *more, {"type": "null"}]})


NUMBER = {"type": "integer", "minimum": 0, "maximum": LARGEST}
NOT_NULL, AS_TEXT = BeforeValidator(_not_null), BeforeValidator(_as_text)


class GuestIn(Sent):
    """Who is to be rewarded, by email or phone, and why."""

    email: Annotated[str, NOT_NULL, _kinds(320)] = Field("", max_length=320)
    phone: Annotated[str, AS_TEXT, _kinds(60, NUMBER)] = Field("", max_length=60)
    reason: Annotated[str, AS_TEXT, _kinds(200, NUMBER)] = Field("", max_length=200)
    external_id: Annotated[str, AS_TEXT, _kinds(100, NUMBER)] = Field(
        "",
        max_length=100,
        description="Your own name of this event, to find its outcome by. Answers leave out emails and phones in it.",
    )
    fields: dict[Annotated[str, Field(min_length=1, max_length=40)], Annotated[str, Field(max_length=200)]] = Field(
        {},
        max_length=10,
        description="Columns of the report, called unlike those that it has anyway, such as Email.",
    )

    @field_validator("fields")
    @classmethod
    def no_column_twice(cls, fields: dict[str, str]) -> dict[str, str]:
        for name in fields:
            if name.strip().lower() in RESERVED:
                raise PydanticCustomError(
                    "reserved_field", f"The report has a column “{name}” already. Rename the field."
                )
        return fields


class RewardsIn(Sent):
    guests: list[GuestIn] = Field(min_length=1, max_length=MOST_GUESTS)

    @field_validator("guests")
    @classmethod
    def few_columns(cls, guests: list[GuestIn]) -> list[GuestIn]:
        """Each name of a field is a column of all rows, so names made up for each guest would fill the memory."""
        if len({name for guest in guests for name in guest.fields}) > MOST_FIELDS:
            raise PydanticCustomError(
                "many_fields", f"Fields of one request have at most {MOST_FIELDS} different names."
            )
        return guests


class RewardIn(GuestIn):
    """One guest, and the reward that the guest gets."""

    reward_template_id: int = Field(ge=1, le=LARGEST, strict=True, description="As /reward-templates tells it.")


class GuestLookUp(Sent):
    """One guest: an email or a phone."""

    email: str = Field("", max_length=320)
    phone: str = Field("", max_length=60)

    @model_validator(mode="after")
    def one_of_both(self) -> GuestLookUp:
        if bool(self.email.strip()) == bool(self.phone.strip()):
            raise PydanticCustomError("one_guest", "Send either an email or a phone.")
        return self


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
