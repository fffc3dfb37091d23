"""The way from credentials to the first live reward, line by line, and how far each merchant has come on it."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from campaigns.models import Campaign, RewardTemplate
from campaigns.partner_check import Finding, connection, webhook_address
from issuance.models import GuestList, IssuanceJob, Rehearsal, WebhookDelivery
from issuance.staff.certification.board import KEPT, lines_of
from issuance.staff.certification.traffic import Traffic
from thanxportal.accounts.models import Invitation, Membership, Merchant
from thanxportal.moments import written
from thanxportal.partner.models import Credential
from thanxportal.thanx_address import LIVE, SIMULATION

CONNECTION = ("credential", "scopes", "merchants", "webhooks")
# The page of the admin that completes each line.
PAGES: Mapping[str, str] = {
    "credential": "partner_credential_changelist",
    "scopes": "partner_credential_changelist",
    "merchants": "accounts_merchant_changelist",
    "webhooks": "issuance_webhookdelivery_changelist",
    "webhook test": "issuance_webhookdelivery_changelist",
    "rehearsal": "issuance_certification",
    "certified": "issuance_certification",
    "first merchant": "accounts_invitation_add",
    "first reward": "issuance_issuancejob_changelist",
}


def lines() -> list[Finding]:
    """In the order in which they can be completed; nothing is asked of Thanx."""
    return [*connection(), _webhook_test(), _rehearsal(), _certified(), _first_merchant(), _first_reward()]


def _webhook_test() -> Finding:
    if last := WebhookDelivery.objects.order_by("-pk").first():
        told = f"The last event came by {webhook_address()} on {written(last.received_at)}."
        return Finding("webhook test", True, told)
    return Finding("webhook test", False, "No event has come yet.", "Send a test event from Webhooks.")


def _rehearsal() -> Finding:
    if settings.THANX_ENVIRONMENT == LIVE:
        done = Credential.current().certified_at is not None
        words = "Certification is noted." if done else "Rewards are real here."
        return Finding("rehearsal", done, words, "" if done else "Rehearse with a portal for the sandbox.")
    rehearsal = Rehearsal.latest()
    if rehearsal is None:
        return Finding("rehearsal", False, "None was recorded.", "Record one under Certification.")
    found = lines_of(Traffic.of(rehearsal))
    left = [line.rule.title for line in found if line.state != KEPT]
    words = f"{rehearsal}: {len(found) - len(left)} of {len(found)} rules kept."
    return Finding("rehearsal", not left, words, f"Left: {', '.join(left)}." if left else "")


def _certified() -> Finding:
    certified_at = Credential.current().certified_at
    if certified_at:
        return Finding("certified", True, f"Noted on {written(certified_at)}.")
    if settings.THANX_ENVIRONMENT == SIMULATION:
        return Finding("certified", False, "The simulator certifies nobody.", "Go on with Thanx’s sandbox.")
    return Finding("certified", False, "Not noted yet.", "Show the rehearsal’s file to Thanx, then note the result.")


def _first_merchant() -> Finding:
    if Membership.objects.exists() or Invitation.objects.exists():
        return Finding("first merchant", True, "People of a merchant are invited.")
    return Finding("first merchant", False, "Nobody of a merchant is invited.", "Invite the first manager.")


def _first_reward() -> Finding:
    if settings.THANX_ENVIRONMENT != LIVE:
        step = "Set THANX_BASE_URL to production once Thanx has certified us."
        return Finding("first reward", False, "Rewards aren’t real here.", step)
    if IssuanceJob.objects.filter(success_count__gt=0).exists():
        return Finding("first reward", True, "Guests have been rewarded.")
    return Finding("first reward", False, "No guest was rewarded yet.", "A merchant issues its first list.")


def merchants() -> QuerySet[Merchant]:
    """Each with how far it has come: `invited`, `has_reward`, `has_campaign`, `has_list`."""
    mine = {"merchant": OuterRef("pk")}
    invited = Exists(Membership.objects.filter(**mine)) | Exists(Invitation.objects.filter(**mine))
    return (
        Merchant.objects.filter(withdrawn_at=None)
        .order_by("name", "pk")
        .annotate(
            invited=invited,
            has_reward=Exists(RewardTemplate.objects.filter(withdrawn_at=None, **mine)),
            has_campaign=Exists(Campaign.objects.filter(state="published", **mine)),
            has_list=Exists(GuestList.objects.filter(launched_at__isnull=False, **mine)),
        )
    )
