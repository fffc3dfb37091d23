"""What stands between merchants and Thanx: told to those whom it concerns, and shown on the home page of the admin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from thanxportal.accounts.models import Kind, Merchant, Notification, Right
from thanxportal.accounts.notifications import notify, notify_staff
from thanxportal.partner.models import Credential, MerchantRefusal

REFUSED_FOR = timedelta(minutes=5)  # A slip is over by then.
SHOWN = 10  # of each kind, on the home page of the admin


class Standing(NamedTuple):
    """What staff see first: why nothing is sent, for whom nothing is sent, and who is waiting to be set up."""

    refusal: str
    missing_merchants: int
    parked: list[tuple[Merchant, MerchantRefusal]]
    opted_out: list[Merchant]
    unfinished: list[Merchant]


def standing() -> Standing:
    """Four queries, however many merchants there are."""
    credential = Credential.current()
    refusals = {refusal.merchant_id: refusal for refusal in MerchantRefusal.objects.parked()[:SHOWN]}
    parked = Merchant.objects.filter(thanx_id__in=refusals)
    return Standing(
        refusal=credential.refusal,
        missing_merchants=credential.missing_merchants,
        parked=[(merchant, refusals[merchant.thanx_id]) for merchant in parked],
        opted_out=list(Merchant.objects.opted_out().order_by("-withdrawn_at", "pk")[:SHOWN]),
        unfinished=list(Merchant.objects.unfinished().order_by("-pk")[:SHOWN]),
    )


def tell_refusals() -> None:
    """Tells managers and staff what Thanx refuses since somebody last looked."""
    for refusal in MerchantRefusal.objects.parked().filter(told_at=None):
        _tell_parked(refusal)
    missing = Credential.objects.filter(client_id=settings.THANX_CLIENT_ID, scope_missing=True, scope_told_at=None)
    for credential in missing:
        _tell_scope(credential)
    refused = Credential.objects.filter(client_id=settings.THANX_CLIENT_ID, scope_missing=False)
    for credential in refused.filter(refused_at__lte=timezone.now() - REFUSED_FOR):
        _tell_refused(credential)


@transaction.atomic
def _tell_parked(refusal: MerchantRefusal) -> None:
    merchant = Merchant.objects.filter(thanx_id=refusal.merchant_id).first()
    if not MerchantRefusal.objects.filter(pk=refusal.pk, told_at=None).update(told_at=timezone.now()):
        return
    if merchant:
        key = f"merchant:{merchant.pk}:parked:{refusal.since:%Y%m%dT%H%M%S}"
        admin = reverse("admin:partner_merchantrefusal_change", args=[refusal.pk])
        sentence = f"Thanx refuses what we ask about {merchant} ({refusal.code or 403}). The others go on."
        notify_staff(merchant=merchant, kind=Kind.ACCESS, key=key, sentence=sentence, path=admin)
        sentence = f"Thanx doesn’t let us issue for {merchant} at the moment. Staff look at it; nothing is lost."
        _tell_managers(merchant, key, sentence)


@transaction.atomic
def _tell_refused(credential: Credential) -> None:
    """Once for as long as Thanx refuses the credential itself."""
    key = f"refused:{credential.refused_at:%Y%m%dT%H%M%S}"
    if Notification.objects.filter(kind=Kind.ACCESS, key=key).exists():
        return
    sentence = "Thanx doesn’t let the portal in at the moment. Staff look at it; what you launch waits, none is lost."
    merchants = list(Merchant.objects.filter(memberships__isnull=False).distinct())
    for merchant in merchants:
        _tell_managers(merchant, key, sentence)
    if merchants:  # It concerns all of them; staff are told once.
        about: dict[str, Any] = {"merchant": merchants[0], "kind": Kind.ACCESS, "key": key}
        notify_staff(sentence=credential.refusal, path=reverse("admin:index"), **about)


@transaction.atomic
def _tell_scope(credential: Credential) -> None:
    now = timezone.now()
    if not Credential.objects.filter(pk=credential.pk, scope_told_at=None).update(scope_told_at=now):
        return
    for merchant in Merchant.objects.filter(memberships__isnull=False).distinct():
        sentence = "Thanx doesn’t let us issue at the moment. Anything you launch waits and goes out on its own."
        _tell_managers(merchant, f"scope:{now:%Y%m%dT%H%M%S}", sentence)


def _tell_managers(merchant: Merchant, key: str, sentence: str) -> None:
    path = reverse("issuance:home", args=[merchant.handle])
    notify(merchant=merchant, kind=Kind.ACCESS, key=key, sentence=sentence, path=path, right=Right.MANAGE)
