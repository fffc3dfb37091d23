"""System checks that stop a wrong deployment before it serves anyone. Those about Thanx stop every process."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured


@register(Tags.security)
def partner_is_known(**kwargs: Any) -> list[CheckMessage]:
    """Refuses each partner address except the sandbox, production over https, and this machine."""
    if settings.THANX_ENVIRONMENT == "unknown":
        return [
            Error(
                "THANX_BASE_URL is not an address this portal may talk to.",
                hint="Use https://api.thanxsandbox.com, https://api.thanx.com or a loopback address.",
                id="thanxportal.E001",
            )
        ]
    return []


@register(Tags.security)
def credentials_are_set(**kwargs: Any) -> list[CheckMessage]:
    """Refuses missing credentials, and those of the simulator, if Thanx is real."""
    given = {settings.THANX_CLIENT_ID, settings.THANX_ACCESS_TOKEN}
    if settings.THANX_ENVIRONMENT == "simulation" or not given & {"", "demo-client", "demo-token"}:
        return []
    return [
        Error(
            "THANX_CLIENT_ID or THANX_ACCESS_TOKEN is missing.",
            hint="Set both to the credentials that Thanx gave you.",
            id="thanxportal.E003",
        )
    ]


def refuse_wrong_partner() -> None:
    """Raises ImproperlyConfigured, as only commands run Django's checks, and the token must not leave any process."""
    if wrong := partner_is_known() + credentials_are_set():
        raise ImproperlyConfigured("\n".join(map(str, wrong)))


@register()
def limits_are_used(**kwargs: Any) -> list[CheckMessage]:
    """Refuses a margin that would give a credential's requests away, or exceed what Thanx allows."""
    if 0 <= settings.THANX_LIMIT_MARGIN <= 2:
        return []
    hint = "Set 0 to 2 percent. A program that sends as well needs a credential of its own."
    return [Error("THANX_LIMIT_MARGIN is out of range.", hint=hint, id="thanxportal.E007")]


@register()
def discovery_leaves_room(**kwargs: Any) -> list[CheckMessage]:
    """Refuses a share of requests for discovery that would delay issuing, or stop the mirror."""
    if 0 < settings.THANX_DISCOVERY_SHARE <= 5:
        return []
    hint = "Set more than 0, and 5 percent at most."
    return [Error("THANX_DISCOVERY_SHARE is out of range.", hint=hint, id="thanxportal.E008")]
