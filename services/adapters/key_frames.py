"""A quick look at a video: its key frames only, decoded one by one; every other packet is left aside undecoded, whatever the codec.

Decoders' own skipping (`skip_frame nokey`) is not heeded by all of them: VP9's decodes everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np

from services.adapters.av_demux import GUARDS, NotDemuxed
from services.adapters.ffmpeg import PATCH, SAMPLE_ROWS, THUMB

_PLACES = ((0.5, 0.45), (0.2, 0.75))
"""Where the two patches lie, of the room that is left across and down; as in `ffmpeg.samples`."""
_PLANAR = ("yuv420p", "yuvj420p", "nv12")
_FULL = 2
"""The library's number for frames that use all levels from 0 to 255."""
_FULL_RANGE = ((np.arange(256) - 16) * 255 / 219).round().clip(0, 255).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """`seconds` in the file's own time (NaN where unknown); `sample` uint8 [`SAMPLE_ROWS`, 64] as `ffmpeg.samples` gives it; `frame` for a picture."""

    seconds: float
    sample: np.ndarray[Any, np.dtype[np.uint8]]
    frame: Any

    def save(self, path: Path, width: int) -> None:
        """Write it as a JPEG of this width."""
        height = max(2, round(self.frame.height * width / self.frame.width / 2) * 2)
        self.frame.to_image(width=width, height=height).save(path, quality=85)


def key_frames(path: Path, stream_index: int) -> Iterator[KeyFrame]:
    """The key frames of a stream. Damage ends them. Raises NotDemuxed if the file cannot be opened."""
    try:
        container = av.open(f"file:{path}", options=GUARDS, metadata_errors="replace")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise NotDemuxed(str(error)) from error
    with container:
        stream = next(s for s in container.streams.video if s.index == stream_index)
        stream.codec_context.thread_count = 1
        base = float(stream.time_base or 0)
        try:
            for packet in container.demux(stream):
                if packet.size and not packet.is_keyframe:
                    continue
                for frame in packet.decode():
                    yield KeyFrame(frame.pts * base if frame.pts is not None else float("nan"), _sample(frame), frame)
        except av.error.FFmpegError:
            return


def _sample(frame: Any) -> np.ndarray[Any, np.dtype[np.uint8]]:
    sample = np.zeros((SAMPLE_ROWS, THUMB[0]), dtype=np.uint8)
    sample[: THUMB[1]] = frame.reformat(*THUMB, format="gray", interpolation="AREA").to_ndarray()
    if frame.width >= PATCH[0] and frame.height >= PATCH[1]:
        grey, narrow = _brightness(frame)
        for k, (across, down) in enumerate(_PLACES):
            left, top = int((frame.width - PATCH[0]) * across), int((frame.height - PATCH[1]) * down)
            patch = grey[top : top + PATCH[1], left : left + PATCH[0]]
            sample[THUMB[1] + k * PATCH[1] : THUMB[1] + (k + 1) * PATCH[1]] = _FULL_RANGE[patch] if narrow else patch
    return sample


def _brightness(frame: Any) -> tuple[np.ndarray[Any, Any], bool]:
    """The frame in grey without converting what already lies apart, and whether it uses the levels 16 to 235 only, as most video does."""
    if frame.format.name not in _PLANAR:
        return np.asarray(frame.to_ndarray(format="gray")), False
    plane = frame.planes[0]
    grey = np.frombuffer(plane, dtype=np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
    return grey, frame.format.name != "yuvj420p" and frame.color_range != _FULL
