"""Which fields of an event a hook reads, and under which conditions: chosen on an event, tried on a sample."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from issuance.access import hook_for
from issuance.forms.hooks import MappingForm, SampleForm, conditions_form, conditions_in
from issuance.guests.sight import Sight
from issuance.hooks.fields import Field, kept
from issuance.hooks.making import change_rules, facts_of_rules, note_hook
from issuance.hooks.rules import ROLES, conditions_of, proposed, verdict_on
from issuance.hooks.telling import Told, lines_of, told_of_sample
from issuance.models import Hook
from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Right
from thanxportal.accounts.proofs import require_proof
from thanxportal.accounts.typed import keeps_typed, typed_before
from thanxportal.reviewed import FIELD, ChangedSinceReview, sign


@keeps_typed
@never_cache
@require_http_methods(["GET", "POST"])
def hook_rules(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """A POST saves them, only says what would become of a sample by what is chosen in the form, or shows the event in
    full, which the log keeps."""
    hook = hook_for(request, handle, pk, Right.MANAGE)
    if request.method == "GET":
        return _page(request, hook, typed_before(request))
    if "test" in request.POST:
        return _page(request, hook, request.POST, tests=True)
    require_proof(request, hook.merchant, back=request.path, keep=True)
    if "reveal" in request.POST:
        note_hook(hook, user_of(request), f"Looked at an event of the hook “{hook}” unmasked.")
        return _page(request, hook, None, whole=True)
    mapping, conditions = MappingForm(request.POST), conditions_form([], [], request.POST)
    if not mapping.is_valid() or not conditions.is_valid():
        return _page(request, hook, request.POST, status=422)
    seen, chosen = request.POST.get(FIELD, ""), conditions_in(conditions)
    try:
        change_rules(hook, mapping=mapping.cleaned_data, conditions=chosen, actor=user_of(request), seen=seen)
    except ChangedSinceReview as changed:
        return _page(request, hook, request.POST, changed=changed.differences, status=409)
    messages.success(request, "Saved. What waits can be tried again.")
    return redirect("issuance:hook", handle, hook.pk)


def _page(
    request: HttpRequest,
    hook: Hook,
    typed: Any,
    *,
    tests: bool = False,
    whole: bool = False,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    sample = SampleForm(typed if typed and typed.get("sample") else {"sample": ""} if tests else None)
    pasted = sample.cleaned_data["sample"] if sample.is_bound and sample.is_valid() else None
    fields = _latest(hook) if pasted is None else pasted
    mapping, conditions = MappingForm(typed), conditions_form(conditions_of(hook), fields, typed)
    chosen = _chosen(typed) if typed else hook.mapping or proposed(fields, hook.merchant.country)
    lines = lines_of(fields, chosen, Sight(whole=whole or pasted is not None))
    told = _tried(hook, mapping, conditions, pasted) if tests and pasted is not None else None
    context = {
        "hook": hook,
        "sample": sample,
        "pasted": pasted is not None,
        "lines": lines,
        "by_place": any(line.by_place for line in lines),
        "masked": bool(lines) and not whole and pasted is None,
        "roles": ROLES,
        "chosen": chosen,
        "mapping": mapping,
        "conditions": conditions,
        "told": told,
        "seen": sign(hook.target, facts_of_rules(hook)),
    }
    status = 422 if tests and not (sample.is_valid() and told) else status
    return TemplateResponse(request, "issuance/hooks/rules.html", context | more, status=status)


def _latest(hook: Hook) -> list[Field]:
    """Of the event that came last and has its fields still."""
    last = hook.events.with_fields().order_by("-pk").first()
    return kept(last.fields) if last else []


def _chosen(typed: Any) -> dict[str, str]:
    return {role: typed[role] for role in ROLES if typed.get(role)}


def _tried(hook: Hook, mapping: Any, conditions: Any, fields: list[Field]) -> Told | None:
    """What would become of a sample; None if the form says nothing that could be tried."""
    if not mapping.is_valid() or not conditions.is_valid():
        return None
    chosen = [[*condition] for condition in conditions_in(conditions)]
    tried = Hook(merchant=hook.merchant, is_on=True, mapping=mapping.cleaned_data, conditions=chosen)
    return told_of_sample(verdict_on(tried, fields))
