"""A list and the retries that came of it, in which every guest counts once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from issuance.access import list_for
from issuance.outcomes.lineage import lineage_of


@require_GET
@never_cache
def list_lineage(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    guest_list = list_for(request, handle, pk)
    context = {"list": guest_list, "lineage": lineage_of(guest_list)}
    return TemplateResponse(request, "issuance/outcomes/lineage.html", context)
