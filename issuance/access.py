"""How a list or a campaign reaches a view: strangers get 404, members without the right get 403.

Which guests of a list they see in full is decided in `guests.sight`.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from campaigns.models import Campaign
from issuance.guests.sight import Sight, open_row, opens_rows, sight_of, sight_of_typed, takes_bad_rows
from issuance.models import Erasure, GuestList, Hook, HookEvent, Repair, Stream, WatchedFolder, jobs_and_more
from thanxportal.accounts.access import let_in, merchant_for, user_of
from thanxportal.accounts.looking import is_look
from thanxportal.accounts.models import Membership, Merchant, Right, User
from thanxportal.accounts.proofs import require_proof
from thanxportal.outgoing.models import Endpoint, Message
from thanxportal.prepared import Prepared


def list_for(request: HttpRequest, handle: str, pk: int, right: Right = Right.VIEW) -> GuestList:
    """A list of the merchant named in the address, with its campaign and people, if the user may do `right`."""
    return _let_in(request, handle, pk, _list(user_of(request).pk, handle, pk), right)


def polled_list_for(request: HttpRequest, handle: str, pk: int) -> GuestList:
    """The same to look at, with what its version is made of."""
    return _let_in(request, handle, pk, _polled_list(user_of(request).pk, handle, pk), Right.VIEW)


def _let_in(request: HttpRequest, handle: str, pk: int, found: list[GuestList], right: Right) -> GuestList:
    person = user_of(request)
    for guest_list in found:
        guest_list.campaign.merchant = guest_list.merchant
        let_in(request, _member(guest_list, person), right)
        _name_people(guest_list, person)
        return guest_list
    return _looked_at(merchant_for(request, handle, right), request, pk)


def _looked_at(merchant: Merchant, request: HttpRequest, pk: int) -> GuestList:
    """The same for staff who look at the merchant's pages, and found no list as they are no members."""
    if not is_look(member_of(request)):
        raise Http404("No such list.")
    lists = GuestList.objects.filter(merchant=merchant).select_related("campaign").defer("campaign__raw")
    guest_list: GuestList = get_object_or_404(lists.annotate(jobs_and_more=jobs_and_more()), pk=pk)
    guest_list.merchant = guest_list.campaign.merchant = merchant
    _name_people(guest_list, user_of(request))
    return guest_list


def _of_member(person: int, handle: str, pk: int) -> QuerySet[GuestList]:
    """A list of a merchant where the person of this id is a member, with its merchant and what `_member` tells."""
    member = {name: F(f"merchant__memberships__{name}") for name in ("role", "approver_since")}
    mine = GuestList.objects.filter(pk=pk, merchant__handle=handle, merchant__memberships__user=person)
    lists = mine.select_related("merchant", "campaign").defer("campaign__raw")
    return lists.annotate(member=F("merchant__memberships__pk"), **member)


_list = Prepared(_of_member)


@Prepared
def _polled_list(person: int, handle: str, pk: int) -> QuerySet[GuestList]:
    return _of_member(person, handle, pk).annotate(jobs_and_more=jobs_and_more())


def _member(guest_list: GuestList, person: User) -> Membership:
    """The membership of the person for whom the list was fetched, both by one query."""
    fields: dict[str, Any] = {name: guest_list.__dict__[name] for name in ("role", "approver_since")}
    return Membership(pk=guest_list.__dict__["member"], user=person, merchant=guest_list.merchant, **fields)


def _name_people(guest_list: GuestList, person: User) -> None:
    """Has who launched and approved it at hand, by one query at most; mostly that is who looks."""
    people = {person.pk: person}
    ids = {guest_list.launched_by_id, guest_list.approved_by_id} - {None, person.pk}
    if ids:
        people |= User.objects.in_bulk(ids)
    guest_list.launched_by = people.get(guest_list.launched_by_id or 0)
    guest_list.approved_by = people.get(guest_list.approved_by_id or 0)


def campaign_for_lists(request: HttpRequest, handle: str, pk: int, right: Right = Right.VIEW) -> Campaign:
    """A campaign of the merchant named in the address, whose lists the user may see or, with `right`, add to."""
    merchant = merchant_for(request, handle, right)
    campaign: Campaign = get_object_or_404(Campaign.objects.for_merchant(merchant), pk=pk)
    campaign.merchant = merchant
    return campaign


def stream_for(request: HttpRequest, handle: str, pk: int) -> Stream:
    """What a program asked for on one day, at the merchant named in the address."""
    merchant = merchant_for(request, handle)
    stream: Stream = get_object_or_404(Stream.objects.for_merchant(merchant), pk=pk)
    return stream


def hook_for(request: HttpRequest, handle: str, pk: int, right: Right = Right.VIEW) -> Hook:
    """A hook of the merchant named in the address, with its campaign and how many events wait, if the user may do
    `right`."""
    merchant = merchant_for(request, handle, right)
    hook: Hook = get_object_or_404(Hook.objects.for_merchant(merchant).with_waiting(), pk=pk)
    hook.merchant = hook.campaign.merchant = hook.token.merchant = merchant
    return hook


def hook_event_for(request: HttpRequest, handle: str, pk: int, right: Right = Right.VIEW) -> HookEvent:
    """An event of a hook of the merchant named in the address, with its hook."""
    merchant = merchant_for(request, handle, right)
    event: HookEvent = get_object_or_404(HookEvent.objects.for_merchant(merchant), pk=pk)
    event.hook.merchant = event.hook.campaign.merchant = event.hook.token.merchant = merchant
    return event


def folder_for(request: HttpRequest, handle: str, pk: int) -> WatchedFolder:
    """The folder of a campaign of the merchant that the user manages."""
    merchant = merchant_for(request, handle, Right.MANAGE)
    folder: WatchedFolder = get_object_or_404(WatchedFolder.objects.for_merchant(merchant), campaign=pk)
    folder.merchant = folder.campaign.merchant = merchant
    return folder


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


def endpoint_for(request: HttpRequest, handle: str, pk: int) -> Endpoint:
    """An address of a system of the merchant that the user manages."""
    merchant = merchant_for(request, handle, Right.MANAGE)
    endpoint: Endpoint = get_object_or_404(Endpoint.objects.for_merchant(merchant), pk=pk)
    endpoint.merchant = merchant
    return endpoint


def message_for(request: HttpRequest, handle: str, pk: int) -> Message:
    """A message to such a system."""
    merchant = merchant_for(request, handle, Right.MANAGE)
    messages = Message.objects.filter(endpoint__merchant=merchant).select_related("endpoint")
    message: Message = get_object_or_404(messages, pk=pk)
    message.endpoint.merchant = merchant
    return message


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
