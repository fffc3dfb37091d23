"""The grid of a list's rows."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from issuance.access import list_for, may
from issuance.guests import Filters, GuestReader, guest_page
from issuance.ledger import guests_url, ledger_terms
from issuance.models import RecipientList
from thanxportal.accounts.models import Right


@require_GET
@never_cache
def guests(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    recipient_list = list_for(request, handle, pk)
    filters = Filters.from_query(request.GET)
    reader = GuestReader(recipient_list, unmasked=may(request, Right.MANAGE))
    page = guest_page(reader, filters)
    context = {
        "list": recipient_list,
        "filters": filters,
        "reader": reader,
        "page": page,
        "terms": ledger_terms(recipient_list, filters.outcome or "rows"),
        "older_url": page.older and _address(recipient_list, filters, after=page.older),
        "newer_url": page.newer and _address(recipient_list, filters, before=page.newer),
        "bad_rows_allowed": may(request, Right.BUILD),
    }
    return TemplateResponse(request, "issuance/guests.html", context)


def _address(recipient_list: RecipientList, filters: Filters, **turn: int) -> str:
    turned = replace(filters, after=turn.get("after"), before=turn.get("before"))
    return guests_url(recipient_list, **turned.__dict__)
