"""Results for single identifiers: the fast paths say what the libraries say, and every refusal names its cause."""

from __future__ import annotations

import os
import random
import re
import unicodedata
from functools import cache

import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email

from issuance.parsing.emails import parse_email
from issuance.parsing.identifiers import guests_in, identity
from issuance.parsing.phones import parse_phone
from issuance.parsing.row_problems import SENTENCES

VALUES = int(os.environ.get("IDENTIFIER_VALUES", "4000"))  # Of each kind; `make identifiers` takes 200,000.
LOCALS = [
    "ann",
    "Bob.Roe",
    "o'neil",
    "a+tag",
    "_x_",
    "ann.",
    ".bob",
    "a..b",
    "é",
    "a b",
    "",
    "x" * 65,
    "a" * 40,
    "q-1",
    '"q"',
]
LABELS = ["example", "EXAMPLE", "mail-1", "-bad", "bad-", "ab--cd", "xn--bcher-kva", "bücher", "1", "a_b", "", "y" * 64]
ENDINGS = [
    "com",
    "co.uk",
    "c",
    "c0m",
    "test",
    "local",
    "invalid",
    "arpa",
    "onion",
    "localhost",
    "de",
    "com.",
    "1",
    "рф",
]
SHAPES = [
    *("{a}{b}{c}", "({a}) {b}-{c}", "{a}.{b}.{c}", "+1{a}{b}{c}", "1 {a} {b} {c}", "1-{a}-{b}-{c}", "+1 ({a}){b}{c}"),
    *("+{a}{b}{c}", "00{a}{b}{c}", "{b}-{c}", "+44{a}{b}{c}", "+49 {a} {b}{c}", "{a}{b}{c}9", "({a}{b}{c}"),
    *("-{a} {b} {c}-", "+ 1 {a}{b}{c}", "1+{a}{b}{c}", "{a}{b}{c} x12", "{a}/{b}/{c}", "..{a}))({b}{c}"),
    *("+1{a}{b}{c}.", "+1 1{a}{b}{c}", "{a}{b}{c}@", "@{a}{b}{c}", "guest{b}@@{c}", "{a}@{b}{c}", "x{b}/x@{a}{b}{c}"),
]
# Where the library is left on purpose: masks, signs that mark text or leave it out, two guests, signs beyond ASCII.
DEPARTURE = re.compile(r"[*]|##|^['!#$%&/=?^`{|}~-]|@.*@|[^\x00-\x7f]|@.*xn--").search
MORE_REFUSED = {"masked", "phone_several", "phone_not_one"}
ALPHABET = "aZ09.-_+@ '\"()<>,;:\\é\u200b＠\t!#$%&*/=?^`{|}~"


@cache
def generated_emails() -> list[str]:
    choose = random.Random(20260301)
    values = []
    for _ in range(VALUES):
        domain = ".".join(choose.choice(LABELS) for _ in range(choose.randint(1, 2)))
        value = f"{choose.choice(LOCALS)}@{domain}.{choose.choice(ENDINGS)}"
        if choose.random() < 0.4:
            value = f"{choose.choice(['ann', 'bob.roe'])}{choose.randint(1, 9999)}@{choose.choice(LABELS)}.com"
        if choose.random() < 0.4:
            at = choose.randint(0, len(value))
            value = value[:at] + choose.choice(ALPHABET) + value[at + choose.randint(0, 1) :]
        values.append(value)
    return values


@cache
def generated_phones() -> list[str]:
    choose = random.Random(20260302)
    values = []
    for _ in range(VALUES):
        area, exchange = choose.randint(0, 999), choose.choice((555, choose.randint(0, 999)))
        line = choose.choice((f"01{choose.randint(0, 99):02}", f"{choose.randint(0, 9999):04}"))
        values.append(choose.choice(SHAPES).format(a=f"{area:03}", b=f"{exchange:03}", c=line))
    return values


def library_email(text: str) -> str:
    try:
        return unicodedata.normalize("NFC", validate_email(text, check_deliverability=False).normalized.lower())
    except EmailNotValidError:
        return ""


def library_phone(text: str, country: str) -> str:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return ""
    premium = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.PREMIUM_RATE
    valid = phonenumbers.is_valid_number(number) and not premium
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else ""


def test_emails_are_those_of_the_library() -> None:
    for text in generated_emails():
        parsed, expected = parse_email(text), library_email(text.strip())
        same = (parsed.value == expected and not parsed.fixed) or (not expected and parsed.fixed)
        assert same or (DEPARTURE(text.strip()) and (parsed.fixed or parsed.code)), text


@pytest.mark.parametrize("country", ["US", "CA", "GB", "AG"])
def test_phones_are_those_of_the_library(country: str) -> None:
    for text in generated_phones():
        parsed, expected = parse_phone(text, country), library_phone(text.strip(), country)
        assert parsed.value == expected or (not expected and parsed.fixed) or parsed.code in MORE_REFUSED, text


def test_every_value_is_its_own_normal_form() -> None:
    emails = {parsed.value for text in generated_emails()[:4_000] if (parsed := parse_email(text)).value}
    phones = {parsed.value for text in generated_phones()[:4_000] if (parsed := parse_phone(text, "US")).value}
    assert len(emails) > 500
    assert len(phones) > 500
    assert all(parse_email(value) == (value, "", False) for value in emails)
    assert all(parse_phone(value, "GB") == (value, "", False) for value in phones)


def test_every_refusal_has_a_sentence_without_the_value() -> None:
    refused = {parsed.code for text in generated_emails()[:4_000] if (parsed := parse_email(text)).code}
    refused |= {parsed.code for text in generated_phones()[:4_000] if (parsed := parse_phone(text, "US")).code}
    assert refused <= set(SENTENCES)
    assert not any("{" in sentence for sentence in SENTENCES.values())


@pytest.mark.parametrize("last", range(100, 200, 9))
def test_fictional_numbers_and_example_domains_are_accepted(last: int) -> None:
    assert parse_phone(f"(202) 555-0{last}", "US").value == f"+12025550{last}"
    assert parse_email(f"guest{last}@example.com").value == f"guest{last}@example.com"


@pytest.mark.parametrize(
    "text", ["", " ", "@", "\0", "a" * 10_000, "+" * 500, "1" * 500, "\ud800@example.com", "<" * 300]
)
def test_nonsense_is_refused_and_never_raises(text: str) -> None:
    assert parse_email(text).code in SENTENCES
    assert parse_phone(text, "US").code in SENTENCES
    assert parse_phone(text, "XX").code in SENTENCES


def test_a_number_of_another_country_is_read_with_its_plus_and_asked_for_without() -> None:
    assert parse_phone("+44 20 7946 0018", "US").value == "+442079460018"
    assert parse_phone("020 7946 0018", "GB").value == "+442079460018"
    assert parse_phone("442079460018", "US").code == "phone_needs_country"


def test_plus_tags_and_dots_are_different_people_and_case_is_not() -> None:
    assert identity("ann+work@example.com") != identity("ann@example.com") != identity("a.nn@example.com")
    assert identity("Ann@Example.com") == identity("ann@example.com")


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("bob@example.com; bob@example", []),
        ("202-555-0101 x12", []),
        ("202-555-0101/0102", []),
        ("ann@example.com", []),
        ("Ann <ann@example.com>, Bob <bob@example.org>", ["ann@example.com", "bob@example.org"]),
        ("ann@example.com or bob@example.org / cy@", ["ann@example.com", "bob@example.org"]),
        ("ann@example.com:::bob@example.org;cy@example", ["ann@example.com", "bob@example.org", "cy@example"]),
        ("202-555-0101 x12, 202-555-0102", ["202-555-0101 x12", "202-555-0102"]),
        ("202-555-0101\n202-555-0102\n123", ["202-555-0101", "202-555-0102", "123"]),
        ("202-555-0101 or +44 7400 123456", ["202-555-0101", "+44 7400 123456"]),
        ("+12025550101 +12025550102", ["+12025550101", "+12025550102"]),
    ],
)
def test_guests_of_a_cell_are_told_apart_and_one_guest_is_never_divided(text: str, pieces: list[str]) -> None:
    assert guests_in(text, "US") == pieces


def test_a_slash_inside_a_number_divides_nothing() -> None:
    assert guests_in("030/1234567; 030/7654321", "DE") == ["030/1234567", "030/7654321"]
