"""Acts of staff that need a reason: one page asks for it, whatever is to be done."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Why?",
        help_text="One sentence. It is kept for good; name no guest.",
        min_length=10,
        max_length=250,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        error_messages={
            "required": "Write why.",
            "min_length": "Write a whole sentence, so that it can be understood next year.",
        },
    )


def asked_reason(
    admin: ModelAdmin[Any], request: HttpRequest, rows: QuerySet[Any], *, action: str, title: str, explain: str
) -> str | HttpResponse:
    """The reason, once it was given; until then the page that asks for it."""
    form = ReasonForm(request.POST if "confirmed" in request.POST else None)
    if form.is_valid():
        return str(form.cleaned_data["reason"])
    context: dict[str, Any] = admin.admin_site.each_context(request) | {
        "title": title,
        "explain": explain,
        "opts": admin.opts,
        "rows": rows,
        "form": form,
        "action": action,
        "checkbox_name": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/issuance/reason.html", context, status=422 if form.is_bound else 200)
