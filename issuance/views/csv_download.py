"""How pages send CSV files, however long they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.text import slugify

from campaigns.models import Campaign
from issuance.models import GuestList
from thanxportal.accounts.limits import take_place, too_many, while_sent


def download(
    request: HttpRequest, named: GuestList | Campaign, kind: str, pieces: Callable[[], Iterator[str]]
) -> HttpResponseBase:
    """The pieces as a CSV file, named after the list or campaign, if the person has a place for one more."""
    taken = take_place(request, "downloads")
    if not taken:
        return too_many(request, "downloads")
    noun = "list" if isinstance(named, GuestList) else "campaign"
    name = f"{slugify(named.name)[:60] or noun}-{named.pk}-{kind}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(while_sent(pieces(), taken), content_type="text/csv; charset=utf-8", headers=headers)
