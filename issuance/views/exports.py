"""Exports of Thanx: brought by hand, and what was loaded of all of them. Nothing here tells one arm from another."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from issuance import tasks
from issuance.exports.columns import ExportRefused
from issuance.exports.receiving import receive_export
from issuance.forms.exports import ExportForm
from issuance.models import ExportFile
from thanxportal.accounts.access import merchant_for, user_of
from thanxportal.accounts.limits import take_place, too_many
from thanxportal.accounts.models import Merchant, Right
from thanxportal.body_limits import is_small, takes_body
from thanxportal.celery import nudge
from thanxportal.pagination import page_of
from thanxportal.stored_files import StoreFails

PAGE = 30


def _door(request: HttpRequest, handle: str) -> HttpResponse | None:
    merchant_for(request, handle, Right.MANAGE)
    return None if take_place(request, "uploads") else too_many(request, "uploads")


@takes_body(lambda: settings.MOST_BODY, door=_door)
@require_http_methods(["GET", "POST"])
def exports(request: HttpRequest, handle: str) -> HttpResponse:
    merchant = merchant_for(request, handle, Right.MANAGE)
    if request.method == "GET":
        return _page(request, merchant, ExportForm())
    form = ExportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, merchant, form, status=422)
    if is_small(request) and not take_place(request, "uploads"):
        return too_many(request, "uploads")
    file = form.cleaned_data["file"]
    try:
        export = receive_export(merchant=merchant, name=file.name, content=file, actor=user_of(request))
    except ExportRefused as refusal:
        form.add_error("file", str(refusal))
        return _page(request, merchant, form, status=422)
    except StoreFails as failure:
        form.add_error("file", failure.sentence)
        return _page(request, merchant, form, status=422)
    nudge(tasks.load_exports)
    again = " again" if export.loaded_at else ""
    messages.success(request, f"“{export.name}” is being loaded{again}. Below stands what came of it.")
    return redirect("issuance:exports", handle)


def _page(request: HttpRequest, merchant: Merchant, form: ExportForm, status: int = 200) -> HttpResponse:
    page, older = page_of(request, ExportFile.objects.for_merchant(merchant), PAGE)
    context = {"form": form, "exports": page, "older": older, "hours": settings.UPLOAD_RETENTION_HOURS}
    return TemplateResponse(request, "issuance/exports/index.html", context, status=status)
