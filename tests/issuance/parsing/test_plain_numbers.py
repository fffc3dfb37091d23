"""A number in digits and separators means what the phone library says, in every country, at a tenth of the price."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType

from issuance.parsing.phones import parse_phone
from issuance.parsing.plain_numbers import ASK_THE_LIBRARY, may_be_phone, plain_number
from tests.crash import as_often

KINDS = [PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE,
         PhoneNumberType.VOIP, PhoneNumberType.UAN, PhoneNumberType.PERSONAL_NUMBER, PhoneNumberType.PAGER]  # fmt: skip
FORMS = ["{n}", "0{n}", "{p}{n}", "+{c}{n}", "{c}{n}", "00{c}{n}", "011{c}{n}", "+{c}0{n}", "+{c} ({p}) {n}", "({n}",
         "+0{c}{n}", "+{n}", "000{c}{n}", "00{n}"]  # fmt: skip
countries = st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS))


def by_the_library(text: str, country: str) -> str:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return ""
    refused = phonenumbers.number_type(number) in (PhoneNumberType.UNKNOWN, PhoneNumberType.PREMIUM_RATE)
    return "" if refused else phonenumbers.format_number(number, PhoneNumberFormat.E164)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """An example of a kind with some digits changed, added or lost, in one of the ways in which people write them."""
    country = draw(countries)
    example = phonenumbers.example_number_for_type(country, draw(st.sampled_from(KINDS)))
    digits = [
        *(phonenumbers.national_significant_number(example) if example else draw(st.from_regex(r"\A[0-9]{2,18}\Z")))
    ]
    for at, digit in draw(
        st.dictionaries(st.integers(0, len(digits) - 1), st.sampled_from("0123456789"), max_size=4)
    ).items():
        digits[at] = digit
    national = "".join(digits)[: draw(st.integers(len(digits) - 1, len(digits)))] + draw(st.sampled_from(["", "", "0"]))
    metadata = PhoneMetadata.metadata_for_region(country)
    assert metadata
    form = draw(st.sampled_from(FORMS))
    return form.format(n=national, p=metadata.national_prefix or "", c=metadata.country_code)


@settings(max_examples=as_often(usually=100, full=2_000))
@given(text=numbers(), at=st.integers(2, 9), separator=st.sampled_from(["", " ", "-", ".", "/"]), country=countries)
def test_nobody_gets_another_number_than_the_library_reads(text: str, at: int, separator: str, country: str) -> None:
    text = text[:at] + separator + text[at:] if len(text) > at else text
    for merchant in (country, "US", "DE"):
        assert plain_number(text, merchant) in (by_the_library(text, merchant), ASK_THE_LIBRARY)


@settings(max_examples=as_often(usually=100, full=2_000))
@given(text=numbers(), country=countries)
def test_no_phone_is_passed_over_for_its_length(text: str, country: str) -> None:
    digits = "".join(filter(str.isdigit, text))
    assert may_be_phone(digits, country) or not by_the_library(digits, country)


@pytest.mark.parametrize("country", ["US", "DE", "GB", "FR", "IT", "ES", "AU", "IN"])
def test_usual_numbers_need_no_library(country: str) -> None:
    example = phonenumbers.example_number_for_type(country, PhoneNumberType.MOBILE)
    assert example
    for form in (PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL):
        assert plain_number(phonenumbers.format_number(example, form), country).startswith("+")


@given(last=st.integers(0, 999), country=st.sampled_from(["DE", "ID", "AT", "FR", "GB", "IT", "SE", "PL", "AU", "MX"]))
def test_a_mobile_phone_behind_its_own_country_code_needs_no_plus(last: int, country: str) -> None:
    example = phonenumbers.example_number_for_type(country, PhoneNumberType.MOBILE)
    assert example
    written = phonenumbers.format_number(example, PhoneNumberFormat.E164)[:-3] + f"{last:03}"
    if by_the_library(written, country):
        assert [parse_phone(text, country).value for text in (written[1:], f"{written[1:]}.0")] == [written] * 2
