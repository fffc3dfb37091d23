"""Pages of the reward templates that Thanx publishes for a merchant."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from campaigns import tasks
from campaigns.access import template_for
from campaigns.models import OTHER_KIND, Campaign, Part, Reading, RewardTemplate
from campaigns.models.readings import ASKED_EVERY
from campaigns.reward_value import KINDS, plain
from thanxportal.accounts.access import merchant_for
from thanxportal.accounts.models import Merchant, Right
from thanxportal.celery import nudge
from thanxportal.moments import written
from thanxportal.templatetags.portal import ago
from thanxportal.whole_pages import page_above, wants_piece

PAGE = 24
HISTORY = 30
PATIENCE = timedelta(minutes=5)  # how long a page waits for a refresh
SHOWN = {"": "Published", "gone": "No longer published", "all": "All"}


@require_GET
def template_list(request: HttpRequest, handle: str) -> HttpResponse:
    """Cards, filtered by words, kind and whether they are published; pages in the order of names."""
    merchant = merchant_for(request, handle)
    query, kind, shown = (request.GET.get(name, "").strip()[:100] for name in ("q", "kind", "shown"))
    templates = RewardTemplate.objects.for_merchant(merchant).shown(shown).of_kind(kind).matching(query)
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < 19:
        templates = templates.after(int(after))
    cards = list(templates[: PAGE + 1])
    context = {
        "templates": cards[:PAGE],
        "more": cards[PAGE - 1].pk if len(cards) > PAGE else None,
        "query": query,
        "kind": kind,
        "kinds": KINDS | {OTHER_KIND: "Other"},
        "shown": shown,
        "shown_choices": SHOWN,
        "narrowed": bool(query or kind or shown),
    } | _age(merchant)
    piece = "#cards" if wants_piece(request) else ""
    return TemplateResponse(request, f"campaigns/template_list.html{piece}", context)


@require_GET
def template_detail(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    template = template_for(request, handle, pk)
    asking = template.ask_if_old()
    if asking:
        nudge(tasks.read_template, template.pk)
    campaigns = Campaign.objects.for_merchant(template.merchant).giving(template)
    context = {
        "template": template,
        "reward": str(template.pk),
        "facts": [{"label": label, "value": value} for label, value in _facts(template).items() if value],
        "campaigns": campaigns[:20],
        "changes": template.changes.all()[:HISTORY],
        "asking": asking,
    }
    return TemplateResponse(request, "campaigns/template_detail.html", context)


def _facts(template: RewardTemplate) -> dict[str, str]:
    return {
        "Kind": " · ".join(plain(word) for word in (template.type, template.subtype) if word),
        "Discount": template.offer,
        "Redeemed": template.venue,
        "Description": template.description,
        "Fine print": template.fine_print,
        "Last seen at Thanx": f"{written(template.seen_at)}, {ago(template.seen_at)}",
        "Thanx’s id": template.thanx_id,
    }


@require_POST
def refresh_templates(request: HttpRequest, handle: str) -> HttpResponse:
    """Asks a worker to read this merchant now: at most once a minute for the whole team together."""
    merchant = merchant_for(request, handle, Right.BUILD)
    if Reading.objects.ask(merchant):
        nudge(tasks.refresh_merchant, merchant.pk)
        messages.info(request, "Asking Thanx for the latest rewards. They appear here shortly.")
    else:
        asked_at = Reading.objects.of_merchant(merchant).aggregate(at=Max("asked_at"))["at"]
        seconds = max(1, ceil((asked_at + ASKED_EVERY - timezone.now()).total_seconds()))
        messages.info(request, f"Thanx was asked within the last minute. Try again in {seconds} s.")
    return redirect("campaigns:template_list", handle)


@require_GET
@never_cache
def template_age(request: HttpRequest, handle: str) -> HttpResponse:
    """How old the mirror is. At the end of a refresh, the page loads the new cards."""
    merchant = merchant_for(request, handle)
    if not wants_piece(request):
        return redirect(page_above(request.path))
    age = _age(merchant)
    answer = TemplateResponse(request, "campaigns/template_list.html#age", age)
    return answer if age["refreshing"] else trigger_client_event(answer, "rewards-read")


def _age(merchant: Merchant) -> dict[str, Any]:
    rewards = Reading.objects.of_merchant(merchant).filter(part=Part.REWARDS).first() or Reading()
    waits = rewards.awaited and timezone.now() < (rewards.asked_at or timezone.now()) + PATIENCE
    return {"read_at": rewards.read_at, "refreshing": waits}
