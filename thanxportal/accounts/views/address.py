"""The pages on which people change the address that they sign in with."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from thanxportal.accounts.access import user_of
from thanxportal.accounts.addresses import AddressRefusal, ask_for_change, change_by, confirm
from thanxportal.accounts.forms import AddressForm


@require_http_methods(["GET", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]
def change_address(request: HttpRequest) -> HttpResponse:
    form = AddressForm(request.POST or None)
    if form.is_valid():
        try:
            _limit_mails(request)
            ask_for_change(person=user_of(request), new=form.cleaned_data["email"])
        except AddressRefusal as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, f"We sent a link to {user_of(request).email}. Open it in this browser.")
            return redirect("accounts:profile")
    return TemplateResponse(request, "accounts/address.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def confirm_address(request: HttpRequest, token: str) -> HttpResponse:
    """Behind both links. Asks before it does anything, as mail programs open links by themselves."""
    person = user_of(request)
    change = change_by(token=token, person=person)
    if change is None:
        raise Http404("No such link.")
    if request.method == "GET":
        return TemplateResponse(request, "accounts/address_confirm.html", {"change": change})
    try:
        _limit_mails(request)
        if confirm(change=change, person=person):
            messages.success(request, f"From now on you sign in with {change.new}.")
        else:
            messages.success(request, f"Now open the link that we sent to {change.new}.")
    except AddressRefusal as refusal:
        messages.error(request, str(refusal))
    return redirect("accounts:profile")


def _limit_mails(request: HttpRequest) -> None:
    if not ratelimit.consume(request, action="change_address"):
        raise AddressRefusal("You asked for many links lately. Please go on in an hour.")
