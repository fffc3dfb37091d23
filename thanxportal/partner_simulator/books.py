"""What the simulator remembers: campaigns, jobs, idempotency keys. On disk if asked to."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from thanxportal.partner_simulator.jobs import Job, job_from_json


@dataclass
class KeyRecord:
    """One idempotency key: every body hash seen with it, and the first accepted answer, if any."""

    body_hashes: set[str] = field(default_factory=set)
    accepted_hash: str | None = None
    answer: bytes = b""


class Shelf:
    """A small SQLite file that survives the process. It has one row per thing, written when the thing changes."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS thing (kind TEXT, id TEXT, body TEXT, packed BLOB, PRIMARY KEY (kind, id))"
        )

    def put(self, kind: str, identity: str, body: str, packed: bytes = b"") -> None:
        """Write one thing, or write it again."""
        self._database.execute("INSERT OR REPLACE INTO thing VALUES (?, ?, ?, ?)", (kind, identity, body, packed))

    def all(self, kind: str) -> Iterator[tuple[str, str, bytes]]:
        """Yield (id, body, packed) in the order of writing."""
        query = "SELECT id, body, packed FROM thing WHERE kind = ? ORDER BY rowid"
        yield from self._database.execute(query, (kind,))

    def close(self) -> None:
        """Close the file."""
        self._database.close()


class Books:
    """Everything that was created. Not thread-safe: the simulator holds its lock around each call."""

    def __init__(self, state: Path | None = None) -> None:
        self.campaigns: dict[str, dict[str, Any]] = {}
        self.jobs: dict[str, Job] = {}
        self.keys: dict[str, KeyRecord] = {}
        self.unpublished: set[str] = set()
        self._shelf = Shelf(state) if state else None
        if self._shelf:
            self._load(self._shelf)

    def _load(self, shelf: Shelf) -> None:
        self.campaigns = {identity: json.loads(body) for identity, body, _ in shelf.all("campaign")}
        self.jobs = {identity: job_from_json(body, packed) for identity, body, packed in shelf.all("job")}
        self.unpublished = {identity for identity, _, _ in shelf.all("unpublished")}
        for key, digest, answer in shelf.all("key"):
            self.keys[key] = KeyRecord({digest}, digest, answer)

    def add_campaign(self, campaign: dict[str, Any]) -> None:
        """Keep a new campaign (with its merchant_id)."""
        self.campaigns[campaign["id"]] = campaign
        if self._shelf:
            self._shelf.put("campaign", campaign["id"], json.dumps(campaign))

    def keep_job(self, job: Job) -> None:
        """Keep a new or changed job."""
        self.jobs[job.id] = job
        if self._shelf:
            self._shelf.put("job", job.id, job.to_json(), job.packed)

    def note_key(self, key: str, body_hash: str) -> KeyRecord:
        """Note that a body came with this key, and return what is known of the key."""
        record = self.keys.setdefault(key, KeyRecord())
        record.body_hashes.add(body_hash)
        return record

    def answer_key(self, key: str, body_hash: str, answer: bytes) -> None:
        """Bind the key to this body and this answer for good."""
        record = self.note_key(key, body_hash)
        record.accepted_hash, record.answer = body_hash, answer
        if self._shelf:
            self._shelf.put("key", key, body_hash, answer)

    def unpublish(self, template_id: str) -> None:
        """Take a template off the list."""
        self.unpublished.add(template_id)
        if self._shelf:
            self._shelf.put("unpublished", template_id, "")

    def close(self) -> None:
        """Close the file on disk, if there is one."""
        if self._shelf:
            self._shelf.close()


def count_rewards(jobs: list[Job], campaign_id: str | None = None) -> Counter[str]:
    """Count the rewards of each identifier (in lower case), in one campaign or in all."""
    counted: Counter[str] = Counter()
    for job in jobs:
        if campaign_id in (None, job.campaign_id):
            counted.update(job.rewarded())
    return counted


def count_submissions(jobs: list[Job], campaign_id: str | None = None) -> Counter[str]:
    """Count how often each identifier (in lower case) was in an accepted job, refused or not."""
    counted: Counter[str] = Counter()
    for job in jobs:
        if campaign_id in (None, job.campaign_id):
            counted.update(value.lower() for _, value in job.identifiers)
    return counted
