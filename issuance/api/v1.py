"""The first version of the API: its operations. What they refuse, pages refuse as well."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Schema
from ninja.errors import HttpError
from ninja.responses import NinjaJSONEncoder

from campaigns.access import campaign_of
from campaigns.models import Campaign, RewardTemplate
from campaigns.tasks import publish_campaign
from issuance.api.callers import Token, merchant_of, token_of
from issuance.api.document import Api
from issuance.api.guests import router as guests
from issuance.api.making import CampaignIn, made_campaign
from issuance.api.refusals import TooMany, invalid, tell_problems
from issuance.api.schemas import (
    REFUSALS,
    After,
    BatchId,
    BatchMade,
    BatchOut,
    BatchWhole,
    Before,
    CampaignOut,
    GuestOutcome,
    GuestPage,
    Health,
    Id,
    Key,
    Limit,
    Page,
    Problem,
    RewardTemplateOut,
)
from issuance.api.sent import RewardIn, RewardsIn
from issuance.events.on_the_fly import NoGuest, TooManyInPeriod, receive_on_the_fly
from issuance.events.once import Answer, KeyReused, batch_once, once
from issuance.events.receiving import Refused, TooManyToday, checked, withdraw
from issuance.events.telling import INVALID, guests_of, said_of
from issuance.guests.reasons import reason_in_words
from issuance.models import EventBatch
from thanxportal.accounts.models import Merchant, Scope
from thanxportal.celery import nudge
from thanxportal.counted import counted
from thanxportal.pagination import page_of

DESCRIPTION = (
    "Reward guests of one merchant from other programs. Every request needs a token of the merchant, which a manager "
    "makes in the portal under Settings, Integrations: “Authorization: Bearer …”. Errors are JSON of one shape "
    "(RFC 9457). Times are in UTC."
)
LATER: dict[Any, Any] = dict.fromkeys((409, 429), Problem)


api = Api(title="Thanx Portal", version="1", description=DESCRIPTION, urls_namespace="api-1")
tell_problems(api)
api.add_router("/guests", guests)


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


@api.post("/campaigns", auth=Token(Scope.CAMPAIGNS), response={201: CampaignOut} | REFUSALS | LATER)
def make_campaign(request: HttpRequest, body: CampaignIn, idempotency_key: Key) -> Any:
    """Draft a campaign, under the checks of the builder's page, and publish it at once on demand."""
    token = token_of(request)

    def act() -> Answer:
        made = made_campaign(token=token, asked=body)
        if body.publish:
            nudge(publish_campaign, made)
        return Answer(201, _written(CampaignOut.from_orm(campaign(request, made))))

    return _answered(request, partial(once, key=idempotency_key, act=act))


@api.post("/rewards", auth=Token(Scope.REWARD), response={202: BatchMade} | REFUSALS | LATER)
def reward_on_the_fly(request: HttpRequest, body: RewardIn, idempotency_key: Key) -> Any:
    """Reward one guest, without a campaign: one is made and published of what a manager has set for rewards on the fly,
    for each reward and period. The guest waits until Thanx has it. One whom another campaign holds out to learn what
    rewards change gets nothing: the batch is finished at once, with the outcome control."""
    token, asked = token_of(request), body.model_dump()

    def act() -> Answer:
        template = _published_template(token.merchant, asked.pop("reward_template_id"))
        try:
            batch, made = receive_on_the_fly(template=template, token=token, guest=asked)
        except NoGuest as no_guest:
            raise invalid("email" if asked["email"] else "phone", reason_in_words(str(no_guest))) from None
        if made:
            nudge(publish_campaign, made.pk)
        return Answer(202, _made(batch))

    return _answered(request, partial(once, key=idempotency_key, act=act))


def _published_template(merchant: Merchant, pk: int) -> RewardTemplate:
    for found in RewardTemplate.objects.for_merchant(merchant).published().filter(pk=pk):
        return found
    raise invalid(
        "reward_template_id", "Thanx publishes no such reward of yours. /reward-templates tells those it does."
    )


@api.post("/campaigns/{pk}/rewards", auth=Token(Scope.REWARD), response={202: BatchMade} | REFUSALS | LATER)
def reward(request: HttpRequest, pk: Id, body: RewardsIn, idempotency_key: Key) -> Any:
    """Reward 1 to 10,000 guests. They are gathered for some seconds with what else is asked for in this campaign, go to
    its arms, and get nothing where a list of guests would give them nothing."""
    token = token_of(request)
    chosen = next(iter(campaign_of(token.merchant_id, pk)), None)
    if chosen is None:
        raise Http404
    chosen.merchant = token.merchant

    def act() -> tuple[EventBatch, Answer]:
        batch = checked(campaign=chosen, token=token, guests=[guest.model_dump() for guest in body.guests])
        return batch, Answer(202, _made(batch))

    return _answered(request, partial(batch_once, key=idempotency_key, act=act))


def _answered(request: HttpRequest, ask: Callable[..., Answer]) -> HttpResponse:
    token = token_of(request)
    try:
        answer = ask(token=token, asked=request.path.encode() + request.body)
    except Refused as refusal:
        raise HttpError(409, str(refusal)) from None
    except TooManyInPeriod as too_many:
        raise TooMany(*too_many.args) from None
    except TooManyToday:
        cost = f" and for rewards worth ${token.dollars_per_day:,}" if token.dollars_per_day is not None else ""
        most = f"This token may ask for {counted(token.guests_per_day, 'guest')}{cost} a day."
        raise TooMany(most, token.day_ends) from None
    except KeyReused:
        raise HttpError(
            422, "This Idempotency-Key came before with something else. Use a new one for each act."
        ) from None
    return HttpResponse(answer.body, status=answer.status, content_type="application/json")


def _made(batch: EventBatch) -> str:
    bad = [told for told in guests_of(batch, after=-1, most=batch.size) if told.outcome == INVALID]
    told = [{"index": each.at, "code": each.code, "detail": each.detail} for each in bad]
    return _written(BatchOut.from_orm(batch), invalid=told)


def _written(answer: Schema, **more: Any) -> str:
    """As ninja writes other answers."""
    return json.dumps(answer.model_dump() | more, cls=NinjaJSONEncoder, ensure_ascii=False)


@api.get("/batches", auth=Token(Scope.READ), response={200: Page[BatchOut]} | REFUSALS)
def batches(request: HttpRequest, before: Before = None, limit: Limit = 50) -> dict[str, Any]:
    """What was asked for, the newest first."""
    return _page(request, EventBatch.objects.for_merchant(merchant_of(request)), limit)


@api.get("/batches/{batch_id}", auth=Token(Scope.READ), response={200: BatchWhole} | REFUSALS)
def batch(request: HttpRequest, batch_id: BatchId) -> EventBatch:
    """One batch, and how many of its guests have which outcome."""
    return _batch(request, batch_id)


@api.get("/batches/{batch_id}/guests", auth=Token(Scope.READ), response={200: GuestPage} | REFUSALS)
def batch_guests(
    request: HttpRequest,
    batch_id: BatchId,
    outcome: GuestOutcome | None = None,
    after: After = -1,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Guests of a batch in the order in which they were sent, without emails and phones."""
    told = guests_of(_batch(request, batch_id), after=after, most=limit + 1, outcome=outcome or "")
    return {"items": told[:limit], "next": told[limit - 1].at if len(told) > limit else None}


@api.delete("/batches/{batch_id}", auth=Token(Scope.REWARD), response={200: BatchOut} | REFUSALS | LATER)
def withdraw_batch(request: HttpRequest, batch_id: BatchId) -> EventBatch:
    """Take a batch back that was asked for with this token, as long as it waits."""
    found = _batch(request, batch_id)
    if found.stream.token_id != token_of(request).pk:
        raise HttpError(403, "Only who asked for a batch takes it back: this one was asked for with another token.")
    try:
        if not withdraw(found):
            raise Refused(_no_longer_waits(_batch(request, batch_id)))
    except Refused as refusal:
        raise HttpError(409, str(refusal)) from None
    return _batch(request, batch_id)


def _no_longer_waits(batch: EventBatch) -> str:
    if batch.guest_list is not None:
        return "This batch no longer waits. Stop its list in the portal, if there is still time."
    return f"This batch no longer waits. {said_of(batch)[0]}."


def _batch(request: HttpRequest, uuid: UUID) -> EventBatch:
    for found in EventBatch.objects.for_merchant(merchant_of(request)).filter(uuid=uuid):
        return found
    raise Http404


def _page(request: HttpRequest, rows: Any, limit: int) -> dict[str, Any]:
    items, following = page_of(request, rows, limit)
    return {"items": items, "next": following}
