"""Whether the texts that a search reads hold exactly the guests whose rows they are about."""

from __future__ import annotations

from issuance.models import Guest, SearchText
from issuance.models.cells import SEPARATOR


def differing_texts() -> list[str]:
    """A guest that is missing is never found; one too many tells who somebody was who is erased."""
    differing = []
    for text in SearchText.objects.all():
        rows = Guest.objects.filter(guest_list=text.guest_list_id, row__range=(text.first_row, text.last_row))
        named = {name for names in rows.values_list("value", "other") for name in names if name}
        if named != set(text.text.split(SEPARATOR)):
            differing.append(f"rows {text.first_row} to {text.last_row} of list {text.guest_list_id}")
    return differing
