"""Pages of campaigns: list, details, and the buttons to publish, copy and delete."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from campaigns import tasks
from campaigns.access import campaign_for
from campaigns.drafts import delete_draft, duplicate_campaign
from campaigns.filters import CampaignFilter
from campaigns.models import Campaign, CampaignAtThanx, CampaignState
from campaigns.preview import preview_of
from campaigns.publishing import request_publication
from campaigns.reviewed import facts_of
from campaigns.their_campaigns import differences
from thanxportal.accounts.access import merchant_for, user_of
from thanxportal.accounts.models import Activity, Merchant, Right
from thanxportal.celery import nudge
from thanxportal.pagination import page_of
from thanxportal.prepared import Prepared
from thanxportal.reviewed import FIELD, ChangedSinceReview, sign
from thanxportal.whole_pages import wants_piece

PAGE = 30
HISTORY = 20


@require_GET
def campaign_list(request: HttpRequest, handle: str) -> HttpResponse:
    """The merchant's campaigns, the newest first."""
    merchant = merchant_for(request, handle)
    find = CampaignFilter(request)
    rows = find.of(Campaign.objects.for_merchant(merchant).with_variants())
    campaigns, older = page_of(request, rows, PAGE)
    context = {
        "find": find,
        "campaigns": campaigns,
        "rewarded": Campaign.objects.filter(pk__in=[campaign.pk for campaign in campaigns]).rewarded(),
        "older": older,
        "elsewhere": [] if find.wanted or "before" in request.GET else _made_elsewhere(merchant),
    }
    return TemplateResponse(request, "campaigns/campaign_list.html", context)


def _made_elsewhere(merchant: Merchant) -> list[dict[str, Any]]:
    """Campaigns that Thanx has and the portal didn't make, with the name of what each arm gives, if it is known."""
    campaigns = list(CampaignAtThanx.objects.of_merchant(merchant).made_elsewhere()[:PAGE])
    ids = {arm["reward_template_id"] for campaign in campaigns for arm in campaign.arms}
    names = dict(merchant.reward_templates.filter(thanx_id__in=ids - {None}).values_list("thanx_id", "name"))
    return [
        {
            "campaign": campaign,
            "arms": [{"name": arm["name"], "gives": names.get(arm["reward_template_id"], "")} for arm in campaign.arms],
        }
        for campaign in campaigns
    ]


@require_GET
def campaign_detail(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """A campaign. While it is being published, htmx polls for its state."""
    campaign = campaign_for(request, handle, pk)
    piece = "#state" if wants_piece(request) else ""
    return TemplateResponse(request, f"campaigns/campaign_detail.html{piece}", _detail(campaign))


def _detail(campaign: Campaign) -> dict[str, Any]:
    published = campaign.state == CampaignState.PUBLISHED
    at_thanx = next(iter(_at_thanx(campaign.merchant_id, campaign.thanx_id)), None) if published else None
    return {
        "at_thanx": at_thanx,
        "differences": differences(campaign, at_thanx, now=timezone.now()) if at_thanx else [],
        "campaign": campaign,
        "preview": preview_of(campaign, list(campaign.variants.all()), now=timezone.now()),
        "history": _history(campaign.merchant_id, campaign.target),
        "publishing": campaign.state == CampaignState.PUBLISHING,
        "seen": sign(campaign.target, facts_of(campaign)) if campaign.status.editable else "",
    }


@Prepared
def _at_thanx(merchant: int, thanx_id: str) -> QuerySet[CampaignAtThanx]:
    return CampaignAtThanx.objects.filter(merchant=merchant, thanx_id=thanx_id)


@Prepared
def _history(merchant: int, target: str) -> QuerySet[Activity]:
    return Activity.objects.filter(merchant=merchant, target=target).select_related("actor").order_by("-pk")[:HISTORY]


@require_POST
def publish(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    campaign = campaign_for(request, handle, pk, Right.ISSUE)
    context = _detail(campaign)
    try:
        if request_publication(campaign=campaign, actor=user_of(request), seen=request.POST.get(FIELD, "")):
            nudge(tasks.publish_campaign, campaign.pk)
        elif campaign.status.editable and not context["preview"].ready:
            return TemplateResponse(request, "campaigns/campaign_detail.html", context, status=422)
    except ChangedSinceReview as changed:
        context["changed"] = changed.differences
        return TemplateResponse(request, "campaigns/campaign_detail.html", context, status=409)
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
        messages.warning(
            request, "A campaign that Thanx has or is asked for, or that a program needs, can’t be deleted."
        )
        return redirect("campaigns:campaign_detail", handle, pk)
    return redirect("campaigns:campaign_list", handle)
