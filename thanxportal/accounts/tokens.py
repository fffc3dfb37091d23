"""Tokens of programs: how one is made, found by its secret, and ended.

A secret is a prefix that scanners of source code know, 32 random letters and digits, and 6 that prove it was made here:
what is mistyped or made up is refused without asking the database. 190 random bits need no slow hash.
"""

from __future__ import annotations

import string
from datetime import datetime
from hashlib import sha256
from secrets import choice
from typing import Any
from zlib import crc32

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from thanxportal.accounts.models import ApiToken, Merchant, User, record_activity
from thanxportal.prepared import Prepared
from thanxportal.thanx_address import LIVE

SIGNS = string.digits + string.ascii_letters
PREFIXES = {LIVE: "tpk_live_"}  # of all other environments `tpk_test_`
RANDOM, CHECK = 32, 6


@transaction.atomic
def make_token(*, merchant: Merchant, actor: User, path: str = "", **fields: Any) -> tuple[ApiToken, str]:
    """Makes a token; returns it with its secret, which nobody can read again. `path` is the page of tokens."""
    secret = new_secret()
    secretless = {"digest": _digest(secret), "ending": secret[-4:]}
    token = ApiToken.objects.create(merchant=merchant, created_by=actor, **secretless, **fields)
    _note(token, actor, f"Made the token “{token.name}”. It may {' and '.join(token.may)}.", path)
    return token, secret


@transaction.atomic
def end_token(*, token: ApiToken, actor: User, path: str = "") -> bool:
    """Ends it at once; False if it had ended before."""
    if not ApiToken.objects.filter(pk=token.pk, ended_at=None).update(ended_at=timezone.now(), ended_by=actor):
        return False
    _note(token, actor, f"Ended the token “{token.name}”.", path)
    return True


def renew_secret(token: ApiToken) -> str | None:
    """A new secret in place of the old one, which opens nothing from then on; None if the token is no longer good."""
    secret = new_secret()
    good = ApiToken.objects.good(timezone.now()).filter(pk=token.pk)
    return secret if good.update(digest=_digest(secret), ending=secret[-4:]) else None


def token_by(secret: str) -> ApiToken | None:
    """The token of this secret, if it is still good."""
    if not _was_made_here(secret):
        return None
    digest = _digest(secret)
    found = (token for token in _good(digest, timezone.now()) if constant_time_compare(token.digest, digest))
    return next(found, None)


@Prepared
def _good(digest: str, now: datetime) -> QuerySet[ApiToken]:
    return ApiToken.objects.good(now).filter(digest=digest).select_related("merchant", "created_by")


def new_secret() -> str:
    start = _prefix() + "".join(choice(SIGNS) for _ in range(RANDOM))
    return start + _check(start)


def _was_made_here(secret: str) -> bool:
    start, check = secret[:-CHECK], secret[-CHECK:]
    return secret.isascii() and start.startswith(_prefix()) and constant_time_compare(check, _check(start))


def _prefix() -> str:
    return PREFIXES.get(settings.THANX_ENVIRONMENT, "tpk_test_")


def _check(start: str) -> str:
    """CRC-32 as six letters and digits, as other makers of tokens do."""
    rest, signs = crc32(start.encode()), ""
    for _ in range(CHECK):
        rest, at = divmod(rest, len(SIGNS))
        signs = SIGNS[at] + signs
    return signs


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _note(token: ApiToken, actor: User, sentence: str, path: str) -> None:
    record_activity(merchant=token.merchant, actor=actor, sentence=sentence, target=token.target, path=path)
