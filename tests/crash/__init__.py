"""Proof that rewards are issued exactly once, whatever dies, wherever: by the count of the simulated partner."""

import os

SIZE = os.environ.get("CRASH_SIZE", "")
FULL = SIZE == "full"


def as_often(*, usually: int, ci: int, full: int) -> int:
    """How often a test repeats itself: in `make test`, in `make crash-ci` and in `make crash`."""
    return {"ci": ci, "full": full}.get(SIZE, usually)
