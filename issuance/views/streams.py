"""What one program asked for in one campaign on one day."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from issuance.access import stream_for
from issuance.events.streams import StreamFacts
from issuance.models import GuestList
from thanxportal.pagination import page_of

PAGE = 30


@require_GET
def stream(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    found = stream_for(request, handle, pk)
    lists, older = page_of(request, GuestList.objects.filter(stream=found).order_by("-pk").in_table(), PAGE)
    context = {"stream": found, "facts": StreamFacts(found), "lists": lists, "older": older}
    return TemplateResponse(request, "issuance/integrations/stream.html", context)
