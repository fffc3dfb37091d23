"""Errors go to Sentry, or to whatever speaks its protocol, where `SENTRY_DSN` names one: where it happened and which
request, job and list it is about, but nothing that a person typed or a machine sent us."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings

from thanxportal import log_lines

KEPT = ("event_id", "timestamp", "level", "logger", "platform", "environment", "release", "exception", "fingerprint")
KEPT_OF_FRAMES = ("filename", "function", "module", "lineno", "in_app")


def begin(**options: Any) -> None:
    """Reports what is logged as an error and what ends a process. Without `SENTRY_DSN` nothing is even imported.

    `options` replace those of the library, such as its `transport`.
    """
    if not settings.SENTRY_DSN:
        return
    import sentry_sdk
    from sentry_sdk.integrations.atexit import AtexitIntegration
    from sentry_sdk.integrations.dedupe import DedupeIntegration
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration
    from sentry_sdk.integrations.threading import ThreadingIntegration

    # Requests and tasks that fail are logged, so what looks into them for more is left out.
    reporters = [AtexitIntegration(), DedupeIntegration(), ExcepthookIntegration()]
    reporters += [LoggingIntegration(level=None, sentry_logs_level=None), ThreadingIntegration()]
    sentry_sdk.init(
        **{
            "dsn": settings.SENTRY_DSN,
            "environment": settings.THANX_ENVIRONMENT,
            "default_integrations": False,
            "auto_enabling_integrations": False,
            "integrations": reporters,
            "before_send": without_what_was_typed,
            "include_local_variables": False,
            "max_breadcrumbs": 0,
            **options,
        }
    )


def without_what_was_typed(event: Any, hint: dict[str, Any]) -> Any:
    """What is sent: the kinds of exceptions without their texts, the places in our code, the sentence that was logged
    without its values, and ids of ours."""
    sent = {name: event[name] for name in KEPT if name in event}
    sent["tags"] = {name: str(value) for name, value in log_lines.facts().items()} | {"process": str(os.getpid())}
    if "logentry" in event:
        sent["logentry"] = {"message": event["logentry"]["message"]}
    for error in sent.get("exception", {}).get("values", []):
        error["value"] = ""
        frames = (error.get("stacktrace") or {}).get("frames", [])
        error["stacktrace"] = {"frames": [{key: frame.get(key) for key in KEPT_OF_FRAMES} for frame in frames]}
    return sent
