"""Does a stretch of one video appear in another one? Told by what moves. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from services.domain.facts import VideoFacts
from services.verify.motion import WINDOW_SECONDS, agreeing, movement

Array = np.ndarray[Any, np.dtype[Any]]

WIDTH, HEIGHT = 16, 9
"""Of a video's signature."""
_MOST = 3000


@dataclass(frozen=True, slots=True)
class Clip:
    """A video's signature: grey samples uint8 [n, 9, 16], `rate` a second."""

    samples: Array
    rate: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """The same stretch in both videos, in seconds; `likeness` is the mean cosine of the movement, 1 the same."""

    mine: tuple[float, float]
    theirs: tuple[float, float]
    likeness: float


def clip_of(facts: VideoFacts) -> Clip | None:
    """A video's signature, thinned to what can be compared in good time; None where it is too short."""
    samples = np.frombuffer(facts.signature, dtype=np.uint8)
    if not facts.signature_rate or len(samples) % (WIDTH * HEIGHT):
        return None
    samples = samples.reshape(-1, HEIGHT, WIDTH)
    step = max(1, -(-len(samples) // _MOST))
    clip = Clip(samples[::step], facts.signature_rate / step)
    return clip if len(clip.samples) >= WINDOW_SECONDS * clip.rate else None


def shared_stretch(mine: Clip, theirs: Clip) -> Stretch | None:
    """The longest stretch (12 s or more) that both show, as it is or mirrored; None if there is none."""
    rate = min(mine.rate, theirs.rate)
    window = round(WINDOW_SECONDS * rate)
    a, b = _at_rate(mine, rate), _at_rate(theirs, rate)
    moving = movement(a, rate)
    best: tuple[int, int, int, float] | None = None  # length, start in mine, start in theirs, likeness
    for picture in (b, b[:, :, ::-1]):
        alike = moving @ movement(picture, rate).T
        for lag in range(window - len(a), len(b) - window + 1):
            line = np.diagonal(alike, lag)
            inside = agreeing(line, window)
            if not inside.any():
                continue
            edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8)))
            start, end = max(zip(edges[::2], edges[1::2], strict=True), key=lambda run: run[1] - run[0])
            if best is None or end - start > best[0]:
                best = int(end - start), int(start + max(0, -lag)), int(start + max(0, lag)), float(line[start:end].mean())
    if best is None:
        return None
    length, first, second, likeness = best
    return Stretch(
        (round(first / rate, 2), round((first + length) / rate, 2)), (round(second / rate, 2), round((second + length) / rate, 2)), round(likeness, 4)
    )


def _at_rate(clip: Clip, rate: float) -> Array:
    if abs(clip.rate - rate) < 1e-6:
        return clip.samples
    return np.asarray(clip.samples[np.minimum(np.round(np.arange(0, len(clip.samples), clip.rate / rate)).astype(int), len(clip.samples) - 1)])
