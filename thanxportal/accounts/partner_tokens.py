"""Tokens of partner staff for all merchants: at each of them one acts by a token of its own, so that its merchant sees,
counts and ends it as any other."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from thanxportal.accounts.models import ApiToken, Merchant, PartnerToken, User, record_activity
from thanxportal.accounts.tokens import (
    OF_PARTNER,
    digest_of,
    end_token,
    kept_of,
    new_secret,
    tell_of_token,
    was_made_here,
)

COPIED = ("name", "ending", "scopes", "networks", "guests_per_day", "dollars_per_day", "expires_at", "created_by")
READING_NOTED_EVERY = timedelta(minutes=30)


def make_partner_token(*, actor: User, **fields: Any) -> tuple[PartnerToken, str]:
    """Returns it with its secret, which nobody can read again."""
    secret = new_secret(OF_PARTNER)
    return PartnerToken.objects.create(created_by=actor, **kept_of(secret), **fields), secret


@transaction.atomic
def end_partner_token(*, token: PartnerToken, actor: User) -> bool:
    """Ends it at once at all merchants; False if it had ended before."""
    mine = PartnerToken.objects.filter(pk=token.pk, ended_at=None)
    if not mine.update(ended_at=timezone.now(), ended_by=actor):
        return False
    for part in token.at_merchants.select_related("merchant"):
        end_token(token=part, actor=actor, path=_page(part.merchant))
    return True


def end_partner_tokens_of(person: User, actor: User) -> None:
    """Of somebody who is no staff any more."""
    for token in PartnerToken.objects.good().filter(created_by=person):
        end_partner_token(token=token, actor=actor)


def is_of_partner(secret: str) -> bool:
    return was_made_here(secret, OF_PARTNER)


def part_at(secret: str, handle: str) -> ApiToken | None:
    """What the partner's token of this secret is at a merchant; None if it isn't good, or if the merchant ended it.

    Raises Merchant.DoesNotExist, but only to who has a good token.
    """
    digest = digest_of(secret)
    parts: Any = ApiToken.objects.good().filter(partner_token__digest=digest, merchant__handle=handle)
    if part := parts.select_related("merchant", "created_by", "partner_token").first():
        return part if isinstance(part, ApiToken) else None
    token: PartnerToken | None = PartnerToken.objects.good().filter(digest=digest).first()
    return _made(token, Merchant.objects.get(handle=handle)) if token else None


@transaction.atomic
def _made(token: PartnerToken, merchant: Merchant) -> ApiToken | None:
    """Its part at a merchant where it never asked before; the managers are told."""
    fields = {name: getattr(token, name) for name in COPIED}
    own = sha256(f"{token.digest} {merchant.pk}".encode()).hexdigest()  # No secret has this digest.
    part, new = ApiToken.objects.get_or_create(
        partner_token=token, merchant=merchant, defaults=fields | {"digest": own}
    )
    if new:
        may = " and ".join(part.may)
        sentence = f"“{token.name}”, a program of partner staff, asks for you from now on. It may {may}."
        record_activity(merchant=merchant, actor=None, sentence=sentence, target=part.target, path=_page(merchant))
        tell_of_token(part, "made", sentence, _page(merchant))
    return part if part.works else None


def note_reading(part: ApiToken) -> None:
    """The merchant's log keeps that the partner's program read there, once in half an hour; what it does is logged each
    time by whoever does it."""
    if cache.add(f"partner-read:{part.pk}", True, READING_NOTED_EVERY.total_seconds()):
        sentence = f"“{part.name}”, a program of partner staff, looked at your campaigns and what it asked for."
        record_activity(
            merchant=part.merchant, actor=None, sentence=sentence, target=part.target, path=_page(part.merchant)
        )


def _page(merchant: Merchant) -> str:
    return reverse("issuance:integrations", args=[merchant.handle])
