"""A file, or pasted text, becomes a list that waits to be read."""

from __future__ import annotations

from django.core.files.base import ContentFile, File
from django.db import transaction

from campaigns.models import Campaign
from issuance.lifecycle.activity import note_activity
from issuance.models import GuestList, note_event
from issuance.models.states import ListState
from thanxportal.accounts.models import User


class CampaignTakesNoLists(Exception):
    """The campaign was never published or has ended; `args[0]` is the sentence for the merchant."""


def create_list(*, campaign: Campaign, name: str, content: File[bytes] | str, actor: User | None) -> GuestList:
    """Stores a file, or pasted text, as a new list that waits to be read. Raises CampaignTakesNoLists."""
    if not campaign.accepts_lists:
        why = "has ended" if campaign.has_ended else "isn't published yet"
        raise CampaignTakesNoLists(f"“{campaign.name}” {why}, so it takes no guests.")
    pasted = isinstance(content, str)
    file = ContentFile(content.encode("utf-8", "replace")) if isinstance(content, str) else content
    with transaction.atomic():
        guest_list = GuestList(
            merchant=campaign.merchant, campaign=campaign, name=name[:200], pasted=pasted, created_by=actor
        )
        suffix = ".txt" if pasted else _suffix(content)
        guest_list.file.save(f"{guest_list.uuid}{suffix}", file, save=False)
        guest_list.bytes_total = guest_list.file.size
        guest_list.save(force_insert=True)
        note_event(guest_list, ListState.UPLOADED, actor=actor)
        note_activity(guest_list, actor, f"Added the guest list “{name}” to “{campaign.name}”.")
    return guest_list


def _suffix(content: File[bytes] | str) -> str:
    name = getattr(content, "name", "") or ""
    suffix = name.rpartition(".")[2].lower() if "." in name else "csv"
    return f".{suffix}" if suffix in ("csv", "tsv", "txt", "xlsx", "xls", "ods") else ".csv"
