"""How long requests to Thanx are kept."""

from __future__ import annotations

import time
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists
from django.utils import timezone

from thanxportal.partner.models import ApiRequest

AT_ONCE = 5_000  # rows in one transaction, so that nobody waits for it


def trim(*, seconds: float, kept: Exists) -> int:
    """Deletes the oldest requests that are older than API_LOG_DAYS, but those that are `kept`, for so many seconds at
    most; returns how many."""
    before = timezone.now() - timedelta(days=settings.API_LOG_DAYS)
    old = ApiRequest.objects.filter(~kept, at__lt=before).order_by("at")
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        pks = list(old.values_list("pk", flat=True)[:AT_ONCE])
        if not pks:
            break
        count += ApiRequest.objects.filter(pk__in=pks).delete()[0]
    return count
