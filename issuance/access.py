"""How a list or a campaign reaches a view: strangers get 404, members without the right get 403.

Which guests of a list they see in full is decided in `guests.sight`.
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from campaigns.models import Campaign
from issuance.guests.sight import Sight, open_row, opens_rows, sight_of, sight_of_typed, takes_bad_rows
from issuance.models import Erasure, GuestList, Repair, jobs_and_more
from thanxportal.accounts.access import let_in, merchant_for, user_of
from thanxportal.accounts.models import Membership, Right
from thanxportal.accounts.proofs import require_proof
from thanxportal.prepared import Prepared


def list_for(request: HttpRequest, handle: str, pk: int, right: Right = Right.VIEW) -> GuestList:
    """A list of the merchant named in the address, with its campaign and people, if the user may do `right`."""
    return _let_in(request, handle, _list(user_of(request).pk, handle, pk), right)


def polled_list_for(request: HttpRequest, handle: str, pk: int) -> GuestList:
    """The same to look at, with what its version is made of."""
    return _let_in(request, handle, _polled_list(user_of(request).pk, handle, pk), Right.VIEW)


def _let_in(request: HttpRequest, handle: str, found: list[GuestList], right: Right) -> GuestList:
    person = user_of(request)
    for guest_list in found:
        guest_list.campaign.merchant = guest_list.merchant
        let_in(request, guest_list.member_is(person), right)
        guest_list.name_people(person)
        return guest_list
    merchant_for(request, handle, right)
    raise Http404("No such list.")


@Prepared
def _list(person: int, handle: str, pk: int) -> QuerySet[GuestList]:
    return GuestList.objects.for_member(person, handle).filter(pk=pk)


@Prepared
def _polled_list(person: int, handle: str, pk: int) -> QuerySet[GuestList]:
    return GuestList.objects.for_member(person, handle).filter(pk=pk).annotate(jobs_and_more=jobs_and_more())


def campaign_for_lists(request: HttpRequest, handle: str, pk: int, right: Right = Right.VIEW) -> Campaign:
    """A campaign of the merchant named in the address, whose lists the user may see or, with `right`, add to."""
    merchant = merchant_for(request, handle, right)
    campaign: Campaign = get_object_or_404(Campaign.objects.for_merchant(merchant), pk=pk)
    campaign.merchant = merchant
    return campaign


def repair_of(guest_list: GuestList, pk: str) -> Repair:
    """A repair of this list, by the number that a form sent."""
    number = int(pk) if pk.isascii() and pk.isdecimal() and len(pk) < 19 else 0
    repair: Repair = get_object_or_404(Repair.objects.of_list(guest_list), pk=number)
    repair.guest_list = guest_list
    return repair


def erasure_for(request: HttpRequest, handle: str, pk: int) -> Erasure:
    """An erasure of the merchant named in the address, for those who may see guests."""
    merchant = merchant_for(request, handle, Right.MANAGE)
    erasure: Erasure = get_object_or_404(Erasure.objects.for_merchant(merchant), pk=pk)
    erasure.merchant = merchant
    return erasure


def may(request: HttpRequest, right: Right) -> bool:
    """Whether the member whom a fetcher let in may do `right` as well."""
    return member_of(request).may(right)


def member_of(request: HttpRequest) -> Membership:
    """The member whom a fetcher let in."""
    return request.membership  # type: ignore[attr-defined, no-any-return]


def sight(request: HttpRequest, guest_list: GuestList) -> Sight:
    """How the member sees the guests of this list by looking."""
    return sight_of(member_of(request), guest_list)


def typed_sight(request: HttpRequest, guest_list: GuestList) -> Sight:
    """How the member sees the guest of a list of one."""
    return sight_of_typed(member_of(request), guest_list)


def opened(request: HttpRequest, guest_list: GuestList, row: int) -> Sight:
    """How the member sees a row that has to be repaired and was opened for it; who may do so proves first who it is."""
    member = member_of(request)
    if not sight(request, guest_list).whole and opens_rows(member, guest_list):
        require_proof(request, guest_list.merchant, back=request.get_full_path())
    return open_row(member, guest_list, row)


def may_take_bad_rows(request: HttpRequest, guest_list: GuestList) -> bool:
    return takes_bad_rows(member_of(request), guest_list)
