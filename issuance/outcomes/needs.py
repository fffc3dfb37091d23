"""What needs a person of a merchant, for the start page."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.urls import reverse

from issuance.outcomes.glance import MOST, Glance
from issuance.outcomes.kinds_of_needs import KINDS, Kind
from thanxportal.accounts.models import Merchant, Right


class Need(NamedTuple):
    """Something that waits for a person, and the place where it is done; nobody of the merchant if `right` is None.

    `more` is no such thing itself: it stands for those of one kind for which there is no room.
    """

    title: str
    text: str
    tone: str
    url: str
    action: str
    right: Right | None
    asker: int | None = None  # who may not answer what they asked themselves
    more: bool = False


def needs_of(glance: Glance) -> list[Need]:
    """Problems first, then decisions, then unfinished drafts; a few of each kind."""
    return [need for kind in KINDS for need in _needs(kind, glance)]


def _needs(kind: Kind, glance: Glance) -> list[Need]:
    merchant, rows = glance.merchant, list(kind.rows(glance))
    needs = [_need(kind, merchant, row) for row in rows[:MOST]]
    if len(rows) > MOST:
        text = f"Only the latest {MOST} of this kind are shown here."
        url = reverse(kind.page_of_all, args=[merchant.handle])
        needs.append(Need("There are more like these.", text, "", url, "See all", kind.right, more=True))
    return needs


def _need(kind: Kind, merchant: Merchant, row: Any) -> Need:
    words = (kind.title, kind.text, kind.tone, kind.action)
    title, text, tone, action = (said(row) if callable(said) else said.format(row) for said in words)
    url = reverse(kind.page, args=[merchant.handle, kind.pk(row)])
    return Need(title, text, tone, url, action, kind.right, None if kind.asker_may_answer else row.launched_by_id)
