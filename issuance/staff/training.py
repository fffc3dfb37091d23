"""Exercises for staff against the simulator: what happens in each, what to look at, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from thanxportal.partner.simulator_control import change_weather, spoil_next

STORM = 6  # requests of each method that are answered 429
ISSUE = "/partner/campaigns/issue"

WEATHERS: Mapping[str, str] = {
    "calm": "Everything works at once.",
    "slow": "Answers take up to 2.5 seconds, and 10,000 guests more than a minute.",
    "flaky": "A quarter of all answers are errors, cut off or lost, before or after Thanx did what was asked.",
    "throttled": "Three in ten requests are answered 429, half of them with Retry-After.",
    "partial": "Three in ten guests are refused, and one in twenty jobs fails midway.",
    "silent": "No webhooks come.",
    "noisy": "Webhooks come twice, in any order, without merchants, and among others that nobody knows.",
}


class Scenario(NamedTuple):
    """`look` is (what to look at, page of the admin)."""

    title: str
    happens: str
    look: tuple[str, str]
    ends: str
    begin: Callable[[], None]


def _lose_an_answer() -> None:
    change_weather("calm")
    spoil_next("POST", ISSUE, "RESET_AFTER")


def _storm() -> None:
    change_weather("calm")
    for method in ("GET", "POST"):
        spoil_next(method, "/partner", "THROTTLE_RETRY_AFTER", STORM)


SCENARIOS: Mapping[str, Scenario] = {
    "lost": Scenario(
        "An answer is lost",
        "Thanx accepts the next job that is sent, and the connection breaks before its answer comes. Issue any small "
        "list.",
        ("The job is in doubt: its attempts show the first without an answer and the second with the same key.",
         "issuance_issuancejob_changelist"),
        "Within seconds the same bytes are sent again under the same key. Thanx answers what it answered first, and "
        "every guest is rewarded once.",
        _lose_an_answer,
    ),
    "storm": Scenario(
        "A storm of 429",
        f"The next {STORM} requests that read and the next {STORM} that act are answered 429 with Retry-After. Issue a "
        "list, or wait for the mirror to be read.",
        ("Queue and budget says that Thanx asked for a pause; the failures at Thanx count the 429.", "issuance_gate"),
        "The portal waits as long as Thanx asks, and longer each time. Then it resumes on its own, slower at first.",
        _storm,
    ),
    "silent": Scenario(
        "Webhooks are lost",
        "From now on no webhook comes. Issue a list.",
        ("Ten minutes after its end, the job is listed under “Some never came”.", "issuance_issuancejob_changelist"),
        "Polling finds the end of each job all the same. Choose calm weather when you are done.",
        lambda: change_weather("silent"),
    ),
    "wrong": Scenario(
        "The wrong list was issued",
        "Nothing fails at Thanx: somebody issued a list meant for another campaign. Issue one and pretend.",
        ("Plan to take its rewards back: which jobs, who loses what, and why. A colleague confirms; in the demo, "
         "sign in as the second person of the staff.",
         "issuance_revocationplan_changelist"),
        "Each job goes to “Revoked”, and the page of the list says why. Guests may be rewarded again by the same "
        "campaign.",
        lambda: change_weather("calm"),
    ),
}  # fmt: skip
