"""The hard limits of requests, counted over true sliding windows."""

from collections import deque


class SlidingWindow:
    """At most `limit` admitted requests within any `seconds`."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._span = round(seconds * 1_000_000)
        self._admitted: deque[int] = deque()

    def is_full(self, microsecond: int) -> bool:
        """Tell whether one more request at that moment would exceed the limit."""
        while self._admitted and self._admitted[0] + self._span <= microsecond:
            self._admitted.popleft()
        return len(self._admitted) >= self._limit

    def count(self, microsecond: int) -> None:
        """Count one admitted request."""
        self._admitted.append(microsecond)


class RequestLimits:
    """Both limits of one credential: 5 requests in 1 s and 2,000 in 900 s."""

    def __init__(self) -> None:
        self._windows = (SlidingWindow(5, 1), SlidingWindow(2_000, 900))

    def admit(self, now: float) -> bool:
        """Count a request at `now` (seconds) and return True, or return False and count nothing."""
        microsecond = round(now * 1_000_000)
        if any(window.is_full(microsecond) for window in self._windows):
            return False
        for window in self._windows:
            window.count(microsecond)
        return True
