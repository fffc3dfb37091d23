"""The only way to Thanx: makes the client from the settings; every request passes the rate gate and is logged."""

from __future__ import annotations

from datetime import timedelta

import httpx
from django.conf import settings
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from thanxportal.partner import gate, refusals, slots
from thanxportal.partner.gate import (
    CredentialPaused,
    GateClosed,
    MerchantParked,
    Urgency,
    block_after_429,
    follow_arrivals,
    wait_for_slot,
)
from thanxportal.partner.models import ISSUE_SCOPE, ApiRequest, Credential
from thanxportal.partner_api import DEADLINE, Exchange, PartnerApiError, PartnerClient

__all__ = [
    "CredentialPaused",
    "GateClosed",
    "MerchantParked",
    "Urgency",
    "partner_client",
    "prove_that_thanx_answers",
    "read_scopes",
    "reserve_slot",
    "try_refused_credential",
]

PROBE_PATIENCE = 0.5  # seconds, of who has none
PROBE_DEADLINE = 5.0  # seconds; a probe and the request after it take less time than a stopping worker has
SILENCE = 15.0  # seconds between two proofs that Thanx answers, if the last one failed
PROVEN = timedelta(seconds=2)  # for how long one proof serves all callers
SCOPES = "/partner/scopes"
SAY_NO = (401, 403, 408, 425, 429)  # answers that don't tell whether Thanx lets us in for a merchant again
LOOK_AT_ARRIVALS = 10  # requests from one look to the next


def transport() -> httpx.BaseTransport | None:
    """Returns the network. Tests replace it by the simulator, so that the client is the real one."""
    return None


def reserve_slot(urgency: Urgency, *, about: str, patience: float = 0) -> None:
    """Takes a slot of the shared gate in advance for a later request about a merchant, or raises GateClosed."""
    _pass_gate(Credential.current().pk, urgency, patience, about)


def _pass_gate(credential_id: int, urgency: Urgency, patience: float, about: str | None) -> None:
    """Takes a slot. While Thanx refuses the credential, one caller a minute probes it, and all others wait."""
    refusal = refusals.wait_for_turn(about)
    try:
        wait_for_slot(credential_id, urgency, patience)
    except CredentialPaused:
        if not try_refused_credential(patience=max(patience, PROBE_PATIENCE)):
            raise
        wait_for_slot(credential_id, urgency, patience)
    if refusal:
        refusals.take_turn(refusal)


def try_refused_credential(*, patience: float = PROBE_PATIENCE) -> bool:
    """Probes a refused credential, at most once a minute. True if this probe found that it works again."""
    rested = Q(probed_at=None) | Q(probed_at__lte=slots.clock() - gate.PROBE_EVERY)
    refused = Credential.objects.filter(rested, client_id=settings.THANX_CLIENT_ID, refused_at__isnull=False)
    return bool(refused.update(probed_at=slots.clock())) and _probe(patience)


def _probe(patience: float) -> bool:
    try:
        with partner_client(Urgency.PROBE, patience=patience, deadline=PROBE_DEADLINE) as partner:
            return ISSUE_SCOPE in read_scopes(partner)
    except GateClosed:  # Nothing was sent, so the next caller may probe at once.
        Credential.objects.filter(client_id=settings.THANX_CLIENT_ID).update(probed_at=None)
        return False
    except PartnerApiError:
        return False


def read_scopes(partner: PartnerClient) -> list[str]:
    """Asks for our scopes. Without the one to issue, everything waits until a later look finds it."""
    scopes = partner.get_scopes()
    row = Credential.objects.filter(client_id=settings.THANX_CLIENT_ID)
    if ISSUE_SCOPE in scopes:
        row.update(scopes=scopes, scope_missing=False, scope_told_at=None, refused_at=None, probed_at=None)
    else:
        refused_at = Coalesce("refused_at", Value(timezone.now()))
        row.update(scopes=scopes, scope_missing=True, refused_at=refused_at)
        refusals.forget()
    return scopes


def prove_that_thanx_answers(*, patience: float) -> None:
    """Sends one harmless request, unless one just succeeded. After a failure, the next proof of all callers waits some
    seconds.

    Raises GateClosed until then, and PartnerApiError if Thanx doesn't answer.
    """
    proofs = ApiRequest.objects.filter(at__gt=timezone.now() - PROVEN, path=SCOPES)
    if proofs.order_by("-pk").values_list("code", flat=True).first() == "":
        return
    credential_id = Credential.current().pk
    ring = slots.look(credential_id, share=1.0)
    rest = ring.probed_at + SILENCE - ring.now
    if rest > 0:
        raise GateClosed(rest)
    try:
        with partner_client(Urgency.ISSUE, patience=patience) as partner:
            read_scopes(partner)
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

    def pass_gate(merchant_id: str | None) -> None:
        if next(taken_before, None) is None:
            _pass_gate(credential_id, urgency, patience, merchant_id)

    return PartnerClient(
        base_url=settings.THANX_BASE_URL,
        client_id=settings.THANX_CLIENT_ID,
        access_token=settings.THANX_ACCESS_TOKEN,
        user_agent=settings.THANX_USER_AGENT,
        transport=transport(),
        gate=pass_gate,
        deadline=deadline,
        fingerprint_key=f"request:{settings.IDENTITY_KEY}".encode(),
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
        headers=exchange.shape.headers,
        fingerprint=exchange.shape.fingerprint,
        idempotency_key=exchange.shape.idempotency_key,
        counts=exchange.shape.counts or None,
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
        if exchange.status == 403 and exchange.merchant_id:
            refusals.note_refusal(exchange.merchant_id, f"{exchange.method} {exchange.path}", exchange.code or "")
    elif exchange.status is not None and exchange.status < 400:
        ill = row.filter(scope_missing=False).exclude(throttled_in_a_row=0, refused_at=None, probed_at=None)
        let_in = {} if exchange.path == SCOPES else {"refused_at": None, "probed_at": None}  # See `read_scopes`.
        ill.update(throttled_in_a_row=0, **let_in)
    if exchange.merchant_id and exchange.status is not None and exchange.status < 500 and exchange.status not in SAY_NO:
        refusals.note_answer(exchange.merchant_id)
