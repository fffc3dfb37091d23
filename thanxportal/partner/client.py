"""THE seam to Thanx: the only place where settings become a client, and every request is gated and logged."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import httpx
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from thanxportal.partner.gate import GateClosed, Urgency, block_after_429, wait_for_slot
from thanxportal.partner.models import ApiRequest, Credential
from thanxportal.partner_api import Exchange, PartnerApiError, PartnerClient

__all__ = ["GateClosed", "Urgency", "partner_client", "reserve_slot", "try_refused_credential"]

PROBE_EVERY = timedelta(minutes=1)


def transport() -> httpx.BaseTransport | None:
    """The network; tests put the simulator here, behind the real client."""
    return None


def reserve_slot(urgency: Urgency, *, patience: float = 0) -> None:
    """Takes a slot of the shared gate ahead of the request that will use it, or raises GateClosed."""
    wait_for_slot(Credential.current().pk, urgency, patience)


def try_refused_credential() -> None:
    """While Thanx refuses the credential, asks once a minute whether it works again, even if no other work is due."""
    now = timezone.now()
    rested = Q(probed_at=None) | Q(probed_at__lte=now - PROBE_EVERY)
    refused = Credential.objects.filter(rested, client_id=settings.THANX_CLIENT_ID, refused_at__isnull=False)
    if refused.update(probed_at=now):
        with suppress(GateClosed, PartnerApiError), partner_client(Urgency.POLL) as partner:
            partner.get_scopes()


def partner_client(urgency: Urgency, *, reserved: int = 0, patience: float = 0) -> PartnerClient:
    """A client for the configured credential; use it as a context manager.

    The first `reserved` requests use slots taken before by `reserve_slot`; each other waits up to `patience`
    seconds for one. Any call may raise GateClosed (nothing was sent, come back later) or a PartnerApiError.
    """
    credential_id = Credential.current().pk
    slots = iter(range(reserved))

    def gate() -> None:
        if next(slots, None) is None:
            wait_for_slot(credential_id, urgency, patience)

    return PartnerClient(
        base_url=settings.THANX_BASE_URL,
        client_id=settings.THANX_CLIENT_ID,
        access_token=settings.THANX_ACCESS_TOKEN,
        user_agent=settings.THANX_USER_AGENT,
        transport=transport(),
        gate=gate,
        on_exchange=lambda exchange: _record(credential_id, exchange),
    )


def _record(credential_id: int, exchange: Exchange) -> None:
    ApiRequest.objects.create(
        method=exchange.method,
        path=exchange.path[:300],
        status=exchange.status,
        code=(exchange.code or "")[:80],
        duration_ms=exchange.duration_ms,
        merchant_id=exchange.merchant_id or "",
    )
    _learn(credential_id, exchange)


def _learn(credential_id: int, exchange: Exchange) -> None:
    """What an answer says about the credential: throttled, refused, or well again."""
    row = Credential.objects.filter(pk=credential_id)
    if exchange.status == 429:
        block_after_429(credential_id, exchange.retry_after)
    elif exchange.status in (401, 403):
        row.filter(refused_at=None).update(refused_at=timezone.now())
    elif exchange.status is not None and exchange.status < 400:
        row.exclude(throttled_in_a_row=0, refused_at=None).update(throttled_in_a_row=0, refused_at=None)
