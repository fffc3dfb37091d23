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
CHECK_CREDENTIAL = "Check THANX_CLIENT_ID and THANX_ACCESS_TOKEN, then run this again after a minute."


class Finding(NamedTuple):
    name: str
    complete: bool
    sentence: str
    next_step: str = ""


def look_at_connection() -> list[Finding]:
    """Asks Thanx for our scopes; the rest is known here."""
    return [*_credential(), _merchants(), _webhooks()]


def webhook_address() -> str:
    return f"{settings.PORTAL_URL}{reverse('webhook')}"


def _credential() -> list[Finding]:
    try:
        with partner_client(Urgency.ISSUE, patience=PATIENCE) as partner:
            scopes = read_scopes(partner)
    except CredentialPaused:
        return _paused(Credential.current())
    except GateClosed as closed:
        return [Finding("credential", False, "The shared budget of requests is used up.", f"Try again. {closed}")]
    except CredentialRefused as error:
        return [Finding("credential", False, f"Thanx refuses the credential ({error.status}).", CHECK_CREDENTIAL)]
    except PartnerApiError as error:
        reach = f"Does this machine reach {settings.THANX_BASE_URL}? Is Thanx in trouble?"
        return [Finding("credential", False, f"Thanx gives no usable answer ({error.code or error.status}).", reach)]
    return [Finding("credential", True, f"{settings.THANX_BASE_URL} lets us in."), _scopes(scopes)]


def _paused(row: Credential) -> list[Finding]:
    if row.scope_missing:
        return [Finding("credential", True, f"{settings.THANX_BASE_URL} lets us in."), _scopes(row.scopes)]
    return [Finding("credential", False, "Thanx refused the credential less than a minute ago.", CHECK_CREDENTIAL)]


def _scopes(scopes: list[str]) -> Finding:
    if ISSUE_SCOPE in scopes:
        return Finding("scopes", True, f"We may issue rewards: {', '.join(scopes)}.")
    return Finding("scopes", False, f"The scope {ISSUE_SCOPE} is missing.", "Ask Thanx for it.")


def _merchants() -> Finding:
    count, row = Merchant.objects.filter(withdrawn_at=None).count(), Credential.current()
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
