"""One part of the media index: 256-bit hashes searched exactly within a radius, and 32-bit words of local features by votes.

A segment is a handful of plain arrays, in memory or mapped from files, that never change once built. Few hashes are scanned;
many are found through sixteen tables of 16 bits (multi-index hashing, Norouzi, Punjani and Fleet 2012). Two hashes at most 31 bits
apart differ in at most 3 bits in one of the eight pairs of parts, and there in at most one bit in one of the pair's two parts: so 17
buckets of each table hold every one of them, and of a bucket only those need to be looked up whose other part of the pair,
kept beside the bucket, differs in at most 3 bits too. That leaves a few hundred of ten million.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

SCAN = 1 << 16
"""Up to so many hashes a scan is as quick as the tables."""
TABLES, TABLE_BITS = 16, 16
TABLE_RADIUS = 3 * TABLES - 1
"""The largest radius at which the tables are used; beyond it a segment is scanned."""
_BUCKETS = 1 << TABLE_BITS
_BY_WEIGHT = np.argsort(np.bitwise_count(np.arange(_BUCKETS, dtype=np.uint16)), kind="stable")
_PROBES = tuple(_BY_WEIGHT[:count].astype(np.int64) for count in (1, 1 + 16, 1 + 16 + 120))
"""Differences of a part by at most 0, 1, 2 bits."""
_WORD_PROBES = np.concatenate([[0], 1 << np.arange(32, dtype=np.int64)]).astype(np.uint32)
_CROWDED = 512
"""A word that so many pictures share says nothing (sky, paper, dots of a screen): its bucket is passed over."""
_STRETCH = 1 << 26
_NOTHING = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Segment:
    """`codes` uint64 [n, 4] with `owners` uint32 [n]; `order` uint32 [16, n] lists them by each 16-bit part, part value v of table t
    at `starts[t, v]:starts[t, v + 1]`, and `beside` uint16 [16, n] holds their part t ^ 1 (all three empty where scanning does). `words` uint32 [m], rising, with `word_owners` uint32 [m];
    words with the leading bits v at `word_starts[v]:word_starts[v + 1]`.
    """

    codes: Array
    owners: Array
    order: Array
    beside: Array
    starts: Array
    words: Array
    word_owners: Array
    word_starts: Array

    @property
    def size(self) -> int:
        """What it costs to merge."""
        return len(self.codes) + len(self.words) // 64

    def arrays(self) -> dict[str, Array]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def near(self, code: Array, radius: int) -> tuple[Array, Array]:
        """Owners of all hashes at most `radius` bits from `code` (uint64 [4]), and their distances."""
        if not len(self.starts) or radius > TABLE_RADIUS:
            return self._measured(code, radius, slice(None))
        return self._measured(code, radius, self._suspects(code, radius))

    def sharing(self, words: Array) -> Array:
        """For each word (uint32 [k]) the owners of a word at most one bit away: pairs as int64 [p], index of the word << 32 | owner, each once."""
        if not len(self.words) or not len(words):
            return _NOTHING
        probes = (words[:, None] ^ _WORD_PROBES[None, :]).ravel()
        asked = np.repeat(np.arange(len(words), dtype=np.int64), len(_WORD_PROBES))
        bucket = (probes >> np.uint32(32 - _bits(self.word_starts))).astype(np.int64)
        first, last = self.word_starts[bucket].astype(np.int64), self.word_starts[bucket + 1].astype(np.int64)
        within = last > first
        rows, entry = _spans(first[within], last[within])
        probe = np.flatnonzero(within)[entry]
        same = np.asarray(self.words[rows]) == probes[probe]
        rows, probe = rows[same], probe[same]
        crowd = np.bincount(probe, minlength=len(probes))
        told = crowd[probe] <= _CROWDED
        return np.unique(asked[probe[told]] << 32 | np.asarray(self.word_owners[rows[told]], dtype=np.int64))

    def _suspects(self, code: Array, radius: int) -> Array:
        """Rows of all hashes within `radius`, and of few others; some more than once."""
        parts, probes, count = code.view("<u2"), _PROBES[radius // TABLES], len(self.codes)
        tables = np.arange(TABLES)
        keys = ((parts.astype(np.int64)[:, None] ^ probes[None, :]) + tables[:, None] * (_BUCKETS + 1)).ravel()
        starts, table = self.starts.reshape(-1), np.repeat(tables, len(probes))
        rows, entry = _spans(starts[keys].astype(np.int64) + table * count, starts[keys + 1].astype(np.int64) + table * count)
        far = np.bitwise_count(np.asarray(self.beside.reshape(-1)[rows]) ^ parts[tables ^ 1][table][entry])
        spent = np.bitwise_count(np.tile(probes, TABLES).astype(np.uint16))[entry]
        return np.asarray(self.order.reshape(-1)[rows[far + spent <= radius // (TABLES // 2)]])

    def _measured(self, code: Array, radius: int, rows: Any) -> tuple[Array, Array]:
        distances = np.bitwise_count(np.asarray(self.codes[rows]) ^ code).sum(axis=1, dtype=np.int64)
        inside = np.flatnonzero(distances <= radius)
        return np.asarray(self.owners[inside if isinstance(rows, slice) else rows[inside]]), distances[inside]


Room = Callable[[str, tuple[int, ...], Any], Array]
"""Makes the array of a name, shape and dtype: in memory, or mapped from a file."""


def in_memory(_name: str, shape: tuple[int, ...], kind: Any) -> Array:
    return np.empty(shape, dtype=kind)


def build(codes: Array, owners: Array, words: Array, word_owners: Array) -> Segment:
    """A segment in memory of hashes uint64 [n, 4] and words uint32 [m] with whose they are (uint32)."""
    rank = np.argsort(words, kind="stable")
    words = words[rank]
    return Segment(codes, owners, *_tables(codes, in_memory), words, word_owners[rank], _word_starts(words, in_memory))


def merge(segments: Sequence[Segment], room: Room = in_memory) -> Segment:
    """One segment with all that several hold."""
    if room is in_memory:
        return build(*(np.concatenate([getattr(s, name) for s in segments]) for name in ("codes", "owners", "words", "word_owners")))
    codes = _joined("codes", [s.codes for s in segments], room)
    owners = _joined("owners", [s.owners for s in segments], room)
    words = room("words", (sum(len(s.words) for s in segments),), np.uint32)
    word_owners = room("word_owners", words.shape, np.uint32)
    at = 0
    for start in range(0, 1 << 32, _STRETCH):  # stretch by stretch, so that no more than one of them is in memory
        last = np.uint32(start + _STRETCH - 1)
        cuts = [(int(np.searchsorted(s.words, np.uint32(start))), int(np.searchsorted(s.words, last, side="right"))) for s in segments]
        some = np.concatenate([s.words[low:high] for s, (low, high) in zip(segments, cuts, strict=True)])
        whose = np.concatenate([s.word_owners[low:high] for s, (low, high) in zip(segments, cuts, strict=True)])
        rank = np.argsort(some, kind="stable")
        words[at : at + len(some)], word_owners[at : at + len(some)] = some[rank], whose[rank]
        at += len(some)
    return Segment(codes, owners, *_tables(codes, room), words, word_owners, _word_starts(words, room))


def _joined(name: str, parts: Sequence[Array], room: Room) -> Array:
    whole = room(name, (sum(map(len, parts)), *parts[0].shape[1:]), parts[0].dtype)
    return np.concatenate(parts, out=whole) if len(whole) else whole


def _tables(codes: Array, room: Room) -> tuple[Array, Array, Array]:
    """`order`, `beside`, `starts` of a segment."""
    count = len(codes) if len(codes) > SCAN else 0
    order = room("order", (TABLES, count), np.uint32)
    beside = room("beside", (TABLES, count), np.uint16)
    starts = room("starts", (TABLES if count else 0, _BUCKETS + 1), np.uint32)
    parts = np.ascontiguousarray(codes[:count]).view("<u2")
    for table in range(TABLES if count else 0):
        part = np.ascontiguousarray(parts[:, table])
        rank = np.argsort(part, kind="stable")
        order[table] = rank
        beside[table] = np.ascontiguousarray(parts[:, table ^ 1])[rank]
        starts[table] = np.concatenate([[0], np.cumsum(np.bincount(part, minlength=_BUCKETS))])
    return order, beside, starts


def _word_starts(words: Array, room: Room) -> Array:
    bits = int(np.clip(len(words), 1, 1 << 24)).bit_length() - 1
    edges = np.arange(1, 1 << bits, dtype=np.uint64) << np.uint64(32 - bits)
    starts = room("word_starts", ((1 << bits) + 1,), np.int64)
    starts[0], starts[1:-1], starts[-1] = 0, np.searchsorted(words, edges.astype(np.uint32)), len(words)
    return starts


def _bits(starts: Array) -> int:
    return (len(starts) - 1).bit_length() - 1


def _spans(first: Array, last: Array) -> tuple[Array, Array]:
    """All numbers of several ranges one after another, and for each the index of its range."""
    lengths = last - first
    ends = np.cumsum(lengths)
    entry = np.repeat(np.arange(len(first)), lengths)
    return np.arange(int(ends[-1]) if len(ends) else 0) + (first - (ends - lengths))[entry], entry
