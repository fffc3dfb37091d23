"""How fast a program may ask a process: so many requests a second, after a burst of more. Each counts by itself, in its
memory: to refuse must cost less than to answer. Nor does each take its share alone, as who keeps one connection has one
process."""

from __future__ import annotations

import math
import threading
import time
from hashlib import sha256

from django.conf import settings

MOST = 10_000  # tokens that are remembered


class Rates:
    """For each secret, by its hash, the moment from which on its whole burst is free again."""

    def __init__(self) -> None:
        self._free_at: dict[bytes, float] = {}
        self._lock = threading.Lock()

    def wait(self, secret: str) -> int:
        """Counts a request; or counts none, and returns the seconds after which there is room for one."""
        per_second, burst = settings.PROGRAM_RATE
        name = sha256(secret.encode(errors="replace")).digest()
        now = time.monotonic()
        with self._lock:
            free_at = max(now, self._free_at.get(name, now)) + 1 / per_second
            if (late := free_at - now - burst / per_second) > 0:
                return math.ceil(late)
            if len(self._free_at) >= MOST:
                self._free_at = {each: at for each, at in self._free_at.items() if at > now}
            self._free_at[name] = free_at
        return 0


rates = Rates()
