"""The endpoints of the Partner API, each as one function from a request to an answer."""

import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from thanxportal.partner_simulator.bodies import IssueOrder, read_campaign, read_issue, text
from thanxportal.partner_simulator.books import Books
from thanxportal.partner_simulator.identity import opaque_id
from thanxportal.partner_simulator.jobs import Job, pack, point_of_death, refusal_of, spoils_the_job
from thanxportal.partner_simulator.weather import Weather
from thanxportal.partner_simulator.wire import (
    Answer,
    RefusedError,
    Request,
    bad_request,
    json_answer,
    not_found,
    rule_broken,
)
from thanxportal.partner_simulator.world import Merchant, Template

TIME_ZONE = "America/Los_Angeles"


@dataclass(frozen=True)
class Desk:
    """Everything that an endpoint may use to answer one request. `now` is in seconds since 1970."""

    merchants: Mapping[str, Merchant]
    books: Books
    scopes: Sequence[str]
    weather: Weather
    refused_share: float
    now: float
    seed: str
    unlisted: Set[str] = frozenset()
    forbidden: Set[str] = frozenset()

    def merchant(self, merchant_id: str) -> Merchant:
        """Return the merchant, or refuse with 403 or 404."""
        if merchant_id in self.forbidden:
            raise RefusedError(403, "FORBIDDEN", "This merchant is not yours.")
        if merchant_id not in self.merchants:
            raise not_found("merchant")
        return self.merchants[merchant_id]

    def listed(self) -> list[Merchant]:
        """Return the merchants that have not opted out."""
        return [merchant for merchant in self.merchants.values() if merchant.id not in self.unlisted]

    def queried_merchant(self, request: Request) -> Merchant:
        """Return the merchant that the query names; it has to name one."""
        return self.merchant(text(request.query, "merchant_id"))

    def published(self, merchant: Merchant) -> list[Template]:
        """Return the merchant's templates that are still on offer."""
        return [template for template in merchant.templates if template.id not in self.books.unpublished]

    def campaign(self, campaign_id: str, merchant_id: str | None) -> dict[str, Any]:
        """Return the campaign, or refuse with 404 if it is unknown or another merchant's."""
        campaign = self.books.campaigns.get(campaign_id)
        if campaign is None or merchant_id not in (None, campaign["merchant_id"]):
            raise not_found("campaign")
        return campaign

    def job(self, job_id: str, merchant_id: str) -> Job:
        """Return the job, or refuse with 404 if it is unknown or another merchant's."""
        job = self.books.jobs.get(job_id)
        if job is None or job.merchant_id != merchant_id:
            raise not_found("issuance job")
        return job


Endpoint = Callable[[Desk, Request, str], Answer]


def answer_request(desk: Desk, request: Request) -> Answer:
    """Find the endpoint, check its scope and let it answer; every refusal becomes an answer."""
    try:
        for method, pattern, scope, endpoint in _ROUTES:
            match = pattern.fullmatch(request.path)
            if match and method == request.method:
                if scope and scope not in desk.scopes:
                    raise RefusedError(403, "FORBIDDEN", f"The scope {scope} is missing.")
                return endpoint(desk, request, match.groupdict().get("id", ""))
        raise not_found("endpoint")
    except RefusedError as refusal:
        return refusal.answer


def _page(request: Request, name: str, rows: Sequence[dict[str, Any]], spelling: str = "total_pages") -> Answer:
    page, size = _whole_number(request, "page", 1), _whole_number(request, "per_page", 10)
    if page < 1 or not 1 <= size <= 100:
        raise bad_request("page starts at 1 and per_page goes from 1 to 100.")
    pages = max(1, -(-len(rows) // size))
    pagination = {"current_page": page, "per_page": size, spelling: pages}
    return json_answer(200, {name: rows[(page - 1) * size : page * size], "pagination": pagination})


def _whole_number(request: Request, name: str, default: int) -> int:
    given = request.query.get(name, str(default))
    if not re.fullmatch(r"-?[0-9]{1,9}", given):
        raise bad_request(f"{name} is not a whole number.")
    return int(given)


def _scopes(desk: Desk, request: Request, _: str) -> Answer:
    return json_answer(200, {"scopes": list(desk.scopes)})


def _merchants(desk: Desk, request: Request, _: str) -> Answer:
    return json_answer(200, {"merchants": [merchant.view() for merchant in desk.listed()]})


def _locations(desk: Desk, request: Request, _: str) -> Answer:
    chosen = [desk.queried_merchant(request)] if "merchant_id" in request.query else desk.merchants.values()
    rows = [location for merchant in chosen for location in merchant.locations]
    return _page(request, "locations", rows, spelling="total_page")


def _templates(desk: Desk, request: Request, _: str) -> Answer:
    templates = desk.published(desk.queried_merchant(request))
    return _page(request, "reward_templates", [template.view() for template in templates])


def _template(desk: Desk, request: Request, template_id: str) -> Answer:
    for template in desk.published(desk.queried_merchant(request)):
        if template.id == template_id:
            return json_answer(200, {"reward_template": template.view()})
    raise not_found("reward template")


def _create_campaign(desk: Desk, request: Request, _: str) -> Answer:
    fields, drafts = read_campaign(request.json_object())
    offered = {template.id for template in desk.published(desk.merchant(fields["merchant_id"]))}
    for draft in drafts:
        if draft.reward_template_id is not None and draft.reward_template_id not in offered:
            raise bad_request(f"The template of variant {draft.name} is not published by this merchant.")
    number = len(desk.books.campaigns)
    variants = [
        {
            "id": opaque_id(desk.seed, "variant", number, index),
            "name": draft.name,
            "reward_template_id": draft.reward_template_id,
        }
        for index, draft in enumerate(drafts)
    ]
    campaign_id = "camp_" + opaque_id(desk.seed, "campaign", number)
    campaign = {"id": campaign_id, **fields, "time_zone": TIME_ZONE, "variants": variants}
    desk.books.add_campaign(campaign)
    return json_answer(201, {"campaign": _campaign_view(campaign)})


def _campaign_view(campaign: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in campaign.items() if name != "merchant_id"}


def _campaigns(desk: Desk, request: Request, _: str) -> Answer:
    merchant = desk.queried_merchant(request)
    active = [
        _campaign_view(campaign)
        for campaign in desk.books.campaigns.values()
        if campaign["merchant_id"] == merchant.id and datetime.fromisoformat(campaign["end_at"]).timestamp() > desk.now
    ]
    return _page(request, "campaigns", active)


def _campaign(desk: Desk, request: Request, campaign_id: str) -> Answer:
    campaign = desk.campaign(campaign_id, request.query.get("merchant_id"))
    return json_answer(200, {"campaign": _campaign_view(campaign)})


def _issue(desk: Desk, request: Request, _: str) -> Answer:
    key = _idempotency_key(request)
    digest = sha256(request.body).hexdigest()
    record = desk.books.note_key(key, digest)
    if record.accepted_hash is not None:
        if record.accepted_hash != digest:
            raise rule_broken("This idempotency key was used with another body.")
        return Answer(202, record.answer)
    order = read_issue(request.json_object())
    desk.merchant(order.merchant_id)
    campaign = desk.campaign(order.campaign_id, order.merchant_id)
    variant = next((variant for variant in campaign["variants"] if variant["id"] == order.variant_id), None)
    if variant is None:
        raise bad_request("variant_id doesn't belong to the campaign.")
    if spoiled := spoils_the_job(order.identifiers):
        raise RefusedError(400, f"USER_{spoiled.upper()}_INVALID", "An identifier is invalid.")
    job = _new_job(desk, order, is_control=variant["reward_template_id"] is None)
    desk.books.keep_job(job)
    answer = json_answer(202, {"issuance_job": job.view(desk.now)})
    desk.books.answer_key(key, digest, answer.body)
    return answer


def _idempotency_key(request: Request) -> str:
    given = request.headers.get("x-idempotency-key", "")
    try:
        return str(UUID(given))
    except ValueError:
        raise bad_request("X-Idempotency-Key is missing or is not a UUID.") from None


def _new_job(desk: Desk, order: IssueOrder, *, is_control: bool) -> Job:
    refusals = (
        (index, identifier[0], refusal_of(identifier, desk.refused_share))
        for index, identifier in enumerate(order.identifiers)
    )
    return Job(
        id="job_" + opaque_id(desk.seed, "job", len(desk.books.jobs)),
        merchant_id=order.merchant_id,
        campaign_id=order.campaign_id,
        variant_id=order.variant_id,
        is_control=is_control,
        total=len(order.identifiers),
        created_at=desk.now,
        pending_seconds=desk.weather.pending_seconds,
        processing_seconds=desk.weather.processing_seconds(len(order.identifiers)),
        revoke_seconds=desk.weather.revoke_seconds,
        failures=[(index, kind, code) for index, kind, code in refusals if code],
        dies_at=point_of_death(order.identifiers, desk.weather.failed_job_share),
        packed=pack(order.identifiers),
    )


def _job(desk: Desk, request: Request, job_id: str) -> Answer:
    job = desk.job(job_id, desk.queried_merchant(request).id)
    return json_answer(200, {"issuance_job": job.view(desk.now)})


def _revoke(desk: Desk, request: Request, job_id: str) -> Answer:
    job = desk.job(job_id, desk.merchant(text(request.json_object(), "merchant_id")).id)
    state = job.state(desk.now)
    if state not in ("completed", "failed"):
        raise rule_broken(f"A job can be revoked once completed or failed; this one is {state}.")
    job.revoke_asked_at = desk.now
    desk.books.keep_job(job)
    return json_answer(202, {"issuance_job": job.view(desk.now)})


Route = tuple[str, re.Pattern[str], str | None, Endpoint]

_ISSUE_SCOPE = "rewards.issue"
_ID = r"/(?P<id>[A-Za-z0-9_]+)"


def _route(method: str, pattern: str, scope: str | None, endpoint: Endpoint) -> Route:
    return method, re.compile("/partner" + pattern), scope, endpoint


_ROUTES = (
    _route("GET", "/scopes", None, _scopes),
    _route("GET", "/merchants", None, _merchants),
    _route("GET", "/locations", None, _locations),
    _route("GET", "/reward_templates", _ISSUE_SCOPE, _templates),
    _route("GET", "/reward_templates" + _ID, _ISSUE_SCOPE, _template),
    _route("POST", "/campaigns", _ISSUE_SCOPE, _create_campaign),
    _route("GET", "/campaigns", _ISSUE_SCOPE, _campaigns),
    _route("GET", "/campaigns" + _ID, _ISSUE_SCOPE, _campaign),
    _route("POST", "/campaigns/issue", _ISSUE_SCOPE, _issue),
    _route("GET", "/issuance_jobs" + _ID, _ISSUE_SCOPE, _job),
    _route("POST", "/issuance_jobs" + _ID + "/revoke", _ISSUE_SCOPE, _revoke),
)
