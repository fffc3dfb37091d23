"""Signs and letters that look like others: masks, curly quotes, full-width forms, and letters of two alphabets.

Two addresses that a person can't tell apart are one guest or nobody: what has one plain form is written in it, and
what has none is refused.
"""

from __future__ import annotations

import re
import unicodedata

# A star is allowed before the @ sign, but nobody has such an address; every tool masks with it.
_MASK_IN_EMAIL = re.compile(r"[*•●∙∗⁎＊▪■█…]|#{2,}|^[^\s@]{0,2}\.{3,}[^\s@]?@")
_MASK_IN_PHONE = re.compile(r"\*{2,}|[•●∙∗⁎＊▪■█…]|#{2,}|(?<![a-z])x{2,}(?![a-z])|(?<![a-z])x-x", re.IGNORECASE)
_BULLET = re.compile(r"^\s*[•●∙▪■*·–—-]\s+|\s*[*•]$")
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF, 0xFFA0, *range(0x200B, 0x2010),
     *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10), *range(0xE0000, 0xE0080)]
)  # fmt: skip
_APOSTROPHES = dict.fromkeys((0x60, 0xB4, 0x2BC, 0x2B9, 0x2018, 0x2019, 0x201B, 0x2032, 0x2035, 0xFF07, 0xFF40), "'")
_DASHES = dict.fromkeys((*range(0x2010, 0x2016), 0x2043, 0x2212, 0xFE58, 0xFE63, 0xFF0D), "-")
_AS_TYPED = {**_INVISIBLE, **_APOSTROPHES, **_DASHES}
del _AS_TYPED[0x60]  # A plain sign of addresses.
# Alphabets that are written together in one word.
_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
)
_LATIN_LETTERS = frozenset("ßæœøđłðþħŋĸŧəǝ")  # which are no ASCII letters with accents
_LIKE_LATIN = frozenset("асеорхуіјѕһԁԛԝӏαορυνκι")  # Cyrillic and Greek


def is_masked_email(text: str) -> bool:
    return _MASK_IN_EMAIL.search(_BULLET.sub("", text)) is not None


def is_masked_phone(text: str) -> bool:
    return _MASK_IN_PHONE.search(_BULLET.sub("", text)) is not None


def as_typed(text: str) -> str:
    """The text as a plain keyboard writes it: compatibility forms, quotes and dashes made plain, invisible signs
    taken out. Raised and circled digits stay, since nobody knows whether they are part of it."""
    if text.isascii():
        return text
    plain = "".join(
        sign if unicodedata.category(sign) == "No" else unicodedata.normalize("NFKC", sign)
        for sign in text.translate(_AS_TYPED)
    )
    return unicodedata.normalize("NFC", plain)


def looks_like_another(domain: str) -> bool:
    """Whether a label of the domain mixes alphabets, or is written in another one with letters that look Latin."""
    labels = domain.lower().split(".")
    return any(
        _mixes(label) or _has_bare_i(label) or (labels[-1].isascii() and _passes_for_latin(label)) for label in labels
    )


def with_plain_i(address: str) -> str:
    """Without the dots that programs in Turkish put on a capital I, and take from the only i's of a part before the @
    sign that is plain otherwise. In a domain such an i may be meant."""
    local, at, domain = address.replace("İ", "I").rpartition("@")
    plain = local.replace("ı", "i")
    return (plain if plain.isascii() else local) + at + domain


def is_plausible(local: str, domain: str, alphabets: frozenset[str]) -> bool:
    """Whether a part before the @ sign with other letters than ASCII belongs to the domain or the list: it is written
    in an alphabet of theirs, or in Latin letters with accents."""
    letters = all(sign.isascii() or unicodedata.category(sign)[0] in "LM" for sign in local)
    if not letters or not _is_readable(local):
        return False
    return _scripts(local) <= _scripts(domain) | {"LATIN"} or alphabet_of(local) in alphabets


def alphabet_of(local: str) -> str:
    """The one alphabet in which it is plainly written, by its name in Unicode; empty if there is none."""
    scripts = _scripts(local)
    return next(iter(scripts)) if len(scripts) == 1 and not _passes_for_latin(local) else ""


def _is_readable(local: str) -> bool:
    """Whether no letter passes for another: none of two alphabets, none that is only nearly an ASCII letter."""
    bases = unicodedata.normalize("NFD", local.lower())
    nearly = any(
        not sign.isascii() and sign not in _LATIN_LETTERS and unicodedata.name(sign, "").startswith("LATIN")
        for sign in bases
    )
    return not nearly and not _mixes(local)


def _scripts(text: str) -> set[str]:
    """The alphabets of its letters, by the names that Unicode gives them."""
    return {unicodedata.name(letter, "UNKNOWN").split()[0] for letter in text if letter.isalpha()}


def _mixes(text: str) -> bool:
    scripts = set() if text.isascii() else _scripts(text)
    return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)


def _has_bare_i(label: str) -> bool:
    """Whether nothing but an i without its dot tells the label from a plain one."""
    return "ı" in label and label.replace("ı", "i").isascii()


def _passes_for_latin(label: str) -> bool:
    letters = [letter for letter in label if letter.isalpha()]
    return bool(letters) and not label.isascii() and all(letter in _LIKE_LATIN for letter in letters)
