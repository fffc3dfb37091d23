"""The first page of staff: what needs them, whether all works, and one field that finds what they are asked about."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from issuance.guests.sight import MASKED
from issuance.parsing.identifiers import parse_guest
from issuance.staff.finding import MOST_OF_A_GUEST, as_guest, find, look_up_guest
from issuance.staff.needs import needs_of
from issuance.staff.vital_signs import vital_signs
from thanxportal.accounts.access import user_of
from thanxportal.accounts.limits import at_once
from thanxportal.partner.budget import budget_of_last_hour

COUNTRY = "US"  # of phones without a country code, where no merchant has lists
ATTRIBUTES = {"type": "search", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


class FindForm(forms.Form):
    """Sent by POST: what is typed may be a guest, which no address may hold."""

    words = forms.CharField(
        label="Find",
        max_length=254,
        help_text="A merchant, list, campaign or job by name or id; Thanx’s id; an idempotency key; or a guest’s email "
        "or phone. The merchant’s activity log says that you looked up a guest.",
        widget=forms.TextInput(attrs=ATTRIBUTES),
        error_messages={"required": "Type what you’re looking for."},
    )


def home(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """The index of the admin, below what staff have to know first."""
    user = user_of(request)
    facts: dict[str, Any] = {"find": FindForm(), "needs": needs_of(user)}
    if user.has_perm("partner.view_credential"):
        facts |= {"signs": vital_signs(), "budget": budget_of_last_hour()}
    return admin.AdminSite.index(admin.site, request, facts | (extra_context or {}))


def find_anything(request: HttpRequest) -> HttpResponse:
    """Looks for what was sent to it; who comes back from a proof begins anew, as nothing of it is kept."""
    if request.method != "POST":
        return redirect("admin:index")
    if not user_of(request).has_perm("issuance.view_guestlist"):
        raise PermissionDenied
    form = FindForm(request.POST)
    if not form.is_valid():
        return _found(request, form, status=422)
    return at_once(request, "searches", lambda: _find(request, form))


def _find(request: HttpRequest, form: FindForm) -> HttpResponse:
    """Leads to the only thing that was found. A guest is shown masked and not written into the field again."""
    user, words = user_of(request), form.cleaned_data["words"]
    values, hits = as_guest(words), find(user, words)
    guest = next(iter(values.values()), parse_guest(words, COUNTRY).value)
    if not guest:
        return redirect(hits[0].address) if len(hits) == 1 else _found(request, form, hits=hits)
    sightings = look_up_guest(user, values)
    facts: dict[str, Any] = {
        "guest": MASKED.show(guest),
        "sightings": sightings,
        "more": len(sightings) == MOST_OF_A_GUEST,
    }
    return _found(request, FindForm(), hits=hits, **facts)


def _found(request: HttpRequest, form: FindForm, *, status: int = 200, **facts: Any) -> HttpResponse:
    context: dict[str, Any] = admin.site.each_context(request) | {"title": "Find", "find": form, **facts}
    return TemplateResponse(request, "admin/find.html", context, status=status)
