"""A person's own page: name, choice of notifications, links to password and second factor."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from thanxportal.accounts.access import merchant_of_person, user_of
from thanxportal.accounts.forms import ProfileForm
from thanxportal.accounts.models import Kind
from thanxportal.accounts.notifications import choices_of, choose


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    merchant_of_person(request)
    person = user_of(request)
    form = ProfileForm(person, choices_of(person), request.POST or None)
    if request.method == "POST" and form.is_valid():
        person.name = form.cleaned_data["name"]
        person.save(update_fields=["name"])
        choose(person, in_app=form.cleaned_data["in_app"], email=form.cleaned_data["email"])
        messages.success(request, "Saved.")
        return redirect("accounts:profile")
    kinds = [
        {
            "value": value,
            "label": label,
            "in_app": value in _chosen(form, "in_app"),
            "email": value in _chosen(form, "email"),
        }
        for value, label in Kind.choices
    ]
    context = {"form": form, "kinds": kinds}
    return TemplateResponse(request, "accounts/profile.html", context, status=422 if form.is_bound else 200)


def _chosen(form: ProfileForm, name: str) -> list[str]:
    return form[name].value() or []
