"""Whether the connection to Thanx is complete: credential, scopes, merchants, webhooks, each with the next step."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.urls import reverse

from thanxportal.accounts.models import Merchant
from thanxportal.partner.gated_client import CredentialPaused, GateClosed, Urgency, partner_client, read_scopes
from thanxportal.partner.models import ISSUE_SCOPE, Credential
from thanxportal.partner_api import CredentialRefused, PartnerApiError

PATIENCE = 30.0  # seconds for a slot
CHECK_CREDENTIAL = "Check THANX_CLIENT_ID and THANX_ACCESS_TOKEN, then run check_partner after a minute."
ASK = "Run python manage.py check_partner."


class Finding(NamedTuple):
    name: str
    complete: bool
    sentence: str
    next_step: str = ""


def connection() -> list[Finding]:
    """As it was when Thanx was last asked."""
    row = Credential.current()
    return [_credential(row), _scopes(row), _merchants(row), _webhooks()]


def ask() -> Finding | None:
    """Asks Thanx for our scopes, of which `connection` then knows. Returns why there is no answer, if there is none."""
    try:
        with partner_client(Urgency.ISSUE, patience=PATIENCE) as partner:
            read_scopes(partner)
    except CredentialPaused:
        if Credential.current().scope_missing:
            return None
        return Finding("credential", False, "Thanx refused the credential less than a minute ago.", CHECK_CREDENTIAL)
    except GateClosed as closed:
        return Finding("credential", False, "The shared budget of requests is used up.", f"Try again. {closed}")
    except CredentialRefused as error:
        return Finding("credential", False, f"Thanx refuses the credential ({error.status}).", CHECK_CREDENTIAL)
    except PartnerApiError as error:
        reach = f"Does this machine reach {settings.THANX_BASE_URL}? Is Thanx in trouble?"
        return Finding("credential", False, f"Thanx gives no usable answer ({error.code or error.status}).", reach)
    return None


def webhook_address() -> str:
    return f"{settings.PORTAL_URL}{reverse('webhook')}"


def _credential(row: Credential) -> Finding:
    if row.is_refused:
        return Finding("credential", False, "Thanx refuses the credential.", CHECK_CREDENTIAL)
    if not (row.scopes or row.synced_at or row.scope_missing):
        return Finding("credential", False, "Nobody has asked Thanx yet.", ASK)
    return Finding("credential", True, f"{settings.THANX_BASE_URL} lets us in.")


def _scopes(row: Credential) -> Finding:
    if ISSUE_SCOPE in row.scopes:
        return Finding("scopes", True, f"We may issue rewards: {', '.join(row.scopes)}.")
    if row.scope_missing:
        return Finding("scopes", False, f"The scope {ISSUE_SCOPE} is missing.", "Ask Thanx for it.")
    return Finding("scopes", False, "Thanx hasn’t told yet what we may do.", ASK)


def _merchants(row: Credential) -> Finding:
    count = Merchant.objects.filter(withdrawn_at=None).count()
    read_them = "Run python manage.py sync_partner."
    if row.synced_at is None:
        return Finding("merchants", False, "The merchants were never read.", read_them)
    if not count:
        return Finding(
            "merchants", False, "Thanx lists no merchant for us.", "Ask Thanx which merchants have opted in."
        )
    if row.mirror_is_old:
        return Finding("merchants", False, "They were last read over an hour ago.", f"{read_them} Does beat run?")
    return Finding("merchants", True, f"{count:,} known, last read at {row.synced_at:%H:%M} UTC.")


def _webhooks() -> Finding:
    if settings.THANX_WEBHOOK_SECRETS:
        return Finding("webhooks", True, f"A secret is set. Give Thanx the address {webhook_address()}.")
    step = f"Give Thanx the address {webhook_address()}, and set THANX_WEBHOOK_SECRET."
    return Finding(
        "webhooks", False, "No secret is set, so no webhook is believed. Polling finds the same later.", step
    )
