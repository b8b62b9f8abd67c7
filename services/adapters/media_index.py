"""Which known pictures lie near a 256-bit hash: exact search within a radius.

In memory, a scan over packed words: a few milliseconds for a hundred thousand hashes. The interface (`add`, `near`) is what a
persistent multi-index would offer too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_WORDS = 4
_FIRST_CAPACITY = 1024

Words = np.ndarray[Any, np.dtype[np.uint64]]


def _words(hash_hex: str) -> Words:
    raw = bytes.fromhex(hash_hex)
    if len(raw) != 8 * _WORDS:
        raise ValueError(f"a hash has {8 * _WORDS} bytes, not {len(raw)}")
    return np.frombuffer(raw, dtype=np.uint64)


class MediaIndex:
    """Keys (any text: a file's place in a claim) under their hashes. One key may have many hashes, one hash many keys."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._codes: Words = np.zeros((_FIRST_CAPACITY, _WORDS), dtype=np.uint64)

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: str, hash_hex: str) -> None:
        """Remember a hash (64 hex digits) under a key. Raises ValueError for a hash of another length."""
        words = _words(hash_hex)
        count = len(self._keys)
        if count == len(self._codes):
            self._codes = np.concatenate([self._codes, np.zeros_like(self._codes)])
        self._codes[count] = words
        self._keys.append(key)

    def near(self, hash_hex: str, radius: int) -> list[tuple[str, int]]:
        """Every key with a hash at most `radius` bits away and its least distance, nearest first."""
        words = _words(hash_hex)
        distances = np.bitwise_count(self._codes[: len(self._keys)] ^ words).sum(axis=1)
        best: dict[str, int] = {}
        for index in np.flatnonzero(distances <= radius):
            key, distance = self._keys[index], int(distances[index])
            best[key] = min(distance, best.get(key, distance))
        return sorted(best.items(), key=lambda item: (item[1], item[0]))
