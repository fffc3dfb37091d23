"""The first version of the API: its operations. What they refuse, pages refuse as well."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja.errors import HttpError, Throttled

from campaigns.access import campaign_of
from campaigns.models import Campaign, RewardTemplate
from issuance.api.callers import Token, merchant_of, token_of
from issuance.api.document import Api
from issuance.api.refusals import tell_problems
from issuance.api.schemas import (
    After,
    BatchId,
    BatchMade,
    BatchOut,
    BatchWhole,
    Before,
    CampaignOut,
    GuestOut,
    Health,
    Id,
    Key,
    Limit,
    Page,
    Problem,
    RewardsIn,
    RewardTemplateOut,
)
from issuance.events.once import Answer, KeyReused, once
from issuance.events.receiving import Refused, TooManyToday, receive, withdraw
from issuance.events.telling import INVALID, guests_of
from issuance.models import EventBatch
from thanxportal.accounts.models import Scope
from thanxportal.moments import end_of
from thanxportal.pagination import page_of

DESCRIPTION = (
    "Reward guests of one merchant from other programs. Every request needs a token of the merchant, which a manager "
    "makes in the portal under Settings, Integrations: “Authorization: Bearer …”. Errors are JSON of one shape "
    "(RFC 9457). Times are in UTC."
)
LATER: dict[Any, Any] = dict.fromkeys((409, 429), Problem)
REFUSALS: dict[Any, Any] = dict.fromkeys((400, 401, 403, 404, 422), Problem)


api = Api(title="Thanx Portal", version="1", description=DESCRIPTION, urls_namespace="api-1")
tell_problems(api)


@api.get("/health", auth=Token(), response={200: Health} | REFUSALS)
def health(request: HttpRequest) -> Health:
    """Whether the token works, for whom, and what it may do."""
    token = token_of(request)
    return Health(merchant=token.merchant.handle, token=token.name, scopes=token.scopes, expires_at=token.expires_at)


@api.get("/campaigns", auth=Token(Scope.READ), response={200: Page[CampaignOut]} | REFUSALS)
def campaigns(request: HttpRequest, before: Before = None, limit: Limit = 50) -> dict[str, Any]:
    """Campaigns, the newest first."""
    found = Campaign.objects.for_merchant(merchant_of(request)).with_variants().defer("raw")
    return _page(request, found, limit)


@api.get("/campaigns/{pk}", auth=Token(Scope.READ), response={200: CampaignOut} | REFUSALS)
def campaign(request: HttpRequest, pk: Id) -> Campaign:
    """One campaign with its arms."""
    for found in Campaign.objects.for_merchant(merchant_of(request)).with_variants().filter(pk=pk):
        return found
    raise Http404


@api.get("/reward-templates", auth=Token(Scope.READ), response={200: Page[RewardTemplateOut]} | REFUSALS)
def reward_templates(request: HttpRequest, before: Before = None, limit: Limit = 50) -> dict[str, Any]:
    """Rewards that the merchant publishes in Thanx now."""
    found = RewardTemplate.objects.for_merchant(merchant_of(request)).published().defer("raw").order_by("-pk")
    return _page(request, found, limit)


@api.post("/campaigns/{pk}/rewards", auth=Token(Scope.REWARD), response={202: BatchMade} | REFUSALS | LATER)
def reward(request: HttpRequest, pk: Id, body: RewardsIn, idempotency_key: Key) -> Any:
    """Reward 1 to 10,000 guests. They are gathered for some seconds with what else is asked for in this campaign, go to
    its arms, and get nothing where a list of guests would give them nothing."""
    token = token_of(request)
    chosen = next(iter(campaign_of(token.merchant_id, pk)), None)
    if chosen is None:
        raise Http404
    chosen.merchant = token.merchant

    def act() -> Answer:
        batch = receive(campaign=chosen, token=token, guests=[guest.model_dump() for guest in body.guests])
        return Answer(202, _made(batch))

    try:
        answer = once(token=token, key=idempotency_key, asked=request.path.encode() + request.body, act=act)
    except Refused as refusal:
        raise HttpError(409, str(refusal)) from None
    except TooManyToday:
        raise TooMany(token.guests_per_day) from None
    except KeyReused:
        raise HttpError(
            422, "This Idempotency-Key came before with something else. Use a new one for each act."
        ) from None
    return HttpResponse(answer.body, status=answer.status, content_type="application/json")


def _made(batch: EventBatch) -> str:
    invalid = [told for told in guests_of(batch, after=-1, most=batch.size) if told.outcome == INVALID]
    told = [{"index": each.at, "code": each.code, "detail": each.detail} for each in invalid]
    return json.dumps(BatchOut.from_orm(batch).model_dump(mode="json") | {"invalid": told}, ensure_ascii=False)


@api.get("/batches", auth=Token(Scope.READ), response={200: Page[BatchOut]} | REFUSALS)
def batches(request: HttpRequest, before: Before = None, limit: Limit = 50) -> dict[str, Any]:
    """What was asked for, the newest first."""
    return _page(request, EventBatch.objects.for_merchant(merchant_of(request)), limit)


@api.get("/batches/{batch_id}", auth=Token(Scope.READ), response={200: BatchWhole} | REFUSALS)
def batch(request: HttpRequest, batch_id: BatchId) -> EventBatch:
    """One batch, and how many of its guests have which outcome."""
    return _batch(request, batch_id)


@api.get("/batches/{batch_id}/guests", auth=Token(Scope.READ), response={200: Page[GuestOut]} | REFUSALS)
def batch_guests(
    request: HttpRequest, batch_id: BatchId, outcome: str = "", after: After = -1, limit: Limit = 100
) -> dict[str, Any]:
    """Guests of a batch in the order in which they were sent, without emails and phones."""
    told = guests_of(_batch(request, batch_id), after=after, most=limit + 1, outcome=outcome)
    return {"items": told[:limit], "next": told[limit - 1].at if len(told) > limit else None}


@api.delete("/batches/{batch_id}", auth=Token(Scope.REWARD), response={200: BatchOut} | REFUSALS | LATER)
def withdraw_batch(request: HttpRequest, batch_id: BatchId) -> EventBatch:
    """Take a batch back that was asked for with this token, as long as it waits."""
    found = _batch(request, batch_id)
    if found.stream.token_id != token_of(request).pk:
        raise HttpError(403, "Only who asked for a batch takes it back: this one was asked for with another token.")
    try:
        if not withdraw(found):
            raise Refused("This batch no longer waits. Stop its list in the portal, if there is still time.")
    except Refused as refusal:
        raise HttpError(409, str(refusal)) from None
    return _batch(request, batch_id)


def _batch(request: HttpRequest, uuid: UUID) -> EventBatch:
    for found in EventBatch.objects.for_merchant(merchant_of(request)).filter(uuid=uuid):
        return found
    raise Http404


def _page(request: HttpRequest, rows: Any, limit: int) -> dict[str, Any]:
    items, following = page_of(request, rows, limit)
    return {"items": items, "next": following}


class TooMany(Throttled):
    """Of today; tomorrow there may be more."""

    def __init__(self, most: int) -> None:
        midnight = end_of(timezone.localdate())
        super().__init__(wait=int((midnight - timezone.now()) / timedelta(seconds=1)) + 1)
        self.message = f"This token may ask for {most:,} guests a day. Try again tomorrow, or ask a manager for more."
