"""The dock of every page: what is being read or issued for the merchant right now."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from issuance.outcomes.home import running_of
from issuance.outcomes.poll_versions import version_of_running
from thanxportal.accounts.access import user_of


def dock(request: HttpRequest) -> dict[str, Any]:
    """Lists on their way and their version, asked for only by whole pages: a fragment that is polled shows no dock."""
    merchant = getattr(request, "merchant", None)
    lists: Any = SimpleLazyObject(lambda: running_of(user_of(request), merchant.handle) if merchant else [])
    return {"running_lists": lists, "running_version": SimpleLazyObject(lambda: version_of_running(lists))}
