"""What did this guest get? Who it is comes in a body, never in an address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from issuance.access import member_of
from issuance.forms.privacy import WhichGuestForm
from issuance.guests.sight import note_look_up
from issuance.outcomes.story import story_of
from thanxportal.accounts.access import merchant_for
from thanxportal.accounts.limits import at_once
from thanxportal.accounts.models import Right
from thanxportal.accounts.proofs import require_proof
from thanxportal.accounts.typed import keeps_typed, typed_before


@keeps_typed
@require_http_methods(["GET", "POST"])
@never_cache
def guest_story(request: HttpRequest, handle: str) -> HttpResponse:
    """For those who may show any guest; the log keeps that somebody asked, not about whom."""
    merchant = merchant_for(request, handle, Right.MANAGE)
    if request.method == "GET":
        return _page(request, WhichGuestForm(merchant.country, typed_before(request)))
    require_proof(request, merchant, back=request.path, keep=True)
    form = WhichGuestForm(merchant.country, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)

    def told() -> HttpResponse:
        note_look_up(member_of(request))
        return _page(request, form, story=story_of(merchant, form.cleaned_data["guest"]))

    return at_once(request, "searches", told)


def _page(request: HttpRequest, form: WhichGuestForm, status: int = 200, **context: object) -> HttpResponse:
    return TemplateResponse(request, "issuance/outcomes/story.html", {"form": form, **context}, status=status)
