"""The mirrored reward templates, as guests will see them."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from campaigns import tasks
from campaigns.access import template_for
from campaigns.models import Campaign, RewardTemplate
from thanxportal.accounts.access import merchant_for
from thanxportal.accounts.models import Right
from thanxportal.celery import nudge
from thanxportal.partner.models import Credential

PAGE = 24
REFRESH_EVERY = timedelta(minutes=1)


@require_GET
def template_list(request: HttpRequest, handle: str) -> HttpResponse:
    """Cards, searched by name, in pages that follow the name."""
    merchant = merchant_for(request, handle)
    query = request.GET.get("q", "").strip()[:100]
    templates = RewardTemplate.objects.for_merchant(merchant).matching(query)
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < 19:
        templates = templates.after(int(after))
    found = list(templates[: PAGE + 1])
    context = {
        "templates": found[:PAGE],
        "more": found[PAGE - 1].pk if len(found) > PAGE else None,
        "query": query,
        "synced_at": Credential.current().synced_at,
    }
    piece = "#cards" if request.headers.get("HX-Request") else ""
    return TemplateResponse(request, f"campaigns/template_list.html{piece}", context)


@require_GET
def template_detail(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    template = template_for(request, handle, pk)
    campaigns = Campaign.objects.for_merchant(template.merchant).filter(variants__reward_template=template).distinct()
    facts = [
        {"label": "Kind", "value": " · ".join(filter(None, (template.type, template.subtype))).replace("_", " ")},
        {"label": "Discount", "value": f"{template.discount_type} {template.discount_value}".replace("_", " ").strip()},
        {"label": "Redeemed", "value": template.redemption_venue.replace("_", " ")},
        {"label": "Description", "value": template.description},
        {"label": "Fine print", "value": template.fine_print},
        {"label": "Thanx's id", "value": template.thanx_id},
    ]
    context = {"template": template, "facts": [fact for fact in facts if fact["value"]], "campaigns": campaigns[:20]}
    return TemplateResponse(request, "campaigns/template_detail.html", context)


@require_POST
def refresh_templates(request: HttpRequest, handle: str) -> HttpResponse:
    """Asks a worker to mirror Thanx now, at most once a minute for everybody together."""
    merchant_for(request, handle, Right.BUILD)
    if Credential.current().ask_for_sync(REFRESH_EVERY):
        nudge(tasks.sync_partner)
        messages.info(request, "Asking Thanx for the latest rewards. Look again in a minute.")
    else:
        until = timezone.localtime(timezone.now() + REFRESH_EVERY)
        messages.info(request, f"Thanx was asked within the last minute. Try again at {until:%H:%M}.")
    return redirect("campaigns:template_list", handle)
