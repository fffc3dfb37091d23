"""Makes opaque ids of lowercase letters and digits, always the same for the same seed."""

from hashlib import blake2b

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


def opaque_id(*parts: object, length: int = 16) -> str:
    """Return an id that depends on nothing but `parts`."""
    digest = blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).digest()
    number = int.from_bytes(digest, "big")
    letters = []
    for _ in range(length):
        number, rest = divmod(number, 36)
        letters.append(_ALPHABET[rest])
    return "".join(letters)


def share_of(*parts: object) -> float:
    """Return a number from 0 up to 1, evenly spread, that depends on nothing but `parts`."""
    digest = blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
