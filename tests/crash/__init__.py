"""Proof that rewards are issued exactly once, whatever dies, wherever: by the count of the simulated partner."""

import os

SIZE = os.environ.get("CRASH_SIZE", "")
FULL = SIZE == "full"


def as_often(*, usually: int, ci: int | None = None, full: int) -> int:
    """How often a test repeats itself: usually, in `make crash-ci`, which leaves out what Hypothesis tries, and in
    `make crash`."""
    return {"ci": usually if ci is None else ci, "full": full}.get(SIZE, usually)
