"""The admin pages of partner staff; Django finds them under this name."""

from issuance.admin import (  # noqa: F401 - each registers its models
    certification,
    erasures,
    hooks,
    jobs,
    lists,
    programs,
    records,
    resolutions,
    revocation_plans,
    revocation_requests,
    sending,
    statements,
    webhooks,
)
