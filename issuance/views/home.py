"""The start page of a merchant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django_htmx.http import reselect, reswap, retarget

from issuance.access import may, member_of
from issuance.models import ReadOut
from issuance.outcomes.first_steps import first_steps_of
from issuance.outcomes.glance import MOST, Glance
from issuance.outcomes.home import Running, as_running, running_at, running_of
from issuance.outcomes.month import month_of
from issuance.outcomes.needs import needs_of
from issuance.outcomes.poll_versions import version_of_running
from issuance.readout.across import Across
from thanxportal.accounts.access import merchant_for, user_of
from thanxportal.accounts.looking import is_look
from thanxportal.accounts.models import Right
from thanxportal.prepared import Prepared
from thanxportal.whole_pages import page_above, wants_piece

READ_OUTS = 3  # the last ones


@require_GET
def home(request: HttpRequest, handle: str) -> HttpResponse:
    merchant = merchant_for(request, handle)
    glance = Glance(merchant)
    needs, lists = needs_of(glance), [as_running(one) for one in glance.running[:MOST]]
    me, latest = request.user.pk, glance.lists[:MOST]
    first_steps = first_steps_of(merchant, latest)
    mine = [need for need in needs if need.right and may(request, need.right) and need.asker != me]
    context = {
        "needs": mine,
        "needs_count": sum(not need.more for need in mine),
        "more_needs": any(need.more for need in mine),
        "others": [need for need in needs if need not in mine],
        "running_lists": lists,
        "running_count": glance.running_count,
        "running_names": names_of(lists),
        "running_version": version_of_running(lists),
        "scheduled": glance.scheduled[:MOST],
        "lists": latest,
        "first_steps": first_steps,
        "month": None if first_steps else month_of(merchant),
        "read_outs": [] if first_steps else Across(_last_told(merchant.pk, timezone.now())).lines,
        "mirror": glance.around,
        "may_build": may(request, Right.BUILD),
    }
    return TemplateResponse(request, "issuance/outcomes/home.html", context)


@Prepared
def _last_told(merchant: int, now: datetime) -> QuerySet[ReadOut]:
    return ReadOut.objects.told(merchant, now)[:READ_OUTS]


Poll = Callable[[HttpRequest, str], HttpResponse]


def _of_running(piece: Callable[[HttpRequest, str, dict[str, Any]], HttpResponse]) -> Poll:
    """A poll for what is running, which `piece` draws; 204 as long as the page shows this version."""

    @require_GET
    @never_cache
    @wraps(piece)
    def poll(request: HttpRequest, handle: str) -> HttpResponse:
        lists = running_of(user_of(request), handle)
        version = version_of_running(lists)
        if version and version == request.GET.get("version"):
            return HttpResponse(status=204)
        merchant = merchant_for(request, handle)
        if is_look(member_of(request)):
            lists = running_at(merchant)
            version = version_of_running(lists)
        if not wants_piece(request):
            return redirect(page_above(request.path))
        context = {"running_lists": lists, "running_names": names_of(lists), "running_version": version}
        return piece(request, handle, context)

    return poll


@_of_running
def running(request: HttpRequest, handle: str, context: dict[str, Any]) -> HttpResponse:
    """How far the running lists of the home page are; once they are others than it shows, the page anew."""
    if request.GET.get("was") != context["running_names"]:
        return reselect(reswap(retarget(home(request, handle), "#main"), "outerHTML"), "#main")
    return TemplateResponse(request, "issuance/outcomes/home.html#running", context)


@_of_running
def dock(request: HttpRequest, handle: str, context: dict[str, Any]) -> HttpResponse:
    """What is running, for the corner of every page; asked again as long as anything is."""
    return TemplateResponse(request, "components/dock.html", context)


def names_of(lists: list[Running]) -> str:
    return "-".join(str(running.list.pk) for running in lists)
