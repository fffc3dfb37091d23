"""A guest who asks the partner: the same at every merchant that may know the guest."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import transaction

from issuance.models import Erasure, GuestList
from issuance.privacy.certificates import facts_of
from issuance.privacy.erasing import UNREAD, note_request, order_erasure
from issuance.privacy.exporting import as_document, export_guest
from issuance.privacy.finding import GuestSearch
from thanxportal.accounts.models import Merchant, User


class Known(NamedTuple):
    """A merchant that knows a guest, with counts by place."""

    merchant: Merchant
    facts: list[dict[str, Any]]
    claims: int


def look_everywhere(value: str) -> list[Known]:
    searches = _known(value)
    return [Known(each.merchant, facts_of(each.look()), each.claims().count()) for each in searches]


@transaction.atomic
def order_everywhere(*, value: str, actor: User) -> list[Erasure]:
    """Has a guest erased at every merchant that knows the guest, or has a file that isn't read yet."""
    unread = set(GuestList.objects.filter(state__in=UNREAD).values_list("merchant", flat=True))
    known = {search.merchant.pk: search.merchant for search in _known(value)}
    merchants = known | Merchant.objects.in_bulk(unread)
    return [order_erasure(merchant=merchants[pk], value=value, actor=actor) for pk in sorted(merchants)]


def export_everywhere(*, value: str, actor: User) -> list[dict[str, Any]]:
    documents = []
    for search in _known(value):
        documents.append(as_document(search, export_guest(search)))
        note_request(search.merchant, actor, "Exported what is held about one guest.")
    return documents


def _known(value: str) -> list[GuestSearch]:
    merchants = Merchant.objects.filter(guest_lists__isnull=False).distinct().order_by("pk")
    searches = [GuestSearch(merchant, value) for merchant in merchants]
    return [search for search in searches if search.is_known()]
