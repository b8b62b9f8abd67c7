"""Gives an MP4 or MOV whose index was never written a new one: a recorder that lost power leaves the frames, but not where they lie.

The frames' NAL units (H.264, ISO/IEC 14496-10; HEVC, 23008-2) are found one after another by their lengths. Without the coder's parameters in
the stream itself nothing can be decoded: then there is nothing to rescue, and the same without a frame rate, as no length would be true.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from services.adapters import av_demux

_MOST_BYTES = 512 * 1024 * 1024
_MOST_UNIT = 4 * 1024 * 1024
_MOST_SKIPPED = 4 * 1024 * 1024
"""Bytes of sound between two stretches of frames."""
_ALONE = 48
"""Bytes from which on a slice with nothing like it behind it is taken for one."""
_NEVER_INSIDE = (b"\0\0\0", b"\0\0\1", b"\0\0\2")
"""Coders break these up within a unit."""
_FIRST_RATE = 25


@dataclass(frozen=True, slots=True)
class _Coding:
    """How to read the units of one coding: the sample entry's name, and of a unit's first bytes its kind, whether a slice, a picture's first, a key, parameters."""

    entry: bytes
    kind: Callable[[int], int]
    known: frozenset[int]
    slices: frozenset[int]
    keys: frozenset[int]
    parameters: frozenset[int]
    header: int
    """Bytes before a slice's own data, whose first bit says whether it begins a picture."""


_H264 = _Coding(b"avc1", lambda first: first & 31, frozenset({1, 5, 6, 7, 8, 9, 12}), frozenset({1, 5}), frozenset({5}), frozenset({7, 8}), 1)
_HEVC = _Coding(b"hev1", lambda first: first >> 1 & 63, frozenset({*range(10), *range(16, 22), *range(32, 41)}), frozenset({*range(10), *range(16, 22)}),
                frozenset(range(16, 22)), frozenset({32, 33, 34}), 2)  # fmt: skip


def rescue(source: Path, target: Path) -> bool:
    """Write the frames found in `source` with a new index to `target`; False where they cannot be decoded or say nothing of their rate."""
    if not 64 < source.stat().st_size <= _MOST_BYTES:
        return False
    with source.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        begin = data.find(b"mdat")
        if begin < 0 or data.find(b"mvhd") >= 0:
            return False
        for coding in (_H264, _HEVC):
            pictures = list(_pictures(data, begin + 4, coding))
            if pictures and pictures[0][1] and {coding.kind(data[at]) for at, _ in pictures[0][0]} >= coding.parameters - {32}:
                _write(target, data, coding, pictures, _FIRST_RATE)
                rate = av_demux.coded_rate(target, 0)
                if rate is None or not 1 <= rate <= 240:
                    return False
                _write(target, data, coding, pictures, rate)
                return True
    return False


Picture = tuple[list[tuple[int, int]], bool]
"""The units (place, length) of a picture, and whether it can be decoded by itself."""


def _pictures(data: mmap.mmap, begin: int, coding: _Coding) -> Iterator[Picture]:
    """Pictures from the first with parameters on."""
    units: list[tuple[int, int]] = []
    seen_slice = key = started = False
    for at, length in _units(data, begin, coding):
        kind = coding.kind(data[at])
        started = started or kind in coding.parameters
        if not started:
            continue
        opens = kind in coding.slices and bool(data[at + coding.header] & 0x80)
        if seen_slice and (opens or kind not in coding.slices):
            yield units, key
            units, seen_slice, key = [], False, False
        units.append((at, length))
        seen_slice = seen_slice or kind in coding.slices
        key = key or kind in coding.keys
    if seen_slice:
        yield units, key


def _units(data: mmap.mmap, at: int, coding: _Coding) -> Iterator[tuple[int, int]]:
    """(place, length) of the NAL units in order; what lies between them, such as sound, is skipped."""
    end = len(data)
    while at + 5 < end:
        length = _length(data, at, coding)
        if length is None:
            found = _next(data, at + 1, coding)
            if found is None:
                return
            at = found
            continue
        yield at + 4, length
        at += 4 + length


def _length(data: mmap.mmap, at: int, coding: _Coding) -> int | None:
    """The length of a whole unit that begins here; None if none does."""
    if at + 6 > len(data):
        return None
    length, first = struct.unpack_from(">IB", data, at)
    fits = 2 < length <= _MOST_UNIT and at + 4 + length <= len(data) and not first & 0x80 and data[at + 3 + length] != 0
    if not fits or coding.kind(first) not in coding.known:
        return None
    return None if any(data.find(code, at + 4, at + 4 + length) >= 0 for code in _NEVER_INSIDE) else int(length)


def _next(data: mmap.mmap, at: int, coding: _Coding) -> int | None:
    """The next place where a unit begins: a slice of a picture, or anything with another one behind it."""
    stop = min(len(data) - 6, at + _MOST_SKIPPED)
    if stop <= at:
        return None
    raw = np.frombuffer(data[at : stop + 5], dtype=np.uint8)
    # lengths below 4 MB begin with a zero byte, and a unit's first bit is zero
    for place in np.flatnonzero((raw[:-5] == 0) & (raw[1:-4] < _MOST_UNIT >> 16) & (raw[4:-1] < 0x80)):
        here = at + int(place)
        length = _length(data, here, coding)
        if length is None:
            continue
        if (length >= _ALONE and coding.kind(data[here + 4]) in coding.slices) or _length(data, here + 4 + length, coding) is not None:
            return here
    return None


def _write(target: Path, data: mmap.mmap, coding: _Coding, pictures: list[Picture], rate: float) -> None:
    """A file of `ftyp`, `mdat` and `moov`; the frames begin with start codes, as their parameters are among them."""
    sizes = [sum(4 + length for _, length in units) for units, _ in pictures]
    with target.open("wb") as out:
        out.write(_box(b"ftyp", b"isom\0\0\2\0isomiso2mp41"))
        out.write(struct.pack(">I4sQ", 1, b"mdat", 16 + sum(sizes)))
        first = out.tell()
        for units, _ in pictures:
            for at, length in units:
                out.write(b"\0\0\0\1" + data[at : at + length])
        out.write(_index(coding, sizes, [key for _, key in pictures], first, rate))


def _index(coding: _Coding, sizes: list[int], keys: list[bool], first: int, rate: float) -> bytes:
    scale, each = 90_000, round(90_000 / rate)
    whole, count = len(sizes) * each, len(sizes)
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    entry = _box(coding.entry, b"\0" * 6 + struct.pack(">H", 1) + b"\0" * 16 + struct.pack(">HH", 0, 0) + struct.pack(">II", 0x480000, 0x480000) + b"\0" * 4
                 + struct.pack(">H", 1) + b"\0" * 32 + struct.pack(">Hh", 24, -1))  # fmt: skip
    numbers = [number for number, key in enumerate(keys, start=1) if key]
    tables = (
        _box(b"stsd", struct.pack(">II", 0, 1) + entry)
        + _box(b"stts", struct.pack(">IIII", 0, 1, count, each))
        + _box(b"stss", struct.pack(f">II{len(numbers)}I", 0, len(numbers), *numbers))
        + _box(b"stsc", struct.pack(">IIIII", 0, 1, 1, count, 1))
        + _box(b"stsz", struct.pack(f">III{count}I", 0, 0, count, *sizes))
        + _box(b"co64", struct.pack(">IIQ", 0, 1, first))
    )
    source = _box(b"dinf", _box(b"dref", struct.pack(">II", 0, 1) + _box(b"url ", struct.pack(">I", 1))))
    media = (
        _box(b"mdhd", struct.pack(">IIIIIHH", 0, 0, 0, scale, whole, 0x55C4, 0))
        + _box(b"hdlr", struct.pack(">II4s", 0, 0, b"vide") + b"\0" * 13)
        + _box(b"minf", _box(b"vmhd", struct.pack(">IQ", 1, 0)) + source + _box(b"stbl", tables))
    )
    track = _box(b"tkhd", struct.pack(">IIIIII", 3, 0, 0, 1, 0, whole) + b"\0" * 16 + matrix + struct.pack(">II", 0, 0)) + _box(b"mdia", media)
    movie = struct.pack(">IIIII", 0, 0, 0, scale, whole) + struct.pack(">IH", 0x10000, 0x100) + b"\0" * 10 + matrix + b"\0" * 24 + struct.pack(">I", 2)
    return _box(b"moov", _box(b"mvhd", movie) + _box(b"trak", track))


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body
