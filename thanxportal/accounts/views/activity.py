"""The page of a merchant's activity log."""

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from thanxportal.accounts.access import merchant_for
from thanxportal.accounts.forms import ActivityFilter
from thanxportal.accounts.models import Activity
from thanxportal.pagination import page_of

PAGE = 50


@require_GET
def activity(request: HttpRequest, handle: str) -> HttpResponse:
    merchant = merchant_for(request, handle)
    find = ActivityFilter(request, merchant)
    found = find.of(Activity.objects.for_merchant(merchant))
    activities, older = page_of(request, found.annotate(url=F("path")), PAGE)  # A timeline links what has a url.
    context = {"activities": activities, "older": older, "find": find}
    return TemplateResponse(request, "accounts/activity.html", context)
