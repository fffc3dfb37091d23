"""The proof of who was assigned to which arm: as a table that can be checked by computing every arm again."""

from __future__ import annotations

from collections.abc import Iterator

from campaigns.models import Campaign
from issuance.guests.csv_lines import csv_lines, in_row_order
from issuance.models import Guest, GuestList, read_out_of
from issuance.models.states import Outcome

Line = tuple[str | int, ...]


def proof_of_assignment(campaign: Campaign) -> Iterator[str]:
    """Every guest whom the split assigned: by keyed hash, list and row, with the arm; as pieces of CSV."""
    return csv_lines(("guest", "arm", "list", "row"), _lines(campaign))


def _lines(campaign: Campaign) -> Iterator[Line]:
    names = {variant.pk: variant.name for variant in campaign.variants.all()}
    yield "split, fixed at publication", campaign.split_in_words
    yield "published", campaign.published_at.isoformat() if campaign.published_at else ""
    yield "seal: SHA-256 of the salt", campaign.seal
    yield "salt", campaign.salt.hex() if read_out_of(campaign).is_open else "told from the read-out date on"
    lists = GuestList.objects.filter(campaign=campaign, planned_at__isnull=False, parent=None, one_guest=False)
    for guest_list in lists.order_by("planned_at", "pk"):
        assigned = Guest.objects.of_list(guest_list).exclude(outcome=Outcome.ALREADY_REWARDED)
        for guest in in_row_order(assigned.only("row", "identity", "variant_id")):
            yield bytes(guest.identity).hex(), names[guest.variant_id], guest_list.pk, guest.row
