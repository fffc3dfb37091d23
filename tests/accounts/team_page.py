"""The page of a merchant's team, and the forms that it has for each member."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from thanxportal.accounts.models import Membership, User

HANDLE = "harbor-grill"


def seen_of(browser: Client, person: User) -> str:
    """Opens the page, and gives what its forms for this member carry as seen."""
    page: Any = browser.get(reverse("accounts:team", args=[HANDLE]))
    return next(seen for member, seen in page.context["members"] if member.user == person)


def change(browser: Client, person: User, role: str, **more: Any) -> Any:
    """Looks at the page, and gives a member another role."""
    url = reverse("accounts:member_role", args=[HANDLE, Membership.objects.get(user=person).pk])
    return browser.post(url, {"role": role, "seen": seen_of(browser, person)}, **more)


def remove(browser: Client, person: User, **more: Any) -> Any:
    """Looks at the page, and removes a member."""
    url = reverse("accounts:member_remove", args=[HANDLE, Membership.objects.get(user=person).pk])
    return browser.post(url, {"seen": seen_of(browser, person)}, **more)
