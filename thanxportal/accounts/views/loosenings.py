"""A manager answers what another one asked for: confirms it, or withdraws it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from thanxportal.accounts.access import loosening_for, user_of
from thanxportal.accounts.confirming import confirm
from thanxportal.accounts.loosenings import withdraw
from thanxportal.accounts.proofs import require_proof
from thanxportal.accounts.team import TeamRefusal

ANSWERED = "This was answered meanwhile: this is how it stands now."


@require_POST
def loosening_confirm(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    loosening = loosening_for(request, handle, pk)
    if loosening.asked_by == user_of(request):
        raise PermissionDenied("You asked for this yourself, so another manager has to confirm it.")
    require_proof(request, loosening.merchant, back=reverse(loosening.page, args=[handle]))
    try:
        if confirm(loosening=loosening, actor=user_of(request)):
            messages.success(request, "Confirmed. It is in effect for lists that are brought from now on.")
        else:
            messages.warning(request, ANSWERED)
    except TeamRefusal as refusal:
        messages.error(request, str(refusal))
    return redirect(loosening.page, handle)


@require_POST
def loosening_withdraw(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Needs no fresh proof: it can only keep things as strict as they are."""
    loosening = loosening_for(request, handle, pk)
    if withdraw(loosening=loosening, actor=user_of(request)):
        messages.success(request, "Withdrawn. Everything stays as it is.")
    else:
        messages.warning(request, ANSWERED)
    return redirect(loosening.page, handle)
