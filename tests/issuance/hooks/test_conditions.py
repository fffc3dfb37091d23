"""Conditions hold, don't, or can't be told; the last is no answer that rewards or leaves out anybody."""

from __future__ import annotations

import pytest

from issuance.guests.sight import MASKED
from issuance.hooks.conditions import CantRead, Condition
from issuance.hooks.fields import Field, fields_in, label_of
from issuance.hooks.telling import lines_of


@pytest.mark.parametrize(
    ("operator", "text", "value", "holds"),
    [
        ("is", "Pier 4", " pier  4", True), ("is", "2.0", "2", True), ("is", "20", "2", False), ("is", "ß", "SS", True),
        ("is", "0012", "12", False), ("is", "1E3", "1000", False), ("is", "1_0", "10", False), ("is", "٣", "3", False),
        ("is", "0012", "0012", True), ("is", "-0.50", "-0.5", True), ("is", " 1E3", "1e3", True),
        ("is_not", "Pier 4", "Pier 5", True), ("is_not", "2", "2.0", False),
        ("contains", "It was COLD.", "cold", True), ("contains", "warm", "cold", False),
        ("at_least", "2", "2", True), ("at_least", "1.9", "2", False), ("at_least", "-3", "-4", True),
        ("at_most", "2", "2", True), ("at_most", "10", "9", False), ("at_most", "1e1", "9", False),
        ("at_most", " 2 ", "2", True), ("at_most", "-1", "0", True),
        ("is_present", "x", "", True), ("is_present", "", "", False),
    ],
)  # fmt: skip
def test_operators_compare_as_people_mean_it(operator: str, text: str, value: str, holds: bool) -> None:
    assert Condition("/a", operator, value).holds({"/a": text}) is holds


@pytest.mark.parametrize("operator", ["is", "is_not", "contains", "at_least", "at_most"])
def test_of_a_missing_field_nobody_can_tell(operator: str) -> None:
    with pytest.raises(CantRead, match="no “a”"):
        Condition("/a", operator, "2").holds({"/b": "2"})


@pytest.mark.parametrize("text", ["two", "2,5", "NaN", "Infinity", "2 stars", "0x2", "true"])
def test_what_is_no_number_is_neither_more_nor_less(text: str) -> None:
    for operator in ("at_least", "at_most"):
        with pytest.raises(CantRead, match="isn’t a number"):
            Condition("/a", operator, "2").holds({"/a": text})


def test_fields_are_named_as_json_pointers_and_empty_ones_left_out() -> None:
    document = {"a/b": {"~": [1, None, {"x": True}]}, "n": None, "e": "", "s": " x ", "big": 12025550123}
    assert fields_in(document) == [
        ("/a~1b/~0/0", "1"), ("/a~1b/~0/2/x", "true"), ("/s", "x"), ("/big", "12025550123"),
    ]  # fmt: skip
    assert label_of("/a~1b/~0/0") == "a/b › ~ › 1"


def test_a_field_whose_name_names_a_guest_is_not_chosen_and_not_shown() -> None:
    (field,) = fields_in({"ann@example.com": 5})
    assert (field.label, field.can_be_chosen) == ("[email]", False)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("ann@example.com", "a•••@example.com"), ("12025550123", "1•••"), ("Ann", "A•••"), ("2", "2"), ("-4.5", "-4.5"),
     ("true", "true"), ("20255", "2•••")],
)  # fmt: skip
def test_a_masked_field_tells_of_nobody(text: str, shown: str) -> None:
    assert lines_of([Field("/a", text)], {}, MASKED)[0].shown == shown


@pytest.mark.parametrize(
    ("pointer", "text", "shown"),
    [("/event_type", "form_response", "form_response"), ("/answers/0/type", "number", "number"),
     ("/name", "ann", "a•••"),
     ("/type", "Ann Lee", "A•••"), ("/type", "ann@example.com", "a•••@example.com"),
     ("/type", "+12025550123", "+1•••0123"), ("/type", "x" * 41, "x•••"), ("/text", "number", "n•••")],
)  # fmt: skip
def test_the_one_word_that_says_of_what_kind_something_is_stays(pointer: str, text: str, shown: str) -> None:
    assert lines_of([Field(pointer, text)], {}, MASKED)[0].shown == shown
