"""The activity log of a merchant, for everybody on its team."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from thanxportal.accounts.access import merchant_for
from thanxportal.accounts.activity_lines import with_places
from thanxportal.accounts.models import Activity
from thanxportal.pagination import page_of

PAGE = 50


@require_GET
def activity(request: HttpRequest, handle: str) -> HttpResponse:
    merchant = merchant_for(request, handle)
    activities, older = page_of(request, Activity.objects.for_merchant(merchant), PAGE)
    context = {"activities": with_places(merchant, activities), "older": older}
    return TemplateResponse(request, "accounts/activity.html", context)
