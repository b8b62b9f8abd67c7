"""A file's packets (PyAV): when each frame is shown and where its bytes lie; and a few frames in a row. The only importer of av."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np

from services.adapters.ffmpeg import FORMATS

Floats = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.int64]]
Booleans = np.ndarray[Any, np.dtype[np.bool_]]

_MOST_PACKETS = 5_000_000
GUARDS = {"protocol_whitelist": "file", "format_whitelist": FORMATS}


class NotDemuxed(Exception):
    """No container that could be opened; the text is the library's message."""


@dataclass(frozen=True, slots=True)
class Packets:
    """The packets of one stream in file order. `shown` seconds (NaN where unknown), `lasts` seconds (0 unknown), `position` byte offset (-1 unknown).

    `complete` False: reading stopped at damage or at the end of a file that was cut off. `bitstream_fps`: the rate that the coded
    video itself states (not the container), None where it states none.
    """

    shown: Floats
    lasts: Floats
    position: Integers
    size: Integers
    key: Booleans
    complete: bool
    bitstream_fps: float | None = None


def demux(path: Path, stream_index: int) -> Packets:
    """All packets of a stream. Raises NotDemuxed if the file cannot be opened at all."""
    rows: list[tuple[float, float, int, int, bool]] = []
    complete = True
    try:
        container = av.open(f"file:{path}", options=GUARDS, metadata_errors="replace")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise NotDemuxed(str(error)) from error
    with container:
        stream = container.streams[stream_index]
        base = float(stream.time_base) if stream.time_base else 0.0
        fps = _bitstream_fps(stream)
        try:
            for packet in container.demux(stream):
                if packet.size == 0 or packet.is_discard:
                    continue
                stamp = packet.pts if packet.pts is not None else packet.dts
                shown = stamp * base if stamp is not None else float("nan")
                complete = complete and not packet.is_corrupt
                if not packet.is_corrupt:
                    rows.append((shown, (packet.duration or 0) * base, packet.pos if packet.pos is not None else -1, packet.size, packet.is_keyframe))
                if len(rows) >= _MOST_PACKETS:
                    complete = False
                    break
        except av.error.FFmpegError:
            complete = False
    columns = list(zip(*rows, strict=True)) or [(), (), (), (), ()]
    return Packets(
        np.asarray(columns[0], dtype=np.float64),
        np.asarray(columns[1], dtype=np.float64),
        np.asarray(columns[2], dtype=np.int64),
        np.asarray(columns[3], dtype=np.int64),
        np.asarray(columns[4], dtype=np.bool_),
        complete,
        fps,
    )


def coded_rate(path: Path, stream_index: int) -> float | None:
    """Frames a second as the coded video itself states them; None where it states none. Raises NotDemuxed if the file cannot be opened."""
    try:
        with av.open(f"file:{path}", options=GUARDS, metadata_errors="replace") as container:
            return _bitstream_fps(container.streams[stream_index])
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise NotDemuxed(str(error)) from error


def frames_from(path: Path, stream_index: int, second: float, count: int, size: tuple[int, int]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Up to `count` frames in a row from about `second` (the file's own time) on, grey, [n, height, width] for `size` (width, height).

    Raises NotDemuxed if the file cannot be opened or the place cannot be reached; damage ends the frames.
    """
    frames: list[np.ndarray[Any, Any]] = []
    try:
        with av.open(f"file:{path}", options=GUARDS, metadata_errors="replace") as container:
            stream = next(s for s in container.streams.video if s.index == stream_index)
            container.seek(int(second / float(stream.time_base or 1)), stream=stream, backward=True)
            for frame in container.decode(stream):
                frames.append(frame.reformat(*size, format="gray").to_ndarray())
                if len(frames) >= count:
                    break
    except (av.error.FFmpegError, OSError, ValueError) as error:
        if not frames:
            raise NotDemuxed(str(error)) from error
    return np.stack(frames).astype(np.uint8) if frames else np.zeros((0, size[1], size[0]), dtype=np.uint8)


def _bitstream_fps(stream: Any) -> float | None:
    """What the coded video says of its rate. Only H.264, HEVC and MPEG-2/4 carry one."""
    if stream.type != "video" or stream.codec_context is None or stream.codec_context.name not in ("h264", "hevc", "mpeg4", "mpeg2video"):
        return None
    rate = stream.codec_context.framerate
    return float(rate) if rate else None
