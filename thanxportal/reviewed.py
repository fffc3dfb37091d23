"""What a person saw before an act with consequences, carried by its form, so that nothing else is done."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django.core import signing

Facts = dict[str, str]  # what is decided on, by its name on the page
FIELD = "seen"  # of every form that carries it
NOBODY_LOOKED = "Nobody has looked at this yet."
_SALT = "reviewed."
_MARK = "\x1f"  # begins a fingerprint; nobody types it


class ChangedSinceReview(Exception):
    """It isn't what the person saw. Each difference is a sentence."""

    def __init__(self, differences: list[str]) -> None:
        self.differences = differences
        super().__init__()


def fingerprint(texts: Iterable[str]) -> str:
    """Stands for texts that are too long to be carried, and of which nobody reads before and after."""
    return _MARK + sha256("\0".join(texts).encode()).hexdigest()[:12]


def sign(of: str, facts: Facts) -> str:
    """As a value for a form. `of` names what is decided on, such as `campaign:7`: it counts for nothing else."""
    return signing.dumps(facts, salt=_SALT + of, compress=True)


def differences(of: str, seen: str, now: Facts) -> list[str]:
    """What differs now from what a form says was seen, a sentence each; none if it is the same."""
    try:
        before: Any = signing.loads(seen, salt=_SALT + of)
    except signing.BadSignature:
        return [NOBODY_LOOKED]
    return differences_between(before, now)


def differences_between(before: Facts, now: Facts) -> list[str]:
    """What differs, a sentence each."""
    words = before | now
    return [_difference(word, before.get(word), now.get(word)) for word in words if before.get(word) != now.get(word)]


def check_unchanged(of: str, seen: str, now: Facts) -> None:
    """Raises ChangedSinceReview unless it is what was seen."""
    if changed := differences(of, seen, now):
        raise ChangedSinceReview(changed)


def _difference(word: str, before: str | None, after: str | None) -> str:
    if (before or after or "").startswith(_MARK):
        return f"{word} {'changed' if before and after else 'are new' if after else 'are gone'}."
    if before is None:
        return f"{word} is new: {after}."
    if after is None:
        return f"{word} is gone; it was: {before}."
    return f"{word} was “{before}” and is “{after}” now."
