"""Whether the portal can work just now, in one strip: sending, the credential, who works, how old the mirror is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import Avg, Count, Q
from django.utils import timezone

from issuance.engine.sending_pauses import pause_in_force
from thanxportal.counted import counted
from thanxportal.moments import written
from thanxportal.partner.models import ApiRequest, Credential
from thanxportal.queues import BEAT, READING, SENDING, unseen

LATELY, SLOW = timedelta(minutes=15), 3.0  # seconds
PROCESSES = {READING: "Workers that read", SENDING: "Workers that send", BEAT: "Beat"}


class Sign(NamedTuple):
    """`tone` is ok, warn or bad."""

    name: str
    tone: str
    words: str


def vital_signs() -> list[Sign]:
    """Four queries."""
    credential, missing = Credential.current(), unseen()
    processes = [
        Sign(name, *(("bad", "not seen for a minute") if process in missing else ("ok", "seen")))
        for process, name in PROCESSES.items()
    ]
    return [_sending(credential), *_access(credential), _answers(), *processes, _merchants(credential)]


def _sending(credential: Credential) -> Sign:
    if pause_in_force():
        return Sign("Sending", "warn", "paused by staff or the portal")
    if credential.refusal:
        return Sign("Sending", "bad", "waits, as Thanx refuses it")
    if credential.blocked_until > timezone.now().timestamp():
        until = written(datetime.fromtimestamp(credential.blocked_until, UTC), "H:i:s T")
        return Sign("Sending", "warn", f"waits until {until}, as Thanx asked")
    return Sign("Sending", "ok", "allowed")


def _access(credential: Credential) -> list[Sign]:
    unasked = not (credential.scopes or credential.synced_at or credential.refused_at)
    fine = ("warn", "not asked yet") if unasked else ("ok", "accepted")
    let_in = ("bad", "refused by Thanx") if credential.is_refused else fine
    scopes = ("bad", "rewards.issue is missing") if credential.scope_missing else fine
    return [Sign("Credential", *let_in), Sign("Scopes", *scopes)]


def _answers() -> Sign:
    """How long Thanx takes, and how often it doesn't answer."""
    requests = ApiRequest.objects.filter(at__gte=timezone.now() - LATELY)
    failed = Count("pk", filter=Q(status=None) | Q(status__gte=500))
    seen = requests.aggregate(all=Count("pk"), milliseconds=Avg("duration_ms"), failed=failed)
    if not seen["all"]:
        return Sign("Thanx", "ok", "not asked in 15 minutes")
    seconds, failures = seen["milliseconds"] / 1000, f"{seen['failed']:,} of {counted(seen['all'], 'request')} failed"
    slow = seconds > SLOW or seen["failed"] * 10 > seen["all"]
    words = f"answers in {seconds:.1f} s on average; {failures} in 15 minutes"
    return Sign("Thanx", "warn" if slow else "ok", words)


def _merchants(credential: Credential) -> Sign:
    if credential.synced_at is None:
        return Sign("Merchants", "warn", "never read")
    return Sign("Merchants", "warn" if credential.mirror_is_old else "ok", f"read {written(credential.synced_at)}")
