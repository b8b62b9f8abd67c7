"""How often somebody may do something: a bucket of tokens for each, refilled steadily. Kept in this process: several each count their own."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

_KEPT = 50_000


class Rates:
    """`per_minute` on average, a tenth of that at once (at least five)."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = per_minute / 60
        self._most = max(5.0, per_minute / 10)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def spend(self, who: str) -> float:
        """Count one; 0 if it is allowed, else the seconds until the next one is."""
        with self._lock:
            at = self._clock()
            tokens, seen = self._buckets.pop(who, (self._most, at))
            tokens = min(self._most, tokens + (at - seen) * self._rate)
            allowed = tokens >= 1
            self._buckets[who] = (tokens - 1 if allowed else tokens, at)
            if len(self._buckets) > _KEPT:
                self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) / self._rate

    def give_back(self, who: str) -> None:
        """Undo one that was counted."""
        with self._lock:
            if who in self._buckets:
                tokens, seen = self._buckets[who]
                self._buckets[who] = (min(self._most, tokens + 1), seen)
