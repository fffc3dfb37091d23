"""Thanx's answers as types. Unknown fields are allowed, and `raw` keeps the JSON object as it came."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value))]
Count = Annotated[int, BeforeValidator(lambda value: 0 if value is None else value), Field(ge=0)]
Id = Annotated[str, Field(min_length=1, max_length=200)]


class Answer(BaseModel):
    """Base of all answers: frozen, tolerant of fields that are new."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    raw: dict[str, Any] = Field(default_factory=dict, repr=False, exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _keep_raw(cls, value: Any) -> Any:
        return {**value, "raw": value} if isinstance(value, dict) else value

    @classmethod
    def read(cls, value: Any) -> Self:
        """Reads one JSON object; raises pydantic's ValidationError when it isn't of this kind."""
        return cls.model_validate(value)


class Merchant(Answer):
    id: Id
    handle: Text = ""
    name: Text = ""


class Location(Answer):
    id: Id
    merchant_id: Text = ""
    name: Text = ""
    street: Text = ""
    city: Text = ""
    state: Text = ""
    zip: Text = ""
    phone: Text = ""


class Discount(Answer):
    type: Text = ""
    value: Text = ""


class RewardTemplate(Answer):
    """A published reward; `images` maps a size name to a URL and may be empty."""

    id: Id
    name: Text = ""
    type: Text = ""
    subtype: Text = ""
    description: Text = ""
    fine_print: Text = ""
    discount: Discount | None = None
    redemption_venue: Text = ""
    images: dict[str, str | None] | None = None


class Variant(Answer):
    """An arm of a campaign; a Control has no `reward_template_id`."""

    id: Id
    name: Text = ""
    reward_template_id: str | None = None


class Campaign(Answer):
    """A campaign as Thanx knows it; times are ISO 8601 text with offset."""

    id: Id
    name: Text = ""
    objective: Text = ""
    start_at: Text = ""
    end_at: Text = ""
    redeemable_from: Text = ""
    redeemable_to: Text = ""
    time_zone: Text = ""
    fine_print: Text = ""
    variants: list[Variant] = Field(default_factory=list)


class IssuanceFailure(Answer):
    """One refused identifier; the index is its position, from 0, in the submitted `identifiers`."""

    identifier_index: int
    identifier_type: Text = ""
    error: Text = ""


class IssuanceSummary(Answer):
    success_count: Count = 0
    failure_count: Count = 0
    failures: list[IssuanceFailure] = Field(default_factory=list)


class IssuanceJob(Answer):
    """An issuance job; `state` is Thanx's word, verbatim, and may be one not seen before."""

    id: Id
    campaign_id: Text = ""
    variant_id: Text = ""
    state: Text = ""
    total_count: Count = 0
    processed_count: Count = 0
    success_count: Count = 0
    failure_count: Count = 0
    summary: IssuanceSummary | None = None
