"""Webhooks: finds which events are due, signs them, and posts each once from a thread."""

import hmac
import http.client
import json
import logging
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from thanxportal.partner_simulator.books import Books
from thanxportal.partner_simulator.clock import iso
from thanxportal.partner_simulator.identity import opaque_id
from thanxportal.partner_simulator.jobs import Job
from thanxportal.partner_simulator.weather import Weather

logger = logging.getLogger(__name__)

BATCH_EVENTS = ("reward_batch.completed", "reward.batch_completed")
_GUESTS_PER_ROUND = 500


@dataclass(frozen=True)
class Delivery:
    """One webhook: the raw body and the signature that goes into X-Thanx-Signature."""

    body: bytes
    signature: str

    @property
    def payload(self) -> dict[str, Any]:
        """The parsed body."""
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the POST."""
        return {"Content-Type": "application/json", "X-Thanx-Signature": self.signature}


def sign(body: bytes, secret: str) -> str:
    """Return the lowercase hex HMAC-SHA256 of the raw body."""
    return hmac.new(secret.encode(), body, "sha256").hexdigest()


class Announcer:
    """Knows what has been announced of each unfinished job. Builds events only when they are due."""

    def __init__(self, seed: int, secret: str, batch_event: str | None) -> None:
        self._dice = random.Random(f"{seed}-webhooks")  # noqa: S311 - weather, not cryptography.
        self._secret = secret
        self._batch_event = batch_event
        self._batches = seed
        self._announced: dict[str, int] = {}

    def watch(self, job: Job, announced: int = 0) -> None:
        """Follow a job whose first `announced` guests have had their events."""
        self._announced.setdefault(job.id, announced)

    def due(self, books: Books, now: float, weather: Weather) -> list[Delivery]:
        """Return the next events due at `now`, for up to 500 guests of each job; empty if there are none."""
        events: list[dict[str, Any]] = []
        for job_id, announced in list(self._announced.items()):
            events += self._events_of(books, books.jobs[job_id], announced, now)
        if not weather.sends_webhooks:
            return []
        if weather.noisy_webhooks and events:
            events = self._add_noise(events, now)
        return [self._seal(event) for event in events]

    def has_more(self, books: Books, now: float) -> bool:
        """Tell whether `due` would find something at `now`."""
        return any(
            books.jobs[job_id].processed(now) > announced or now >= books.jobs[job_id].ended_at
            for job_id, announced in self._announced.items()
        )

    def _events_of(self, books: Books, job: Job, announced: int, now: float) -> list[dict[str, Any]]:
        reach = min(job.processed(now), announced + _GUESTS_PER_ROUND)
        events = []
        if reach > announced and not job.is_control:
            refused = {index for index, _, _ in job.failures}
            campaign = campaign_of(books, job)
            guests = enumerate(job.identifiers[announced:reach], start=announced)
            events = [
                reward_issued(job, campaign, index, kind, now) for index, (kind, _) in guests if index not in refused
            ]
        self._announced[job.id] = reach
        if now >= job.ended_at and reach == job.reach:
            events.append(batch_completed(job, self._next_batch_event()))
            del self._announced[job.id]
        return events

    def _next_batch_event(self) -> str:
        self._batches += 1
        return self._batch_event or BATCH_EVENTS[self._batches % len(BATCH_EVENTS)]

    def _add_noise(self, events: list[dict[str, Any]], now: float) -> list[dict[str, Any]]:
        noisy = events + [event for event in events if self._dice.random() < 0.2]
        noisy.append({"event": "guest.waved", "timestamp": iso(now), "data": {"mood": "good"}})
        for event in noisy:
            if event["event"] in BATCH_EVENTS and self._dice.random() < 0.5:
                event["data"].pop("merchant_id", None)
        self._dice.shuffle(noisy)
        return noisy

    def _seal(self, event: dict[str, Any]) -> Delivery:
        body = json.dumps(event, separators=(",", ":")).encode()
        return Delivery(body, sign(body, self._secret))


def campaign_of(books: Books, job: Job) -> dict[str, Any]:
    """Return the campaign as reward.issued shows it: with one variant instead of the list of variants."""
    campaign = books.campaigns[job.campaign_id]
    shown = {name: value for name, value in campaign.items() if name not in ("merchant_id", "variants")}
    shown["variant"] = next(variant for variant in campaign["variants"] if variant["id"] == job.variant_id)
    return shown


def reward_issued(job: Job, campaign: dict[str, Any], index: int, kind: str, now: float) -> dict[str, Any]:
    """Build the event of one rewarded guest."""
    return {
        "event": "reward.issued",
        "timestamp": iso(now),
        "data": {
            "issuance_job_id": job.id,
            "merchant_id": job.merchant_id,
            "reward_id": opaque_id("reward", job.id, index),
            "identifier": {"type": kind, "index": index},
            "user_id": opaque_id("user", job.id, index),
            "state": "active",
            "expires_at": campaign["redeemable_to"],
            "campaign": campaign,
        },
    }


def batch_completed(job: Job, event: str) -> dict[str, Any]:
    """Build the event of a job that ended, with the refused guests by their own email or phone."""
    identifiers = job.identifiers
    failures = [
        {"user_identifier": identifiers[index][1], "reason": code}
        for index, _, code in job.failures
        if index < job.reach
    ]
    return {
        "event": event,
        "timestamp": iso(job.ended_at),
        "data": {
            "issuance_job_id": job.id,
            "merchant_id": job.merchant_id,
            "state": "completed" if job.dies_at is None else "failed",
            "total_count": job.total,
            "issued_count": job.reach - len(failures),
            "failed_count": len(failures),
            "failures": failures,
        },
    }


class Courier(threading.Thread):
    """Posts due events to one URL, each once, whatever the answer."""

    def __init__(self, url: str, fetch: Callable[[], Sequence[Delivery]]) -> None:
        super().__init__(name="webhook-courier", daemon=True)
        self._url = urlsplit(url)
        self._fetch = fetch
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.is_set():
            deliveries = self._fetch()
            for delivery in deliveries:
                if self._stopped.is_set():
                    return
                self._post(delivery)
            if not deliveries:
                self._stopped.wait(0.1)

    def stop(self) -> None:
        """Stop after the delivery in progress."""
        self._stopped.set()
        self.join(timeout=20)

    def _post(self, delivery: Delivery) -> None:
        secure = self._url.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(self._url.hostname or "", self._url.port, timeout=15)
        target = (self._url.path or "/") + (f"?{self._url.query}" if self._url.query else "")
        try:
            connection.request("POST", target, body=delivery.body, headers=delivery.headers)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException) as problem:
            logger.info("A webhook was not taken (%s); it is not sent again.", type(problem).__name__)
        finally:
            connection.close()
