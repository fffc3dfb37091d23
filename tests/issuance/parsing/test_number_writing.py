"""Few numbers that are good at home but written as in another country raise the question of their country."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from issuance.parsing.country_doubts import country_doubt
from issuance.parsing.phones import parse_phone

ABROAD = [("DE", "US", "({a}) 555-01{i:02}"), ("DE", "US", "{a}-555-01{i:02}"), ("DE", "FR", "06 12 34 {i:02} 20"),
          ("DE", "GB", "07911 12{i:04}"), ("DE", "AT", "0664 12341{i:02}"), ("DE", "CH", "079 1{i:02} 45 60"),
          ("IT", "GB", "020 7946 01{i:02}"), ("IT", "FR", "06 12 34 {i:02} 20"), ("US", "MX", "81 23{i:02} 6789"),
          ("US", "CN", "131 23{i:02} 6789"), ("US", "IN", "702{i:02} 56789")]  # fmt: skip


@given(st.sampled_from(ABROAD), st.integers(1, 9), st.integers(20, 80))
def test_a_short_list_in_another_writing_is_asked_about(case: tuple[str, str, str], count: int, first: int) -> None:
    home, there, form = case
    cells = [form.format(i=i, a=(202, 212, 303)[i % 3]) for i in range(first, first + count)]
    assert all(parse_phone(cell, there).value for cell in cells)
    doubt = country_doubt(cells, "Phone", home)
    assert doubt is not None
    assert doubt.likely in (there, home)


def test_two_of_many_are_asked_about_with_the_own_country_chosen() -> None:
    own = [f"030 12345{at:02}" for at in range(20)]
    doubt = country_doubt([*own, "(202) 555-0101", "(212) 555-0102"], "Phone", "DE")
    assert doubt is not None
    assert doubt.likely == "DE"
    assert country_doubt([*own, "(202) 555-0101"], "Phone", "DE") is None


@pytest.mark.parametrize(("country", "cells"), [
    ("DE", ["030 12 34 56 78", "030 1234 5678", "030/123456", "(030) 123 456", "0171 392 10 00", "0171-3921000"]),
    ("US", ["202-555-0101", "202.555.0102", "1-202-555-0103", "202 555 0104", "(202)5550105", "1 (202) 555-0106"]),
    ("GB", ["0207 946 0018", "020 7946 0019", "07400 123456", "0121-234 5678", "07400 123 457"]),
    ("FR", ["06.12.34.56.78", "06 12 34 56 79", "0612345678", "06-12-34-56-77"]),
    ("ES", ["91 123 45 67", "612 345 678", "612 34 56 78", "912 345 678"]),
    ("IT", ["06 1234 5678", "347 1234567", "347-123-4567", "02/12345678"]),
    ("AT", ["01 512 34 56", "0664 123 45 67", "0664/1234567"]),
    ("MX", ["55 1234 5678", "812 345 6789", "812-345-6789"]),
])  # fmt: skip
def test_what_is_written_as_at_home_is_never_asked_about(country: str, cells: list[str]) -> None:
    assert country_doubt(cells, "Phone", country) is None
    assert [cell for cell in cells if country_doubt([cell], "Phone", country)] == []


@pytest.mark.parametrize(
    "country", ["US", "CA", "GB", "DE", "FR", "ES", "IT", "NL", "SE", "PL", "JP", "AU", "AT", "MX"]
)
@pytest.mark.parametrize("kind", [PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE])
def test_an_example_of_a_country_is_not_asked_about_at_home(country: str, kind: int) -> None:
    number = phonenumbers.example_number_for_type(country, kind)
    assert number is not None
    cell = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    for way in (cell, "".join(filter(str.isdigit, cell)), str(number.national_number)):
        assert country_doubt([way, way], "Phone", country) is None
