"""The sample tables of an MP4 or MOV file, read straight from its index: when each frame is shown and where its bytes lie, in milliseconds.

No sample's bytes are touched. Box and table layouts: ISO/IEC 14496-12. Files that need more than tables to be understood (fragments,
several edits, compressed indexes) are left to a demultiplexer: the answer is None, as for files of another kind.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from services.adapters.av_demux import Packets

_MOST_INDEX = 256 * 1024 * 1024
_MOST_SAMPLES = 5_000_000
_MOST_BOXES = 10_000
_INSIDE = frozenset({b"trak", b"mdia", b"minf", b"stbl", b"edts"})
_START_OF = {b"vide": "video", b"soun": "audio"}

Array = np.ndarray[Any, np.dtype[Any]]


class _Broken(Exception):
    """A table that contradicts itself or its box."""


@dataclass(frozen=True, slots=True)
class Track:
    """`kind` video | audio | other; `number` is the track's ID as ffprobe states it."""

    number: int
    kind: str
    packets: Packets


def tracks(path: Path) -> tuple[Track, ...] | None:
    """The tracks of an MP4/MOV with their samples in decoding order; None where the tables alone do not tell (see above)."""
    with path.open("rb") as stream:
        movie = _movie(stream, path.stat().st_size)
    if movie is None:
        return None
    try:
        boxes = list(_boxes(movie, 0, len(movie)))
        if any(kind in (b"mvex", b"cmov") for kind, _, _ in boxes):
            return None
        header = next((movie[a:b] for kind, a, b in boxes if kind == b"mvhd"), b"")
        found = [_track(movie, a, b, _scale(header)) for kind, a, b in boxes if kind == b"trak"]
    except (_Broken, struct.error, ValueError, IndexError, OverflowError):
        return None
    return None if not found or any(track is None for track in found) else tuple(track for track in found if track is not None)


def _movie(stream: BinaryIO, size: int) -> bytes | None:
    """The body of the movie box; None where there is none, or the file has fragments."""
    at, movie = 0, None
    for _ in range(_MOST_BOXES):
        stream.seek(at)
        head = stream.read(16)
        if len(head) < 8:
            return movie
        length, kind = struct.unpack_from(">I4s", head)
        skip = 8
        if length == 1 and len(head) == 16:
            length, skip = struct.unpack_from(">Q", head, 8)[0], 16
        length = length or size - at
        if length < skip or kind == b"moof":
            return None if kind == b"moof" else movie
        if kind == b"moov" and movie is None:
            if length > _MOST_INDEX or at + length > size:
                return None
            stream.seek(at + skip)
            movie = stream.read(length - skip)
        at += length
    return movie


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(kind, start of the body, end) of the boxes in a row."""
    while start + 8 <= end:
        length, kind = struct.unpack_from(">I4s", data, start)
        skip = 8
        if length == 1:
            length, skip = struct.unpack_from(">Q", data, start + 8)[0], 16
        length = length or end - start
        if length < skip or start + length > end:
            raise _Broken
        yield kind, start + skip, start + length
        start += length


def _leaves(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    """Every box below a track that holds data itself."""
    for kind, a, b in _boxes(data, start, end):
        if kind in _INSIDE:
            yield from _leaves(data, a, b)
        else:
            yield kind, data[a:b]


def _scale(header: bytes) -> int:
    """Units a second of a movie or media header."""
    scale = int(struct.unpack_from(">I", header, 20 if header[0] else 12)[0])
    if scale == 0:
        raise _Broken
    return scale


def _track(movie: bytes, start: int, end: int, movie_scale: int) -> Track | None:
    parts: dict[bytes, bytes] = {}
    for name, body in _leaves(movie, start, end):
        if name != b"hdlr" or body[8:12] in _START_OF:
            parts.setdefault(name, body)
    head = parts.get(b"tkhd", b"")
    number = int(struct.unpack_from(">I", head, 20 if head[0] else 12)[0])
    kind = _START_OF.get(parts.get(b"hdlr", b"")[8:12], "other")
    if kind == "other" or not {b"stts", b"stsc", b"mdhd"} <= parts.keys():
        return Track(number, "other", _packets([np.zeros(0)] * 5))
    packets = _samples(parts, _scale(parts[b"mdhd"]), movie_scale)
    return None if packets is None else Track(number, kind, packets)


def _samples(parts: dict[bytes, bytes], scale: int, movie_scale: int) -> Packets | None:
    lasts = _spread(_table(parts[b"stts"], 2))
    size, position = _sizes(parts), _positions(parts)
    count = min(len(lasts), len(size), len(position))
    lasts, size, position = lasts[:count], size[:count], position[:count]
    shown = np.cumsum(lasts) - lasts
    if b"ctts" in parts:
        later = _spread(_table(parts[b"ctts"], 2, signed=True))[:count]
        shown[: len(later)] += later
    key = np.ones(count, dtype=bool)
    if b"stss" in parts:
        key[:] = False
        numbers = _table(parts[b"stss"], 1)[:, 0] - 1
        key[numbers[(numbers >= 0) & (numbers < count)]] = True
    edits = _edits(parts.get(b"elst"))
    if len(edits) > 1:
        return None
    kept = np.ones(count, dtype=bool)
    if edits:
        lasting, start = edits[0]
        shown = shown - start
        kept = shown + lasts > 0
        if lasting:
            kept &= shown < lasting / movie_scale * scale
    return _packets([values[kept] for values in (shown / scale, lasts / scale, position, size, key)])


def _packets(columns: list[Array]) -> Packets:
    shown, lasts, position, size, key = columns
    return Packets(shown.astype(np.float64), lasts.astype(np.float64), position.astype(np.int64), size.astype(np.int64), key.astype(np.bool_), True)


def _table(body: bytes, columns: int, *, signed: bool = False, head: int = 4, wide: bool = False) -> Array:
    """The rows of a table whose number of rows stands before them; the last column signed if so wanted: int64 [rows, columns]."""
    rows = struct.unpack_from(">I", body, head)[0]
    width = 8 if wide else 4
    if rows * columns * width > len(body) - head - 4:
        raise _Broken
    values = np.frombuffer(body, dtype=f">u{width}", count=rows * columns, offset=head + 4).reshape(rows, columns)
    table = values.astype(np.int64)
    if signed:
        table[:, -1] = values[:, -1].astype(np.uint32).view(np.int32)
    return table


def _spread(runs: Array) -> Array:
    """Values from (how many, value) pairs."""
    if runs[:, 0].sum() > _MOST_SAMPLES:
        raise _Broken
    return np.repeat(runs[:, 1], runs[:, 0])


def _sizes(parts: dict[bytes, bytes]) -> Array:
    if b"stsz" not in parts:
        raise _Broken  # the compact form (stz2) is hardly ever written
    body = parts[b"stsz"]
    same, count = struct.unpack_from(">II", body, 4)
    if count > _MOST_SAMPLES:
        raise _Broken
    return np.full(count, same, dtype=np.int64) if same else _table(body, 1, head=8)[:, 0]


def _positions(parts: dict[bytes, bytes]) -> Array:
    """Byte offset of each sample: chunks say where they begin, their samples follow one another."""
    chunks = _table(parts[b"stco"], 1)[:, 0] if b"stco" in parts else _table(parts[b"co64"], 1, wide=True)[:, 0]
    runs = _table(parts[b"stsc"], 3)
    if not len(runs) or not len(chunks) or runs[0, 0] != 1 or (np.diff(runs[:, 0]) <= 0).any():
        raise _Broken
    ends = np.append(runs[1:, 0] - 1, len(chunks))
    per_chunk = np.repeat(runs[:, 1], np.maximum(ends - (runs[:, 0] - 1), 0))[: len(chunks)]
    if per_chunk.sum() > _MOST_SAMPLES:
        raise _Broken
    sizes = _sizes(parts)[: int(per_chunk.sum())]
    chunk_of = np.repeat(np.arange(len(per_chunk)), per_chunk)[: len(sizes)]
    before = np.cumsum(sizes) - sizes
    firsts = np.cumsum(per_chunk) - per_chunk
    begin = before[np.minimum(firsts, len(sizes) - 1)] if len(sizes) else before
    return np.asarray(chunks[chunk_of] + before - begin[chunk_of])


def _edits(body: bytes | None) -> list[tuple[int, int]]:
    """(duration in the movie's units, start in the track's units) of the edits that show something."""
    if body is None:
        return []
    long = body[0] == 1
    count, row = struct.unpack_from(">I", body, 4)[0], 20 if long else 12
    if count * row > len(body) - 8:
        raise _Broken
    rows = [struct.unpack_from(">Qq" if long else ">Ii", body, 8 + i * row) for i in range(min(count, 64))]
    return [(int(lasting), int(start)) for lasting, start in rows if start >= 0]
