"""The rules on which Thanx certifies a partner, in words, in the order in which a reviewer asks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from issuance.staff.certification import checks
from issuance.staff.certification.checks import Found
from issuance.staff.certification.traffic import Traffic


class Rule(NamedTuple):
    """`how` says what has to be done so that it can be seen."""

    key: str
    title: str
    words: str
    how: str
    look: Callable[[Traffic], Found]


READ = "Run python manage.py sync_partner, or wait for beat."
CREATE = "Publish a campaign of a test merchant."
ISSUE = "Issue a small list of that campaign."
ANYTHING = "Any request shows it."

RULES = (
    Rule("discovery", "Discovery is cached",
         "Merchants and reward templates are read into a mirror that all pages use. The same page of a list is not "
         "read again within a minute.", READ, checks.discovery),
    Rule("campaign", "Campaigns have appropriate variants",
         "A campaign has one to four variants. Each has a reward template, but for the one named Control. Thanx "
         "accepts it.", CREATE, checks.campaign),
    Rule("templates", "Templates are valid",
         "A campaign refers only to reward templates that List Reward Templates publishes for its merchant.", CREATE,
         checks.templates),
    Rule("dates", "Dates leave time to redeem",
         "The four dates of a campaign are not all the same day.", CREATE, checks.dates),
    Rule("emails", "Rewards are issued by email",
         "Emails are sent as such, well-formed, and Thanx accepts the request.",
         "Issue a list with emails.", checks.emails),
    Rule("phones", "Rewards are issued by phone",
         "Phones are sent in E.164, such as +12025550123, and Thanx accepts the request.",
         "Issue a list with phones.", checks.phones),
    Rule("sizes", "Requests have at most 10,000 guests",
         "An issue request has 1 to 10,000 identifiers.", ISSUE, checks.sizes),
    Rule("keys", "Idempotency keys are unique per body",
         "Every issue request carries X-Idempotency-Key. A key never comes with another body, and a body never with "
         "another key, unless the rewards of the first were refused or taken back.", ISSUE, checks.keys),
    Rule("monitoring", "Jobs are followed to their end",
         "Every accepted job is asked about until Thanx tells that it has ended; a webhook may tell it sooner.",
         "Wait until the jobs of the list have ended.", checks.monitoring),
    Rule("polling", "Polls are unhurried",
         "Two polls of the same job begin at least 2 seconds apart, unless a webhook told of its end in between.",
         "Wait until the jobs of the list have ended.", checks.polling),
    Rule("refusals", "Refused guests are shown",
         "Every guest whom Thanx refused is shown to the merchant as refused, with a reason. None is dropped.",
         "Issue a list with a guest whom Thanx refuses.", checks.refusals),
    Rule("revocation", "Revocation works",
         "A job that has ended can be revoked, is then followed until it is revoked, and no other is tried.",
         "Plan to revoke a job of the list, let a colleague confirm, and wait until it is revoked.", checks.revocation),
    Rule("headers", "All five headers on every request",
         "Authorization with a bearer token, X-ClientId, Accept-Version v4.0, Content-Type application/json, and a "
         "User-Agent that names the partner and its version.", ANYTHING, checks.headers),
    Rule("duplicates", "No needless duplicates",
         "What creates, issues or revokes is not repeated after a clear answer, and the same thing is not read again "
         "within 2 seconds.", ISSUE, checks.duplicates),
    Rule("errors", "Errors are handled gracefully",
         "After an answer that is neither a success nor a definite refusal, the same request waits at least a second. "
         "What only reads may go sooner once another request has succeeded.", ANYTHING, checks.errors),
    Rule("limits", "The frequency is reasonable",
         "Thanx never had to answer 429.", ANYTHING, checks.limits),
)  # fmt: skip
