"""One look through a whole video in small: every frame that matters, or key frames only where the rest would take too long."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from services.adapters import ffmpeg
from services.adapters.key_frames import key_frames
from services.domain.facts import Frame
from services.verify.readers import ReaderContext
from services.verify.readers.video.content import Samples
from services.verify.readers.video.pictures import frames_of
from services.verify.readers.video.structure import Structure

Sample = np.ndarray[Any, np.dtype[np.uint8]]

_RATE = 5.0
_LONG_RATE, _LONG = 2.0, 3600.0
_MOST_PICTURES, _PICTURE_WIDTH = 300, 320
_REFERENCE_FPS, _USUAL_FPS = 20.0, 25.0
_MOST_PIXELS, _KEY_SECONDS = 50e9, 4.0
"""Pixels to decode in full (13 minutes of 1080p at 30 a second), and how far key frames may lie apart to stand in for the rest."""
_CHANGED = 2
"""Grey levels by which a pixel in full resolution differs when it changed."""


def look(source: Path, stream: dict[str, Any], timeline: Structure, ctx: ReaderContext) -> tuple[Samples, tuple[Frame, ...]]:
    """Samples at an even rate, and pictures. Raises ffmpeg.ToolFailed or av_demux.NotDemuxed where nothing at all can be decoded."""
    seconds = timeline.intervals[-1][1] if timeline.intervals else 0.0
    sparsely = _too_much_to_decode(stream, timeline)
    rate = _RATE if seconds <= _LONG else _LONG_RATE
    if timeline.fps is not None:
        rate = min(rate, max(1.0, float(int(timeline.fps))))
    if sparsely:
        rate = min(rate, 1 / max(timeline.key_seconds or 1.0, 0.2))
    every = max(2.0, seconds / _MOST_PICTURES)
    seconds = min(seconds + 5, float(ctx.limits.video_seconds))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if sparsely:
            found = list(_key_samples(source, int(stream["index"]), rate, every, seconds, folder))
        else:
            plan = ffmpeg.Plan(
                stream=int(stream["index"]),
                rate=rate,
                picture_seconds=every,
                picture_width=_PICTURE_WIDTH,
                seconds=seconds,
                time_limit=float(ctx.limits.cpu_seconds),
                only_reference=(timeline.fps or 0) >= _REFERENCE_FPS,
            )
            found = [np.frombuffer(raw, dtype=np.uint8).reshape(ffmpeg.SAMPLE_ROWS, ffmpeg.THUMB[0]) for raw in ffmpeg.samples(source, plan, folder)]
        if not found:
            raise ffmpeg.ToolFailed("no frame could be decoded")
        return _samples(found, rate), frames_of(folder, every)


def _samples(found: list[Sample], rate: float) -> Samples:
    change = [0.0]
    for before, after in zip(found, found[1:], strict=False):
        gaps = np.abs(after[ffmpeg.THUMB[1] :].astype(np.int16) - before[ffmpeg.THUMB[1] :])
        change.append(float((gaps > _CHANGED).mean()))
    return Samples(np.stack([sample[: ffmpeg.THUMB[1]] for sample in found]), np.asarray(change), rate)


def _key_samples(source: Path, index: int, rate: float, every: float, seconds: float, folder: Path) -> Iterator[Sample]:
    """Key frames at an even rate, each until the next; a picture every `every` seconds in the folder."""
    first: float | None = None
    sample: Sample | None = None
    given = pictures = 0
    for key in key_frames(source, index):
        if math.isnan(key.seconds):
            continue
        first = key.seconds if first is None else first
        at = key.seconds - first
        if at > seconds:
            break
        while sample is not None and given < round(at * rate):
            given += 1
            yield sample
        sample = key.sample
        while pictures * every <= at:
            pictures += 1
            key.save(folder / f"{pictures:05d}.jpg", _PICTURE_WIDTH)
    if sample is not None:
        yield sample


def _too_much_to_decode(stream: dict[str, Any], timeline: Structure) -> bool:
    """Whether only key frames are looked at: long videos in high resolution that have one often enough."""
    pixels = int(stream.get("width") or 0) * int(stream.get("height") or 0) * timeline.playable * (timeline.fps or _USUAL_FPS)
    return pixels > _MOST_PIXELS and timeline.key_seconds is not None and timeline.key_seconds <= _KEY_SECONDS
