"""Integrations: the tokens of a merchant's other programs, and what those asked for."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from issuance.events.telling import said_of
from issuance.forms.integrations import TokenForm
from issuance.models import EventBatch
from thanxportal.accounts.access import merchant_for, token_for, user_of
from thanxportal.accounts.models import ApiToken, Merchant, Right
from thanxportal.accounts.proofs import require_proof
from thanxportal.accounts.tokens import end_token, make_token
from thanxportal.accounts.typed import keeps_typed, typed_before
from thanxportal.pagination import page_of

PAGE = 30


@keeps_typed
@never_cache
@require_http_methods(["GET", "POST"])
def integrations(request: HttpRequest, handle: str) -> HttpResponse:
    """A POST makes a token and shows its secret, once."""
    merchant = merchant_for(request, handle, Right.MANAGE)
    if request.method == "GET":
        return _page(request, merchant, TokenForm(typed_before(request)))
    require_proof(request, merchant, back=request.path, keep=True)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, merchant, form, status=422)
    if not form.comes_first(merchant.handle):
        messages.warning(request, form.made_before)
        return redirect(request.path)
    made, secret = make_token(merchant=merchant, actor=user_of(request), path=request.path, **form.fields_of_token)
    return _page(request, merchant, TokenForm(), made=made, secret=secret)


@require_POST
def token_end(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Needs no fresh proof: it can only keep a program out."""
    token, page = token_for(request, handle, pk), reverse("issuance:integrations", args=[handle])
    if end_token(token=token, actor=user_of(request), path=page):
        waits = "What it asked for and is in no list yet isn’t sent."
        messages.success(request, f"“{token.name}” is ended: whoever has it is refused from now on. {waits}")
    else:
        messages.warning(request, f"“{token.name}” was ended before.")
    return redirect(page)


def _page(
    request: HttpRequest, merchant: Merchant, form: TokenForm, *, status: int = 200, **more: object
) -> HttpResponse:
    batches, older = page_of(request, EventBatch.objects.for_merchant(merchant), PAGE)
    context = {
        "form": form,
        "tokens": ApiToken.objects.for_merchant(merchant),
        "log": [(batch, said_of(batch)) for batch in batches],
        "older": older,
        "api": f"{settings.PORTAL_URL}/api/v1/",
    }
    return TemplateResponse(request, "issuance/integrations/index.html", context | more, status=status)
