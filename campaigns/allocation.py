"""Which arm a guest falls into: deterministic, weighted, the same on every machine and in every file order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b


def identity_hasher(key: bytes) -> Callable[[str], bytes]:
    """Returns identifier -> 16 bytes, keyed, so that stored hashes can't be guessed back into guests."""
    seeded = blake2b(key=key[:64], digest_size=16)

    def digest(identifier: str) -> bytes:
        hasher = seeded.copy()
        hasher.update(identifier.encode())
        return hasher.digest()

    return digest


def arm_chooser(salt: bytes, weights: Sequence[int]) -> Callable[[str], int]:
    """Returns identifier -> index of its arm; `weights` are whole percents that add to 100.

    The salt is the campaign's, so that the same guest stays in the same arm in every list of one
    campaign and is dealt anew in the next campaign.
    """
    if sum(weights) != 100:
        raise ValueError(f"weights add to {sum(weights)}, not 100")
    table = [arm for arm, weight in enumerate(weights) for _ in range(weight)]
    seeded = blake2b(salt=salt[:16], digest_size=8)

    def choose(identifier: str) -> int:
        hasher = seeded.copy()
        hasher.update(identifier.encode())
        return table[int.from_bytes(hasher.digest(), "big") * 100 >> 64]

    return choose


def equal_shares(arms: int) -> tuple[int, ...]:
    """Whole percents that add to 100, as equal as possible, the larger ones first."""
    share, rest = divmod(100, arms)
    return tuple(share + (place < rest) for place in range(arms))
