"""What one guest got. Who it is comes in a body: addresses stand in logs of every machine on the way."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router
from ninja.errors import HttpError, Throttled

from issuance.api.callers import Token, token_of
from issuance.api.schemas import REFUSALS, GuestStory
from issuance.api.sent import GuestLookUp
from issuance.guests.sight import note_look_up_by
from issuance.outcomes.story import story_of
from issuance.parsing.identifiers import parse_guest
from thanxportal.accounts.limits import RETRY_AFTER, give_back, take_places
from thanxportal.accounts.models import Scope

router = Router()


@router.post("/lookup", auth=Token(Scope.GUESTS), response={200: GuestStory} | REFUSALS)
def lookup(request: HttpRequest, body: GuestLookUp) -> Any:
    """What one guest got from this merchant, the newest first, without email and phone. The merchant's activity log
    says that the program asked, not about whom."""
    token = token_of(request)
    found = parse_guest(body.email.strip() or body.phone, token.merchant.country)
    if not found.value:
        raise HttpError(422, "No guest can be read from this. Send one email, or one phone with its country code.")
    taken = take_places("searches", f"token:{token.pk}", token.merchant)
    if not taken:
        raise TooManySearches
    try:
        note_look_up_by(token.merchant, token.name)
        return story_of(token.merchant, found.value)
    finally:
        give_back(taken)


class TooManySearches(Throttled):
    def __init__(self) -> None:
        super().__init__(wait=RETRY_AFTER)
        self.message = "This token and its merchant’s team look up as many guests at once as they may."
