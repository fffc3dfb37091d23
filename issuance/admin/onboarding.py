"""The page on the way from credentials to live rewards; `check_partner` says the same lines."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from issuance.staff.certification.rehearsing import may_certify
from issuance.staff.onboarding import PAGES, lines, merchants
from thanxportal.accounts.access import user_of

MERCHANTS = 50  # of a page


def onboarding(request: HttpRequest) -> HttpResponse:
    """Nothing on it waits for Thanx."""
    user, found = user_of(request), lines()
    if not user.has_perm("partner.view_credential"):
        raise PermissionDenied
    context: dict[str, Any] = admin.site.each_context(request) | {
        "title": "Onboarding",
        "lines": [(line, reverse(f"admin:{PAGES[line.name]}")) for line in found],
        "next_line": next((line.name for line in found if not line.complete), ""),
        "page": Paginator(merchants(), MERCHANTS).get_page(request.GET.get("page")),
        "may_certify": user.has_perm("issuance.record_rehearsal") and may_certify(),
    }
    return TemplateResponse(request, "admin/issuance/rehearsal/onboarding.html", context)
