"""Staff leave the pages of a merchant at which they looked."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from thanxportal.accounts.looking import end_look
from thanxportal.accounts.models import Merchant


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    merchant = Merchant.objects.filter(handle=end_look(request)).first()
    return redirect("admin:accounts_merchant_change", merchant.pk) if merchant else redirect("accounts:start")
