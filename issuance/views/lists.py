"""The lists that were brought: of a merchant, or of one campaign."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from issuance.access import campaign_for_lists, may
from issuance.events.streams import with_their_streams
from issuance.forms.lists import ListFilter
from issuance.models import GuestList, GuestListQuerySet, read_out_of
from issuance.outcomes.arm_outcomes import outcome_of
from issuance.readout.health import health_of
from thanxportal.accounts.access import merchant_for
from thanxportal.accounts.models import Right
from thanxportal.pagination import page_of
from thanxportal.whole_pages import wants_piece

PAGE = 30


@require_GET
def list_index(request: HttpRequest, handle: str) -> HttpResponse:
    """All lists of the merchant, the newest first."""
    merchant = merchant_for(request, handle)
    find = ListFilter(request)
    context = _page(request, find.of(GuestList.objects.for_merchant(merchant).one_of_each_stream())) | {"find": find}
    return TemplateResponse(request, "issuance/lists/index.html", context)


@require_GET
def campaign_lists(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """The lists of one campaign: a piece of the campaign's page, or a page of its own without JavaScript."""
    campaign = campaign_for_lists(request, handle, pk)
    lists = GuestList.objects.for_merchant(campaign.merchant).filter(campaign=campaign).one_of_each_stream()
    outcome = outcome_of(campaign)
    context = _page(request, lists) | {
        "campaign": campaign,
        "may_build": may(request, Right.BUILD),
        "outcome": outcome,
        "health": health_of(campaign, outcome) if outcome else None,
        "read_out": read_out_of(campaign) if outcome else None,
    }
    piece = "#lists" if wants_piece(request) else ""
    return TemplateResponse(request, f"issuance/lists/index.html{piece}", context)


def _page(request: HttpRequest, lists: GuestListQuerySet) -> dict[str, Any]:
    page, older = page_of(request, lists.in_table(), PAGE)
    return {"lists": with_their_streams(page), "older": older}
