"""The grid of a list's rows: masked, until somebody with the right to it asks to see a guest."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from issuance.access import list_for, may
from issuance.guests.addresses import guests_url
from issuance.guests.grid import BAD, Filters, GuestPage, GuestReader, causes_in, guest_page, number_in
from issuance.guests.ledger_terms import Term, ledger_terms
from issuance.guests.reveals import note_reveal
from issuance.models import GuestList
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Right

MOST_JOBS = 50  # to choose from; beyond that the number is typed


@require_GET
@never_cache
def guests(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    guest_list = list_for(request, handle, pk)
    reader = GuestReader(guest_list, unmasked=False, finds_parts=may(request, Right.MANAGE))
    return _grid(request, reader, guest_page(reader, Filters.from_query(request.GET)))


@require_http_methods(["GET", "POST"])
@never_cache
def reveal(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """The same page with one row in full, or all of them; who looked at which rows is logged."""
    guest_list = list_for(request, handle, pk, Right.MANAGE)
    if request.method == "GET":  # A reload of the answer, in browsers that ask anew.
        return redirect(guests_url(guest_list, **Filters.from_query(request.GET).__dict__))
    row = number_in(request.POST, "row")
    reader = GuestReader(guest_list, unmasked=row is None, finds_parts=True, revealed=row)
    page = guest_page(reader, Filters.from_query(request.GET))
    if shown := [line.row for line in page.rows if row in (None, line.row)]:
        note_reveal(guest_list, user_of(request), shown)
    return _grid(request, reader, page)


def _grid(request: HttpRequest, reader: GuestReader, page: GuestPage) -> HttpResponse:
    guest_list, filters = reader.list, Filters.from_query(request.GET)
    reveal_url = reverse("issuance:reveal", args=[guest_list.merchant.handle, guest_list.pk])
    context = {
        "list": guest_list,
        "filters": filters,
        "reader": reader,
        "page": page,
        "causes": causes_in(guest_list, filters.outcome),
        "type_job": len(reader.jobs) > MOST_JOBS,
        "terms": _terms(guest_list, filters),
        "older_url": page.older and _address(guest_list, filters, after=page.older),
        "newer_url": page.newer and _address(guest_list, filters, before=page.newer),
        "reveal_url": f"{reveal_url}?{request.GET.urlencode()}",
        "may_reveal": may(request, Right.MANAGE),
        "bad_rows_allowed": may(request, Right.BUILD),
    }
    return TemplateResponse(request, "issuance/guests/guests.html", context)


def _terms(guest_list: GuestList, filters: Filters) -> list[Term]:
    """The ledger as a choice that keeps what else was chosen, but for what no row of a term can have."""
    kept = {"q": filters.q, "cause": filters.cause}
    seat = {"arm": filters.arm, "job": filters.job}
    terms = ledger_terms(guest_list, filters.outcome or "rows", **kept, **seat)
    without_seat = {term.key: term for term in ledger_terms(guest_list, filters.outcome, **kept)}
    return [without_seat[term.key] if term.key in BAD else term for term in terms]


def _address(guest_list: GuestList, filters: Filters, **turn: int) -> str:
    turned = replace(filters, after=turn.get("after"), before=turn.get("before"))
    return guests_url(guest_list, **turned.__dict__)
