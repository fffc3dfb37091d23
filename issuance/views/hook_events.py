"""One event of a hook: what it says, masked, and what a person decides about one that waits."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from issuance.access import hook_event_for, may
from issuance.forms.hooks import MappingForm
from issuance.guests.sight import Sight
from issuance.hooks.deciding import decide, drop, take_up
from issuance.hooks.fields import kept
from issuance.hooks.making import note_hook
from issuance.hooks.rules import ROLES, proposed
from issuance.hooks.telling import lines_of, told_of
from issuance.models import HookEvent, HookEventState
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Right
from thanxportal.accounts.proofs import require_proof


@never_cache
@require_GET
def hook_event(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    return _page(request, hook_event_for(request, handle, pk))


@never_cache
@require_POST
def hook_event_reveal(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """The same page in full; the log says who looked."""
    event = _to_act_on(request, handle, pk)
    note_hook(event.hook, user_of(request), f"Looked at an event of the hook “{event.hook}” unmasked.")
    return _page(request, event, whole=True)


@require_POST
def hook_event_pass(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    event, form = _to_act_on(request, handle, pk), MappingForm(request.POST)
    if not form.is_valid():
        return _page(request, event, form=form, status=422)
    settled = decide(event.pk, mapping=form.cleaned_data, actor=user_of(request))
    if settled.state == HookEventState.PASSED:
        messages.success(request, "Its guest goes the way of every guest: into a list within seconds.")
    else:
        messages.warning(request, f"{settled.status.label}. {settled.note}")
    return redirect("issuance:hook_event" if settled.waits else "issuance:hook", handle, _shown(settled))


@require_POST
def hook_event_drop(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Needs no fresh proof: nobody is rewarded by it, and the log keeps who did it."""
    event = hook_event_for(request, handle, pk, Right.MANAGE)
    if drop(event, user_of(request)):
        messages.success(request, "Dropped: nobody is rewarded for this event.")
    else:
        messages.warning(request, "This event was settled before.")
    return redirect("issuance:hook", handle, event.hook_id)


@require_POST
def hook_event_take_up(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Needs no fresh proof, as it rewards nobody."""
    event = hook_event_for(request, handle, pk, Right.MANAGE)
    if take_up(event, user_of(request)):
        messages.success(request, "It waits for you again.")
    else:
        messages.warning(request, "This event is settled for good, or what it said is deleted.")
    return redirect("issuance:hook_event", handle, pk)


def _to_act_on(request: HttpRequest, handle: str, pk: int) -> HookEvent:
    event = hook_event_for(request, handle, pk, Right.MANAGE)
    back = reverse("issuance:hook_event", args=[handle, pk])
    require_proof(request, event.hook.merchant, back=back)
    return event


def _shown(event: HookEvent) -> int:
    return event.pk if event.waits else event.hook_id


def _page(
    request: HttpRequest, event: HookEvent, *, form: MappingForm | None = None, whole: bool = False, status: int = 200
) -> HttpResponse:
    hook, fields = event.hook, kept(event.fields)
    chosen: dict[str, Any] = hook.mapping or proposed(fields, hook.merchant.country)
    if form:
        chosen = {role: form.data[role] for role in ROLES if form.data.get(role)}
    context = {
        "event": event,
        "hook": hook,
        "told": told_of(event),
        "lines": lines_of(fields, chosen, Sight(whole=whole)),
        "roles": ROLES,
        "chosen": chosen,
        "mapping": form,
        "whole": whole,
        "may_manage": may(request, Right.MANAGE),
        "decides": event.waits and may(request, Right.MANAGE),
    }
    return TemplateResponse(request, "issuance/hooks/event.html", context, status=status)
