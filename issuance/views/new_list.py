"""Bringing guests: a file or pasted text becomes a new list."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from campaigns.models import Campaign
from issuance import tasks
from issuance.access import campaign_for_lists
from issuance.forms.importing import NewListForm
from issuance.importing.new_list import CampaignTakesNoLists, create_list, first_name_for
from issuance.parsing.pasted.preview import PastedPreview, preview_pasted
from thanxportal.accounts.access import user_of
from thanxportal.accounts.limits import at_once, take_place, too_many
from thanxportal.accounts.models import Right
from thanxportal.accounts.typed import keeps_typed, typed_before
from thanxportal.body_limits import is_small, takes_body
from thanxportal.celery import nudge
from thanxportal.stored_files import StoreFails


def _door(request: HttpRequest, handle: str, pk: int) -> HttpResponse | None:
    campaign_for_lists(request, handle, pk, Right.BUILD)
    return None if take_place(request, "uploads") else too_many(request, "uploads")


@keeps_typed
@takes_body(lambda: settings.MOST_BODY, door=_door)
@require_http_methods(["GET", "POST"])
def list_new(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    campaign = campaign_for_lists(request, handle, pk, Right.BUILD)
    if not campaign.accepts_lists:
        return TemplateResponse(request, "issuance/importing/new_list.html", {"campaign": campaign})
    if request.method == "GET":
        proposed = typed_before(request) or {"name": first_name_for(campaign)}
        return _new(request, campaign, NewListForm(initial=proposed))
    if "look" in request.POST:
        return at_once(request, "looks", lambda: _look(request, campaign))
    form = NewListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _new(request, campaign, form, status=422)
    kind = "uploads" if form.cleaned_data["file"] else "pastes"
    if (kind == "pastes" or is_small(request)) and not take_place(request, kind):
        return too_many(request, kind)
    try:
        added = create_list(
            campaign=campaign,
            name=form.cleaned_data["name"],
            content=form.content(),
            actor=user_of(request),
            token=form.cleaned_data["token"],
        )
    except CampaignTakesNoLists as refusal:
        form.add_error(None, str(refusal))
        return _new(request, campaign, form, status=422)
    except StoreFails as failure:
        form.add_error(None, failure.sentence)
        return _new(request, campaign, form, status=422)
    nudge(tasks.read_list, added.pk)
    return redirect("issuance:list_detail", handle, added.pk)


def _look(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """Shows what pasted text holds, and stores nothing."""
    typed = {name: request.POST.get(name, "") for name in ("name", "pasted")}
    country, prefer = campaign.merchant.country, campaign.merchant.preferred_identifier
    preview = preview_pasted(typed["pasted"], country=country, prefer=prefer) if typed["pasted"].strip() else None
    return _new(request, campaign, NewListForm(initial=typed), preview=preview)


def _new(
    request: HttpRequest, campaign: Campaign, form: NewListForm, status: int = 200, preview: PastedPreview | None = None
) -> HttpResponse:
    context = {"campaign": campaign, "form": form, "preview": preview}
    return TemplateResponse(request, "issuance/importing/new_list.html", context, status=status)
