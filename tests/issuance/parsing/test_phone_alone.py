"""A cell that says more than a phone number names the guest's phone or nobody: no digit comes from a word, a second
number or a count."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from issuance.parsing.emails import parse_email
from issuance.parsing.phones import parse_phone

AT_HOME = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "SE", "PL", "JP")
lines = st.integers(100, 199).map(lambda last: f"0{last}")
names = st.from_regex(r"[A-Z][a-z]{2,8}", fullmatch=True)
german = st.integers(100_000, 999_999).map(lambda last: f"030 {last}")


def examples() -> list[tuple[str, str, str]]:
    """(country, as written, E.164) of numbers that the phone library gives as examples of ten countries."""
    found = []
    for country in AT_HOME:
        for kind in (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE):
            if number := phonenumbers.example_number_for_type(country, kind):
                e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
                for way in (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL):
                    found.append((country, phonenumbers.format_number(number, way), e164))
    return found


@pytest.mark.parametrize(("country", "written", "e164"), examples())
def test_numbers_of_ten_countries_are_read_with_and_without_words(country: str, written: str, e164: str) -> None:
    assert parse_phone(written, country).value == e164
    for form in ("Tel. {}", "{} (mobile)", "{} privat", "Handy: {}", "{} x12", "{}, VIP", "1) {}", "tel:{}"):
        assert parse_phone(form.format(written), country).value == e164, form


@given(line=lines, word=st.sampled_from([
    "Order", "Ticket #", "Acct", "Conf:", "Table", "Loyalty", "see check", "Bestellung", "Tisch", "Whg.", "Kd.-Nr.",
    "Commande", "Réservation", "Pedido", "Mesa", "Ordine", "Tavolo", "Encomenda", "Bestelling", "Zamówienie", "Stolik",
    "Lägenhet", "Заказ", "注文番号", "订单", "Fax", "front desk",
]), form=st.sampled_from(["{} 202555{}", "{} (202) 555-{}", "{} +1 202 555 {}"]))  # fmt: skip
def test_a_number_that_is_named_as_something_else_is_no_phone(line: str, word: str, form: str) -> None:
    assert parse_phone(form.format(word, line), "US") == ("", "phone_named_otherwise", False)


@given(line=lines, word=st.sampled_from([
    "Tel", "Tel.:", "Phone", "Phone no.", "Mobile", "Cell:", "M:", "T.", "(c)", "Handy", "Téléphone", "Portable",
    "Móvil", "Cellulare", "Telemóvel", "Mobiel", "Komórka", "Mobil", "Моб.", "携帯", "手机", "WhatsApp", "Home",
]), form=st.sampled_from(["{} 202555{}", "{} (202) 555-{}", "{} +1 202 555 {}"]))  # fmt: skip
def test_a_number_that_is_named_as_a_phone_is_one(line: str, word: str, form: str) -> None:
    assert parse_phone(form.format(word, line), "US").value == f"+1202555{line}"


@given(line=lines, name=names)
def test_a_mere_run_of_digits_behind_an_unknown_word_is_asked_about(line: str, name: str) -> None:
    assert parse_phone(f"ask X{name} 202555{line}", "US").value == ""
    assert parse_phone(f"X{name} (202) 555-{line}", "US").value == f"+1202555{line}"


@given(number=german, note=names)
def test_a_word_behind_a_number_is_a_note_and_never_digits(number: str, note: str) -> None:
    value = "+49" + number.replace(" ", "")[1:]
    note = f"x{note}"  # which names nothing else
    assert parse_phone(f"{number} {note}", "DE") == (value, "", True)
    assert parse_phone(f"{number} {note} 4", "DE").code == "phone_unclear"
    assert parse_phone(f"{number}{note}", "DE").code == "phone_unclear"


@given(name=names)
def test_a_name_completes_no_number(name: str) -> None:
    for number in ("415-2671", "303-5551", "312-555"):
        assert parse_phone(f"{number} {name}", "US").value == ""
        assert parse_phone(f"{number} {name.upper()}", "US").value == ""


@pytest.mark.parametrize("text", ["1-800-FLOWERS", "1-800-GOT-JUNK", "+1 (800) FLOWERS", "1 800 FLOWERS"])
def test_letters_of_a_whole_number_are_its_digits(text: str) -> None:
    assert parse_phone(text, "US").value.startswith("+1800")
    assert parse_phone(text.lower(), "US").value == ""


@given(number=german, second=st.integers(10, 999_999), between=st.sampled_from(
    [" ", "  ", " u. ", " und ", " oder ", " – ", " - ", ". ", " (", "\n", "/", ", "]
))  # fmt: skip
def test_two_numbers_of_any_length_are_never_one(number: str, second: int, between: str) -> None:
    assert parse_phone(f"{number}{between}{second}{')' * ('(' in between)}", "DE").code == "phone_several"


@pytest.mark.parametrize(
    ("country", "text"),
    [("DE", "030 1234 0171 123"), ("AT", "0664 1234567 u 89"), ("IT", "06 12345 - 67"), ("IT", "06 123456 e 89")],
)
def test_a_number_that_ends_inside_is_the_first_of_two(country: str, text: str) -> None:
    assert parse_phone(text, country).code == "phone_several"


@pytest.mark.parametrize(("country", "text"), [
    ("DE", "030 12 34 56 78"), ("DE", "030 123 456 78"), ("DE", "030 1234 5678"), ("DE", "(030) 12 34 56"),
    ("DE", "+49 (0)30 123456"), ("DE", "+49 (30) 1234-567"), ("DE", "030 - 123456"), ("DE", "030 901820-0"),
    ("DE", "+49 30 901820 0"), ("DE", "0171 / 39 21 000"), ("DE", "030 12345-67"),
    ("AT", "0664 123 45 67"), ("IT", "06 1234 5678"), ("IT", "347-1234567"), ("SE", "070-123 45 67"),
    ("JP", "03(1234)5678"), ("FI", "040 123 4567"),
])  # fmt: skip
def test_one_number_in_groups_is_one(country: str, text: str) -> None:
    value = parse_phone(text, country).value
    assert value.endswith("".join(filter(str.isdigit, text))[-6:])


@given(number=german, count=st.integers(2, 29))
def test_a_count_before_a_number_is_no_part_of_it(number: str, count: int) -> None:
    value = "+49" + number.replace(" ", "")[1:]
    for marker in ("{}) ", "{}. ", "{}: "):
        assert parse_phone(marker.format(count) + number, "DE") == (value, "", True)
    for unclear in ("{} ", "{}x ", "{} x ", "Handy {} "):
        assert parse_phone(unclear.format(count) + number, "DE").code == "phone_unclear"
    for other in ("Whg. {} ", "Tisch {}, ", "{} Pers. "):
        assert parse_phone(other.format(count) + number, "DE").value == ""


@given(name=st.from_regex(r"[a-z]{2,8}[0-9]{0,2}", fullmatch=True),
       sign=st.sampled_from(["#", "##", "//", "--", "-", "~", "!", "%", "/"]))  # fmt: skip
def test_an_address_that_is_marked_as_left_out_is_nobody(name: str, sign: str) -> None:
    assert parse_email(f"{name}@example.com").value
    assert parse_email(f"{sign}{name}@example.com").code in ("email_marked_out", "masked")
    assert parse_email(f"{sign}{name}@example.com".upper()).value == ""


@pytest.mark.parametrize("link", [
    '=HYPERLINK("mailto:{0}","{0}")', '=HYPERLINK("mailto:{0}","Ann")', '=hyperlink("mailto:{0}?subject=Hi";"{0}")',
    '=HYPERLINK("mailto:{0}")', '=HYPERLINK("https://example.com/guests/2025550199","{0}")',
    "'=HYPERLINK(\"mailto:{0}\",\"{0}\")",
])  # fmt: skip
def test_a_link_by_formula_is_whom_it_leads_to(link: str) -> None:
    assert parse_email(link.format("ann@example.com")) == ("ann@example.com", "", True)


def test_a_link_that_leads_to_another_guest_than_it_shows_is_nobody() -> None:
    assert parse_email('=HYPERLINK("mailto:ann@example.com","bob@example.com")').code == "email_several"
    assert parse_phone('=HYPERLINK("tel:+12025550101","(202) 555-0101")', "US") == ("+12025550101", "", True)
    assert not parse_phone('=HYPERLINK("tel:+12025550101","(202) 555-0102")', "US").value
    assert not parse_email('=HYPERLINK("https://example.com/ann","Ann")').value
