"""A list whose file is being read: how far that is, and what a person has to say before it goes on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from issuance.access import sight
from issuance.forms.importing import ColumnsForm
from issuance.guests.grid import GuestReader
from issuance.importing.broken_files import rows_before_break
from issuance.importing.reading_progress import reading_progress
from issuance.models import GuestList


def reading_stage(request: HttpRequest, guest_list: GuestList, **forms: Any) -> dict[str, Any]:
    reader = GuestReader(guest_list, sight(request, guest_list))
    return {"stage": "issuance/importing/reading.html", "reading": reading_progress(reader, timezone.now())}


def mapping_stage(request: HttpRequest, guest_list: GuestList, **forms: Any) -> dict[str, Any]:
    form = forms.get("columns_form") or ColumnsForm(guest_list)
    columns = form.rows(sight(request, guest_list))
    return {"stage": "issuance/importing/columns.html", "columns_form": form, "columns": columns}


def unreadable_stage(request: HttpRequest, guest_list: GuestList, **forms: Any) -> dict[str, Any]:
    return {"stage": "issuance/importing/unreadable.html", "usable": rows_before_break(guest_list)}


def repairing_stage(request: HttpRequest, guest_list: GuestList, **forms: Any) -> dict[str, Any]:
    return {"stage": "issuance/checking/repairing.html"}
