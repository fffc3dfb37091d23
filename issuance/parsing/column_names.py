"""What the name of a column says: whether it is the guest's own email or phone, somebody else's, or another number.

A name means the guest's own only if all of its words are known to: one word that nobody knows makes it a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from issuance.parsing.column_words import (
    CONTACT,
    EMAIL,
    FURTHER,
    GUEST,
    MOBILE,
    NO_IDENTIFIER,
    NUMBER,
    OTHER_NUMBER,
    PERSON,
    PHONE,
    PLACE,
    PLAIN,
    ROLES,
    SOMEBODY_ELSE,
    bare,
)

UNCLEAR, FURTHER_OWN, OWN, OWN_MOBILE = 1, 2, 3, 4  # how surely a name means the guest's
_ASIDE = re.compile(r"[(\[][^)\]]*[@\d*][^)\]]*[)\]]|[(\[](?:required|optional|e\.g\.)[^)\]]*[)\]]|\S+@\S+")
_NEW_WORD = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Za-z]{3})(?=\d)")  # as in PhoneNumber and email2
_NUMBER_SIGN = re.compile(r"[#№]|\bno\.", re.IGNORECASE)
_NUMBERED = re.compile(r"(?<=[A-Za-z]{3})(?=\d)")  # as in EMAIL2
_JOINED = (
    (re.compile(r"\be (mails?|post|posta|postadresse?)\b"), r"e\1"),
    (re.compile(r"\bwhats app\b"), "whatsapp"),
    (re.compile(r"\bposta elettronica\b|\b(?:direccion|adresse) electroni(?:ca|que)\b|\badres e mail\b"), "email"),
    (re.compile(r"\b(?:cell|tele|mobil) phone\b"), "cellphone"),
    (re.compile(r"\bto (?:reach|contact|text|call) you\b"), "best"),
    (re.compile(r"\b06 nummer\b"), "telefoonnummer"),
    (re.compile(r"\b(?:added|entered|given|provided) by (?:the )?(guest|customer|client|member)\b"), r"\1"),
    (re.compile(r"\b(?:from|by|via) (?:the )?(?:form|qr|qr code|web|website|signup)\b"), "online"),
)
_OWN_WORDS = EMAIL | PHONE | MOBILE | NUMBER | GUEST | CONTACT | PLAIN | FURTHER
_KNOWN = _OWN_WORDS | OTHER_NUMBER | PLACE | SOMEBODY_ELSE
_UNSPACED = filter(re.compile(r"[\u3040-\u9fff\uac00-\ud7af]").match, _KNOWN)  # words of Chinese, Japanese and Korean
_IN_UNSPACED = re.compile("|".join(sorted(_UNSPACED, key=len, reverse=True)))
_ROLES_AND_PLACES = SOMEBODY_ELSE | PLACE | CONTACT | {"account"}
_COUNTED = frozenset({*"23456789", "two", "three", "four"})
_SECOND = frozenset({"2nd", "second", "third", "segundo", "deuxieme", "zweiter", "secondo", "tweede", "drugi", "other"})
_BETWEEN = frozenset({"on", "at", "person", "data"})
_BY = frozenset({"by", "por", "par", "da", "door", "przez", "von"})
_OWN_NAMES = frozenset({"user email", "user email address", "email address user"})  # of accounts that guests have
_NONE = re.compile(r"no (?:e?mail|phone|cell|mobile)(?: address| number)?").fullmatch  # as cells say, not headers


def plain_name(cell: str) -> str:
    """A header cell without case, accents, punctuation and examples: " E-Mail (ann@example.com):" becomes "email"."""
    return _plain(cell[:200])


@lru_cache(maxsize=4_000)
def _plain(cell: str) -> str:
    new_word = _NUMBERED if cell.isupper() else _NEW_WORD
    name = bare(_NUMBER_SIGN.sub(" number ", new_word.sub(" ", _ASIDE.sub(" ", cell))))
    name = name if name.isascii() else _IN_UNSPACED.sub(r" \g<0> ", name)
    name = " ".join(re.sub(r"[\W_]+", " ", name).split())
    for written, joined in _JOINED:
        name = written.sub(joined, name)
    return name


def email_rank(name: str) -> int:
    """How surely a plain name means guests' emails: OWN, FURTHER_OWN for a second one, UNCLEAR by one of its words, 0
    not at all."""
    words = frozenset(name.split())
    return _rank(name, words) if words & EMAIL and not _NONE(name) and not (words & NO_IDENTIFIER) - {"id"} else 0


def phone_rank(name: str) -> int:
    """How surely a plain name means guests' phones: OWN_MOBILE, else as `email_rank`."""
    words = frozenset(name.split())
    if not words & (PHONE | MOBILE) or _NONE(name) or words & (NO_IDENTIFIER | OTHER_NUMBER | EMAIL):
        return 0
    rank = _rank(name, words)
    return OWN_MOBILE if rank == OWN and words & MOBILE else rank


def _rank(name: str, words: frozenset[str]) -> int:
    if name in _OWN_NAMES:
        return OWN
    if names_somebody_else(name):
        return 0
    if not words - {"id"} <= _OWN_WORDS | (PLACE if words & GUEST else frozenset()):
        return UNCLEAR
    return FURTHER_OWN if words & FURTHER else OWN


def names_somebody_else(name: str) -> bool:
    """Whether a plain name speaks of a person or place other than the guest: an owner, a clerk, a shop, a referrer."""
    words = set(name.split())
    return name not in _OWN_NAMES and bool(words & SOMEBODY_ELSE or (words & PLACE and not words & GUEST))


def names_users(name: str, names: Iterable[str]) -> bool:
    """Whether it is the email of a user, who is somebody else where other plain names speak of guests."""
    return name in _OWN_NAMES and any(GUEST & {*other.split()} for other in names)


def names_guests(name: str) -> bool:
    """Whether a plain name is that of a column of people, whatever identifies them."""
    words = set(name.split())
    return bool(words & (GUEST | CONTACT)) and words <= (GUEST | CONTACT | PLAIN) - {"1"}


def names_another_guest(name: str) -> bool:
    """Whether a plain name means the second of several guests, as "guest 2 email" does."""
    pairs = [*pairwise(name.split())]
    return any((one in GUEST and other in _COUNTED) or (one in _SECOND and other in GUEST) for one, other in pairs)


def names_some_number(name: str) -> bool:
    """Whether a plain name means a number, or a way to reach people, without saying which."""
    words = set(name.split())
    return bool(words & (NUMBER | CONTACT)) and words <= NUMBER | CONTACT | GUEST | PLAIN


def names_role(name: str) -> bool:
    """Whether a plain text, though it is no header, names a role or a place and nobody: "Manager on duty"."""
    words = name.split()
    if len(words) > 1 and words[-1] in _BY:
        return True
    return bool({*words} & _ROLES_AND_PLACES) and {*words} <= _ROLES_AND_PLACES | PLAIN | FURTHER | _BETWEEN


def begins_role(word: str) -> bool:
    """Whether `names_role` may be true of a text that begins with this word; quick enough for every row."""
    return word in _ROLES_AND_PLACES


def names_people(name: str) -> bool:
    """Whether a plain name is that of a column of people's names."""
    return names_guests(name) or bool({*name.split()} & PERSON)


def names_roles(name: str) -> bool:
    """Whether a plain name is that of a column which says what each person is."""
    return name in ROLES


def names_other_number(name: str) -> bool:
    """Whether a plain name is that of numbers which may look like phones by chance."""
    return bool((OTHER_NUMBER | NO_IDENTIFIER) & set(name.split())) and not phone_rank(name)
