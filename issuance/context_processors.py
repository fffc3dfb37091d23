"""The dock of every page: what is being read or issued for the merchant right now."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from issuance.access import member_of
from issuance.outcomes.home import Running, running_at, running_of
from issuance.outcomes.poll_versions import version_of_running
from thanxportal.accounts.access import user_of
from thanxportal.accounts.looking import is_look
from thanxportal.accounts.models import Merchant


def dock(request: HttpRequest) -> dict[str, Any]:
    """Lists on their way and their version, asked for only by whole pages: a fragment that is polled shows no dock."""
    merchant = getattr(request, "merchant", None)
    lists: Any = SimpleLazyObject(lambda: _running(request, merchant) if merchant else [])
    return {"running_lists": lists, "running_version": SimpleLazyObject(lambda: version_of_running(lists))}


def _running(request: HttpRequest, merchant: Merchant) -> list[Running]:
    return running_at(merchant) if is_look(member_of(request)) else running_of(user_of(request), merchant.handle)
