"""Assigns guests to arms: deterministic, weighted, the same on every machine and in any order of the file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from hashlib import blake2b, sha256


def identity_hasher(key: bytes) -> Callable[[str], bytes]:
    """Returns identifier -> 16 bytes. The hash is keyed, so that nobody can guess guests from stored hashes."""
    seeded = blake2b(key=key[:64], digest_size=16)

    def digest(identifier: str) -> bytes:
        hasher = seeded.copy()
        hasher.update(identifier.encode())
        return hasher.digest()

    return digest


def arm_chooser(salt: bytes | memoryview, weights: Sequence[int]) -> Callable[[str], int]:
    """Returns identifier -> index of its arm; `weights` are whole percents that add to 100.

    The salt belongs to the campaign. So a guest has the same arm in every list of a campaign, and a new one in the
    next campaign.
    """
    if sum(weights) != 100:
        raise ValueError(f"weights add to {sum(weights)}, not 100")
    table = [arm for arm, weight in enumerate(weights) for _ in range(weight)]
    seeded = blake2b(salt=salt, digest_size=8)

    def choose(identifier: str) -> int:
        hasher = seeded.copy()
        hasher.update(identifier.encode())
        return table[int.from_bytes(hasher.digest(), "big") * 100 >> 64]

    return choose


def seal_of(salt: bytes | memoryview) -> str:
    """Returns what is told of a salt while it is secret, so that nobody can say later that it was another one."""
    return sha256(salt).hexdigest()


def equal_shares(arms: int) -> tuple[int, ...]:
    """Returns whole percents that add to 100, as equal as possible, the larger ones first."""
    return _apportioned(100, [1] * arms)


def people(guests: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Returns how many of `guests` each arm gets: whole numbers that add up, by largest remainder."""
    return _apportioned(guests, weights)


def rebalanced(weights: Sequence[int], fixed: Collection[int] = ()) -> tuple[int, ...]:
    """Returns whole percents: `fixed` arms keep theirs, the others share the rest in their old proportions.

    Raises ValueError if the fixed arms leave less than 1% for each of the others.
    """
    others = [arm for arm in range(len(weights)) if arm not in fixed]
    rest = 100 - sum(weights[arm] for arm in fixed) - len(others)
    if rest < 0:
        raise ValueError("The fixed arms leave too little for the others.")
    result = list(weights)
    for arm, extra in zip(others, _apportioned(rest, [max(weights[arm] - 1, 0) for arm in others]), strict=True):
        result[arm] = 1 + extra
    return tuple(result)


def _apportioned(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Divides by largest remainder; in equal parts if all weights are 0."""
    whole = sum(weights) or len(weights)
    parts = weights if sum(weights) else [1] * len(weights)
    shares = [total * part // whole for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda index: -(total * parts[index] % whole))
    for index in by_remainder[: total - sum(shares)]:
        shares[index] += 1
    return tuple(shares)
