"""The Thanx Partner API as typed calls: it knows HTTP and the partner's words, and nothing of the portal."""

from thanxportal.partner_api.client import Exchange, PartnerClient
from thanxportal.partner_api.errors import (
    CredentialRefused,
    InDoubt,
    NotFound,
    NotSent,
    PartnerApiError,
    RateLimited,
    Rejected,
    RuleBroken,
)
from thanxportal.partner_api.types import (
    Campaign,
    IssuanceFailure,
    IssuanceJob,
    IssuanceSummary,
    Location,
    Merchant,
    RewardTemplate,
    Variant,
)

__all__ = [
    "Campaign",
    "CredentialRefused",
    "Exchange",
    "InDoubt",
    "IssuanceFailure",
    "IssuanceJob",
    "IssuanceSummary",
    "Location",
    "Merchant",
    "NotFound",
    "NotSent",
    "PartnerApiError",
    "PartnerClient",
    "RateLimited",
    "Rejected",
    "RewardTemplate",
    "RuleBroken",
    "Variant",
]
