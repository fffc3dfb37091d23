"""The set of guests that came before says what a plain set says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from campaigns.allocation import identity_hasher
from issuance.importing.seen_guests import SeenGuests


@given(st.lists(st.binary(min_size=16, max_size=16).map(lambda digest: digest[:1] * 8 + digest[8:9] * 8), max_size=300))
def test_hashes_that_crowd_in_one_place_are_told_apart(digests: list[bytes]) -> None:
    # Half of a hash of zeros stands for an empty place, and is taken for the next one.
    digests = [digest for digest in digests if digest[8:] != bytes(8)]
    plain: set[bytes] = set()
    seen = SeenGuests()
    for digest in digests:
        assert seen.add([digest]) == [digest not in plain]
        plain.add(digest)


def test_it_grows_beyond_what_was_expected() -> None:
    hashed = identity_hasher(b"key")
    digests = [hashed(f"guest{number}@example.com") for number in range(20_000)]
    seen = SeenGuests(digests[:5_000], expected=10)
    assert not any(seen.add(digests[:5_000]))
    assert all(seen.add(digests[5_000:]))
    assert not any(seen.add(digests))
