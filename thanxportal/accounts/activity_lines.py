"""Where each line of the log leads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.urls import reverse

from thanxportal.accounts.models import Activity, Merchant, User

ADDRESSES = {"list": "issuance:list_detail", "campaign": "campaigns:campaign_detail"}


class ActivityLine(NamedTuple):
    sentence: str
    at: datetime
    actor: User | None
    url: str


def with_places(merchant: Merchant, activities: Iterable[Activity]) -> list[ActivityLine]:
    """Each act with the page of what it was done to; a draft that was deleted has none any more."""
    acts = list(activities)
    targets = {act.pk: act.target.partition(":") for act in acts}
    named = [pk for kind, _, pk in targets.values() if kind == "campaign" and pk.isdecimal()]
    known = set(map(str, merchant.campaigns.filter(pk__in=named).values_list("pk", flat=True)))
    return [ActivityLine(act.sentence, act.at, act.actor, _place(merchant, targets[act.pk], known)) for act in acts]


def _place(merchant: Merchant, target: tuple[str, str, str], campaigns: set[str]) -> str:
    kind, _, pk = target
    if kind not in ADDRESSES or (kind == "campaign" and pk not in campaigns):
        return ""
    return reverse(ADDRESSES[kind], args=[merchant.handle, pk])
