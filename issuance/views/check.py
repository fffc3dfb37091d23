"""The check page: five buckets of a list that was read, what can be repaired in them, and what was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, QueryDict

from issuance.access import may
from issuance.checking.buckets import heads_of, lines_of
from issuance.checking.repair_proposals import domain_proposals, proposals_of
from issuance.checking.summary import BUCKETS, arms_of, buckets, causes_of, check_url, how_it_was_read
from issuance.checking.tally import tally_of
from issuance.forms.check import IncludeForm, RowForm, UploadRowsForm
from issuance.guests.grid import READY, Filters, GuestReader, guest_page, number_in
from issuance.importing.earlier_rewards import Repeats, repeats_by_campaign
from issuance.importing.mapping import can_be_read_again
from issuance.models import RecipientList, Repair, RowError
from thanxportal.accounts.models import Right

NEEDS_YOU, REWARDED_BEFORE = "invalid", "already_rewarded"
REPAIRS_SHOWN = 10


def checked_stage(request: HttpRequest, recipient_list: RecipientList, **forms: Any) -> dict[str, Any]:
    """What the page shows of a checked list. The address says which bucket, where in it, and which row is edited;
    `forms` may hold a `row_form` or `upload_form` that came back with errors."""
    may_build = may(request, Right.BUILD)
    place = request.POST if forms else request.GET
    bucket = current_bucket(recipient_list, place)
    filters = filters_of(bucket, place)
    open_row = forms.get("row_form") or (may_build and row_form(recipient_list, place.get("edit", ""))) or None
    reader = GuestReader(recipient_list, unmasked=may(request, Right.MANAGE) or (may_build and bucket == NEEDS_YOU))
    page = guest_page(reader, filters)
    if open_row and open_row.row not in {row.row for row in page.rows}:
        filters = replace(filters, after=open_row.row - 1, before=None)
        page = guest_page(reader, filters)
    repairs = [*Repair.objects.of_list(recipient_list)[:REPAIRS_SHOWN]]
    context = {
        "stage": "issuance/stages/checked.html",
        "bucket": bucket,
        "bucket_stage": f"issuance/buckets/{bucket}.html",
        "tabs": buckets(recipient_list, bucket),
        "fixed_count": tally_of(recipient_list).get("fixed", 0),
        "lines": lines_of(reader, bucket, page.rows),
        "unmasked": reader.unmasked,
        "filters": filters,
        "older_url": page.older and turned(recipient_list, filters, after=page.older, before=None),
        "newer_url": page.newer and turned(recipient_list, filters, after=None, before=page.newer),
        "here": turned(recipient_list, filters),
        "upload_form": UploadRowsForm(),
        "repairs": repairs,
        "latest": next((repair for repair in repairs if not repair.undone_at), None),
        "facts": how_it_was_read(recipient_list),
        "may_reread": may_build and can_be_read_again(recipient_list),
        "warnings": recipient_list.file_info.get("warnings") or [],
    }
    if bucket == NEEDS_YOU:
        context["row_form"] = open_row
        context["left"] = number_in(place, "left")  # The row whose form was just closed.
    if may_build and bucket in (NEEDS_YOU, READY):
        found = proposals_of(recipient_list) if bucket == NEEDS_YOU else []
        context["proposals"] = [*found, *domain_proposals(recipient_list)]
    return context | _of_bucket(recipient_list, bucket, forms.get("include_form")) | forms


def _of_bucket(recipient_list: RecipientList, bucket: str, failed: IncludeForm | None) -> dict[str, Any]:
    """What one bucket shows beside its rows."""
    if bucket == NEEDS_YOU:
        causes = causes_of(recipient_list) if recipient_list.invalid_count else []
        return {"causes": causes, "heads": heads_of(recipient_list)}
    if bucket == REWARDED_BEFORE:
        return {"repeats": _repeats(recipient_list, failed)}
    return {"arms": arms_of(recipient_list)} if bucket == READY else {}


def _repeats(recipient_list: RecipientList, failed: IncludeForm | None) -> list[tuple[Repeats, IncludeForm]]:
    """Each campaign that rewarded some of the guests, with the form that includes them nevertheless."""
    chosen = failed.data.get("campaign") if failed else None
    return [
        (repeats, failed if failed and chosen == str(repeats.campaign.pk) else IncludeForm(repeats.campaign.pk))
        for repeats in repeats_by_campaign(recipient_list)
    ]


def current_bucket(recipient_list: RecipientList, place: QueryDict) -> str:
    """The bucket that the address names; else the one where somebody is needed, else the ready guests."""
    named = place.get("show", "")
    return named if named in BUCKETS else NEEDS_YOU if recipient_list.invalid_count else READY


def filters_of(bucket: str, place: QueryDict) -> Filters:
    return replace(Filters.from_query(place), outcome=bucket, arm=None, job=None, q="")


def turned(recipient_list: RecipientList, filters: Filters, *, edit: int | None = None, **turn: Any) -> str:
    """The address of another place in the same bucket."""
    place = replace(filters, **turn)
    query = {"show": place.outcome, "cause": place.cause, "after": place.after, "before": place.before}
    return check_url(recipient_list, **query, edit=edit)


def row_form(recipient_list: RecipientList, row: str, data: QueryDict | None = None) -> RowForm | None:
    """The form of a bad row whose number stands in an address or a form; None if it is no bad row, or none is named."""
    error = RowError.objects.of_list(recipient_list).numbered(row)
    return RowForm(recipient_list, error.row, [str(cell) for cell in error.cells], data) if error else None
