"""The check page: five buckets of a list that was read, what can be repaired in them, and what was."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from django.http import HttpRequest

from issuance.access import may, may_take_bad_rows, opened, sight
from issuance.checking.buckets import bucket_rows, heads_of
from issuance.checking.repair_proposals import domain_proposals, proposals_of
from issuance.checking.reward_again import RewardedBefore, rewarded_by_campaign
from issuance.checking.summary import arms_of, buckets, causes_of, fixed_count, how_it_was_read, where_rows_go
from issuance.forms.checking import IncludeForm, RowForm, UploadRowsForm, opened_row
from issuance.guests.grid import READY, Filters, GuestPage, GuestReader, guest_page, number_in
from issuance.importing.mapping import can_be_read_again
from issuance.models import GuestList, Repair
from issuance.views.buckets import NEEDS_YOU, current_bucket, filters_of, turned
from thanxportal.accounts.models import Right
from thanxportal.reviewed import sign

REWARDED_BEFORE = "already_rewarded"
REPAIRS_SHOWN = 10


def checked_stage(request: HttpRequest, guest_list: GuestList, **forms: Any) -> dict[str, Any]:
    """What the page shows of a checked list. The address says which bucket, where in it, and which row is edited;
    `forms` may hold a `row_form` or `upload_form` that came back with errors."""
    may_build = may(request, Right.BUILD)
    query = request.POST if forms else request.GET
    bucket = current_bucket(guest_list, query)
    filters = filters_of(bucket, query)
    open_row = forms.get("row_form")
    if may_build and bucket == NEEDS_YOU and not forms:
        open_row = opened_row(guest_list, query.get("edit", ""), partial(opened, request, guest_list))
    reader = GuestReader(guest_list, sight(request, guest_list))
    filters, page = _page_around(open_row, reader, filters)
    context = {
        "stage": "issuance/checking/check.html",
        "bucket": bucket,
        "bucket_stage": f"issuance/checking/buckets/{bucket}.html",
        "parts": where_rows_go(guest_list),
        "tabs": buckets(guest_list, bucket),
        "fixed_count": fixed_count(guest_list),
        "rows": bucket_rows(reader, bucket, page.rows),
        "unmasked": reader.sight.whole,
        "may_reveal": may(request, Right.MANAGE),
        "may_take_bad_rows": may_take_bad_rows(request, guest_list),
        "filters": filters,
        "older_url": page.older and turned(guest_list, filters, after=page.older, before=None),
        "newer_url": page.newer and turned(guest_list, filters, after=None, before=page.newer),
        "here": turned(guest_list, filters),
        "upload_form": UploadRowsForm(),
        "facts": how_it_was_read(guest_list),
        "may_reread": may_build and can_be_read_again(guest_list),
        "warnings": guest_list.file_info.get("warnings") or [],
    }
    if bucket == NEEDS_YOU:
        context["row_form"] = open_row
        context["left"] = number_in(query, "left")  # The row whose form was just closed.
    if may_build and bucket in (NEEDS_YOU, READY):
        of_bad_rows = proposals_of(guest_list, reader.sight) if bucket == NEEDS_YOU else []
        context["proposals"] = [*of_bad_rows, *domain_proposals(guest_list)]
    return context | _repairs_of(guest_list) | _of_bucket(guest_list, bucket, forms.get("include_form")) | forms


def _page_around(open_row: RowForm | None, reader: GuestReader, filters: Filters) -> tuple[Filters, GuestPage]:
    """The page that was asked for, or the one that begins with the row whose form is open."""
    page = guest_page(reader, filters)
    if not open_row or open_row.row in {row.row for row in page.rows}:
        return filters, page
    filters = replace(filters, after=open_row.row - 1, before=None)
    return filters, guest_page(reader, filters)


def _repairs_of(guest_list: GuestList) -> dict[str, Any]:
    repairs = [*Repair.objects.of_list(guest_list)[:REPAIRS_SHOWN]]
    return {"repairs": repairs, "latest": next((repair for repair in repairs if not repair.undone_at), None)}


def _of_bucket(guest_list: GuestList, bucket: str, failed: IncludeForm | None) -> dict[str, Any]:
    """What one bucket shows beside its rows."""
    if bucket == NEEDS_YOU:
        causes = causes_of(guest_list) if guest_list.invalid_count else []
        return {"causes": causes, "heads": heads_of(guest_list)}
    if bucket == REWARDED_BEFORE:
        return {"earlier_rewards": _rewarded(guest_list, failed)}
    return {"arms": arms_of(guest_list)} if bucket == READY else {}


def _rewarded(guest_list: GuestList, failed: IncludeForm | None) -> list[tuple[RewardedBefore, IncludeForm, str]]:
    """Each campaign that rewarded some of the guests, with the form that includes them nevertheless, and what the
    form carries as seen."""
    chosen = failed.data.get("campaign") if failed else None
    return [
        (
            guests,
            failed if failed and chosen == str(guests.campaign.pk) else IncludeForm(guests.campaign.pk),
            sign(guest_list.target, guests.facts),
        )
        for guests in rewarded_by_campaign(guest_list)
    ]
