"""The proof of an erasure: what was removed, when and by whom; of the guest only the keyed hash."""

from __future__ import annotations

from typing import Any

from issuance.models import Erasure
from issuance.privacy.finding import PLACES


def facts_of(counts: dict[str, int]) -> list[dict[str, Any]]:
    """Counts by place, in one order, with what the places are called."""
    return [{"label": label, "value": counts[place]} for place, label in PLACES.items() if counts.get(place)]


def certificate(erasure: Erasure) -> dict[str, Any]:
    return {
        "certificate": f"Erasure {erasure.pk}",
        "merchant": erasure.merchant.name,
        "keyed hash of the guest": erasure.guest_hash,
        "state": "done" if erasure.done_at else "ordered",
        "ordered by": str(erasure.ordered_by),
        "ordered at": erasure.ordered_at,
        "done at": erasure.done_at,
        "waits for": erasure.waits_for,
        "removed": {fact["label"]: fact["value"] for fact in facts_of(erasure.counts)},
        "kept": "Keyed hashes, counts, outcomes, and who was promised a reward, so that nobody is rewarded twice.",
    }
