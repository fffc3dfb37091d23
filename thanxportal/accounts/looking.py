"""Partner staff look at the pages of a merchant: as a viewer sees them, for half an hour, and change nothing.

The session holds whose pages they are, until when, and which kinds of them the logs have already.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest

from thanxportal.accounts.models import Membership, Merchant, Right, Role, User, record_activity

LOOK = "look"  # session key
LASTS = timedelta(minutes=30)
RIGHT = "accounts.look_as_merchant"
ONLY_LOOKING = "You are looking as partner staff, who see what a viewer sees and change nothing."
OF_LISTS, OF_CAMPAIGNS = "lists", "campaigns"
KINDS = {  # What the logs call a page, by how its name begins.
    "home": "the start page", "running": "the start page", "dock": "the start page", "list": OF_LISTS, "jobs": OF_LISTS,
    "lineage": OF_LISTS, "guests": "guests, masked", "report": "a report, masked", "campaign": OF_CAMPAIGNS,
    "proof": OF_CAMPAIGNS, "read": "read-outs", "template": "rewards", "location": "locations",
    "activity": "the activity log",
}  # fmt: skip


class LookEnded(Exception):
    """The person looked at this merchant until the time was over: `merchant` is its id, `args[0]` a sentence."""

    def __init__(self, look: dict[str, Any]) -> None:
        minutes = LASTS // timedelta(minutes=1)
        super().__init__(f"Your look at {look['name']} ended after {minutes} min. Look again from here.")
        self.merchant: int = look["pk"]


def begin_look(request: HttpRequest, merchant: Merchant) -> None:
    """Instead of a look at another merchant."""
    until = time.time() + LASTS.total_seconds()
    request.session[LOOK] = {
        "pk": merchant.pk, "handle": merchant.handle, "name": merchant.name, "until": until, "noted": [],
    }  # fmt: skip


def end_look(request: HttpRequest) -> str | None:
    """Returns the handle of the merchant who was looked at."""
    look: dict[str, Any] = request.session.pop(LOOK, {})
    return look.get("handle")


def look_of(request: HttpRequest) -> dict[str, Any] | None:
    """Whose pages the person looks at just now; None for all but staff who may, and once the time is over."""
    look = _begun(request)
    if look is None or look["until"] < time.time():
        return None
    return look | {"ends": datetime.fromtimestamp(look["until"], UTC)}


def _begun(request: HttpRequest) -> dict[str, Any] | None:
    """The latest look of the session, over or not, of staff who may."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.is_staff:
        return None
    look: dict[str, Any] | None = request.session.get(LOOK)
    return look if look and user.has_perm(RIGHT) else None


def tell_ended_look(request: HttpRequest, handle: str) -> None:
    """Raises LookEnded where a look at this merchant is over, so that nobody wonders where its pages are."""
    look = _begun(request)
    if look and look["handle"] == handle and "pk" in look:
        raise LookEnded(look)


def looker_at(request: HttpRequest, handle: str) -> Membership | None:
    """What the person is at this merchant while looking: a viewer who is on no team, so that it has no key."""
    look = look_of(request)
    merchant = Merchant.objects.filter(handle=handle).first() if look and look["handle"] == handle else None
    return Membership(user=request.user, merchant=merchant, role=Role.VIEWER) if merchant else None  # type: ignore[misc]


def is_look(member: Membership) -> bool:
    return member.pk is None


def only_look(request: HttpRequest, looker: Membership, right: Right) -> None:
    """Raises PermissionDenied for whatever is more than looking; else the logs say which kind of page was looked at."""
    if request.method not in ("GET", "HEAD") or not looker.may(right):
        raise PermissionDenied(ONLY_LOOKING)
    page = (request.resolver_match and request.resolver_match.url_name) or ""
    kind, look = KINDS.get(page.partition("_")[0], "pages"), request.session[LOOK]
    if kind not in look["noted"]:
        _note(looker.merchant, looker.user, kind)
        request.session[LOOK] = look | {"noted": [*look["noted"], kind]}


@transaction.atomic
def _note(merchant: Merchant, person: User, kind: str) -> None:
    """In the merchant's log, and in that of what staff do in the admin."""
    record_activity(merchant=merchant, actor=person, sentence=f"Looked at {kind} as partner staff.")
    words = f"Looked at {kind} as the merchant sees them."
    LogEntry.objects.log_actions(person.pk, [merchant], CHANGE, words, single_object=True)
