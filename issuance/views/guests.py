"""The grid of a list's rows: masked for everybody, until somebody with the right to it asks to see a guest."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from issuance.access import list_for, may, may_take_bad_rows, member_of
from issuance.guests.addresses import guests_url, reveal_url
from issuance.guests.grid import BAD, Filters, GuestPage, GuestReader, causes_in, guest_page, number_in
from issuance.guests.ledger_terms import Term, ledger_terms
from issuance.guests.sight import Sight, note_reveal
from issuance.models import GuestList
from thanxportal.accounts.limits import at_once
from thanxportal.accounts.models import Right
from thanxportal.accounts.proofs import require_proof

MOST_JOBS = 50  # to choose from; beyond that the number is typed


@require_http_methods(["GET", "POST"])
@never_cache
def guests(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """What is searched for comes in the body, so that no address, and no log of addresses, names a guest."""
    guest_list, filters = list_for(request, handle, pk), _filters(request)
    if request.method == "POST" and not filters.q:
        return redirect(guests_url(guest_list, **filters.in_address))
    reader = GuestReader(guest_list, finds_parts=may(request, Right.MANAGE))
    if not filters.q:
        return _grid(request, reader, filters, guest_page(reader, filters))
    return at_once(request, "searches", lambda: _grid(request, reader, filters, guest_page(reader, filters)))


@require_http_methods(["GET", "POST"])
@never_cache
def reveal(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """The same page with one row in full, or all of them; who looked at which rows is logged."""
    guest_list, filters = list_for(request, handle, pk, Right.MANAGE), _filters(request)
    if request.method == "GET":  # A reload of the answer, in browsers that ask anew.
        return redirect(guests_url(guest_list, **filters.in_address))
    require_proof(request, guest_list.merchant, back=guests_url(guest_list, **filters.in_address))
    row = number_in(request.POST, "row")
    reader = GuestReader(guest_list, Sight(whole=row is None, row=row), finds_parts=True)

    def shown() -> HttpResponse:
        page = guest_page(reader, filters)
        if rows := [line.row for line in page.rows if row in (None, line.row)]:
            note_reveal(member_of(request), guest_list, rows)
        return _grid(request, reader, filters, page)

    return at_once(request, "searches", shown) if filters.q else shown()


def _filters(request: HttpRequest) -> Filters:
    return Filters.from_query(request.GET.dict() | {"q": ""} | request.POST.dict())


def _grid(request: HttpRequest, reader: GuestReader, filters: Filters, page: GuestPage) -> HttpResponse:
    guest_list = reader.list
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
        "reveal_url": reveal_url(guest_list, **filters.in_address),
        "may_reveal": may(request, Right.MANAGE),
        "bad_rows_allowed": may_take_bad_rows(request, guest_list),
    }
    return TemplateResponse(request, "issuance/guests/guests.html", context)


def _terms(guest_list: GuestList, filters: Filters) -> list[Term]:
    """The ledger as a choice that keeps what else was chosen, but for what no row of a term can have."""
    kept = {"cause": filters.cause}
    seat = {"arm": filters.arm, "job": filters.job}
    terms = ledger_terms(guest_list, filters.outcome or "rows", **kept, **seat)
    without_seat = {term.key: term for term in ledger_terms(guest_list, filters.outcome, **kept)}
    return [without_seat[term.key] if term.key in BAD else term for term in terms]


def _address(guest_list: GuestList, filters: Filters, **turn: int) -> str:
    turned = replace(filters, after=turn.get("after"), before=turn.get("before"))
    return guests_url(guest_list, **turned.in_address)
