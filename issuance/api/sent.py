"""What programs send."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from issuance.events.asked import MOST_FIELDS, RESERVED
from issuance.events.gathering import MOST as MOST_GUESTS
from thanxportal.prepared import LARGEST


class Sent(Schema):
    """What programs send; a name that nobody knows is a mistake."""

    model_config = ConfigDict(extra="forbid")


def _as_text(sent: Any) -> Any:
    """Exports of other systems have null for what is empty, and numbers for ids and phones."""
    is_whole = type(sent) in (int, float) and 0 <= sent <= LARGEST and sent == int(sent)
    return str(int(sent)) if is_whole else _not_null(sent)


def _not_null(sent: Any) -> Any:
    return "" if sent is None else sent


def _text(most: int, *more: dict[str, Any], description: str | None = None) -> Any:
    """A text of so many characters at most; its document says what else becomes one."""
    kinds = {"anyOf": [{"type": "string", "maxLength": most}, *more, {"type": "null"}]}
    return Field("", max_length=most, description=description, json_schema_extra=lambda told: _replace(told, kinds))


def _replace(told: dict[str, Any], kinds: dict[str, Any]) -> None:
    del told["type"], told["maxLength"]
    told |= kinds


NUMBER = {"type": "integer", "minimum": 0, "maximum": LARGEST}
NotNull = Annotated[str, BeforeValidator(_not_null)]
AsText = Annotated[str, BeforeValidator(_as_text)]


class GuestIn(Sent):
    """Who is to be rewarded, by email or phone, and why."""

    email: NotNull = _text(320)
    phone: AsText = _text(60, NUMBER)
    reason: AsText = _text(200, NUMBER)
    external_id: AsText = _text(
        100,
        NUMBER,
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
