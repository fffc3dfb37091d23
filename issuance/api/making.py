"""A campaign that a program sends, read by the very form of the builder's page, so that both say the same of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any

from django.db import transaction
from django.forms import Form
from django.utils import timezone
from ninja.errors import ValidationError
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from campaigns.builder_actions import CONTROL_REWARD, MOST_ARMS
from campaigns.drafts import FIELDS, save_draft
from campaigns.forms import ArmForm, Builder, CampaignForm
from campaigns.models import CONTROL
from campaigns.publishing import request_publication
from campaigns.publishing_rules import problems
from issuance.api.refusals import TooMany, invalid
from issuance.api.sent import Sent
from issuance.models import KeptAnswer
from thanxportal.accounts.models import ApiToken
from thanxportal.moments import start_of

MOST_A_DAY = 100  # campaigns of one token: Thanx can't take them back
SENT_AS = {"reward": "reward_template_id", "weight": "percent"}  # fields of the page's arms, as programs send them


def _length(form: type[Form], field: str) -> str:
    """How long the page's form takes it. In words, as the form counts no blanks around it and the document would."""
    return f"At most {form.base_fields[field].max_length} characters, blanks around it not counted."  # type: ignore[attr-defined]


def _text(field: str, says: str) -> Any:
    return Field("", description=f"{says} {_length(CampaignForm, field)}")


def _between(least: int, most: int) -> Any:
    """For the document alone: the page's own form says what is wrong."""
    return {"minimum": least, "maximum": most}


WHEN = "Such as 2027-06-01T09:00:00-07:00; without an offset in the merchant’s time zone. A draft may lack it."
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def _written_in_full(text: str) -> str:
    """The page also reads dates as the merchant’s locale writes them. Of a program’s nobody guesses what they mean."""
    if not ISO.fullmatch(text):
        raise PydanticCustomError("no_iso_date", "Write date and time by ISO 8601, such as 2027-06-01T09:00:00-07:00.")
    return text


Iso = Annotated[str, AfterValidator(_written_in_full), Field(json_schema_extra={"format": "date-time"})]
When = Annotated[Iso | None, Field(description=WHEN)]


class ArmIn(Sent):
    """A group of guests, and what they get."""

    name: str = Field("", description=f"Empty: the name of its reward. {_length(ArmForm, 'name')}")
    reward_template_id: int | None = Field(
        None, strict=True, description=f"Null for the arm named {CONTROL}, whose guests get nothing."
    )
    percent: int | None = Field(
        None, strict=True, description="Null: an equal part of what is left.", json_schema_extra=_between(1, 100)
    )
    locked: bool = Field(False, strict=True, description="Keeps its share while people change the draft.")


class CampaignIn(Sent):
    """A campaign as the builder's page takes it; only the name is needed for a draft."""

    name: str = Field(description=_length(CampaignForm, "name"), json_schema_extra={"minLength": 1})
    objective: str = _text("objective", "One sentence that says what it is for.")
    fine_print: str = _text("fine_print", "Guests see it with the reward.")
    start_at: When = None
    end_at: When = None
    redeemable_from: When = None
    redeemable_to: When = None
    expected_guests: int | None = Field(
        None, strict=True, description="For planning only.", json_schema_extra=_between(1, 10_000_000)
    )
    arms: list[ArmIn] = Field([], max_length=MOST_ARMS)
    publish: bool = Field(
        False, strict=True, description="Whether it is published at once, after which nobody edits it."
    )

    def as_typed(self) -> dict[str, str]:
        """The same as fields of the page's form."""
        fields = {name: _typed(getattr(self, name)) for name in FIELDS}
        for position, arm in enumerate(self.arms):
            control = arm.name == CONTROL and arm.reward_template_id is None
            fields |= {
                f"arm{position}-reward": CONTROL_REWARD if control else _typed(arm.reward_template_id),
                f"arm{position}-name": "" if control else arm.name,
                f"arm{position}-weight": _typed(arm.percent),
                f"arm{position}-locked": "on" if arm.locked else "",
            }
        return fields


@transaction.atomic
def made_campaign(*, token: ApiToken, asked: CampaignIn) -> int:
    """The id of the draft, which is handed over for publishing if that is asked for. Raises ninja's ValidationError
    with what the page would say, and keeps nothing then."""
    builder = Builder.posted(token.merchant, None, asked.as_typed())
    if not builder.is_valid():
        raise ValidationError([*_wrong(builder)])
    by: dict[str, Any] = {"actor": token.created_by, "by": token.name}
    made = save_draft(
        merchant=token.merchant, campaign=None, values=builder.form.cleaned_data, arms=builder.drafted(), **by
    )
    assert made is not None  # noqa: S101 - a new draft is never published meanwhile
    _limit(token)
    if asked.publish and not request_publication(campaign=made, **by):
        raise invalid("publish", *problems(made, list(made.variants.all()), now=timezone.now()))
    return made.pk


def _limit(token: ApiToken) -> None:
    """Of this day, counted by what it was answered, one request after the other: the draft's line has locked the end of
    the merchant's log. Nobody but a program that went wrong gets there."""
    today = timezone.localdate()
    made = KeptAnswer.objects.filter(token=token, status=201, at__gte=start_of(today))
    if made.count() >= MOST_A_DAY:
        raise TooMany(f"A token makes {MOST_A_DAY} campaigns a day at most.", today + timedelta(days=1))


def _wrong(builder: Builder) -> Iterator[dict[str, Any]]:
    """What the page says beside its fields, beside the names that programs know them by."""
    for form in (builder.form, *builder.arms):
        at = ("body", "arms", form.was) if isinstance(form, ArmForm) else ("body",)
        for name, sentences in form.errors.items():
            place = (*at, SENT_AS.get(name, name))
            yield from ({"type": "value_error", "loc": place, "msg": str(says)} for says in sentences)


def _typed(value: str | int | None) -> str:
    return "" if value is None else str(value)
