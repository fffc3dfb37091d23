"""Asks staff for a reason before an action is done: one page, whatever the action is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import ModelAdmin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from thanxportal.reviewed import FIELD, Facts, differences, sign


def reason_field(*, label: str, help_text: str, required: str, max_length: int) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        min_length=10,
        max_length=max_length,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        error_messages={
            "required": required,
            "min_length": "Write a whole sentence that still makes sense a year from now.",
        },
    )


class ReasonForm(forms.Form):
    reason = reason_field(
        label="Why?",
        help_text="One sentence. It’s kept for good, so don’t name a guest.",
        required="Write why.",
        max_length=250,
    )


def asked_reason(
    admin: ModelAdmin[Any],
    request: HttpRequest,
    rows: Iterable[Model],
    *,
    action: str,
    title: str,
    act: str = "",
    form_class: type[forms.Form] = ReasonForm,
    template: str = "admin/issuance/reason.html",
    decided_on: Facts | None = None,
    **facts: Any,
) -> str | HttpResponse:
    """The reason, once it was given; until then the page that asks for it, and again if what is `decided_on` changed
    meanwhile."""
    form = form_class(request.POST if "confirmed" in request.POST else None)
    seen, checked = request.POST.get(FIELD, ""), form.is_bound and decided_on is not None
    changed = differences(action, seen, decided_on or {}) if checked else []
    if form.is_valid() and not changed:
        return str(form.cleaned_data["reason"])
    context: dict[str, Any] = admin.admin_site.each_context(request) | {
        "title": title,
        "act": act or title,
        "opts": admin.opts,
        "rows": rows,
        "form": form,
        "action": action,
        "checkbox_name": ACTION_CHECKBOX_NAME,
        "seen": sign(action, decided_on or {}),
        "changed": changed,
        **facts,
    }
    return TemplateResponse(request, template, context, status=409 if changed else 422 if form.is_bound else 200)
