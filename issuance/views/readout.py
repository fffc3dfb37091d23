"""What came of a campaign: its read-out, and the proof of how its guests were assigned."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_POST

from campaigns.models import Campaign
from issuance import tasks
from issuance.access import campaign_for_lists
from issuance.forms.readout import OpenEarlyForm, ReadOutDateForm, RewardCostForm
from issuance.guests.grid import number_in
from issuance.models import ReadOut, read_out_of
from issuance.readout.across import MOST, Across, similar_to
from issuance.readout.dates import choose_date, enter_costs, open_early
from issuance.readout.page import ReadOutPage
from issuance.readout.proof import proof_of_assignment
from issuance.readout.table import table_of
from issuance.views.csv_download import download
from thanxportal.accounts.access import merchant_for, user_of
from thanxportal.accounts.models import Right
from thanxportal.celery import nudge
from thanxportal.whole_pages import wants_piece


@require_GET
def read_out(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    return _page(request, campaign_for_lists(request, handle, pk))


def _page(request: HttpRequest, campaign: Campaign, *, status: int = 200, **forms: Form) -> HttpResponse:
    """Before the date nothing of outcomes, which aren't even computed."""
    found = read_out_of(campaign)
    shown = _shown(campaign, found)
    context: dict[str, Any] = {"campaign": campaign, "read_out": found, "page": shown}
    if shown:
        context["cost_form"] = RewardCostForm(found, list(campaign.variants.all()))
        return TemplateResponse(request, "issuance/readout/read_out.html", context | forms, status=status)
    context |= {"date_form": ReadOutDateForm(found), "open_form": OpenEarlyForm()}
    return TemplateResponse(request, "issuance/readout/locked.html", context | forms, status=status)


def _shown(campaign: Campaign, found: ReadOut) -> ReadOutPage | None:
    return ReadOutPage(campaign, found) if found.is_open and found.numbers else None


@require_GET
def read_outs(request: HttpRequest, handle: str) -> HttpResponse:
    """All of them, and what rewards brought over all campaigns. The builder shows a piece of it: of campaigns that
    resemble its draft, if there are any."""
    told = list(ReadOut.objects.told(merchant_for(request, handle))[:MOST])
    draft = number_in(request.GET, "draft")
    similar = similar_to(campaign_for_lists(request, handle, draft), told) if draft else []
    context = {"across": Across(similar or told), "similar": bool(similar)}
    piece = "#across" if wants_piece(request) else ""
    return TemplateResponse(request, f"issuance/readout/index.html{piece}", context)


@require_POST
def read_out_date(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    campaign = campaign_for_lists(request, handle, pk, Right.MANAGE)
    form = ReadOutDateForm(read_out_of(campaign), request.POST)
    if not form.is_valid():
        return _page(request, campaign, status=422, date_form=form)
    choose_date(campaign=campaign, at=form.cleaned_data["at"], actor=user_of(request))
    return redirect("issuance:read_out", handle, pk)


@require_POST
def read_out_open(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    campaign = campaign_for_lists(request, handle, pk, Right.MANAGE)
    form = OpenEarlyForm(request.POST)
    if not form.is_valid():
        return _page(request, campaign, status=422, open_form=form)
    if open_early(campaign=campaign, why=form.cleaned_data["why"], actor=user_of(request)):
        nudge(tasks.compute_read_outs)
    return redirect("issuance:read_out", handle, pk)


@require_POST
def read_out_costs(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    campaign = campaign_for_lists(request, handle, pk, Right.MANAGE)
    form = RewardCostForm(read_out_of(campaign), list(campaign.variants.all()), request.POST)
    if not form.is_valid():
        return _page(request, campaign, status=422, cost_form=form)
    enter_costs(campaign=campaign, cents=form.cents, actor=user_of(request))
    return redirect("issuance:read_out", handle, pk)


@require_GET
def download_numbers(request: HttpRequest, handle: str, pk: int) -> HttpResponseBase:
    campaign = campaign_for_lists(request, handle, pk)
    shown = _shown(campaign, read_out_of(campaign))
    if shown is None:
        return redirect("issuance:read_out", handle, pk)
    return download(request, campaign, "read-out", lambda: table_of(shown))


@require_GET
def download_proof(request: HttpRequest, handle: str, pk: int) -> HttpResponseBase:
    campaign = campaign_for_lists(request, handle, pk)
    return download(request, campaign, "assignment", lambda: proof_of_assignment(campaign))
