"""Rewards on the fly: what managers allow programs that ask for a reward without a campaign."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.models import Campaign, RewardPreset
from campaigns.on_the_fly import end_preset, facts_of_preset, set_preset, target_of_preset
from issuance.forms.reward_preset import RewardPresetForm
from thanxportal.accounts.access import merchant_for, user_of
from thanxportal.accounts.models import Merchant, Right
from thanxportal.accounts.proofs import require_proof
from thanxportal.accounts.typed import keeps_typed, typed_before
from thanxportal.reviewed import FIELD, ChangedSinceReview, sign

SHOWN = 20  # campaigns, the newest


@keeps_typed
@require_http_methods(["GET", "POST"])
def reward_preset(request: HttpRequest, handle: str) -> HttpResponse:
    """A POST lets programs reward guests so from now on, or changes how."""
    merchant = merchant_for(request, handle, Right.MANAGE)
    preset = _preset_of(merchant)
    if request.method == "GET":
        return _page(request, merchant, RewardPresetForm(typed_before(request), instance=preset))
    require_proof(request, merchant, back=request.path, keep=True)
    form = RewardPresetForm(request.POST, instance=preset)
    if not form.is_valid():
        return _page(request, merchant, form, status=422)
    who, seen = user_of(request), request.POST.get(FIELD, "")
    try:
        set_preset(merchant=merchant, values=form.cleaned_data, actor=who, path=request.path, seen=seen)
    except ChangedSinceReview as changed:
        return _page(request, merchant, form, changed=changed.differences, status=409)
    messages.success(request, "Saved. It counts for campaigns made from now on.")
    return redirect(request.path)


@require_POST
def reward_preset_end(request: HttpRequest, handle: str) -> HttpResponse:
    """Needs no fresh proof: it can only keep guests from being rewarded."""
    merchant = merchant_for(request, handle, Right.MANAGE)
    page = reverse("issuance:reward_preset", args=[handle])
    preset = RewardPreset.objects.in_force(merchant)
    if preset and end_preset(preset=preset, actor=user_of(request), path=page):
        waits = "Guests asked for before still get theirs."
        messages.success(request, f"Programs reward nobody on the fly from now on. {waits}")
    else:
        messages.warning(request, "Rewards on the fly were off before.")
    return redirect(page)


def _preset_of(merchant: Merchant) -> RewardPreset:
    """The preset, in force or ended, or a new one. One of its own for the form, which writes what was typed into it."""
    return RewardPreset.objects.filter(merchant=merchant).first() or RewardPreset(merchant=merchant)


def _page(
    request: HttpRequest, merchant: Merchant, form: RewardPresetForm, *, changed: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    kept = RewardPreset.objects.filter(merchant=merchant).first()
    preset = None if kept is None or kept.ended_at else kept
    made = Campaign.objects.for_merchant(merchant).filter(preset__isnull=False).defer("raw")
    context = {
        "form": form,
        "changed": changed,
        "seen": sign(target_of_preset(merchant), facts_of_preset(kept)),
        "preset": preset,
        "taken": preset.taken(timezone.localdate()) if preset else 0,
        "campaigns": made.with_variants()[:SHOWN],
    }
    return TemplateResponse(request, "issuance/integrations/reward_preset.html", context, status=status)
