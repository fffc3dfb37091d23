"""Building campaigns, publishing them, and looking at them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns import tasks
from campaigns.access import campaign_for
from campaigns.drafts import delete_draft, duplicate_campaign, save_draft
from campaigns.forms import Builder
from campaigns.models import Campaign, CampaignState
from campaigns.publishing import request_publication
from campaigns.rules import problems
from thanxportal.accounts.access import merchant_for, user_of
from thanxportal.accounts.models import Merchant, Right
from thanxportal.celery import nudge

PAGE = 30
HISTORY = 20
GONE = "This campaign was published meanwhile, so it can't be changed any more."


@require_GET
def campaign_list(request: HttpRequest, handle: str) -> HttpResponse:
    """The merchant's campaigns, the newest first."""
    merchant = merchant_for(request, handle)
    campaigns = Campaign.objects.for_merchant(merchant).with_variants()
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        campaigns = campaigns.filter(pk__lt=int(before))
    found = list(campaigns[: PAGE + 1])
    older = found[PAGE - 1].pk if len(found) > PAGE else None
    return TemplateResponse(request, "campaigns/campaign_list.html", {"campaigns": found[:PAGE], "older": older})


@require_http_methods(["GET", "POST"])
def campaign_new(request: HttpRequest, handle: str) -> HttpResponse:
    return _build(request, merchant_for(request, handle, Right.BUILD), None)


@require_http_methods(["GET", "POST"])
def campaign_edit(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    campaign = campaign_for(request, handle, pk, Right.BUILD)
    if not campaign.status.editable:
        messages.warning(request, GONE)
        return redirect("campaigns:campaign_detail", handle, pk)
    return _build(request, campaign.merchant, campaign)


def _build(request: HttpRequest, merchant: Merchant, campaign: Campaign | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    builder = Builder(merchant, campaign, data, reward=request.GET.get("reward", ""))
    if request.method == "GET" or not builder.is_valid():
        status = 200 if request.method == "GET" else 422
        context = {"builder": builder, "form": builder.form, "campaign": campaign}
        return TemplateResponse(request, "campaigns/campaign_edit.html", context, status=status)
    values = builder.form.cleaned_data
    saved = save_draft(
        merchant=merchant, campaign=campaign, values=values, arms=builder.drafted(), actor=user_of(request)
    )
    if saved is None:
        messages.warning(request, GONE)
        saved = campaign
    return redirect("campaigns:campaign_detail", merchant.handle, saved.pk if saved else 0)


@require_GET
def campaign_detail(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """A campaign; while it is being published, htmx asks again for the same fragment."""
    campaign = campaign_for(request, handle, pk)
    piece = "#state" if request.headers.get("HX-Request") else ""
    return TemplateResponse(request, f"campaigns/campaign_detail.html{piece}", _detail(request, campaign))


def _detail(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    variants = list(campaign.variants.all())
    starts = [sum(one.weight for one in variants[:place]) for place in range(len(variants))]
    arms = [
        {"label": one.name, "colour": one.colour, "percent": one.weight, "start": start, "count": None, "variant": one}
        for one, start in zip(variants, starts, strict=True)
    ]
    missing = problems(campaign, variants, now=timezone.now()) if campaign.status.editable else []
    return {
        "campaign": campaign,
        "arms": arms,
        "missing": missing,
        "window": _window(campaign),
        "history": campaign.history()[:HISTORY],
        "publishing": campaign.state == CampaignState.PUBLISHING,
    }


def _window(campaign: Campaign) -> dict[str, float] | None:
    """The two windows as percents of one line, or None while a date is missing."""
    dates = (campaign.start_at, campaign.end_at, campaign.redeemable_from, campaign.redeemable_to)
    known = [moment.timestamp() for moment in dates if moment]
    if len(known) < 4 or max(known) <= min(known):
        return None
    left, width = min(known), max(known) - min(known)
    start, end, opens, closes = ((moment - left) / width * 100 for moment in known)
    return {"start": start, "run": max(end - start, 0.5), "opens": opens, "redeem": max(closes - opens, 0.5)}


@require_POST
def publish(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    campaign = campaign_for(request, handle, pk, Right.ISSUE)
    missing = problems(campaign, list(campaign.variants.all()), now=timezone.now())
    if campaign.status.editable and missing:
        return TemplateResponse(request, "campaigns/campaign_detail.html", _detail(request, campaign), status=422)
    if request_publication(campaign=campaign, actor=user_of(request)):
        nudge(tasks.publish_campaign, campaign.pk)
    return redirect("campaigns:campaign_detail", handle, pk)


@require_POST
def duplicate(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    campaign = campaign_for(request, handle, pk, Right.BUILD)
    copy = duplicate_campaign(campaign=campaign, actor=user_of(request))
    return redirect("campaigns:campaign_edit", handle, copy.pk)


@require_POST
def delete(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    campaign = campaign_for(request, handle, pk, Right.BUILD)
    if not delete_draft(campaign=campaign, actor=user_of(request)):
        messages.warning(request, "A campaign that Thanx has, or is being asked for, can’t be deleted.")
        return redirect("campaigns:campaign_detail", handle, pk)
    return redirect("campaigns:campaign_list", handle)
