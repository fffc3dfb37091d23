"""Folders into which a merchant's programs put files of guests, and what became of each file."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from issuance.access import folder_for
from issuance.folders.opening import are_there
from issuance.folders.watching import end_folder, watch_folder
from issuance.forms.folders import FolderForm
from issuance.models import FolderFile, WatchedFolder
from thanxportal.accounts.access import merchant_for, user_of
from thanxportal.accounts.models import Merchant, Right
from thanxportal.accounts.proofs import require_proof
from thanxportal.accounts.typed import keeps_typed, typed_before
from thanxportal.pagination import page_of

PAGE = 30


@keeps_typed
@require_http_methods(["GET", "POST"])
def folders(request: HttpRequest, handle: str) -> HttpResponse:
    """A POST sets up the folder of a campaign, or takes over one that somebody else set up."""
    merchant = merchant_for(request, handle, Right.MANAGE)
    if request.method == "GET":
        return _page(request, merchant, FolderForm(merchant, typed_before(request)))
    require_proof(request, merchant, back=request.path, keep=True)
    form = FolderForm(merchant, request.POST)
    if not form.is_valid() or not are_there():
        return _page(request, merchant, form, status=422)
    campaign = form.cleaned_data["campaign"]
    campaign.merchant = merchant
    made = watch_folder(campaign=campaign, actor=user_of(request), path=request.path)
    messages.success(request, f"Files in {made.path} become lists of “{campaign.name}” from now on.")
    return redirect("issuance:folder", handle, campaign.pk)


@require_GET
def folder(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    found = folder_for(request, handle, pk)
    files, older = page_of(request, FolderFile.objects.filter(folder=found).with_lists(), PAGE)
    context = {"folder": found, "files": files, "older": older}
    return TemplateResponse(request, "issuance/folders/folder.html", context)


@require_POST
def folder_end(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Needs no fresh proof: it can only keep files out."""
    found = folder_for(request, handle, pk)
    if end_folder(folder=found, actor=user_of(request), path=reverse("issuance:folders", args=[handle])):
        messages.success(request, f"Nothing is taken from {found.path} any more. What lies in it stays there.")
    return redirect("issuance:folder", handle, pk)


def _page(request: HttpRequest, merchant: Merchant, form: FolderForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "folders": WatchedFolder.objects.for_merchant(merchant), "there": are_there()}
    return TemplateResponse(request, "issuance/folders/index.html", context, status=status)
