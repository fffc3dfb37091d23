"""What came of a campaign: its read-out, and the proof of how its guests were assigned."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from issuance.access import campaign_for_lists
from issuance.readout.proof import proof_of_assignment
from thanxportal.accounts.limits import take_place, too_many, while_sent


@require_GET
def download_proof(request: HttpRequest, handle: str, pk: int) -> HttpResponseBase:
    campaign = campaign_for_lists(request, handle, pk)
    taken = take_place(request, "downloads")
    if not taken:
        return too_many(request, "downloads")
    name = f"{slugify(campaign.name)[:60] or 'campaign'}-{campaign.pk}-assignment.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    pieces = while_sent(proof_of_assignment(campaign), taken)
    return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8", headers=headers)
