"""Phones without a country code: where the list speaks against the merchant's own country, somebody is asked."""

from __future__ import annotations

import random
from io import StringIO
from pathlib import Path

import phonenumbers
import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from issuance.parsing.country_doubts import country_doubt
from issuance.parsing.guest_file import open_guest_file
from issuance.parsing.phones import parse_phone

AT_HOME = ("US", "CA", "GB", "MX", "AU", "FR", "DE", "IE", "ES", "IT", "NL", "IN", "JP", "BR")
WAYS = ("national", "digits")


def numbers_of(country: str, seed: int, count: int) -> list[PhoneNumber]:
    """Mobile numbers that exist in the numbering plan of a country, by the digits of its example."""
    dice, example = random.Random(seed), phonenumbers.example_number_for_type(country, PhoneNumberType.MOBILE)
    assert example is not None
    national, found = str(example.national_number), list[PhoneNumber]()
    while len(found) < count:
        kept = dice.choice((2, 3, 4))
        digits = national[:kept] + "".join(dice.choice("0123456789") for _ in national[kept:])
        number = PhoneNumber(country_code=example.country_code, national_number=int(digits))
        if phonenumbers.is_valid_number_for_region(number, country):
            found.append(number)
    return found


def written(number: PhoneNumber, way: str) -> str:
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return {"national": national, "digits": "".join(filter(str.isdigit, national)), "bare": str(number.national_number),
            "e164": phonenumbers.format_number(number, PhoneNumberFormat.E164)}[way]  # fmt: skip


def phones(country: str, seed: int, count: int, way: str) -> list[str]:
    return [written(number, way) for number in numbers_of(country, seed, count)]


countries, seeds, ways = st.sampled_from(AT_HOME), st.integers(0, 999), st.sampled_from(WAYS)


@given(countries, seeds, st.integers(1, 40), st.sampled_from(("national", "digits", "bare", "e164")))
def test_a_list_of_the_own_country_raises_no_doubt(home: str, seed: int, count: int, way: str) -> None:
    assert country_doubt(phones(home, seed, count, way), "Phone", home) is None


@given(countries, countries, seeds, st.integers(6, 30), ways)
def test_a_list_that_is_mostly_impossible_at_home_raises_a_doubt(
    home: str, there: str, seed: int, count: int, way: str
) -> None:
    cells = phones(there, seed, count, way)
    impossible = sum(parse_phone(cell, home).code in ("phone_unassigned", "phone_needs_country") for cell in cells)
    if impossible * 2 > count:
        doubt = country_doubt(cells, "Phone", home)
        assert doubt is not None
        assert "“Phone”" in doubt.sentence
        assert doubt.likely != home


@given(st.integers(0, 999), st.sampled_from(("07700 900{:03}", "07700900{:03}")), st.integers(2, 20))
def test_numbers_kept_for_examples_count_as_those_of_their_country(first: int, shape: str, count: int) -> None:
    cells = [shape.format((first + at) % 1000) for at in range(count)]
    assert country_doubt(cells, "Phone", "GB") is None
    doubt = country_doubt(cells, "Phone", "US")
    assert doubt is not None
    assert doubt.likely == "GB"


@given(st.sampled_from(("US", "GB", "AU", "DE")), countries, seeds)
def test_a_few_guests_from_abroad_with_their_code_raise_no_doubt(home: str, there: str, seed: int) -> None:
    cells = [*phones(home, seed, 20, "national"), *phones(there, seed, 5, "e164")]
    assert country_doubt(cells, "Phone", home) is None


@given(countries, st.lists(st.text(max_size=30), max_size=30))
def test_any_cells_are_looked_at_without_an_error(home: str, cells: list[str]) -> None:
    doubt = country_doubt(cells, "Phone", home)
    assert doubt is None or doubt.sentence


@pytest.mark.parametrize(
    ("cells", "home", "likely", "words"),
    [
        (["07911 123456", "07911 123457", "07400 123456"], "US", "GB",
         "“Phone” looks like phone numbers of the United Kingdom: 3 of the 3 looked at are right there, and none in "
         "the United States."),
        (["55 1234 5678", "33 3615 1234", "81 8358 1234", "222 123 4567", "998 123 4567"], "US", "MX", "of Mexico"),
        (["06 12 34 56 78", "06 98 76 54 32", "07 81 23 45 67"], "US", "FR", "of France"),
        (["06 12345678", "06 48765432", "06 11223344"], "US", "NL", "of the Netherlands"),
        (["6 12 34 56 78"] * 2 + ["06 12 34 56 78"] * 9, "US", "FR", "2 of the 2 looked at"),
    ],
)  # fmt: skip
def test_the_likely_country_is_proposed_with_the_reason(cells: list[str], home: str, likely: str, words: str) -> None:
    doubt = country_doubt(cells, "Phone", home)
    assert doubt is not None
    assert doubt.likely == likely
    assert words in doubt.sentence


def test_the_code_of_most_numbers_speaks_for_the_others() -> None:
    british = [f"+44791112345{n}" for n in range(8)]
    doubt = country_doubt([*british, "2079460018", "2072345678"], "Mobile", "US")
    assert doubt is not None
    assert doubt == ("GB", "Most numbers in “Mobile” begin with +44, and those without a code are possible in both the "
                           "United States and the United Kingdom.")  # fmt: skip
    assert (
        country_doubt([*british[:3], "2079460018", "2072345678", "(202) 555-0100", "202 555 0123"], "Mobile", "US")
        is None
    )


def test_landlines_that_would_be_mobile_phones_elsewhere_are_asked_about_and_the_own_country_stays() -> None:
    doubt = country_doubt([f"0612 3456{n:02}" for n in range(8)], "Telefon", "DE")
    assert doubt is not None
    assert (doubt.likely, "possible in both Germany and France" in doubt.sentence) == ("DE", True)


def test_half_a_list_of_another_country_is_asked_about_and_the_own_country_stays() -> None:
    american, british = phones("US", 1, 10, "national"), phones("GB", 1, 10, "national")
    doubt = country_doubt([*american, *british], "Phone", "US")
    assert doubt is not None
    assert doubt.likely == "US"
    assert doubt.sentence.endswith("numbers in “Phone” are right in the United Kingdom, but not in the United States.")


@pytest.mark.parametrize(
    "cells",
    [
        [], [""], ["+44 7911 123456"] * 9, ["555-0123", "555-0124", "555-0125"], ["(436) 555-0123", "(861) 555-0124"],
        ["0000000000", *(f"(202) 555-01{n:02}" for n in range(9))], ["07911 123456"], ["ann@example.com", "n/a", "?"],
        ["5555555555"] * 8 + ["(202) 555-0123", "(202) 555-0124", "(202) 555-0125"], ["202.55.50.10", "203.45.67.12"],
    ],
)  # fmt: skip
def test_what_says_nothing_about_a_country_raises_no_doubt(cells: list[str]) -> None:
    assert country_doubt(cells, "Phone", "US") is None


def opened(path: Path, text: str, country: str = "US") -> tuple[tuple[str, ...], str]:
    path.write_text(text)
    with open_guest_file(path, country=country) as file:
        return file.opened.columns.doubts, file.opened.country


def test_one_sentence_asks_instead_of_several(tmp_path: Path) -> None:
    rows = "".join(f"Ann,07911 12345{n}\n" for n in range(6))
    doubts, country = opened(tmp_path / "a.csv", f"Name,Phone\n{rows}")
    assert (len(doubts), country) == (1, "GB")
    assert doubts[0].startswith("“Phone” looks like phone numbers of the United Kingdom")


@pytest.mark.parametrize(("said", "asked"), [("GB", False), ("", True), ("+44", False)])
def test_a_country_beside_the_phone_leaves_no_doubt(tmp_path: Path, said: str, asked: bool) -> None:
    rows = "".join(f"{said},07911 12345{n}\n" for n in range(6))
    doubts, _ = opened(tmp_path / "a.csv", f"Country,Phone\n{rows}")
    assert any("of the United Kingdom" in doubt for doubt in doubts) == asked


def test_support_is_told_what_the_portal_would_ask(tmp_path: Path) -> None:
    path, said = tmp_path / "a.csv", StringIO()
    path.write_text("Name,Phone\n" + "".join(f"Ann,07911 12345{n}\n" for n in range(6)))
    call_command("check_file", str(path), stdout=said)
    assert "Would ask: “Phone” looks like phone numbers of the United Kingdom" in said.getvalue()
    call_command("check_file", str(path), "--country", "GB", stdout=(said := StringIO()))
    assert "Sure." in said.getvalue()


def test_one_number_that_is_right_elsewhere_never_proposes_to_move_those_that_are_right_at_home() -> None:
    doubt = country_doubt(["+442079460018", "02079460018", "2025550101"], "Phone", "US")
    assert doubt
    assert doubt.likely == "US"
