"""Proof that rewards are issued exactly once, whatever dies, wherever: by the count of the simulated partner."""

import os

FULL = os.environ.get("CRASH_SIZE") == "full"  # What repeats itself does so as often as `make crash` wants.
