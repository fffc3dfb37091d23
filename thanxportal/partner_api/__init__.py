"""The Thanx Partner API as typed calls. Knows HTTP and Thanx's words, and nothing of the portal."""

from thanxportal.partner_api.client import DEADLINE, PER_PAGE, Exchange, PartnerClient
from thanxportal.partner_api.errors import (
    CredentialRefused,
    InDoubt,
    MalformedEvent,
    NotFound,
    NotSent,
    PartnerApiError,
    RateLimited,
    Rejected,
    RuleBroken,
)
from thanxportal.partner_api.redaction import redact
from thanxportal.partner_api.request_shape import HEADERS, ODD, Shape
from thanxportal.partner_api.types import (
    Campaign,
    Discount,
    IssuanceFailure,
    IssuanceJob,
    IssuanceSummary,
    Location,
    Merchant,
    RewardTemplate,
    Variant,
)
from thanxportal.partner_api.webhooks import (
    BatchCompleted,
    BatchFailure,
    RewardIssued,
    UnknownEvent,
    parse_event,
    signature_of,
    verify_signature,
)

__all__ = [
    "DEADLINE",
    "HEADERS",
    "ODD",
    "PER_PAGE",
    "BatchCompleted",
    "BatchFailure",
    "Campaign",
    "CredentialRefused",
    "Discount",
    "Exchange",
    "InDoubt",
    "IssuanceFailure",
    "IssuanceJob",
    "IssuanceSummary",
    "Location",
    "MalformedEvent",
    "Merchant",
    "NotFound",
    "NotSent",
    "PartnerApiError",
    "PartnerClient",
    "RateLimited",
    "Rejected",
    "RewardIssued",
    "RewardTemplate",
    "RuleBroken",
    "Shape",
    "UnknownEvent",
    "Variant",
    "parse_event",
    "redact",
    "signature_of",
    "verify_signature",
]
