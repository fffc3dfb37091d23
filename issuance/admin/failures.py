"""The page on which staff see what fails at Thanx: grouped, over time, for all merchants or one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from issuance.staff.failures import SPANS, failures_of
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Merchant


class FailuresForm(forms.Form):
    span = forms.ChoiceField(label="Time", choices=[(name, span.label) for name, span in SPANS.items()])
    merchant = forms.ModelChoiceField(
        Merchant.objects.order_by("name"), label="Merchant", required=False, empty_label="All", to_field_name="handle"
    )


def failures(request: HttpRequest) -> HttpResponse:
    if not user_of(request).has_perm("partner.view_apirequest"):
        raise PermissionDenied
    form = FailuresForm(request.GET if "span" in request.GET else {"span": "day"})
    chosen: dict[str, Any] = form.cleaned_data if form.is_valid() else {"span": "day", "merchant": None}
    merchant: Merchant | None = chosen["merchant"]
    context: dict[str, Any] = admin.site.each_context(request) | {
        "title": "Failures at Thanx",
        "form": form,
        "found": failures_of(SPANS[chosen["span"]], merchant.thanx_id if merchant else ""),
    }
    return TemplateResponse(request, "admin/partner/apirequest/failures.html", context)
