"""The dock of every page: what is being read or issued for the merchant right now."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from issuance.outcomes.home import Running, running_of


def dock(request: HttpRequest) -> dict[str, Any]:
    """Lists on their way, asked for only by whole pages: a fragment that is polled shows no dock."""

    def running() -> list[Running]:
        merchant = getattr(request, "merchant", None)
        return running_of(merchant) if merchant else []

    return {"running_lists": SimpleLazyObject(running)}
