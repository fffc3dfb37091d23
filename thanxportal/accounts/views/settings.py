"""The page of a merchant's settings, for its managers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from thanxportal.accounts.access import merchant_for, user_of
from thanxportal.accounts.forms import SettingsForm
from thanxportal.accounts.merchant_settings import change_settings, facts_of_settings, target_of_settings
from thanxportal.accounts.models import Loosening, Merchant, Right
from thanxportal.accounts.proofs import require_proof
from thanxportal.accounts.typed import keeps_typed, typed_before
from thanxportal.reviewed import FIELD, ChangedSinceReview, sign


@keeps_typed
@require_http_methods(["GET", "POST"])
def merchant_settings(request: HttpRequest, handle: str) -> HttpResponse:
    merchant = merchant_for(request, handle, Right.MANAGE)
    if request.method == "GET":
        return _page(request, merchant, SettingsForm(typed_before(request), instance=_stored(merchant)))
    require_proof(request, merchant, back=request.path, keep=True)
    form = SettingsForm(request.POST, instance=_stored(merchant))
    if not form.is_valid():
        return _page(request, merchant, form, status=422)
    seen = request.POST.get(FIELD, "")
    try:
        saved = change_settings(merchant=merchant, values=form.cleaned_data, actor=user_of(request), seen=seen)
    except ChangedSinceReview as changed:
        return _page(request, merchant, form, changed=changed.differences, status=409)
    if saved.asked:
        messages.warning(request, "What loosens your rules waits: see below. Everything else was saved.")
    elif saved.changed:
        messages.success(request, "Saved.")
    else:
        messages.info(request, "Nothing was changed.")
    return redirect("accounts:settings", handle)


def _stored(merchant: Merchant) -> Merchant:
    """One of its own for the form, which writes what was typed into it."""
    return Merchant.objects.get(pk=merchant.pk)


def _page(
    request: HttpRequest, merchant: Merchant, form: SettingsForm, *, changed: list[str] | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "changed": changed,
        "seen": sign(target_of_settings(merchant), facts_of_settings(merchant)),
        "loosenings": Loosening.objects.of_merchant(merchant).waiting(),
    }
    return TemplateResponse(request, "accounts/settings.html", context, status=status)
