"""System checks that stop a wrong deployment before it serves anyone. Those about Thanx and safety stop all of it."""

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from thanxportal.store_address import SCHEME, goes_in_the_clear, is_store

THIS_MACHINE = {"localhost", "127.0.0.1", "[::1]"}
A_KEY = "50 random characters or more"
IDENTITY_HINT = f"Set {A_KEY}, or the SECRET_KEY under which guests were hashed so far."
BROKER_HINT = "Set CELERY_BROKER_URL, such as redis://host:6379/0."
PORTAL_HINT = "Set it to where people reach the portal, such as https://portal.example.com."
STORE_HINT = "Set s3://bucket/prefix?endpoint=https://…&region=…, or leave it empty."
HTTPS_HINT = "Give UPLOADS_URL an endpoint with https."
MARKS_HINT = "Unset it: sends are then noted where uploads are."
AGENT_HINT = "Set one that names you, such as YourCompany/1.0."
OR_TRIAL = "On one machine that nobody else reaches, TRIAL=True does without."


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


@register(Tags.security)
def deployment_is_safe(**kwargs: Any) -> list[CheckMessage]:
    """Refuses, where Thanx is real, what would expose it: all that only a demo or a trial on one machine may do."""
    if settings.THANX_ENVIRONMENT == "simulation":
        return []
    return _trial() if settings.TRIAL else _production()


def _trial() -> list[CheckMessage]:
    if {*settings.ALLOWED_HOSTS} <= THIS_MACHINE:
        return []
    hint = "Leave ALLOWED_HOSTS empty, or unset TRIAL and configure production."
    return [Error("TRIAL is on, but other machines may reach the portal.", hint=hint, id="thanxportal.E010")]


def _production() -> list[CheckMessage]:
    database, mail = settings.DATABASES["default"]["ENGINE"], settings.EMAIL_CONFIG["EMAIL_BACKEND"]
    places = (settings.UPLOADS_URL, str(settings.SENT_MARKS), settings.EXPORTS_FOLDER, settings.GUESTS_FOLDER)
    stores = filter(is_store, places)
    in_the_clear = any(map(goes_in_the_clear, stores))
    wrong = (
        ("E011", settings.DEBUG, "DEBUG is on.", "Unset DEBUG."),
        ("E012", not settings.HTTPS_ONLY, "HTTPS_ONLY is off.", "Unset HTTPS_ONLY, and serve the portal by https."),
        ("E013", "*" in settings.ALLOWED_HOSTS, "ALLOWED_HOSTS allows every host.", "Name the portal's hosts."),
        ("E014", len(os.environ.get("SECRET_KEY", "")) < 50, "SECRET_KEY is missing or short.", f"Set {A_KEY}."),
        ("E015", len(os.environ.get("IDENTITY_KEY", "")) < 50, "IDENTITY_KEY is missing or short.", IDENTITY_HINT),
        ("E016", "sqlite" in database, "The database is SQLite.", "Set DATABASE_URL to a PostgreSQL database."),
        ("E017", settings.CELERY_BROKER_URL.startswith("filesystem:"), "The broker is a folder.", BROKER_HINT),
        (
            "E018",
            ".smtp." not in mail,
            "Emails are not sent.",
            "Set EMAIL_URL, such as smtp+tls://user:password@host:587.",
        ),
        ("E019", not settings.SECOND_FACTOR, "Nobody needs a second factor.", "Unset SECOND_FACTOR."),
        ("E020", not settings.PORTAL_URL.startswith("https://"), "PORTAL_URL is no https address.", PORTAL_HINT),
        ("E029", in_the_clear, "Uploads or exports go by plain http.", HTTPS_HINT),
        ("E021", settings.THANX_USER_AGENT == "ThanxPortal/0.1", "THANX_USER_AGENT names no partner.", AGENT_HINT),
    )
    return [
        Error(what, hint=f"{hint} {OR_TRIAL}", id=f"thanxportal.{code}") for code, is_so, what, hint in wrong if is_so
    ]


def refuse_wrong_deployment() -> None:
    """Raises ImproperlyConfigured, as only commands run Django's checks, and the token must not leave any process."""
    if wrong := partner_is_known() + credentials_are_set() + deployment_is_safe() + uploads_have_a_place():
        raise ImproperlyConfigured("\n".join(map(str, wrong)))


@register()
def what_is_kept_ends(**kwargs: Any) -> list[CheckMessage]:
    """Refuses to keep uploads, guests or requests for ever, and uploads for more than a day where guests are real."""
    most = 24 if settings.THANX_ENVIRONMENT == "production" else 24 * 365
    wrong = (
        ("E022", 1 <= settings.UPLOAD_RETENTION_HOURS <= most, "UPLOAD_RETENTION_HOURS", f"1 to {most:,} hours"),
        ("E023", 1 <= settings.RETENTION_DAYS <= 3_650, "RETENTION_DAYS", "1 to 3,650 days"),
        ("E031", 1 <= settings.API_LOG_DAYS <= 3_650, "API_LOG_DAYS", "1 to 3,650 days"),
    )
    return [
        Error(f"{name} is out of range.", hint=f"Set {range}.", id=f"thanxportal.{code}")
        for code, good, name, range in wrong
        if not good
    ]


@register()
def uploads_have_a_place(**kwargs: Any) -> list[CheckMessage]:
    """Refuses an address that is none, and machines that share their uploads but count their sends each for itself."""
    uploads, marks, exports = settings.UPLOADS_URL, str(settings.SENT_MARKS), settings.EXPORTS_FOLDER
    guests = settings.GUESTS_FOLDER
    shared, stored, dropped = (where.startswith(SCHEME) for where in (marks, exports, guests))
    wrong = (
        ("E026", uploads and not is_store(uploads), "UPLOADS_URL is no address of an object store.", STORE_HINT),
        ("E027", shared and not is_store(marks), "SENT_MARKS is no address of an object store.", STORE_HINT),
        ("E030", stored and not is_store(exports), "EXPORTS_FOLDER is no address of an object store.", STORE_HINT),
        ("E032", dropped and not is_store(guests), "GUESTS_FOLDER is no address of an object store.", STORE_HINT),
        ("E028", uploads and not shared, "SENT_MARKS is a folder of one machine.", MARKS_HINT),
    )
    return [Error(what, hint=hint, id=f"thanxportal.{code}") for code, is_so, what, hint in wrong if is_so]


@register()
def logs_and_figures_are_as_meant(**kwargs: Any) -> list[CheckMessage]:
    """Refuses a format of logs that doesn't exist, and a token that can be guessed."""
    unknown, short = settings.LOG_FORMAT not in ("line", "json"), 0 < len(settings.METRICS_TOKEN) < 20
    wrong = (
        ("E024", unknown, "LOG_FORMAT is unknown.", "Set line or json."),
        ("E025", short, "METRICS_TOKEN is short.", "Set 20 random characters or more, or none."),
    )
    return [Error(what, hint=hint, id=f"thanxportal.{code}") for code, is_so, what, hint in wrong if is_so]


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
