"""Where staff practice against the simulator what goes wrong at Thanx. There is no such page elsewhere."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from issuance.staff.training import SCENARIOS, WEATHERS
from thanxportal.accounts.access import user_of
from thanxportal.partner.simulator_control import NoSimulator, change_weather, is_simulated, stats


def _allow(request: HttpRequest, right: str) -> None:
    if not is_simulated():
        raise Http404
    if not user_of(request).has_perm(right):
        raise PermissionDenied


def training(request: HttpRequest) -> HttpResponse:
    _allow(request, "issuance.view_rehearsal")
    try:
        now = stats()
    except NoSimulator:
        now = {}
    context: dict[str, Any] = admin.site.each_context(request) | {
        "title": "Training",
        "now": now,
        "weathers": WEATHERS.items(),
        "scenarios": [(name, scenario, reverse(f"admin:{scenario.look[1]}")) for name, scenario in SCENARIOS.items()],
        "may_train": user_of(request).has_perm("issuance.record_rehearsal"),
    }
    return TemplateResponse(request, "admin/issuance/training/page.html", context)


def train(request: HttpRequest) -> HttpResponse:
    """Chooses the weather, or begins a scenario."""
    _allow(request, "issuance.record_rehearsal")
    weather, scenario = request.POST.get("weather", ""), SCENARIOS.get(request.POST.get("scenario", ""))
    try:
        if scenario:
            scenario.begin()
            messages.success(request, f"{scenario.title}: {scenario.happens}")
        elif weather in WEATHERS:
            change_weather(weather)
            messages.success(request, f"The weather is {weather} now. {WEATHERS[weather]}")
    except NoSimulator:
        messages.error(request, "The simulator doesn’t answer. Is it running?")
    return redirect("admin:issuance_training")
