"""Where people arrive after signing in or after switching to another merchant."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_POST

from thanxportal.accounts.access import LAST_MERCHANT, merchant_for, merchant_of_person, user_of
from thanxportal.accounts.models import Merchant


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Sends people to where they work: their merchant, the admin, or a page that says what is missing."""
    user = user_of(request)
    merchant = merchant_of_person(request)
    if merchant is not None:
        return to_home_of(merchant)
    if user.is_staff:
        return redirect("admin:index")
    return TemplateResponse(request, "accounts/no_merchant.html")


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    merchant = merchant_for(request, request.POST.get("handle", ""))
    request.session[LAST_MERCHANT] = merchant.pk
    return to_home_of(merchant)


def to_home_of(merchant: Merchant) -> HttpResponse:
    return redirect(settings.MERCHANT_HOME_URL, merchant.handle)
