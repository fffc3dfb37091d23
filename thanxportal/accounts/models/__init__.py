"""Tables of people and merchants: roles, activity log, invitations and notifications."""

from thanxportal.accounts.models.activity import Activity, ActivityHead, ActivityQuerySet, Subject, record_activity
from thanxportal.accounts.models.invitations import Invitation
from thanxportal.accounts.models.loosenings import Loosening
from thanxportal.accounts.models.notifications import Kind, Notification, NotificationChoice
from thanxportal.accounts.models.people import Locale, Membership, Merchant, Right, Role, User
from thanxportal.accounts.models.shared_cache import SharedCache
from thanxportal.accounts.models.tokens import OF_HOOK, ApiToken, PartnerToken, Scope

__all__ = [
    "OF_HOOK",
    "Activity",
    "ActivityHead",
    "ActivityQuerySet",
    "ApiToken",
    "Invitation",
    "Kind",
    "Locale",
    "Loosening",
    "Membership",
    "Merchant",
    "Notification",
    "NotificationChoice",
    "PartnerToken",
    "Right",
    "Role",
    "Scope",
    "SharedCache",
    "Subject",
    "User",
    "record_activity",
]
