"""How long a video really plays: from where its frames' bytes lie and when they are shown, whatever the header says.

Each packet of the file counts once, however often tables or edit lists point to it, and only if its bytes are in the file.
A frame lasts until the next one, at most a second: a held frame is no video.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from services.adapters.av_demux import Packets
from services.domain.facts import Span, SpanKind

Interval = tuple[float, float]

GAP_CAP = 1.0
"""Seconds that one frame may last."""
_HELD = 3.0
"""A gap longer than this is shown as a frozen stretch."""
_STRETCHED = 2.5
"""Frames coded for at least so many times the rate they are played at: slowed down, not recorded so."""
_SLOW_FPS = 8.0
_SOUND_ALONG = 0.8


@dataclass(frozen=True, slots=True)
class Structure:
    """`intervals`: the stretches in which real frames are shown, seconds from the first frame. `scale`: what a second of them is worth.

    `held`: stretches in which one frame stands still because no other follows. `suspicious_rate`: few frames at an even pace,
    as in a stretched video, but nothing that proves it.
    """

    first: float
    intervals: tuple[Interval, ...]
    held: tuple[Span, ...]
    fps: float | None
    scale: float = 1.0
    suspicious_rate: bool = False
    witnesses: tuple[tuple[str, float], ...] = ()
    key_times: tuple[float, ...] = ()
    """When frames are shown that can be decoded by themselves, seconds from the first frame, in order."""
    silent: bool = False
    """No sound runs along for most of it."""
    missing: float = 0.0
    """Seconds of frames that the index has, whose bytes lie behind the end of the file."""

    @property
    def playable(self) -> float:
        return self.scale * total(self.intervals)

    @property
    def key_seconds(self) -> float | None:
        """The longest time between two frames that can be decoded by themselves; None where there are fewer than two."""
        return float(np.diff(self.key_times).max()) if len(self.key_times) > 1 else None


def structure(packets: Packets, file_size: int, *, audio_seconds: float | None = None, coded_fps: float | None = None) -> Structure | None:
    """The true timeline of a video stream; None if no frame's bytes are in the file. `audio_seconds`: what the sound really lasts.

    `coded_fps`: the rate that the coded video states, where the packets don't bring it along.
    """
    coded = coded_fps if packets.bitstream_fps is None else packets.bitstream_fps
    chosen = _unique(packets, file_size)
    if not len(chosen):
        return None
    shown, lasts = packets.shown[chosen], packets.lasts[chosen]
    known = ~np.isnan(shown)
    shown, lasts = shown[known], lasts[known]
    if not len(shown):
        return None
    order = np.argsort(shown, kind="stable")
    shown, lasts = shown[order], lasts[order]
    first = float(shown[0])
    times = shown - first
    gaps = np.diff(times)
    steady = gaps[gaps > 1e-6]
    pace = float(np.median(steady)) if len(steady) else 0.0
    last = float(lasts[-1]) if 0 < lasts[-1] <= GAP_CAP else min(pace, GAP_CAP)
    ends = times + np.minimum(np.append(gaps, last), GAP_CAP)
    held = [Span(SpanKind.FROZEN, (round(float(t), 3), round(float(t + g), 3))) for t, g in zip(times[:-1], gaps, strict=True) if g > _HELD]
    if lasts[-1] > _HELD:
        held.append(Span(SpanKind.FROZEN, (round(float(times[-1]), 3), round(float(times[-1] + lasts[-1]), 3))))
    fps = 1 / pace if pace > 0 else None
    intervals = union(list(zip(times.tolist(), ends.tolist(), strict=True)))
    silent = audio_seconds is None or audio_seconds < _SOUND_ALONG * total(intervals)
    scale, suspicious = _speed(coded, fps, steady, silent)
    witnesses = [("packets", round(float(ends[-1]), 3))]
    if coded:
        witnesses.append(("frames_at_coded_rate", round(len(times) / coded, 3)))
    keys = tuple(times[packets.key[chosen][known][order]].tolist())
    end = int((packets.position + packets.size).max())
    whole = structure(packets, end, audio_seconds=audio_seconds, coded_fps=coded_fps) if end > file_size else None
    missing = 0.0 if whole is None else scale * (total(whole.intervals) - total(intervals))
    return Structure(first, intervals, tuple(held), fps, scale, suspicious, tuple(witnesses), keys, silent, missing)


def _unique(packets: Packets, file_size: int) -> np.ndarray[Any, Any]:
    """Indices of the first packet at each position, of those whose bytes are in the file. Packets without a position count as they are."""
    inside = (packets.position < 0) | (packets.position + packets.size <= file_size)
    indices = np.flatnonzero(inside)
    placed = indices[packets.position[indices] >= 0]
    if not len(placed):
        return indices
    # A parser that splits one chunk into several frames gives them one position: they differ in size, or in time by a frame.
    keys = np.stack([packets.position[placed], packets.size[placed]], axis=1)
    _, firsts = np.unique(keys, axis=0, return_index=True)
    return np.sort(np.concatenate([placed[firsts], indices[packets.position[indices] < 0]]))


def _speed(coded: float | None, fps: float | None, gaps: np.ndarray[Any, Any], silent: bool) -> tuple[float, bool]:
    """(what a second is worth, whether a slow even rate is left unexplained).

    The coded video says at which rate it was made. Played several times slower at an even pace, without sound that runs along,
    it was stretched. A camera that skips frames has uneven gaps; a surveillance camera says its own low rate.
    """
    if fps is None or len(gaps) < 30 or not _even(gaps):
        return 1.0, False
    rate = 1 / float(np.mean(gaps[gaps <= 1.5 * np.median(gaps)]))
    if rate >= 12:
        return 1.0, False
    if coded is not None and coded <= 240 and coded / rate >= _STRETCHED and silent:
        return rate / coded, False
    return 1.0, rate < _SLOW_FPS and silent


def _even(gaps: np.ndarray[Any, Any]) -> bool:
    """Whether frames follow each other at one pace, be it rounded to a coarse clock's ticks: 4, 5, 5, 4 of them never stray far from a straight line."""
    pace = float(np.median(gaps))
    if float(np.mean(np.abs(gaps - pace) <= 0.1 * pace)) >= 0.95:
        return True
    times = np.concatenate([[0.0], np.cumsum(gaps)])
    straight = np.linspace(0, times[-1], len(times))
    return float(np.mean(np.abs(gaps - pace) <= 0.5 * pace)) >= 0.99 and float(np.mean(np.abs(times - straight) <= pace)) >= 0.99


def container_seconds(probe: Mapping[str, Any]) -> float | None:
    """The longest duration that the header claims, for the whole or for a stream; None if it claims none."""
    claims = [seconds_of(probe.get("format", {}).get("duration"))]
    for stream in probe.get("streams", []):
        claims += [seconds_of(stream.get("duration")), seconds_of(stream.get("tags", {}).get("DURATION"))]
    known = [c for c in claims if c is not None]
    return max(known) if known else None


def seconds_of(value: Any) -> float | None:
    """Seconds from "300.5" or "00:05:00.500"; None for anything else, and for 0."""
    try:
        parts = [float(p) for p in str(value).split(":")]
    except ValueError:
        return None
    seconds = sum(p * 60**i for i, p in enumerate(reversed(parts)))
    return seconds if 0 < seconds < 1e9 and len(parts) <= 3 else None


# --- intervals ------------------------------------------------------------------------------------------------


def union(intervals: list[Interval]) -> tuple[Interval, ...]:
    """Disjoint intervals in order that cover the same; what touches is joined."""
    joined: list[Interval] = []
    for start, end in sorted(i for i in intervals if i[1] > i[0]):
        if joined and start <= joined[-1][1] + 1e-6:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def subtract(intervals: tuple[Interval, ...], cuts: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """What is left of disjoint `intervals` without disjoint `cuts`."""
    left: list[Interval] = []
    for start, end in intervals:
        for cut_start, cut_end in cuts:
            if cut_end <= start or cut_start >= end:
                continue
            if cut_start > start:
                left.append((start, cut_start))
            start = max(start, cut_end)
            if start >= end:
                break
        if start < end:
            left.append((start, end))
    return tuple(left)


def total(intervals: tuple[Interval, ...]) -> float:
    """Length of disjoint intervals."""
    return float(sum(end - start for start, end in intervals))
