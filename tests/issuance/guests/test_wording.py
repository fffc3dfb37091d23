"""How things are written: masks, reasons, cells that spreadsheets leave alone, ages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from issuance.guests.masking import mask
from issuance.guests.reasons import problem_in_words, reason_in_words
from issuance.parsing.formula_escape import inert
from issuance.parsing.row_problems import SENTENCES
from thanxportal.templatetags.portal import ago, duration, percent_of, zone


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", ""),
        ("maria@example.com", "m•••@example.com"),
        ("+12025550142", "+1•••0142"),
        ("maria.lopez.example.com", "m•••"),
        ("@example.com", "@•••"),
        ("maria@", "m•••"),
        ("+123", "+•••"),
        ("x", "x•••"),
    ],
)
def test_a_mask_keeps_only_what_tells_guests_apart(value: str, shown: str) -> None:
    assert mask(value) == shown


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_cell_that_would_be_a_formula_becomes_text(start: str) -> None:
    assert inert(f"{start}cmd") == f"'{start}cmd"


def test_other_cells_stay_as_they_are() -> None:
    assert (inert("maria@example.com"), inert(17), inert(None)) == ("maria@example.com", "17", "")


def test_a_code_that_thanx_never_announced_is_shown_and_not_hidden() -> None:
    assert "NEW_CODE" in reason_in_words("NEW_CODE")
    assert "NEW_CODE" in problem_in_words("NEW_CODE")


@pytest.mark.parametrize("code", [*SENTENCES, "duplicate", "USER_EMAIL_INVALID", "USER_PHONE_INVALID"])
def test_every_known_reason_is_said_in_words(code: str) -> None:
    assert code not in reason_in_words(code)
    assert reason_in_words(code).endswith(".")


def test_no_code_needs_no_words() -> None:
    assert reason_in_words("") == problem_in_words("") == ""


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (40, "40 s"), (89, "89 s"), (200, "3 min"), (7_300, "2 h"), (90_000, "1 day")]
)
def test_durations_have_one_coarse_unit(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_news_of_this_moment_is_just_now() -> None:
    assert ago(timezone.now()) == "just now"
    assert ago(timezone.now() - timedelta(seconds=40)) == "40 s ago"
    assert ago(None) == duration(None) == ""


def test_a_share_is_whole_only_when_nothing_is_missing() -> None:
    assert (percent_of(9_999, 10_000), percent_of(10, 10), percent_of(0, 0)) == (99, 100, 0)


def test_a_zone_is_named_as_people_say_it() -> None:
    assert zone("America/Los_Angeles") == "Los Angeles"
