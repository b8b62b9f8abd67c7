"""Just enough of the MP4 box format to forge its tables: parse moov, change it, write it behind the data."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

_CONTAINERS = frozenset({"moov", "trak", "mdia", "minf", "stbl", "edts"})


@dataclass
class Box:
    """One box: its four letters with raw `data`, or `children` where it only holds others."""

    kind: str
    data: bytes = b""
    children: list[Box] = field(default_factory=list)

    def find(self, path: str) -> Box:
        """The first box under a path such as "mdia/minf". Raises KeyError."""
        box = self
        for kind in path.split("/"):
            box = next((child for child in box.children if child.kind == kind), None) or _missing(kind)
        return box

    def bytes(self) -> bytes:
        body = b"".join(child.bytes() for child in self.children) if self.kind in _CONTAINERS else self.data
        return struct.pack(">I4s", len(body) + 8, self.kind.encode("latin1")) + body


def _missing(kind: str) -> Box:
    raise KeyError(kind)


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[str, int, int, int]]:
    """(kind, start, start of the body, end) of the boxes in a row."""
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, start + 8)[0], 16
        size = size or end - start
        yield kind.decode("latin1"), start, start + head, start + size
        start += size


def _parse(data: bytes, start: int, end: int) -> list[Box]:
    return [
        Box(kind, children=_parse(data, body, stop)) if kind in _CONTAINERS else Box(kind, data[body:stop]) for kind, _, body, stop in boxes(data, start, end)
    ]


def rewrite(source: Path, path: Path, change: Callable[[Box], None]) -> Path:
    """Copy an MP4 whose index lies behind its data, with the index changed. Raises ValueError if it lies before."""
    data = source.read_bytes()
    places = {kind: (start, body, end) for kind, start, body, end in boxes(data)}
    if places["moov"][0] < places["mdat"][0]:
        raise ValueError("the index lies before the data")
    start, body, end = places["moov"]
    movie = Box("moov", children=_parse(data, body, end))
    change(movie)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data[:start] + movie.bytes() + data[end:])
    return path


def _video(movie: Box) -> Box:
    return next(t for t in movie.children if t.kind == "trak" and t.find("mdia/hdlr").data[8:12] == b"vide")


def _patch(box: Box, seconds: float, scale: int, offsets: tuple[int, int]) -> None:
    """Durations are at one offset in version 0 (32 bits) and another in version 1 (64 bits)."""
    data, version = bytearray(box.data), box.data[0]
    struct.pack_into(">Q" if version else ">I", data, offsets[version], round(seconds * scale))
    box.data = bytes(data)


def _scale(box: Box) -> int:
    return int(struct.unpack_from(">I", box.data, 20 if box.data[0] else 12)[0])


def set_durations(movie: Box, seconds: float, kinds: tuple[str, ...] = ("mvhd", "tkhd", "mdhd")) -> None:
    """Write a duration into the movie's, the tracks' and the media headers, and into edit lists."""
    header = movie.find("mvhd")
    scale = _scale(header)
    if "mvhd" in kinds:
        _patch(header, seconds, scale, (16, 24))
    for track in (child for child in movie.children if child.kind == "trak"):
        if "tkhd" in kinds:
            _patch(track.find("tkhd"), seconds, scale, (20, 28))
        if "mdhd" in kinds:
            media = track.find("mdia/mdhd")
            _patch(media, seconds, _scale(media), (16, 24))


def _table(box: Box, fields: str) -> list[tuple[int, ...]]:
    count = struct.unpack_from(">I", box.data, 4)[0]
    size = struct.calcsize(">" + fields)
    return [struct.unpack_from(">" + fields, box.data, 8 + i * size) for i in range(count)]


def _set_table(box: Box, fields: str, rows: list[tuple[int, ...]]) -> None:
    box.data = box.data[:4] + struct.pack(">I", len(rows)) + b"".join(struct.pack(">" + fields, *row) for row in rows)


def hold_last(movie: Box, seconds: float) -> None:
    """The last sample lasts so long that the track lasts `seconds`."""
    track = _video(movie)
    scale = _scale(track.find("mdia/mdhd"))
    times = track.find("mdia/minf/stbl/stts")
    rows = _table(times, "II")
    count, delta = rows.pop()
    played = sum(c * d for c, d in rows) + (count - 1) * delta
    rows += [(count - 1, delta)] if count > 1 else []
    _set_table(times, "II", [*rows, (1, round(seconds * scale) - played)])
    track.children = [child for child in track.children if child.kind != "edts"]
    set_durations(movie, seconds)


def repeat_edits(movie: Box, times: int) -> None:
    """The edit list names the whole track `times` times."""
    track = _video(movie)
    scale = _scale(movie.find("mvhd"))
    media = track.find("mdia/mdhd")
    seconds = struct.unpack_from(">Q" if media.data[0] else ">I", media.data, 24 if media.data[0] else 16)[0] / _scale(media)
    rows = b"".join(struct.pack(">IiHH", round(seconds * scale), 0, 1, 0) for _ in range(times))
    edits = Box("edts", children=[Box("elst", b"\0\0\0\0" + struct.pack(">I", times) + rows)])
    track.children = [child for child in track.children if child.kind != "edts"]
    track.children.insert(1, edits)
    set_durations(movie, seconds * times, ("mvhd", "tkhd"))


def repeat_samples(movie: Box, times: int) -> None:
    """All tables list the samples `times` times; the bytes are there once."""
    track = _video(movie)
    table = track.find("mdia/minf/stbl")
    kinds = {child.kind for child in table.children}
    for kind, fields in (("stts", "II"), ("ctts", "Ii")):
        if kind in kinds:
            box = table.find(kind)
            _set_table(box, fields, _table(box, fields) * times)
    sizes = table.find("stsz")
    same, count = struct.unpack_from(">II", sizes.data, 4)
    sizes.data = sizes.data[:4] + struct.pack(">II", same, count * times) + (sizes.data[12:] * times if not same else b"")
    chunks = len(_table(table.find("stco"), "I"))
    _set_table(table.find("stco"), "I", _table(table.find("stco"), "I") * times)
    first = _table(table.find("stsc"), "III")
    _set_table(table.find("stsc"), "III", [(a + k * chunks, b, c) for k in range(times) for a, b, c in first])
    if "stss" in kinds:
        _set_table(table.find("stss"), "I", [(n + k * count,) for k in range(times) for (n,) in _table(table.find("stss"), "I")])
    media = track.find("mdia/mdhd")
    seconds = struct.unpack_from(">Q" if media.data[0] else ">I", media.data, 24 if media.data[0] else 16)[0] / _scale(media)
    track.children = [child for child in track.children if child.kind != "edts"]
    set_durations(movie, seconds * times)
