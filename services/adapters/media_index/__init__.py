"""Which known pictures lie near a hash, or share local features: exact, shared by all workers, grown by insertion.

The database is the truth: an index reads from it what it does not have yet, keeps the newest entries in memory and the others in
files that are mapped. Lost or foreign files are built anew. Segments are merged when the next one has grown to a quarter of
them, so an entry is written a few times in all, however many come.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from services.adapters.media_index.folder import Folder, Kept
from services.adapters.media_index.segment import SCAN, TABLE_RADIUS, Array, Segment, build, merge

__all__ = ["TABLE_RADIUS", "IndexedMedium", "IndexSource", "MediaIndex"]

_BATCH = 5_000
_GROWTH = 4


@dataclass(frozen=True, slots=True)
class IndexedMedium:
    """What a source says of one medium: a rising `number` below 2**32, `hashes` of 32 bytes each, `words` of 4 bytes each (little-endian)."""

    number: int
    hashes: bytes
    words: bytes


class IndexSource(Protocol):
    """Where entries come from. A number that was seen never gets another entry, and no entry with a lower number turns up later."""

    def indexed_after(self, number: int, limit: int) -> Sequence[IndexedMedium]:
        """The next entries in the order of their numbers."""
        ...

    def indexed_key(self, number: int) -> str | None:
        """A name of the entry that no other one has; None: there is no such entry."""
        ...


class MediaIndex:
    """Numbers of media under their hashes and words. Without a folder all of it is in memory."""

    def __init__(self, source: IndexSource, folder: Path | None = None, *, in_memory: int = SCAN) -> None:
        """`in_memory`: how many hashes are gathered before they are written to the folder."""
        self._source = source
        self._folder = None if folder is None else Folder(folder)
        self._in_memory = in_memory
        self._lock = threading.RLock()
        self._state: tuple[int, int] | None = None
        self._kept = Kept(0, "", ())
        self._recent: list[Segment] = []
        self._last = 0

    def refresh(self) -> int:
        """Take in what the source has beyond what is known here; the number of the last entry."""
        with self._lock:
            if self._folder is not None and self._folder.state() != self._state:
                self._reload(self._folder)
            while batch := self._source.indexed_after(self._last, _BATCH):
                self._take(batch)
                if self._folder is not None and sum(s.size for s in self._recent) >= self._in_memory:
                    self._keep(self._folder)
            return self._last

    def rebuild(self) -> int:
        """Forget the files and build them from the source; the number of the last entry."""
        with self._lock:
            if self._folder is not None:
                with self._folder.locked() as mine:
                    if mine:
                        self._folder.clear()
            self._forget()
            return self.refresh()

    def near(self, codes: Array, radius: int) -> dict[int, int]:
        """Numbers of the media with a hash at most `radius` bits from one of `codes` (uint64 [k, 4]), with their least distance."""
        best: dict[int, int] = {}
        for segment in self._segments():
            for code in codes:
                for owner, distance in zip(*(found.tolist() for found in segment.near(np.ascontiguousarray(code), radius)), strict=True):
                    best[owner] = min(distance, best.get(owner, distance))
        return best

    def sharing(self, words: Array, *, least: int, most: int) -> list[tuple[int, int]]:
        """The at most `most` media that share most of the `words` (uint32 [k]), at least `least` of them: (number, words shared)."""
        pairs = [segment.sharing(words) for segment in self._segments()]
        owners, votes = np.unique(np.concatenate(pairs) & 0xFFFFFFFF, return_counts=True) if pairs else (np.zeros(0, int), np.zeros(0, int))
        rank = np.argsort(-votes, kind="stable")[:most]
        return [(int(owners[i]), int(votes[i])) for i in rank if votes[i] >= least]

    def _segments(self) -> list[Segment]:
        with self._lock:
            return [*(segment for _, segment in self._kept.segments), *self._recent]

    def _forget(self) -> None:
        self._state, self._kept, self._recent, self._last = None, Kept(0, "", ()), [], 0

    def _reload(self, folder: Folder) -> None:
        """Begin with what the folder holds, if it is of this source."""
        state, kept = folder.state(), folder.load()
        self._forget()
        self._state = state
        if kept is not None and (kept.last == 0 or self._source.indexed_key(kept.last) == kept.last_key):
            self._kept, self._last = kept, kept.last

    def _take(self, batch: Sequence[IndexedMedium]) -> None:
        fresh = _segment_of(batch)
        while self._recent and self._recent[-1].size <= _GROWTH * fresh.size:
            fresh = merge([self._recent.pop(), fresh])
        self._recent.append(fresh)
        self._last = batch[-1].number

    def _keep(self, folder: Folder) -> None:
        """Move what is in memory to the folder, unless another worker is about to, or has done so."""
        key = self._source.indexed_key(self._last)
        with folder.locked() as mine:
            if not mine or key is None:
                return
            if folder.state() != self._state:
                self._reload(folder)
                return
            kept, new = list(self._kept.segments), list(self._recent)
            while kept and kept[-1][1].size <= _GROWTH * sum(s.size for s in new):
                new.insert(0, kept.pop()[1])
            self._kept = folder.save(self._last, key, kept, new)
            self._state, self._recent = folder.state(), []


def _segment_of(batch: Sequence[IndexedMedium]) -> Segment:
    numbers = np.array([medium.number for medium in batch], dtype=np.uint32)
    codes = np.frombuffer(b"".join(medium.hashes for medium in batch), dtype="<u8").reshape(-1, 4)
    words = np.frombuffer(b"".join(medium.words for medium in batch), dtype="<u4")
    return build(
        codes, np.repeat(numbers, [len(medium.hashes) // 32 for medium in batch]), words, np.repeat(numbers, [len(medium.words) // 4 for medium in batch])
    )
