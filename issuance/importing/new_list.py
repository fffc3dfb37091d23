"""A file, or pasted text, becomes a list that waits to be read."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from itertools import count
from uuid import UUID, uuid4, uuid5

from django.core.files.base import ContentFile, File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format

from campaigns.models import Campaign
from issuance.lifecycle.activity import note_activity
from issuance.models import GuestList, note_event
from issuance.models.states import ListState
from thanxportal.accounts.models import User


class CampaignTakesNoLists(Exception):
    """The campaign was never published or has ended; `args[0]` is the sentence for the merchant."""


def create_list(
    *,
    campaign: Campaign,
    name: str,
    content: File[bytes] | str,
    actor: User | None,
    token: UUID | None = None,
    by: str = "",
) -> GuestList:
    """Stores a file, or pasted text, as a new list that waits to be read. Raises CampaignTakesNoLists.

    The token is the form's: the same guests sent by it twice, as by a double click, are one list. `by` is what brought
    it, where that was nobody.
    """
    if not campaign.accepts_lists:
        why = "has ended" if campaign.has_ended else "isn’t published yet"
        raise CampaignTakesNoLists(f"“{campaign.name}” {why}, so it takes no guests.")
    pasted = isinstance(content, str)
    file = ContentFile(content.encode("utf-8", "replace")) if isinstance(content, str) else content
    uuid = _uuid_of(campaign, token, file) if token else uuid4()
    if earlier := GuestList.objects.filter(uuid=uuid).first():
        return earlier
    guest_list = GuestList(
        uuid=uuid, merchant=campaign.merchant, campaign=campaign, name=name[:200], pasted=pasted, created_by=actor
    )
    suffix = ".txt" if pasted else _suffix(content)
    guest_list.file.save(f"{uuid}{suffix}", file, save=False)
    guest_list.bytes_total = guest_list.file.size
    try:
        return _added(guest_list, by)
    except IntegrityError:  # The same form was faster.
        guest_list.file.delete(save=False)
        return GuestList.objects.get(uuid=uuid)


@transaction.atomic
def _added(guest_list: GuestList, by: str) -> GuestList:
    actor, campaign = guest_list.created_by, guest_list.campaign
    guest_list.save(force_insert=True)
    note_event(guest_list, ListState.UPLOADED, actor=actor, note=by and f"Brought by “{by}”.")
    whence = by and f" By “{by}”."
    note_activity(guest_list, actor, f"Added the guest list “{guest_list.name}” to “{campaign.name}”.{whence}")
    return guest_list


def _uuid_of(campaign: Campaign, token: UUID, file: File[bytes]) -> UUID:
    """The same for the same guests sent by the same form; somebody who goes back and chooses another file brings
    another list."""
    digest = sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return uuid5(campaign.uuid, f"{token} {digest.hexdigest()}")


def first_name_for(campaign: Campaign) -> str:
    """A name that no list of the campaign has, such as `June, Nov 28`, then `June, Nov 28, 2`."""
    base = f"{campaign.name[:180]}, {date_format(timezone.localdate(), 'MONTH_DAY_FORMAT')}"
    taken = set(GuestList.objects.filter(campaign=campaign, name__startswith=base).values_list("name", flat=True))
    return next(name for name in _numbered(base) if name not in taken)


def _numbered(base: str) -> Iterator[str]:
    yield base
    yield from (f"{base}, {number}" for number in count(2))


def _suffix(content: File[bytes] | str) -> str:
    name = getattr(content, "name", "") or ""
    suffix = name.rpartition(".")[2].lower() if "." in name else "csv"
    return f".{suffix}" if suffix in ("csv", "tsv", "txt", "xlsx", "xls", "ods") else ".csv"
