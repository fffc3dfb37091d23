"""Why a row, a guest or a job was left out or refused: a sentence of ours for each code, never Thanx's words.

What Thanx writes may name a guest. So it is reduced to a code before it is stored, and staff alone see it, masked.
"""

from __future__ import annotations

import re

from issuance.parsing.row_problems import SENTENCES
from thanxportal.partner_api import redact

OF_ONE_GUEST = {  # Thanx's codes
    "USER_EMAIL_INVALID": "Thanx doesn’t accept this email address. Correct it and retry.",
    "USER_PHONE_INVALID": "Thanx doesn’t accept this phone number. Correct it and retry.",
    "USER_OPTED_OUT": "This guest doesn’t want rewards from you.",
    "GENERIC_ERROR": "Thanx couldn’t issue this one, and gave no reason. Retry the guest.",
}
OF_A_JOB = {  # Thanx's codes, and what we call an answer without one
    "BAD_REQUEST": "it isn’t as Thanx wants it. Staff are looking into it.",
    "RESOURCE_NOT_FOUND": "Thanx doesn’t know the campaign or its arm. Ask staff to look.",
    "UNPROCESSABLE_ENTITY": "a rule of Thanx forbids it. Ask staff to look.",
    "USER_EMAIL_INVALID": "Thanx doesn’t accept an email address in it. Correct it and retry.",
    "USER_PHONE_INVALID": "Thanx doesn’t accept a phone number in it. Correct it and retry.",
    "UNKNOWN_REASON": "Thanx gave a reason that we don’t know yet. Staff are looking into it.",
}
WITHOUT_A_CODE = {"Rejected": "BAD_REQUEST", "NotFound": "RESOURCE_NOT_FOUND", "RuleBroken": "UNPROCESSABLE_ENTITY"}
NO_REASON, UNKNOWN_REASON, SPOILED_ITS_JOB, NEVER_EXECUTED = (
    "REFUSED", "UNKNOWN_REASON", "SPOILED_ITS_JOB", "NEVER_EXECUTED"
)  # fmt: skip
REFUSALS = OF_ONE_GUEST | {
    NO_REASON: "Thanx refused this guest without a reason.",
    UNKNOWN_REASON: "Thanx gave a reason that we don’t know yet. Staff are looking into it.",
    SPOILED_ITS_JOB: "Thanx refused the whole job until this guest was taken out. Correct it and retry.",
    NEVER_EXECUTED: "Thanx confirmed that it never issued this reward. Retry the guest.",
    **{f"JOB_{code}": f"Thanx refused this job, not this guest: {why}" for code, why in OF_A_JOB.items()},
}
FINAL = ("USER_OPTED_OUT",)  # Asking Thanx again would be asking the guest again.
NO_CLEAR_ANSWER = "Thanx gave no clear answer in time, so it may or may not have issued these rewards."
JOB_PROBLEMS = {
    "DOES_NOT_ADD_UP": "Thanx’s figures contradict each other.",
    "NO_END_IN_A_DAY": "Thanx has not finished it within a day.",
    "UNKNOWN_STATE": "Nobody knows what that means yet.",
    "JOB_NOT_FOUND": "Thanx no longer knows the job that it accepted.",
    "JOB_ID_SEEN_BEFORE": "Thanx answered with the number of another job.",
    "OTHER_JOB": "The number that Thanx gave belongs to another job.",
    "FAILED": "Thanx stopped it without saying who was rewarded.",
    "SENDS_FORGOTTEN": "The portal was restored from a backup, and nobody can tell whether it was sent before.",
    "parked": "It failed here five times in a row.",
    "REVOKE_UNANSWERED": "Thanx gave no answer when it was asked to take the rewards back.",
}
REVOKE = re.compile(r"REVOKE_(?:REFUSED|ANSWERED)_(\d{3})")
DUPLICATE = "The same guest is already in this list, further up."
UNKNOWN_STATE = "Thanx reports a state that we don’t know"
_WORD = re.compile(r"[A-Za-z]+(?:[ _-][A-Za-z]+)*")


def is_of_a_row(code: str) -> bool:
    """Whether the code says what is wrong with a row of the file, not why Thanx refused a guest."""
    return code in SENTENCES


def refusal_code(error: str) -> str:
    """The code that is stored for what Thanx wrote about one guest; whatever follows a colon is no part of it."""
    code = re.sub(r"[^A-Z]+", "_", error.partition(":")[0].upper()).strip("_")
    return code if code in OF_ONE_GUEST else UNKNOWN_REASON if error.strip() else NO_REASON


def job_refusal_code(code: str, *, guests: int, spoiled: bool) -> str:
    """The code that is stored for each of the `guests` of a job that Thanx refused with this code.

    Only a single guest is to blame: if the code says so, or if Thanx took other parts of the same job (`spoiled`).
    """
    if code == NEVER_EXECUTED or (guests == 1 and code in OF_ONE_GUEST):
        return code
    known = WITHOUT_A_CODE.get(code, code)
    return SPOILED_ITS_JOB if spoiled else f"JOB_{known if known in OF_A_JOB else UNKNOWN_REASON}"


def reason_in_words(code: str) -> str:
    """The sentence for the code of a refusal or of a bad row; empty for no code."""
    if not code:
        return ""
    if code == "duplicate":
        return DUPLICATE
    return REFUSALS.get(code) or SENTENCES.get(code) or REFUSALS[UNKNOWN_REASON]


def problem_in_words(code: str) -> str:
    """The sentence for the code of a job that needs staff or failed."""
    return JOB_PROBLEMS.get(code, NO_CLEAR_ANSWER) if code else ""


def job_problem_in_words(code: str) -> str:
    """The same for staff: also what Thanx answered when it was asked to revoke the job; codes without a sentence as
    they are."""
    if answered := REVOKE.fullmatch(code):
        return f"Asked to take the rewards back, Thanx answered {answered[1]}."
    return JOB_PROBLEMS.get(code, f"({code})" if code else "")


def job_refusal_in_words(code: str) -> str:
    """The sentence for the code of a job that Thanx, or staff after asking Thanx, refused."""
    if code == NEVER_EXECUTED:
        return "Thanx confirmed that it never issued these rewards. Retry the guests once the list has ended."
    known = WITHOUT_A_CODE.get(code, code)
    return f"Thanx refused this job: {OF_A_JOB.get(known, OF_A_JOB[UNKNOWN_REASON])}"


def state_in_words(state: str) -> str:
    """What is said of a state of a job that Thanx never announced; named only if it is plain words."""
    plain = _WORD.fullmatch(state) and redact(state) == state
    return f"{UNKNOWN_STATE}: “{state}”." if plain else f"{UNKNOWN_STATE}."
