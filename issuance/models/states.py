"""Every state of a list, a job and a guest: label, tone, groups and legal moves, in one place."""

from __future__ import annotations

from django.db import models


class ListState(models.TextChoices):
    UPLOADED = "uploaded", "Waiting to be read"
    READING = "reading", "Reading"
    MAPPING = "mapping", "Needs columns"
    UNREADABLE = "unreadable", "Can’t be read"
    CHECKED = "checked", "Ready for review"
    REPAIRING = "repairing", "Being repaired"
    AWAITING_APPROVAL = "awaiting_approval", "Waits for approval"
    HELD = "held", "About to start"
    ISSUING = "issuing", "Issuing"
    FINISHED = "finished", "Finished"
    STOPPED = "stopped", "Stopped"
    DISCARDED = "discarded", "Discarded"

    @property
    def tone(self) -> str:
        return _LIST_TONES.get(self.value, "info")

    @property
    def running(self) -> bool:
        return self in LIST_RUNNING

    @property
    def ended(self) -> bool:
        return self in LIST_ENDED


_LIST_TONES = {
    "finished": "ok",
    "unreadable": "bad",
    "mapping": "warn",
    "checked": "warn",
    "stopped": "warn",
    "discarded": "",
    "awaiting_approval": "warn",
}
LIST_RUNNING = (ListState.UPLOADED, ListState.READING, ListState.REPAIRING, ListState.HELD, ListState.ISSUING)
LIST_ENDED = (ListState.UNREADABLE, ListState.FINISHED, ListState.STOPPED, ListState.DISCARDED)
LIST_MOVES: dict[str, tuple[str, ...]] = {
    ListState.UPLOADED: (ListState.READING, ListState.DISCARDED),
    ListState.READING: (ListState.CHECKED, ListState.MAPPING, ListState.UNREADABLE, ListState.DISCARDED),
    ListState.MAPPING: (ListState.READING, ListState.DISCARDED),
    ListState.CHECKED: (
        ListState.READING,
        ListState.REPAIRING,
        ListState.HELD,
        ListState.AWAITING_APPROVAL,
        ListState.DISCARDED,
    ),
    ListState.REPAIRING: (ListState.CHECKED,),
    ListState.AWAITING_APPROVAL: (ListState.HELD, ListState.CHECKED, ListState.DISCARDED),
    ListState.HELD: (ListState.ISSUING, ListState.CHECKED, ListState.STOPPED),
    ListState.ISSUING: (ListState.FINISHED, ListState.STOPPED),
    ListState.STOPPED: (),
    ListState.FINISHED: (),
    ListState.UNREADABLE: (ListState.READING,),
    ListState.DISCARDED: (),
}


class JobState(models.TextChoices):
    READY = "ready", "Waiting to be sent"
    FORGOTTEN = "forgotten", "Unknown until settled"
    SENDING = "sending", "Being sent"
    ACCEPTED = "accepted", "Being issued by Thanx"
    COMPLETED = "completed", "Completed"
    FAILED = "failed", "Failed at Thanx"
    REJECTED = "rejected", "Refused by Thanx"
    NEEDS_STAFF = "needs_staff", "Needs review"
    REVOKING = "revoking", "Being revoked"
    REVOKED = "revoked", "Revoked"
    CANCELLED = "cancelled", "Not sent"
    HALVED = "halved", "Sent in parts"

    @property
    def tone(self) -> str:
        return _JOB_TONES.get(self.value, "info")

    @property
    def outcome(self) -> str:
        """Where the job's guests stand in the ledger, but for those whom Thanx refused one by one."""
        return JOB_OUTCOMES.get(self, Outcome.REWARDED)


_JOB_TONES = {
    "completed": "ok",
    "failed": "bad",
    "rejected": "bad",
    "needs_staff": "warn",
    "forgotten": "warn",
    "revoked": "",
    "cancelled": "",
    "halved": "",
}
JOB_OPEN = (JobState.READY, JobState.FORGOTTEN, JobState.SENDING, JobState.ACCEPTED)
JOB_DUE = (JobState.READY, JobState.SENDING, JobState.ACCEPTED, JobState.NEEDS_STAFF, JobState.REVOKING)
JOB_UNSETTLED = (*JOB_DUE, JobState.FORGOTTEN)  # may still be sent, polled, revoked or settled
JOB_KNOWN = (  # Thanx has accepted it
    JobState.ACCEPTED, JobState.COMPLETED, JobState.FAILED, JobState.REVOKING, JobState.REVOKED
)  # fmt: skip
JOB_GIVEN = (JobState.COMPLETED, JobState.REVOKING)  # its `success_count` guests hold a reward
JOB_REVOCABLE = (JobState.COMPLETED, JobState.FAILED)
JOB_MOVES: dict[str, tuple[str, ...]] = {
    JobState.READY: (JobState.SENDING, JobState.CANCELLED, JobState.FORGOTTEN),
    JobState.FORGOTTEN: (  # A restored database can't say whether it was sent.
        JobState.READY,
        JobState.CANCELLED,
        JobState.SENDING,
        JobState.ACCEPTED,
        JobState.NEEDS_STAFF,
    ),
    JobState.SENDING: (
        JobState.READY,
        JobState.ACCEPTED,
        JobState.REJECTED,
        JobState.HALVED,
        JobState.NEEDS_STAFF,
    ),
    JobState.ACCEPTED: (JobState.COMPLETED, JobState.FAILED, JobState.NEEDS_STAFF),
    JobState.NEEDS_STAFF: (JobState.ACCEPTED, JobState.COMPLETED, JobState.FAILED, JobState.REJECTED),
    JobState.COMPLETED: (JobState.REVOKING,),
    JobState.FAILED: (JobState.REVOKING,),
    JobState.REVOKING: (JobState.REVOKED, JobState.COMPLETED, JobState.FAILED),
    JobState.REJECTED: (),
    JobState.REVOKED: (),
    JobState.CANCELLED: (),
    JobState.HALVED: (),
}


class Outcome(models.TextChoices):
    """What became of a guest; the ledger has one term for each."""

    WAITING = "waiting", "Waiting"
    CONTROL = "control", "Control"
    REWARDED = "rewarded", "Rewarded"
    REFUSED = "refused", "Refused"
    UNKNOWN = "unknown", "Unknown"
    ALREADY_REWARDED = "already_rewarded", "Already rewarded"
    REVOKED = "revoked", "Revoked"

    @property
    def tone(self) -> str:
        return _OUTCOME_TONES.get(self.value, "")


_OUTCOME_TONES = {"waiting": "info", "rewarded": "ok", "refused": "bad", "unknown": "warn"}
OUTCOME_READY = (Outcome.WAITING, Outcome.CONTROL)  # of a list under review: whom it would reward or hold out
JOB_OUTCOMES: dict[str, str] = {
    JobState.READY: Outcome.WAITING,
    JobState.SENDING: Outcome.WAITING,
    JobState.ACCEPTED: Outcome.WAITING,
    JobState.CANCELLED: Outcome.WAITING,
    JobState.HALVED: Outcome.WAITING,
    JobState.FORGOTTEN: Outcome.UNKNOWN,
    JobState.NEEDS_STAFF: Outcome.UNKNOWN,
    JobState.FAILED: Outcome.UNKNOWN,
    JobState.REJECTED: Outcome.REFUSED,
    JobState.REVOKED: Outcome.REVOKED,
}


class DeliveryState(models.TextChoices):
    """What became of one webhook; the effects themselves show on guests and jobs."""

    NEW = "new", "Received"
    APPLIED = "applied", "Applied"
    QUARANTINED = "quarantined", "Put aside"
    IGNORED = "ignored", "Without effect"

    @property
    def tone(self) -> str:
        return {"applied": "ok", "quarantined": "warn", "ignored": ""}.get(self.value, "info")


DELIVERY_WAITING = (DeliveryState.NEW, DeliveryState.QUARANTINED)


class ExportState(models.TextChoices):
    """What became of an export of Thanx."""

    RECEIVED = "received", "Waiting to be loaded"
    LOADING = "loading", "Loading"
    WAITING = "waiting", "Waits for memberships"
    LOADED = "loaded", "Loaded"
    REFUSED = "refused", "Refused"

    @property
    def tone(self) -> str:
        return {"loaded": "ok", "refused": "bad", "waiting": "warn"}.get(self.value, "info")


EXPORT_ENDED = (ExportState.LOADED, ExportState.REFUSED)
