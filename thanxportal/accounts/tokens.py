"""Tokens of programs: how one is made, found by its secret, and ended.

A secret is a prefix that scanners of source code know, 32 random letters and digits, and 6 that prove it was made here:
what is mistyped or made up is refused without asking the database. 190 random bits need no slow hash.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from secrets import choice
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.formats import date_format

from thanxportal.accounts.models import ApiToken, Kind, Merchant, Right, User, record_activity
from thanxportal.accounts.notifications import notify
from thanxportal.counted import listed
from thanxportal.prepared import Prepared
from thanxportal.thanx_address import LIVE

SIGNS = string.digits + string.ascii_letters
OF_MERCHANT, OF_PARTNER = "tpk", "tpp"
RANDOM, CHECK = 32, 6
ANEW = "Make a new one to let it go on."


@transaction.atomic
def make_token(*, merchant: Merchant, actor: User, path: str = "", **fields: Any) -> tuple[ApiToken, str]:
    """Makes a token; returns it with its secret, which nobody can read again. `path` is the page of tokens. The other
    managers are told."""
    secret = new_secret()
    token = ApiToken.objects.create(merchant=merchant, created_by=actor, **kept_of(secret), **fields)
    did = f"made the token “{token.name}”. It may {listed(token.may)}."
    _note(token, actor, f"{did[0].upper()}{did[1:]}", path)
    tell_of_token(token, "made", f"{actor} {did}", path, but=actor)
    return token, secret


@transaction.atomic
def end_token(*, token: ApiToken, actor: User | None, path: str = "") -> bool:
    """Ends it at once; False if it had ended before."""
    if not ApiToken.objects.filter(pk=token.pk, ended_at=None).update(ended_at=timezone.now(), ended_by=actor):
        return False
    _note(token, actor, f"Ended the token “{token.name}”.", path)
    return True


def renew_secret(token: ApiToken, actor: User) -> str | None:
    """A new secret in place of the old one, which opens nothing from then on; None if the token is no longer good. Who
    renews it answers for it as who made it did."""
    secret = new_secret()
    return secret if ApiToken.objects.good().filter(pk=token.pk).update(created_by=actor, **kept_of(secret)) else None


def end_tokens_of(person: User, actor: User | None, *, merchant: Merchant | None = None) -> None:
    """Ends what somebody made who may no longer answer for it, at one merchant or at all, and tells the managers, as
    their programs stop. A hook doesn't end: what comes there waits until somebody renews its address."""
    made: QuerySet[ApiToken] = ApiToken.objects.good().filter(created_by=person).select_related("merchant")
    for token in made.filter(merchant=merchant) if merchant else made:
        path = reverse("issuance:integrations", args=[token.merchant.handle])
        if token.of_hook:
            why = f"What comes to “{token.name}” waits: {person}, who made it, may no longer answer for it."
            tell_of_token(token, f"left:{person.pk}", f"{why} Renew its address under Hooks, and you do.", path)
        elif end_token(token=token, actor=actor, path=path):
            why = f"“{token.name}” stopped: {person}, who made its token, may no longer answer for it."
            tell_of_token(token, "ended", f"{why} {ANEW}", path)


def is_answered_for(token: ApiToken) -> bool:
    """Whether its maker still manages its merchant."""
    return ApiToken.objects.answered_for().filter(pk=token.pk).exists()


def end_unanswered_tokens() -> None:
    """Ends those whose maker lost the right to them past the pages, as in the database: nobody is let in by them
    already."""
    unanswered = ApiToken.objects.good().unanswered_for().select_related("created_by", "merchant")
    for token in unanswered:
        end_tokens_of(token.created_by, None, merchant=token.merchant)


def note_day_of_use(token: ApiToken) -> None:
    """The log of its merchant, whose time zone is the active one, keeps on which days a program asked. What it makes or
    asks for there is logged each time."""
    before = token.used_at
    if token.note_use() and (before is None or timezone.localdate(before) != timezone.localdate()):
        path = reverse("issuance:integrations", args=[token.merchant.handle])
        _note(token, None, f"“{token.name}” asked the portal for the first time today.", path)


def tell_of_expiry() -> None:
    """The managers, a week before a token of their own expires, and once it has: its program stops then."""
    for token in ApiToken.objects.expiring().filter(partner_token=None).select_related("merchant"):
        path = reverse("issuance:integrations", args=[token.merchant.handle])
        if token.works:
            day = date_format(token.expires_at.astimezone(ZoneInfo(token.merchant.time_zone)), "MONTH_DAY_FORMAT")
            tell_of_token(token, "expires", f"The token of “{token.name}” expires on {day}. {ANEW}", path)
        else:
            tell_of_token(token, "expired", f"“{token.name}” stopped, as its token has expired. {ANEW}", path)


def tell_of_token(token: ApiToken, event: str, sentence: str, path: str, *, but: User | None = None) -> None:
    """Tells the managers, all `but` one."""
    about: dict[str, Any] = {"merchant": token.merchant, "kind": Kind.TOKEN, "right": Right.MANAGE, "but": but}
    notify(key=f"token:{token.pk}:{event}", sentence=sentence, path=path, **about)


def token_by(secret: str) -> ApiToken | None:
    """The token of one merchant that has this secret, if it is still good and its maker still manages there."""
    return _found(secret, _answered_for)


def hook_token_by(secret: str) -> ApiToken | None:
    """The same of a hook, whoever made it: what comes there waits once that person no longer manages."""
    token = _found(secret, _good)
    return token if token and token.of_hook else None


def _found(secret: str, ask: Callable[[str, datetime], list[ApiToken]]) -> ApiToken | None:
    if not was_made_here(secret, OF_MERCHANT):
        return None
    digest = digest_of(secret)
    found = (token for token in ask(digest, timezone.now()) if constant_time_compare(token.digest, digest))
    return next(found, None)


@Prepared
def _good(digest: str, now: datetime) -> QuerySet[ApiToken]:
    tokens: QuerySet[ApiToken] = ApiToken.objects.good(now).filter(digest=digest)
    return tokens.select_related("merchant", "created_by")


@Prepared
def _answered_for(digest: str, now: datetime) -> QuerySet[ApiToken]:
    tokens: QuerySet[ApiToken] = ApiToken.objects.good(now).answered_for().filter(digest=digest)
    return tokens.select_related("merchant", "created_by")


def new_secret(whose: str = OF_MERCHANT) -> str:
    start = _prefix(whose) + "".join(choice(SIGNS) for _ in range(RANDOM))
    return start + _check(start)


def kept_of(secret: str) -> dict[str, str]:
    """What the database keeps of a secret."""
    return {"digest": digest_of(secret), "ending": secret[-4:]}


def was_made_here(secret: str, whose: str) -> bool:
    start, check = secret[:-CHECK], secret[-CHECK:]
    return secret.isascii() and start.startswith(_prefix(whose)) and constant_time_compare(check, _check(start))


def _prefix(whose: str) -> str:
    return f"{whose}_{'live' if settings.THANX_ENVIRONMENT == LIVE else 'test'}_"


def _check(start: str) -> str:
    """CRC-32 as six letters and digits, as other makers of tokens do."""
    rest, signs = crc32(start.encode()), ""
    for _ in range(CHECK):
        rest, at = divmod(rest, len(SIGNS))
        signs = SIGNS[at] + signs
    return signs


def digest_of(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _note(token: ApiToken, actor: User | None, sentence: str, path: str) -> None:
    record_activity(merchant=token.merchant, actor=actor, sentence=sentence, target=token.target, path=path)
