"""Why a row or a guest was left out, in words that say what to do."""

from __future__ import annotations

from issuance.parsing.row_problems import SENTENCES

# Thanx may add codes at any time: an unknown one is shown as it is, never hidden.
REFUSALS = {
    "USER_EMAIL_INVALID": "Thanx doesn’t accept this email address. Correct it and retry.",
    "USER_PHONE_INVALID": "Thanx doesn’t accept this phone number. Correct it and retry.",
    "RESOURCE_NOT_FOUND": "Thanx doesn’t know the campaign or its arm. Ask staff to look.",
    "BAD_REQUEST": "Thanx refused the whole job. Ask staff to look.",
    "UNPROCESSABLE_ENTITY": "Thanx refused the whole job. Ask staff to look.",
    "USER_OPTED_OUT": "This guest doesn’t want rewards from you.",
    "GENERIC_ERROR": "Thanx couldn’t issue this one, and gave no reason. Retry the guest.",
    "NEVER_EXECUTED": "Thanx confirmed that it never issued this reward. Retry the guest.",
    "REFUSED": "Thanx refused this guest without a reason.",
}
FINAL = ("USER_OPTED_OUT",)  # Asking Thanx again would be asking the guest again.
JOB_PROBLEMS = {
    "NO_CLEAR_ANSWER": "Thanx gave no clear answer in time, so it may or may not have issued these rewards.",
    "DOES_NOT_ADD_UP": "Thanx’s figures contradict each other.",
    "NO_END_IN_A_DAY": "Thanx has not finished it within a day.",
    "JOB_NOT_FOUND": "Thanx no longer knows the job that it accepted.",
    "JOB_ID_SEEN_BEFORE": "Thanx answered with the number of another job.",
    "OTHER_JOB": "The number that Thanx gave belongs to another job.",
    "NEVER_EXECUTED": "Thanx confirmed that it never issued these rewards. Retry the guests once the list has ended.",
    "FAILED": "Thanx stopped it without saying who was rewarded.",
    "parked": "It failed here five times in a row.",
}
DUPLICATE = "The same guest is already in this file, further up."


def is_of_a_row(code: str) -> bool:
    """Whether the code says what is wrong with a row of the file, not why Thanx refused a guest."""
    return code in SENTENCES


def reason_in_words(code: str) -> str:
    """The sentence for the code of a refusal or of a bad row; empty for no code."""
    if not code:
        return ""
    if code == "duplicate":
        return DUPLICATE
    return REFUSALS.get(code) or SENTENCES.get(code) or f"Thanx refused this guest: {code}."


def problem_in_words(code: str) -> str:
    """The sentence for the code of a job that needs staff or failed."""
    return JOB_PROBLEMS.get(code) or (f"Thanx answered {code}." if code else "")
