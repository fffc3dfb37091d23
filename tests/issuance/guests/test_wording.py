"""How things are written: masks, reasons, cells that spreadsheets leave alone, ages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from issuance.guests.masking import mask
from issuance.guests.reasons import (
    job_refusal_code,
    job_refusal_in_words,
    problem_in_words,
    reason_in_words,
    refusal_code,
    state_in_words,
)
from issuance.parsing.formula_escape import inert
from issuance.parsing.row_problems import SENTENCES
from thanxportal.templatetags.portal import ago, duration, percent, percent_of, zone


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
    assert (inert("maria@example.com"), inert(17), inert(-1.5), inert(None)) == ("maria@example.com", "17", "-1.5", "")


@pytest.mark.parametrize("words", [reason_in_words, problem_in_words, job_refusal_in_words])
def test_a_code_that_thanx_never_announced_gets_a_sentence_of_ours(words: Callable[[str], str]) -> None:
    assert words("NEW_CODE") == words("OTHER_CODE")
    assert words("NEW_CODE").endswith(".")
    assert "NEW_CODE" not in words("NEW_CODE")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("USER_OPTED_OUT", "USER_OPTED_OUT"),
        ("user email invalid", "USER_EMAIL_INVALID"),
        ("USER_EMAIL_INVALID: ann@example.com", "USER_EMAIL_INVALID"),
        ("ann@example.com opted out", "UNKNOWN_REASON"),
        ("NEVER_EXECUTED", "UNKNOWN_REASON"),  # only staff say that
        ("JOB_BAD_REQUEST", "UNKNOWN_REASON"),
        ("email_no_at", "UNKNOWN_REASON"),  # a code of ours for rows
        (" ", "REFUSED"),
        ("", "REFUSED"),
    ],
)
def test_what_thanx_writes_about_a_guest_is_reduced_to_a_code(error: str, code: str) -> None:
    assert refusal_code(error) == code
    assert reason_in_words(code).endswith(".")


@pytest.mark.parametrize("code", ["BAD_REQUEST", "NotFound", "RuleBroken", "USER_EMAIL_INVALID", "Rejected", "NEW", ""])
def test_many_guests_are_never_blamed_for_the_refusal_of_their_job(code: str) -> None:
    stored = job_refusal_code(code, guests=2, spoiled=False)
    assert reason_in_words(stored).startswith("Thanx refused this job, not this guest: ")
    assert job_refusal_in_words(code).startswith("Thanx refused this job: ")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("completed_with_errors", ": “completed_with_errors”."),
        ("Completed", ": “Completed”."),
        ("on hold", ": “on hold”."),
        ("ann at example dot com", "."),
        ("ann@example.com", "."),
        ("job 2025550142", "."),
        ("<b>", "."),
        ("", "."),
    ],
)
def test_an_unknown_state_is_named_if_it_is_plain_words(state: str, words: str) -> None:
    assert state_in_words(state) == f"Thanx reports a state that we don’t know{words}"


@pytest.mark.parametrize("code", [*SENTENCES, "duplicate", "USER_EMAIL_INVALID", "USER_PHONE_INVALID"])
def test_every_known_reason_is_said_in_words(code: str) -> None:
    assert "_" not in code or code not in reason_in_words(code)
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
    assert (percent(0.29), percent(0.999), percent(1)) == ("29%", "99%", "100%")
    assert (percent_of(9_999, 10_000), percent_of(10, 10), percent_of(0, 0)) == (99, 100, 0)


def test_a_zone_is_named_as_people_say_it() -> None:
    assert zone("America/Los_Angeles") == "Los Angeles"
