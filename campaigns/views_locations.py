"""The page of a merchant's locations, as Thanx has them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from campaigns.models import Location, Part, Reading
from thanxportal.accounts.access import merchant_for

MOST = 1_000


@require_GET
def location_list(request: HttpRequest, handle: str) -> HttpResponse:
    merchant = merchant_for(request, handle)
    reading = Reading.objects.of_merchant(merchant).filter(part=Part.LOCATIONS).first()
    context = {
        "locations": Location.objects.open_at(merchant)[:MOST],
        "read_at": reading.read_at if reading else None,
    }
    return TemplateResponse(request, "campaigns/location_list.html", context)
