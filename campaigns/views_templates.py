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
VENUES = {"in_store": "In store", "online": "Online", "all": "In store and online"}
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
    context = {
        "template": template,
        "reward": str(template.pk),
        "facts": [{"label": label, "value": value} for label, value in _facts(template).items() if value],
        "campaigns": campaigns[:20],
    }
    return TemplateResponse(request, "campaigns/template_detail.html", context)


def _facts(template: RewardTemplate) -> dict[str, str]:
    return {
        "Kind": " · ".join(_plain(word) for word in (template.type, template.subtype) if word),
        "Discount": _discount(template),
        "Redeemed": VENUES.get(template.redemption_venue, _plain(template.redemption_venue)),
        "Description": template.description,
        "Fine print": template.fine_print,
        "Thanx’s id": template.thanx_id,
    }


def _plain(word: str) -> str:
    """Thanx's word as people write it; one that is new to us is shown as well."""
    return word.replace("_", " ").capitalize()


def _discount(template: RewardTemplate) -> str:
    value = template.discount_value.removesuffix(".0")
    known = {"dollars": f"${value}", "percent": f"{value}%"} if value else {}
    return known.get(template.discount_type, f"{_plain(template.discount_type)} {value}".strip())


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
