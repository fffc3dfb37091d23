"""Tokens of partner staff for all merchants: at each of them one acts by a token of its own, so that its merchant sees,
counts and ends it as any other."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
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
from thanxportal.counted import listed
from thanxportal.prepared import Prepared

COPIED = ("name", "ending", "scopes", "networks", "guests_per_day", "dollars_per_day", "expires_at", "created_by")
READING_NOTED_EVERY = timedelta(minutes=30)


def make_partner_token(*, actor: User, **fields: Any) -> tuple[PartnerToken, str]:
    """Returns it with its secret, which nobody can read again."""
    secret = new_secret(OF_PARTNER)
    return PartnerToken.objects.create(created_by=actor, **kept_of(secret), **fields), secret


@transaction.atomic
def end_partner_token(*, token: PartnerToken, actor: User | None) -> bool:
    """Ends it at once at all merchants; False if it had ended before."""
    mine = PartnerToken.objects.filter(pk=token.pk, ended_at=None)
    ended = bool(mine.update(ended_at=timezone.now(), ended_by=actor))
    for part in token.at_merchants.filter(ended_at=None).select_related("merchant"):
        end_token(token=part, actor=actor, path=_page(part.merchant))
    return ended


def end_partner_tokens_of(person: User, actor: User) -> None:
    """Of somebody who may make none any more, as the database knows the person now."""
    _end_unanswered(PartnerToken.objects.filter(created_by=person), actor)


def end_unanswered_partner_tokens() -> None:
    """Of all whose maker lost the right to them past the pages."""
    _end_unanswered(PartnerToken.objects.all(), None)


def _end_unanswered(tokens: QuerySet[PartnerToken], actor: User | None) -> None:
    for token in tokens.filter(ended_at=None).exclude(pk__in=PartnerToken.objects.answered_for()):
        end_partner_token(token=token, actor=actor)


def is_of_partner(secret: str) -> bool:
    return was_made_here(secret, OF_PARTNER)


def partner_token_by(secret: str) -> PartnerToken | None:
    """The token of this secret, if it is still good and its maker may still make such tokens."""
    return next(iter(_good(digest_of(secret), timezone.now())), None)


@Prepared
def _good(digest: str, now: datetime) -> QuerySet[PartnerToken]:
    tokens: QuerySet[PartnerToken] = PartnerToken.objects.good(now).answered_for().filter(digest=digest)
    return tokens


def part_at(token: PartnerToken, handle: str) -> ApiToken | None:
    """What it is at a merchant; None if the merchant ended that. Raises Merchant.DoesNotExist."""
    parts = ApiToken.objects.filter(partner_token=token, merchant__handle=handle)
    part = parts.select_related("merchant", "created_by", "partner_token").first()
    part = part or _made(token, Merchant.objects.get(handle=handle))
    return part if part and part.works else None


@transaction.atomic
def _made(token: PartnerToken, merchant: Merchant) -> ApiToken | None:
    """Its part at a merchant where it never asked before; the managers are told. None if it was ended just now: who
    ends it waits for who makes a part, or the other way round."""
    if not PartnerToken.objects.good().select_for_update(no_key=True).filter(pk=token.pk).first():
        return None
    fields = {name: getattr(token, name) for name in COPIED}
    own = sha256(f"{token.digest} {merchant.pk}".encode()).hexdigest()  # No secret has this digest.
    part, new = ApiToken.objects.get_or_create(
        partner_token=token, merchant=merchant, defaults=fields | {"digest": own}
    )
    if new:
        sentence = f"“{token.name}”, a program of partner staff, asks for you from now on. It may {listed(part.may)}."
        record_activity(merchant=merchant, actor=None, sentence=sentence, target=part.target, path=_page(merchant))
        tell_of_token(part, "made", sentence, _page(merchant))
    return part


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
