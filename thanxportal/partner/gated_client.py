"""The only way to Thanx: makes the client from the settings; every request passes the rate gate and is logged."""

from __future__ import annotations

import httpx
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from thanxportal.partner import gate, slots
from thanxportal.partner.gate import (
    CredentialPaused,
    GateClosed,
    Urgency,
    block_after_429,
    follow_arrivals,
    wait_for_slot,
)
from thanxportal.partner.models import ApiRequest, Credential
from thanxportal.partner_api import DEADLINE, Exchange, PartnerApiError, PartnerClient

__all__ = [
    "CredentialPaused",
    "GateClosed",
    "Urgency",
    "partner_client",
    "prove_that_thanx_answers",
    "reserve_slot",
    "try_refused_credential",
]

PROBE_PATIENCE = 0.5  # seconds
PROBE_DEADLINE = 5.0  # seconds; a probe and the request after it take less time than a stopping worker has
SILENCE = 15.0  # seconds between two proofs that Thanx answers, if the last one failed
LOOK_AT_ARRIVALS = 10  # requests from one look to the next


def transport() -> httpx.BaseTransport | None:
    """Returns the network. Tests replace it by the simulator, so that the client is the real one."""
    return None


def reserve_slot(urgency: Urgency, *, patience: float = 0) -> None:
    """Takes a slot of the shared gate in advance for a later request, or raises GateClosed."""
    _pass_gate(Credential.current().pk, urgency, patience)


def _pass_gate(credential_id: int, urgency: Urgency, patience: float) -> None:
    """Takes a slot. While Thanx refuses the credential, one caller a minute probes it, and all others wait."""
    try:
        wait_for_slot(credential_id, urgency, patience)
    except CredentialPaused:
        if not try_refused_credential():
            raise
        wait_for_slot(credential_id, urgency, patience)


def try_refused_credential() -> bool:
    """Probes a refused credential, at most once a minute. True if this probe found that it works again."""
    rested = Q(probed_at=None) | Q(probed_at__lte=slots.clock() - gate.PROBE_EVERY)
    refused = Credential.objects.filter(rested, client_id=settings.THANX_CLIENT_ID, refused_at__isnull=False)
    return bool(refused.update(probed_at=slots.clock())) and _probe()


def _probe() -> bool:
    try:
        with partner_client(Urgency.PROBE, patience=PROBE_PATIENCE, deadline=PROBE_DEADLINE) as partner:
            partner.get_scopes()
    except GateClosed:  # Nothing was sent, so the next caller may probe at once.
        Credential.objects.filter(client_id=settings.THANX_CLIENT_ID).update(probed_at=None)
        return False
    except PartnerApiError:
        return False
    return True


def prove_that_thanx_answers(*, patience: float) -> None:
    """Sends one harmless request. After a failure, the next proof of all callers waits some seconds.

    Raises GateClosed until then, and PartnerApiError if Thanx doesn't answer.
    """
    credential_id = Credential.current().pk
    ring = slots.look(credential_id, share=1.0)
    rest = ring.probed_at + SILENCE - ring.now
    if rest > 0:
        raise GateClosed(rest)
    try:
        with partner_client(Urgency.ISSUE, patience=patience) as partner:
            partner.get_scopes()
    except PartnerApiError:
        Credential.objects.filter(pk=credential_id).update(probed_at=slots.clock())
        raise


def partner_client(
    urgency: Urgency, *, reserved: int = 0, patience: float = 0, deadline: float = DEADLINE
) -> PartnerClient:
    """Returns a client for the configured credential; use it as a context manager.

    The first `reserved` requests use slots that `reserve_slot` took; each other request waits up to `patience`
    seconds for one. Any call may raise GateClosed (nothing was sent, come back later) or a PartnerApiError.
    """
    credential_id = Credential.current().pk
    taken_before = iter(range(reserved))

    def pass_gate() -> None:
        if next(taken_before, None) is None:
            _pass_gate(credential_id, urgency, patience)

    return PartnerClient(
        base_url=settings.THANX_BASE_URL,
        client_id=settings.THANX_CLIENT_ID,
        access_token=settings.THANX_ACCESS_TOKEN,
        user_agent=settings.THANX_USER_AGENT,
        transport=transport(),
        gate=pass_gate,
        deadline=deadline,
        on_exchange=lambda exchange: _record(credential_id, exchange),
    )


def _record(credential_id: int, exchange: Exchange) -> None:
    entry = ApiRequest.objects.create(
        method=exchange.method,
        path=exchange.path[:300],
        status=exchange.status,
        code=(exchange.code or "")[:80],
        duration_ms=exchange.duration_ms,
        merchant_id=exchange.merchant_id or "",
    )
    _learn(credential_id, exchange)
    if entry.pk % LOOK_AT_ARRIVALS == 0:
        follow_arrivals(credential_id)


def _learn(credential_id: int, exchange: Exchange) -> None:
    """Stores what an answer says about the credential: throttled, refused, or working again."""
    row = Credential.objects.filter(pk=credential_id)
    if exchange.status == 429:
        block_after_429(credential_id, exchange.retry_after)
    elif exchange.status in (401, 403):
        row.filter(refused_at=None).update(refused_at=timezone.now())
    elif exchange.status is not None and exchange.status < 400:
        ill = row.exclude(throttled_in_a_row=0, refused_at=None, probed_at=None)
        ill.update(throttled_in_a_row=0, refused_at=None, probed_at=None)
