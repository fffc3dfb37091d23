"""The start page of a merchant."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from issuance.access import may
from issuance.home import latest_of, mirror_of, needs_of, running_of
from thanxportal.accounts.access import merchant_for
from thanxportal.accounts.models import Right


@require_GET
def home(request: HttpRequest, handle: str) -> HttpResponse:
    merchant = merchant_for(request, handle)
    context = {
        "needs": needs_of(merchant),
        "running_lists": running_of(merchant),
        "lists": latest_of(merchant),
        "mirror": mirror_of(merchant),
        "may_build": may(request, Right.BUILD),
    }
    return TemplateResponse(request, "issuance/home.html", context)
