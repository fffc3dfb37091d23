"""Guests are found in whatever is pasted, and nothing that looks like one gets lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.parsing.pasted import phone_runs
from issuance.parsing.pasted.text import PastedGuests, read_pasted
from issuance.parsing.phones import phone_value
from issuance.parsing.row_result import RowResult
from issuance.parsing.unreadable_file import UnreadableFile
from tests.crash import as_often


def values(text: str) -> list[str]:
    return [result.value or result.code for result in read_pasted(text, country="US").results()]


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty_text"), (" \n\0", "empty_text"), ("Hi all", "no_identifier_in_text")]
)
def test_text_without_guests_is_refused(text: str, code: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_pasted(text, country="US")
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann <ann@example.com>, Bob <bob@example.com>; cleo@example.com", ["ann@", "bob@", "cleo@"]),
        ("ann@example.com\nbob@example.com\n", ["ann@", "bob@"]),
        ("mailto:ann@example.com and (bob@example.com).", ["ann@", "bob@"]),
        ("2025550100, (202) 555-0101; +1 202 555 0102", ["+12025550100", "+12025550101", "+12025550102"]),
        ("> On 2026-11-23 at 10:15 Ann wrote:\n> call 202-555-0100 please", ["+12025550100"]),
        ("Paid 12/24/2026 $2,025.55, table 12, ann@example.com", ["ann@"]),
        ("Ann ann@example.com 202-555-0100\nBob bob@example.com 202-555-0101", ["ann@", "bob@"]),
        ("Name\tEmail\nAnn\tann@example.com\nBob\tbob@\n", ["ann@", "email_nothing_after_at"]),
        ("ann@example.com\nbob(at)example.com\ncleo@example.com", ["ann@", "email_no_at", "cleo@"]),
        ("write to ann@@example.com or bob@example.com, thanks", ["email_two_ats", "bob@"]),
        ("cards 1112223334445 and ann@example.com", ["ann@"]),
        ("numbers: 2025550100,2025550101,2025550102", ["+12025550100", "+12025550101", "+12025550102"]),
        ("2025550100 2025550101\n(202) 555-0102 (202) 555-0103", [f"+1202555010{at}" for at in range(4)]),
        ("1. 2025550100 2. 2025550101, 3rd 2025550102", [f"+1202555010{at}" for at in range(3)]),
        ("+1 202 555 0100 +44 7400 123456", ["+12025550100", "+447400123456"]),
        ("Ann 202-555-0100 / 202-555-0101", ["phone_several"]),
        ("2025550100 12345 2025550101", ["phone_too_long"]),
        ("202 555 0100 4455, hello", ["phone_too_long"]),
        ("room A17 2025550100x5", ["+12025550100"]),
        ("bob(at)example.org, eve [at] example [dot] org", ["email_no_at", "email_no_at"]),
    ],
)
def test_guests_are_found(text: str, expected: list[str]) -> None:
    assert values(text) == [item + "example.com" if item.endswith("@") else item for item in expected]


def test_an_email_and_a_phone_in_one_line_are_one_guest() -> None:
    (guest,) = read_pasted("please add Ann (ann@example.com, 202-555-0100), thanks!", country="US").results()
    assert (guest.type, guest.value, guest.other) == ("email", "ann@example.com", "+12025550100")


@pytest.mark.parametrize(
    "text",
    [
        "Hello all,\nplease add Ann, Bob and\nsee cleo@example.com, dee@example.com",
        "Email\ncleo@example.com, dee@example.com\n",
        "Hi, these are emails\nx, cleo@example.com\n2025550100, dee@example.com",
    ],
)
def test_a_text_with_commas_is_no_table_that_would_lose_a_guest(text: str) -> None:
    assert {"cleo@example.com", "dee@example.com"} <= set(values(text))


@pytest.mark.parametrize("second", ["Referrer email", "Email 2"])
def test_a_second_email_of_a_table_under_its_header_is_no_second_guest(second: str) -> None:
    text = f"Email\t{second}\nann@example.com\tbob@example.com\ncy@example.com\t\n"
    assert values(text) == ["ann@example.com", "cy@example.com"]


@pytest.mark.parametrize(
    ("country", "text", "expected"),
    [
        ("US", "call 44 20 7946 0958 please", ["phone_needs_country"]),
        ("US", "x +44 202 555 0123 y", ["phone_new_prefix"]),
        ("US", "x +34 612 345 6789 y", ["phone_too_long"]),
        ("US", "Main St 12 2025550101, x", ["phone_too_long"]),
        ("US", "Tel.+44 20 7946 0958, x", ["+442079460958"]),
        ("DE", "Tel.+1 202 555 0123, x", ["+12025550123"]),
        ("DE", "Mobil/+44 7911 123456, x", ["+447911123456"]),
        ("DE", "x 030 1234 5678h", ["phone_unclear"]),
        ("DE", "1. 0171 1234567\n2. 0171 1234568 x", ["+491711234567", "+491711234568"]),
        ("IT", "via Roma 3 347 1234567 x", ["phone_unclear"]),
        ("FR", "1 - 06 12 34 56 78 x", ["+33612345678"]),
        ("SE", "1 - 070-612 34 56 x", ["+46706123456"]),
        ("US", "1 - 202 555 0100, x", ["+12025550100"]),
        ("US", "x ٢٠٢٥٥٥٠١٠٠ y, ２０２５５５０１０１ y", ["+12025550100", "+12025550101"]),
        ("US", "202. 555. 0100 x", ["+12025550100"]),
        ("ES", "ana@example.es,612 345 678,613 456 789", ["ana@example.es", "+34612345678", "+34613456789"]),
        ("BE", "x 0471 12 34 56, 0470/12.34.56 y", ["+32471123456", "+32470123456"]),
        ("SE", "x 0706-12-34-56, 070-612 34 57 y", ["+46706123456", "+46706123457"]),
        ("US", "x " + "202 555 0100 " * 60, ["+12025550100"] * 60),
        ("US", "x " + "202 555 0100 12 " * 60, ["phone_unclear"]),
        ("FR", "06 12 34 56 78 06 02 34 56 79 07 82 34 56 78 x", ["+33612345678", "+33602345679", "+33782345678"]),
        ("DE", "x 030 123456 0171 1234567 030 123456 0171 1234567 y", ["+4930123456", "+491711234567"] * 2),
        ("DK", "12 34 56 78 " * 3 + "x", ["phone_too_long"]),
        ("US", "(202) 555-0100 (202) 555-0101 (202) 555-0102 12", ["phone_too_long"]),
        ("US", "1. Ann 202-555-0100 2. Bob 202-555-0101", ["+12025550100", "+12025550101"]),
        ("US", "2025550100 12 2025550101 x", ["phone_too_long"]),
        ("US", "Order #2025550199, x", ["phone_unclear"]),
        ("US", "\u202a+1 (202) 555\u20110100\u202c joined", ["+12025550100"]),
        ("IT", "Mario Rossi srl - P.IVA 01234567890", ["phone_unclear"]),
        ("IT", "x 06 123 45 67 y", ["+39061234567"]),
        ("DE", "24.12. 0301234567 Müller", ["phone_unclear"]),
        ("DE", "Karte 4711 0171 1234567 x", ["phone_unclear"]),
        ("DE", "Tel. 030 1234567–0, y", ["+493012345670"]),
        ("DE", "x 030 1234\u202f5678 y", ["+493012345678"]),
        ("DE", "x 030 1234567*12", ["phone_unclear"]),
        ("DE", "+49 (0) 30 1234567 x", ["+49301234567"]),
        ("SE", "x 08–123 456 78 y", ["+46812345678"]),
        ("GB", "+44 (0)20 7946 0958, x", ["+442079460958"]),
        ("ES", "1,612-345-678\n2,613-456-789\nx", ["+34612345678", "+34613456789"]),
        ("US", "x " + "2025550100 " * 130, ["+12025550100"] * 130),
    ],
)
def test_part_of_a_number_is_nobodys_phone(country: str, text: str, expected: list[str]) -> None:
    assert [result.value or result.code for result in read_pasted(text, country=country).results()] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to _ann@example.com or *bob@example.com*", ["_ann@example.com", "bob@example.com"]),
        ("„ann@example.com“, ‚bob@example.com‘", ["ann@example.com", "bob@example.com"]),
        ("•ann@example.com 📧bob@example.com –cy@example.com", ["ann@", "bob@", "cy@"]),
    ],
)
def test_signs_around_an_address_are_no_part_of_it(text: str, expected: list[str]) -> None:
    assert values(text) == [item + "example.com" if item.endswith("@") else item for item in expected]


@pytest.mark.parametrize(
    ("text", "guests"),
    [
        (
            "Ann a@x.com 202-555-0101, Bob b@x.com, Carl 202-555-0103",
            ["a@x.com +12025550101", "b@x.com", "+12025550103"],
        ),
        ("Ann a@x.com 202-555-0101, Carl 202-555-0103", ["a@x.com +12025550101", "+12025550103"]),
        ("a@x.com b@x.com 2025550101 2025550102", ["a@x.com +12025550101", "b@x.com +12025550102"]),
        ("a@x.com, 2025550101, b@x.com, 2025550102", ["a@x.com +12025550101", "b@x.com +12025550102"]),
        ("a@x.com b@x.com 2025550101", ["a@x.com", "b@x.com", "+12025550101"]),
        ("2025550101 or b@x.com, c@x.com", ["+12025550101", "b@x.com", "c@x.com"]),
    ],
)
def test_an_email_and_a_phone_are_one_guest_where_that_is_clear(text: str, guests: list[str]) -> None:
    results = read_pasted(text, country="US").results()
    assert [f"{guest.value} {guest.other}".strip() for guest in results] == guests


def test_the_numbers_in_a_link_are_named_and_nobodys_phone() -> None:
    pasted = read_pasted("https://example.com/?id=2025550100 ann@example.com, bob@example.com", country="US")
    assert isinstance(pasted, PastedGuests)
    assert [guest.value for guest in pasted.results()] == ["ann@example.com", "bob@example.com"]
    assert pasted.left_out == ["2025550100"]


def test_lines_left_out_are_counted() -> None:
    pasted = read_pasted("Hello,\nplease write to ann@example.com or to bob@example.com\n\nThanks", country="US")
    assert pasted.warnings == ["2 lines without an email address or phone number were left out."]


def test_parts_of_a_line_that_look_like_guests_are_named_when_they_are_left() -> None:
    pasted = read_pasted(
        "Hello,\nbob at example.com or ann@example.com, card 20255501\non 2026-11-23 at 10:15 to cleo@example.com",
        country="US",
    )
    assert isinstance(pasted, PastedGuests)
    assert pasted.left_out == ["Hello,", "bob at example.com", "20255501"]
    assert pasted.warnings[1] == "2 parts of other lines that may be an email or a phone could not be read as one."


@pytest.mark.parametrize(
    ("country", "text", "expected"),
    [
        ("DE", "Ann 030 123456 030 654321, bitte", ["+4930123456", "+4930654321"]),
        ("GB", "Ann 020 7946 0958 07400 123456, please", ["+442079460958", "+447400123456"]),
        ("DE", "Ann 030 12345 6789 030 12345, x", ["phone_unclear"]),
    ],
)
def test_a_run_of_numbers_falls_into_phones_in_one_way_or_is_looked_at_by_a_person(
    country: str, text: str, expected: list[str]
) -> None:
    assert [result.value or result.code for result in read_pasted(text, country=country).results()] == expected


@given(
    endings=st.lists(st.integers(min_value=0, max_value=99), min_size=1, max_size=8),
    form=st.sampled_from(["20255501{:02}", "(202) 555-01{:02}", "+1 202 555 01{:02}", "202.555.01{:02}"]),
    glue=st.sampled_from([", ", "; ", "\n", " ", "  ", ",", " and ", " - ", " | "]),
)
def test_no_phone_is_lost_or_cut_whatever_stands_between(endings: list[int], form: str, glue: str) -> None:
    text = "call " + glue.join(form.format(ending) for ending in endings)
    assert values(text) == [f"+120255501{ending:02}" for ending in endings]


def test_one_guest_too_many_is_named_after_all_that_fit() -> None:
    pasted = read_pasted("to a@example.com, b@example.com, c@example.com", country="US", max_rows=2)
    seen: list[RowResult] = []
    with pytest.raises(UnreadableFile) as caught:
        seen += pasted.results()
    assert (len(seen), caught.value.code) == (2, "too_many_rows")


@given(text=st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        rows = [result.row for result in read_pasted(text, country="US").results()]
    except UnreadableFile:
        return
    assert rows == sorted(set(rows))


@given(
    names=st.lists(st.from_regex(r"[a-z]{1,8}[0-9]{1,3}", fullmatch=True), min_size=1, max_size=8),
    glue=st.sampled_from([", ", "; ", "\n", " ", "> "]),
)
def test_no_address_is_lost_whatever_stands_between(names: list[str], glue: str) -> None:
    addresses = [f"{name}@example.com" for name in names]
    assert values(glue.join(addresses)) == addresses


@pytest.mark.repeats
@pytest.mark.parametrize("country", ["US", "DE", "FR", "GB", "BR"])
@pytest.mark.parametrize(
    "piece",
    [
        "12 34 ",
        "61 234 ",
        "012 345 67 89 12\n",
        "x12345678x",
        "0151 1234567 ",
        "1.2.3.4.5.6.7.8 ",
        "12-345-",
        "+1 2 ",
        "٠١٢ ",
    ],
)
def test_numbers_without_end_are_looked_up_a_bounded_number_of_times(
    monkeypatch: pytest.MonkeyPatch, country: str, piece: str
) -> None:
    looked_up: list[str] = []

    def counting(text: str, country: str) -> str:
        looked_up.append(text)
        return phone_value(text, country)

    monkeypatch.setattr(phone_runs, "phone_value", counting)
    size = as_often(usually=10_000, ci=100_000, full=100_000)
    text = "ann@example.com, x\n" + piece * (size // len(piece))
    read = list(read_pasted(text, country=country).results())
    assert len(looked_up) < 2 * size
    assert read[0].value == "ann@example.com"


@pytest.mark.parametrize("line", ["x 12 345 67 8901 23 y", "x 030 12 34 56 78 9 12, y"])
def test_what_is_not_read_in_every_way_is_looked_at_by_a_person(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr(phone_runs, "_MOST_WORDS_READ", 0)
    monkeypatch.setattr(phone_runs.Patience.__init__, "__defaults__", (0,))
    assert [result.code for result in read_pasted(line, country="DE").results()] == ["phone_unclear"]


def test_of_a_long_text_at_least_the_beginning_is_told_and_everything_is_read() -> None:
    text = "hello\nann@example.com, bob@example.com\n" * 20_000 + "12 lines to cleo@example.com"
    pasted = read_pasted(text, country="US")
    assert pasted.warnings[0].startswith("At least ")
    assert abs(pasted.expected_rows - 40_001) < 100
    results = [*pasted.results()]
    assert (len(results), results[-1].value) == (40_001, "cleo@example.com")


def test_a_guest_far_below_is_not_missed() -> None:
    pasted = read_pasted("hello, you\n" * 50_000 + "x " * 400_000 + "ann@example.com x", country="US")
    assert [result.value for result in pasted.results()] == ["ann@example.com"]
