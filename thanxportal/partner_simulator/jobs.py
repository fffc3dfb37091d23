"""Issuance jobs: the fate of each identifier, and the progress of a job at a given moment."""

import json
import re
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from thanxportal.partner_simulator.clock import iso
from thanxportal.partner_simulator.identity import share_of

Identifier = tuple[str, str]  # (type, value)
Failure = tuple[int, str, str]  # (index, type, code)

_EMAIL = re.compile(r"[^\s@,;<>\"]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_PHONE = re.compile(r"\+[1-9]\d{7,14}")
_REASONS = ("USER_OPTED_OUT", "GENERIC_ERROR", "USER_{}_INVALID")


def refusal_of(identifier: Identifier, refused_share: float) -> str | None:
    """Return why this guest is refused, or None. The answer depends only on the content."""
    kind, value = identifier
    pattern = _EMAIL if kind == "email" else _PHONE
    if not pattern.fullmatch(value):
        return f"USER_{kind.upper()}_INVALID"
    if kind == "email" and value.startswith("refused"):
        return "USER_OPTED_OUT"
    roll = zlib.crc32(b"fate:" + value.lower().encode()) * 2_654_435_761 % 2**32 / 2**32
    if roll >= refused_share:
        return None
    return _REASONS[int(roll * 1_000_003) % len(_REASONS)].format(kind.upper())


def point_of_death(identifiers: Sequence[Identifier], failed_job_share: float) -> int | None:
    """Return how many guests a job processes before it fails, or None if it completes.

    A job fails if an identifier starts with "breaks-the-job", or by the share of failing jobs.
    """
    doomed = any(value.startswith("breaks-the-job") for _, value in identifiers)
    first, last = identifiers[0][1], identifiers[-1][1]
    if doomed or share_of("job", first, last, len(identifiers)) < failed_job_share:
        return (len(identifiers) + 1) // 2
    return None


def spoils_the_job(identifiers: Sequence[Identifier]) -> str | None:
    """Return the type of an identifier that starts with "spoils-the-job": Thanx refuses the whole request for it."""
    return next((kind for kind, value in identifiers if value.startswith("spoils-the-job")), None)


@dataclass
class Job:
    """One accepted issue request. Times are seconds since 1970; `failures` are in the order of their index."""

    id: str
    merchant_id: str
    campaign_id: str
    variant_id: str
    is_control: bool
    total: int
    created_at: float
    pending_seconds: float
    processing_seconds: float
    revoke_seconds: float
    failures: list[Failure]
    dies_at: int | None = None
    revoke_asked_at: float | None = None
    packed: bytes = field(default=b"", repr=False)

    @property
    def identifiers(self) -> list[Identifier]:
        """The (type, value) pairs as submitted."""
        return [(kind, value) for kind, value in json.loads(zlib.decompress(self.packed))]

    @property
    def started_at(self) -> float:
        return self.created_at + self.pending_seconds

    @property
    def ended_at(self) -> float:
        return self.started_at + self.processing_seconds

    @property
    def reach(self) -> int:
        """How many identifiers are processed in the end. The rest of a failed job is never touched."""
        return self.total if self.dies_at is None else self.dies_at

    def state(self, now: float) -> str:
        """Return the job's state at `now`, in Thanx's words."""
        if self.revoke_asked_at is not None:
            return "revoked" if now >= self.revoke_asked_at + self.revoke_seconds else "revoking"
        if now >= self.ended_at:
            return "completed" if self.dies_at is None else "failed"
        return "processing" if now >= self.started_at else "pending"

    def processed(self, now: float) -> int:
        """Return how many identifiers are processed at `now`."""
        if now >= self.ended_at:
            return self.reach
        passed = (now - self.started_at) / self.processing_seconds
        return int(self.reach * min(1.0, max(0.0, passed)))

    def failed_among(self, processed: int) -> int:
        """Return how many of the first `processed` identifiers were refused."""
        return bisect_left(self.failures, processed, key=itemgetter(0))

    def rewarded(self) -> Iterator[str]:
        """Yield the identifiers that hold a reward of this job: none once it is being revoked."""
        if self.is_control or self.revoke_asked_at is not None:
            return
        refused = {index for index, _, _ in self.failures}
        for index, (_, value) in enumerate(self.identifiers[: self.reach]):
            if index not in refused:
                yield value.lower()

    def view(self, now: float) -> dict[str, Any]:
        """Return the job as the API shows it at `now`."""
        processed = self.processed(now)
        failed = self.failed_among(processed)
        shown: dict[str, Any] = {
            "id": self.id,
            "campaign_id": self.campaign_id,
            "variant_id": self.variant_id,
            "state": self.state(now),
            "total_count": self.total,
            "processed_count": processed,
            "success_count": processed - failed,
            "failure_count": failed,
            "progress_percent": processed * 100 // self.total,
            "created_at": iso(self.created_at),
        }
        if now >= self.started_at:
            shown["started_at"] = iso(self.started_at)
        if now >= self.ended_at:
            shown["completed_at"] = iso(self.ended_at)
            if self.dies_at is None:
                shown["summary"] = self._summary()
        return shown

    def _summary(self) -> dict[str, Any]:
        return {
            "success_count": self.total - len(self.failures),
            "failure_count": len(self.failures),
            "failures": [
                {"identifier_index": index, "identifier_type": kind, "error": code}
                for index, kind, code in self.failures
            ],
        }

    def to_json(self) -> str:
        """Return everything but the packed identifiers as JSON."""
        return json.dumps({**vars(self), "packed": None})


def pack(identifiers: Sequence[Identifier]) -> bytes:
    """Compress the identifiers of a job to about a quarter of their size."""
    return zlib.compress(json.dumps(identifiers).encode(), level=1)


def job_from_json(text: str, packed: bytes) -> Job:
    """Rebuild a job that `Job.to_json` wrote."""
    fields = json.loads(text)
    failures = [(index, kind, code) for index, kind, code in fields["failures"]]
    return Job(**{**fields, "failures": failures, "packed": packed})
