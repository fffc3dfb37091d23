"""Thanx's answers as types. Only ids are required; `raw` keeps the JSON object as it came.

A field that is missing, null or of another type than documented is read as empty ("" or 0 or None): one odd field
must not cost us the id of a job that Thanx accepted. Unknown fields stay in `raw`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WrapValidator, model_validator


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def _id(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _whole_number(default: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        fits = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        return value if fits else default

    return read


def _objects(value: Any) -> list[Any]:
    """Replaces entries that are no objects by empty ones, so that their number stays as Thanx sent it."""
    return [entry if isinstance(entry, dict) else {} for entry in value] if isinstance(value, list) else []


def _object_or_none(value: Any, read: Callable[[Any], Any]) -> Any:
    return read(value) if isinstance(value, dict) else None


def _addresses(value: Any) -> dict[str, str]:
    return {size: url for size, url in value.items() if isinstance(url, str)} if isinstance(value, dict) else {}


Text = Annotated[str, BeforeValidator(_text)]
Count = Annotated[int, BeforeValidator(_whole_number(0))]
Position = Annotated[int, BeforeValidator(_whole_number(-1))]
Id = Annotated[str, BeforeValidator(_id), Field(min_length=1, max_length=64)]  # As long as the portal can keep.


class Answer(BaseModel):
    """Base of all answers: frozen, tolerant of new fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    raw: dict[str, Any] = Field(default_factory=dict, repr=False, exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _keep_raw(cls, value: Any) -> Any:
        return {**value, "raw": value} if isinstance(value, dict) else value


class Merchant(Answer):
    """`handle` is the long-lived unique name."""

    id: Id
    handle: Text = ""
    name: Text = ""


class Location(Answer):
    """`time_zone` is an IANA name, which most locations don't have."""

    id: Id
    merchant_id: Text = ""
    name: Text = ""
    street: Text = ""
    city: Text = ""
    state: Text = ""
    zip: Text = ""
    phone: Text = ""
    time_zone: Text = ""


class Discount(Answer):
    """What the reward takes off; `value` is "" for a free item."""

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
    discount: Annotated[Discount | None, WrapValidator(_object_or_none)] = None
    redemption_venue: Text = ""
    images: Annotated[dict[str, str], BeforeValidator(_addresses)] = Field(default_factory=dict)


class Variant(Answer):
    """An arm of a campaign; a Control has no `reward_template_id`."""

    id: Id
    name: Text = ""
    reward_template_id: Annotated[str | None, BeforeValidator(lambda value: _text(value) or None)] = None


class Campaign(Answer):
    """A campaign as Thanx knows it; times are ISO 8601 text with offset, `time_zone` an IANA name."""

    id: Id
    name: Text = ""
    objective: Text = ""
    start_at: Text = ""
    end_at: Text = ""
    redeemable_from: Text = ""
    redeemable_to: Text = ""
    time_zone: Text = ""
    fine_print: Text = ""
    variants: Annotated[list[Variant], BeforeValidator(_objects)] = Field(default_factory=list)


class IssuanceFailure(Answer):
    """One refused identifier. The index is its position in the submitted `identifiers`, from 0; -1 if missing."""

    identifier_index: Position = -1
    identifier_type: Text = ""
    error: Text = ""


class IssuanceSummary(Answer):
    """The end of a completed job: how many were rewarded, how many refused, and which."""

    success_count: Count = 0
    failure_count: Count = 0
    failures: Annotated[list[IssuanceFailure], BeforeValidator(_objects)] = Field(default_factory=list, repr=False)


class IssuanceJob(Answer):
    """An issuance job. `state` is Thanx's word, and may be one that nobody has seen before.

    Times are ISO 8601 text. `summary` comes with the state `completed`, and may be missing from a failed job.
    """

    id: Id
    campaign_id: Text = ""
    variant_id: Text = ""
    state: Text = ""
    total_count: Count = 0
    processed_count: Count = 0
    success_count: Count = 0
    failure_count: Count = 0
    created_at: Text = ""
    started_at: Text = ""
    completed_at: Text = ""
    summary: Annotated[IssuanceSummary | None, WrapValidator(_object_or_none)] = None
