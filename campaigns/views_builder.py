"""The campaign builder: one page that saves itself, and works the same without JavaScript."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect, replace_url, reswap

from campaigns.access import campaign_for
from campaigns.builder_actions import read_act
from campaigns.drafts import save_draft, target_of_draft
from campaigns.forms import Builder
from campaigns.models import Campaign, RewardTemplate
from campaigns.preview import preview_of
from campaigns.reviewed import draft_of
from campaigns.windows import PRESETS
from thanxportal.accounts.access import merchant_for, user_of
from thanxportal.accounts.models import Merchant, Right
from thanxportal.accounts.typed import keeps_typed, typed_before
from thanxportal.reviewed import FIELD, ChangedSinceReview, sign
from thanxportal.whole_pages import lead_to, page_above, wants_piece

CHOICES = 12
GONE = "This campaign was published meanwhile, so it can’t be changed any more."
KEEP = "mine"  # the button by which a person who has seen what somebody else saved saves the page all the same
SEEN_NOW = "seen_now"  # what the page then carries as seen
PASSING = ("", "save", KEEP)  # buttons that change no field of the page
LEAVING = ("", "review")  # buttons that lead to the campaign's own page without JavaScript


@keeps_typed
@require_http_methods(["GET", "POST"])
def campaign_new(request: HttpRequest, handle: str) -> HttpResponse:
    merchant = merchant_for(request, handle, Right.BUILD)
    saved = Campaign.objects.for_merchant(merchant).with_variants().drafted_as(request.POST.get("uuid", ""))
    return _build(request, merchant, saved)


@keeps_typed
@require_http_methods(["GET", "POST"])
def campaign_edit(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    campaign = campaign_for(request, handle, pk, Right.BUILD)
    return _build(request, campaign.merchant, campaign)


def _build(request: HttpRequest, merchant: Merchant, campaign: Campaign | None) -> HttpResponse:
    if campaign and not campaign.status.editable:
        return _gone(request, campaign)
    if request.method == "GET":
        return _page(request, _opened(request, merchant, campaign), campaign)
    builder = Builder.posted(merchant, campaign, request.POST.dict())
    saved = campaign
    if builder.is_valid():
        try:
            saved = _saved(request, builder, campaign)
        except ChangedSinceReview as changed:
            builder.changed = changed.differences
        else:
            if saved is None:
                return _gone(request, campaign)
    return _answer(request, builder, saved)


def _opened(request: HttpRequest, merchant: Merchant, campaign: Campaign | None) -> Builder:
    """The draft, or what was typed into it before its person had to sign in."""
    if typed := typed_before(request):
        builder = Builder.posted(merchant, campaign, typed)
        builder.is_valid()
        return builder
    return Builder.opened(merchant, campaign, reward=request.GET.get("reward", ""))


def _saved(request: HttpRequest, builder: Builder, campaign: Campaign | None) -> Campaign | None:
    values = builder.form.cleaned_data
    return save_draft(
        merchant=builder.merchant,
        campaign=campaign,
        values=values,
        arms=builder.drafted(),
        actor=user_of(request),
        uuid=values["uuid"],
        seen=request.POST.get(SEEN_NOW if request.POST.get("act") == KEEP else FIELD),
    )


def _answer(request: HttpRequest, builder: Builder, saved: Campaign | None) -> HttpResponse:
    """Answers a post: pieces for a save in passing, the page for a button, a redirect without JavaScript."""
    act, handle = request.POST.get("act", ""), builder.merchant.handle
    if not wants_piece(request):
        if builder.unsaved or saved is None:
            return _page(request, builder, saved)
        name = "campaigns:campaign_detail" if act in LEAVING else "campaigns:campaign_edit"
        picking = _picking(request, builder)
        choices = {"pick": picking, "q": request.POST.get("q", ""), "after": read_act(act).rest}
        query = urlencode({"saved": 1} if picking is None else choices)
        return redirect(reverse(name, args=[handle, saved.pk]) + ("" if act in LEAVING else f"?{query}"))
    if act == "review" and saved and not builder.unsaved:
        return HttpResponseClientRedirect(reverse("campaigns:campaign_detail", args=[handle, saved.pk]))
    response = _page(request, builder, saved, piece="#pieces" if act in PASSING else "#builder")
    if saved and not builder.unsaved:
        replace_url(response, reverse("campaigns:campaign_edit", args=[handle, saved.pk]))
    return reswap(response, "none") if act in PASSING else response


def _page(request: HttpRequest, builder: Builder, campaign: Campaign | None, *, piece: str = "") -> HttpResponse:
    now, sent = timezone.now(), request.method == "POST"
    picking = _picking(request, builder)
    context: dict[str, Any] = {
        "builder": builder,
        "form": builder.form,
        "campaign": campaign,
        "preview": preview_of(*builder.sketch(), now=now),
        "presets": PRESETS,
        "saved_at": now if (sent and not builder.unsaved) or "saved" in request.GET else None,
        **_seen(request, builder, campaign),
        "picking": picking,
        "act": read_act(request.POST.get("act", "")),
    }
    if picking is not None:
        context |= _choices(request, builder.merchant, picking)
    status = 409 if builder.changed else 422 if sent and builder.problems else 200
    return TemplateResponse(request, f"campaigns/campaign_edit.html{piece}", context, status=status)


def _seen(request: HttpRequest, builder: Builder, campaign: Campaign | None) -> dict[str, str]:
    """What the form carries as seen: what it shows or has just saved, but before a save that failed what it carried."""
    target = target_of_draft(campaign or Campaign(uuid=builder.form["uuid"].value()))
    kept = not builder.form.is_bound or (request.method == "POST" and not builder.unsaved)
    if kept:
        sketch, variants = builder.sketch()
        return {"seen": sign(target, draft_of(sketch, variants) if campaign else {})}
    now = Campaign.objects.with_variants().get(pk=campaign.pk) if builder.changed and campaign else None
    return {"seen": builder.form.data.get(FIELD, ""), "seen_now": sign(target, draft_of(now)) if now else ""}


def _picking(request: HttpRequest, builder: Builder) -> int | None:
    """Returns the position of the arm whose rewards are shown, because somebody asked or has just added it."""
    act = read_act(request.POST.get("act", "") or f"pick-{request.GET.get('pick', '')}")
    if act.verb == "add":
        return max((arm.position for arm in builder.arms if not arm.is_control), default=None)
    return act.position if act.verb == "pick" and (act.position or 0) < len(builder.arms) else None


@require_GET
def reward_choices(request: HttpRequest, handle: str) -> HttpResponse:
    """Rewards that an arm may give, filtered by words, a few at a time."""
    merchant = merchant_for(request, handle, Right.BUILD)
    if not wants_piece(request):
        return redirect(page_above(request.path))
    arm = request.GET.get("arm", "")
    context = _choices(request, merchant, int(arm) if arm in tuple("0123") else 0)
    return TemplateResponse(request, "campaigns/builder/choices.html", context)


def _choices(request: HttpRequest, merchant: Merchant, arm: int) -> dict[str, Any]:
    given = request.POST if request.method == "POST" else request.GET
    query, after = given.get("q", "").strip()[:100], given.get("after") or read_act(given.get("act", "")).rest
    templates = RewardTemplate.objects.for_merchant(merchant).published().matching(query)
    if after.isdecimal() and len(after) < 19:
        templates = templates.after(int(after))
    choices = list(templates[: CHOICES + 1])
    more = choices[CHOICES - 1].pk if len(choices) > CHOICES else None
    return {"picking": arm, "choices": choices[:CHOICES], "more": more, "query": query, "continued": bool(after)}


def _gone(request: HttpRequest, campaign: Campaign | None) -> HttpResponse:
    """Leads on from the page of a draft that was published or deleted meanwhile."""
    messages.warning(request, GONE)
    handle = request.resolver_match.kwargs["handle"] if request.resolver_match else ""
    name, rest = ("campaign_detail", [campaign.pk]) if campaign else ("campaign_list", [])
    url = reverse(f"campaigns:{name}", args=[handle, *rest])
    return lead_to(request, url)
