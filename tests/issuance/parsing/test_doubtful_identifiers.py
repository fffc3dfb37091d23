"""Cells of which nobody can be sure who is meant name no guest, whatever their signs; and what has one plain form is
read in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.checking.cell_repairs import BY_KEY
from issuance.parsing.emails import parse_email
from issuance.parsing.guest_file import open_guest_file
from issuance.parsing.phones import parse_phone, take_new_area_codes

names = st.from_regex(r"[a-z]{2,8}[0-9]{0,2}", fullmatch=True)
masks = st.sampled_from(["***", "•••", "…", "*", "●●", "███", "####"])
lines = st.integers(min_value=100, max_value=199).map(lambda last: f"0{last}")


@given(name=names, mask=masks, kept=st.integers(0, 2), tail=st.booleans())
def test_a_masked_address_is_nobody(name: str, mask: str, kept: int, tail: bool) -> None:
    text = f"{name[:kept]}{mask}{name[-1] if tail else ''}@example.com"
    assert parse_email(text) == parse_email(f" {text.upper()}") == ("", "masked", False)


@given(line=lines, mask=st.sampled_from(["***", "XXX", "xxx", "•••", "###"]), form=st.sampled_from(
    ["{m}-{m}-{l}", "({m}) {m}-{l}", "+1{m}{l}", "202-{m}-{l}", "{m} {m} {l}"]
))  # fmt: skip
def test_a_masked_phone_is_nobody(line: str, mask: str, form: str) -> None:
    assert parse_phone(form.format(m=mask, l=line), "US").code == "masked"


@given(name=names, sign=st.sampled_from(["’", "‘", "ʼ", "′", "＇"]), dash=st.sampled_from("‐‑‒–—−－"))
def test_typographic_signs_are_written_as_plain_ones(name: str, sign: str, dash: str) -> None:
    assert parse_email(f"o{sign}{name}@example.com") == (f"o'{name}@example.com", "", True)
    assert parse_email(f"a{dash}{name}@my{dash}example.com") == (f"a-{name}@my-example.com", "", True)
    assert parse_phone(f"202{dash}555{dash}0101", "US") == ("+12025550101", "", True)


@given(name=names, hidden=st.sampled_from("\u200b\u200e\u2060\ufeff\u00ad\ufe0f"), at=st.integers(0, 8))
def test_wide_letters_and_invisible_signs_make_no_second_guest(name: str, hidden: str, at: int) -> None:
    plain = f"{name}@example.com"
    wide = "".join(chr(ord(sign) + 0xFEE0) if sign.isalnum() else sign for sign in plain)
    assert parse_email(wide) == (plain, "", True)
    assert parse_email(plain[:at] + hidden + plain[at:]) == (plain, "", True)
    assert parse_phone(f"202{hidden}5550101", "US") == ("+12025550101", "", True)


@given(name=names, letter=st.sampled_from([("a", "а"), ("e", "е"), ("p", "р"), ("x", "х"), ("m", "м")]))
def test_a_domain_of_two_alphabets_is_refused(name: str, letter: tuple[str, str]) -> None:
    latin, other = letter
    domain = "example".replace(latin, other, 1)
    assert parse_email(f"{name}@{domain}.com").code == "email_mixed_letters"
    assert not parse_email(f"{name}@{domain.encode('idna').decode()}.com").value


def test_letters_beyond_ascii_before_the_at_sign_belong_to_the_domain_or_are_asked_about() -> None:
    assert parse_email("josé@bücher.de").value == "josé@bücher.de"
    assert parse_email("иван@пример.рф").value == "иван@пример.рф"
    assert parse_email("josé@example.com").value == "josé@example.com"
    for text in ("иван@example.com", "аnn@example.com", "аnn@пример.рф", "иван@bücher.de", "ann²@example.com"):
        assert parse_email(text).code == "email_unusual_letters"


@given(name=names, sign=st.sampled_from("„“‚«»•…¿¡²③€📧★"))
def test_a_sign_before_or_behind_a_name_is_never_sent_as_part_of_it(name: str, sign: str) -> None:
    for text in (f"{sign}{name}@example.com", f"{name}{sign}@example.com"):
        assert parse_email(text).value in ("", f"{name}@example.com")


glues = st.sampled_from([";", "; ", ",", ", ", "/", " / ", ":::", " or ", " & ", "|", "\n", "\r\n", " OR ", ",,", " "])


@given(first=names, second=names, glue=glues)
def test_two_addresses_in_a_cell_are_never_one(first: str, second: str, glue: str) -> None:
    code = parse_email(f"{first}@example.com{glue}{second}x@example.org").code
    assert code == "email_several"


@given(line=lines, glue=glues.filter(lambda glue: glue != " "), short=st.booleans(),
       form=st.sampled_from(["202555{}", "(202) 555-{}", "+1 202 555 {}"]))  # fmt: skip
def test_two_phones_in_a_cell_are_never_one(line: str, glue: str, short: bool, form: str) -> None:
    other = "0102" if short else form.format("0102")
    assert parse_phone(form.format(line) + glue + other, "US").code == "phone_several"


@pytest.mark.parametrize("glue", ["x", " x", " ext ", " ext. ", "#"])
def test_a_second_phone_is_no_extension(glue: str) -> None:
    assert parse_phone(f"2025550101{glue}2025550102", "US").code == "phone_several"
    assert parse_phone(f"2025550101{glue}12", "US").value == "+12025550101"


@pytest.mark.parametrize("text", ["030/1234567", "0049 170/1234567", "06131-1234", "0171.1234567", "0171/12 34 567"])
def test_a_slash_or_dot_inside_a_number_separates_no_guests(text: str) -> None:
    assert parse_phone(text, "DE").value


@given(groups=st.lists(st.integers(0, 255), min_size=4, max_size=4), tail=st.sampled_from(["", ":8080", "/24"]))
def test_an_ip_address_is_no_phone(groups: list[int], tail: str) -> None:
    text = ".".join(map(str, groups)) + tail
    two_digits = all(len(str(group)) == 2 for group in groups)
    assert two_digits or all(parse_phone(text, country).code == "phone_not_one" for country in ("US", "DE", "NO"))


@given(
    text=st.one_of(
        st.dates().filter(lambda day: day.year >= 1900 and day.year < 2100).map(lambda day: f"{day:%Y-%m-%d}"),
        st.dates().filter(lambda day: day.year >= 1900 and day.year < 2100).map(lambda day: f"{day:%d.%m.%Y}"),
        st.datetimes().filter(lambda at: 1900 <= at.year < 2100).map(lambda at: f"{at:%m/%d/%Y %H:%M}"),
        st.floats(-180, 180).map(lambda value: f"{value:.7f}"),
        st.tuples(st.integers(1000, 9999), st.integers(0, 999999)).map(lambda pair: f"{pair[0]}.{pair[1]:06}"),
        st.integers(100, 10**7).map(lambda cents: f"${cents / 100:,.2f}"),
        st.integers(100, 10**7).map(lambda cents: f"{cents / 100:.2f} EUR"),
    )
)
def test_dates_decimals_and_prices_are_no_phones(text: str) -> None:
    assert {parse_phone(text, country).code for country in ("US", "DE", "NO", "GB")} <= {"phone_not_one"}


@given(national=st.integers(0, 9999).map(lambda last: f"55 1234 {last:04}"), form=st.sampled_from(
    ["+52 1 {}", "+521{}", "+52 (1) {}", "0052 1 {}"]
))  # fmt: skip
def test_the_old_1_of_mexican_mobiles_is_left_out(national: str, form: str) -> None:
    expected = "+52" + national.replace(" ", "")
    assert {parse_phone(form.format(national), country).value for country in ("US", "MX")} == {expected}
    assert parse_phone(f"52 1 {national}", "MX").value == expected
    assert parse_phone(f"52 1 {national}", "US").code == "phone_needs_country"


@given(line=lines, end=st.sampled_from([" ext.", " ext", " x", "x", "#", " #", " extension", " ext:", ", ext."]))
def test_an_extension_left_empty_is_left_out(line: str, end: str) -> None:
    assert parse_phone(f"202555{line}{end}", "US").value == f"+1202555{line}"


@pytest.mark.parametrize("country", ["US", "GB", "DE"])
@pytest.mark.parametrize(
    "text", ["0044 20 7946 0018", "011 44 20 7946 0018", "+44 (0)20 7946 0018", "00 44 (0)20 79460018"]
)
def test_a_prefix_of_any_country_leads_abroad(country: str, text: str) -> None:
    assert parse_phone(text, country).value == "+442079460018"


def test_zeros_before_a_number_make_no_number_of_another_country() -> None:
    assert not parse_phone("002025550101", "US").value


@given(line=lines, area=st.sampled_from(["436", "861", "679"]), form=st.sampled_from(["({}) 555-{}", "+1{}555{}"]))
def test_a_new_area_code_is_taken_when_somebody_says_so(line: str, area: str, form: str) -> None:
    text, value = form.format(area, line), f"+1{area}555{line}"
    assert parse_phone(text, "US") == ("", "phone_new_area", False)
    assert parse_phone(f"{text} (new)", "US") == (value, "", True)
    assert parse_phone(BY_KEY["new_area"].change(text), "US").value == value
    take_new_area_codes()
    try:
        assert parse_phone(text, "US").value == value
    finally:
        take_new_area_codes(False)


@pytest.mark.parametrize("text", ["555-555-0101", "911-555-0101", "999-555-0101", "370-555-0101", "202-155-0101"])
def test_an_area_code_that_nobody_can_have_is_not_new(text: str) -> None:
    assert parse_phone(f"{text} (new)", "US").code == "phone_unassigned"


@given(name=names, at=st.integers(0, 8), sign=st.sampled_from(["ı", "İ"]))
def test_an_i_of_a_turkish_program_makes_no_second_guest(name: str, at: int, sign: str) -> None:
    plain = f"{name[:at]}i{name[at:]}@example.com"
    assert parse_email(f"{name[:at]}{sign}{name[at:]}@example.com") == (plain, "", True)
    assert parse_email(f"{plain}".replace("i", "İ").upper()).value == plain.lower()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ann@gmaıl.com", "email_mixed_letters"),
        ("ışık@example.com", "email_unusual_letters"),
        ("ɑnn@example.com", "email_unusual_letters"),
        ("ɡus@example.com", "email_unusual_letters"),
        ("аnn@example.com", "email_unusual_letters"),
        ("иван@example.com", "email_unusual_letters"),
    ],
)
def test_letters_that_pass_for_others_are_asked_about(text: str, code: str) -> None:
    assert parse_email(text) == ("", code, False)


@pytest.mark.parametrize("text", ["josé@example.com", "jürgen.groß@example.de", "søren@example.dk", "иван@пример.рф"])
def test_letters_of_the_alphabet_of_a_domain_are_taken(text: str) -> None:
    assert parse_email(text) == (text, "", False)


def test_gmail_of_a_turkish_capital_is_gmail() -> None:
    assert parse_email("ANN@GMAİL.COM") == ("ann@gmail.com", "", True)


@pytest.mark.parametrize(("russian", "plain", "taken"), [(3, 20, True), (2, 3, False), (3, 200, False)])
def test_another_alphabet_is_taken_where_the_list_has_more_of_it(
    tmp_path: Path, russian: int, plain: int, taken: bool
) -> None:
    path = tmp_path / "a.csv"
    rows = [f"иван{at}@example.com" for at in range(russian)] + [f"ann{at}@example.com" for at in range(plain)]
    path.write_text("\n".join(["Email", *rows, "аnn@example.com", "асе@example.com"]))
    with open_guest_file(path, country="US") as file:
        results = {result.raw[0]: result.code for result in file.results()}
    assert results["иван0@example.com"] == ("" if taken else "email_unusual_letters")
    assert results["аnn@example.com"] == results["асе@example.com"] == "email_unusual_letters"


NEW_PREFIXES = [("FR", "07 02 55 "), ("GB", "+44 202 555 "), ("DE", "0199 555 "), ("ES", "520 55 "),
                ("BR", "+55 11 1555 "), ("NL", "06 0055 "), ("US", "+91 50055 0")]  # fmt: skip


@given(last=st.integers(0, 9999).map(lambda number: f"{number:04}"), beginning=st.sampled_from(NEW_PREFIXES))
def test_a_number_of_a_new_prefix_is_asked_about_in_every_country(last: str, beginning: tuple[str, str]) -> None:
    country, prefix = beginning
    asked = parse_phone(prefix + last, country)
    assert asked == ("", "phone_new_prefix", False)
    taken = parse_phone(f"{prefix}{last} (new)", country)
    assert (taken.value[-4:], taken.fixed) == (last, True)
    assert parse_phone(BY_KEY["new_area"].change(prefix + last), country) == taken
    take_new_area_codes()
    try:
        assert parse_phone(prefix + last, country) == asked
    finally:
        take_new_area_codes(False)


@pytest.mark.parametrize(
    ("country", "text", "code"),
    [
        ("FR", "07 02 55 01 01", "phone_new_prefix"),
        ("FR", "702550101", "phone_unassigned"),
        ("US", "+33 7 02 55 01 01", "phone_new_prefix"),
        ("FR", "07 02 55 01", "phone_too_short"),
        ("FR", "07 02 55 01 01 01", "phone_too_long"),
        ("DE", "1199081512", "phone_unassigned"),
        ("ZZ", "0702550101", "phone_needs_country"),
    ],
)
def test_only_what_is_as_long_as_a_phone_and_dialed_like_one_is_new(country: str, text: str, code: str) -> None:
    assert parse_phone(text, country).code == code
