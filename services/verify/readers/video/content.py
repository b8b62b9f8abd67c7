"""What a video shows: stretches that stand still, are black, or show still pictures one after another.

Works on small grey samples at an even rate. A recorded stretch is never exactly still: sensors make noise and hands shake.
Where the picture looks drawn (slides, a screen) standing still is no fraud, and only told to a human.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from services.domain.facts import Span, SpanKind
from services.verify.readers.video.moving_stills import moving_stills
from services.verify.readers.video.stamps import stamped_runs

Array = np.ndarray[Any, np.dtype[Any]]

FROZEN_SECONDS = 10.0
_STILL = 3
"""Grey levels by which all but five of a thumbnail's pixels may differ while it stands still."""
_RECODED = 8
"""The same when a key frame codes the same picture anew."""
_DEAD_PIXELS = 0.004
"""Share of full-resolution pixels that changed by more than two levels; below it nothing new came from a sensor."""
_DEAD_SHARE = 0.6
_ALIVE = 0.02
_BLACK_SECONDS = 2.0
_BLACK_MEAN, _BLACK_SPREAD = 24.0, 6.0
_DRAWN = 0.3
"""Share of pixels at one grey level (± 1) from which on a picture counts as drawn."""
_SLIDE_SECONDS, _SLIDE_MOST_CHANGE = 1.2, 2.0
_SLIDES, _SLIDES_COVER = 3, 0.7
_OTHER_PICTURE = 14


@dataclass(frozen=True, slots=True)
class Samples:
    """`thumbs` uint8 [n, 36, 64]; `change` [n]: share of patch pixels that changed since the sample before (first: 0); `rate` per second."""

    thumbs: Array
    change: Array
    rate: float

    @property
    def seconds(self) -> float:
        return len(self.thumbs) / self.rate


def still_spans(samples: Samples) -> tuple[Span, ...]:
    """Black, slideshow and frozen stretches, disjoint, in order of time."""
    black = _black_runs(samples)
    runs = [run for run in _still_runs(samples.thumbs, samples.rate, _SLIDE_SECONDS) if not _overlaps(run, black)]
    shows = _slideshows(samples, runs)
    moved = [(run, sure) for run, sure in moving_stills(samples.thumbs, samples.rate) if not _overlaps(run, shows)]
    spans = [_span(SpanKind.BLACK, run, samples, True) for run in black]
    spans += [_span(SpanKind.SLIDESHOW, run, samples, not _drawn(samples, run)) for run in shows]
    spans += [_span(SpanKind.SLIDESHOW, run, samples, sure and not _drawn(samples, run)) for run, sure in moved]
    shows += [run for run, _ in moved]
    for run in runs:
        if (run[1] - run[0]) / samples.rate >= FROZEN_SECONDS and not _overlaps(run, shows):
            spans.append(_span(SpanKind.FROZEN, run, samples, _dead(samples, run) and not _drawn(samples, run)))
    for run in stamped_runs(samples.thumbs, lambda thumbs: _still_runs(thumbs, samples.rate, FROZEN_SECONDS)):
        if not _overlaps(run, [*black, *shows, *runs]) and _dead(samples, run):
            spans.append(_span(SpanKind.FROZEN, run, samples, _alive_elsewhere(samples, run) and not _drawn(samples, run)))
    return tuple(sorted(spans, key=lambda span: span.seconds))


Run = tuple[int, int]
"""Samples from (included) to (excluded)."""


def _span(kind: SpanKind, run: Run, samples: Samples, certain: bool) -> Span:
    return Span(kind, (round(run[0] / samples.rate, 3), round(run[1] / samples.rate, 3)), certain)


def _overlaps(run: Run, others: list[Run]) -> bool:
    return any(run[0] < other[1] and other[0] < run[1] for other in others)


def runs_of(flags: Array, least: int) -> list[Run]:
    """Maximal runs of true flags of at least `least`."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags.astype(bool), [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= least]


def _black_runs(samples: Samples) -> list[Run]:
    flat = samples.thumbs.reshape(len(samples.thumbs), -1)
    return runs_of((flat.mean(axis=1) < _BLACK_MEAN) & (flat.std(axis=1) < _BLACK_SPREAD), round(_BLACK_SECONDS * samples.rate))


def difference(a: Array, b: Array) -> Array:
    """The sixth-largest difference of two thumbnails (or two stacks of them) in grey levels: a clock's digits may change, no more."""
    gaps = np.abs(a.astype(np.int16) - b.astype(np.int16)).reshape(*np.broadcast_shapes(a.shape, b.shape)[:-2], -1)
    return np.partition(gaps, -6, axis=-1)[..., -6]


def _still_runs(thumbs: Array, rate: float, least_seconds: float) -> list[Run]:
    """Stretches that stay like their first sample. Neighbours alone would follow a slow drift."""
    count, least = len(thumbs), max(2, round(least_seconds * rate))
    if count < 2:
        return []
    step = difference(thumbs[1:], thumbs[:-1]) <= _STILL
    runs: list[Run] = []
    for start, end in runs_of(step, least - 1):
        stop, at = end + 1, start
        while stop - at >= least:
            like = difference(thumbs[at:stop], thumbs[at]) <= _STILL + 1
            broken = np.flatnonzero(~like)
            after = at + int(broken[0]) if len(broken) else stop
            if after - at >= least:
                runs.append((at, after))
            at = max(after, at + 1)
    return _joined(thumbs, runs)


def _joined(thumbs: Array, runs: list[Run]) -> list[Run]:
    """Runs of one picture that a key frame's fresh coding had parted."""
    joined: list[Run] = []
    for run in runs:
        if joined and run[0] - joined[-1][1] <= 2 and difference(thumbs[run[0]], thumbs[joined[-1][1] - 1]) <= _RECODED:
            joined[-1] = (joined[-1][0], run[1])
        else:
            joined.append(run)
    return joined


def _alive_elsewhere(samples: Samples, run: Run) -> bool:
    """The rest of the video has a sensor's noise all along: then its sudden end is no quiet room under a running clock."""
    rest = np.concatenate([samples.change[1 : run[0]], samples.change[run[1] + 1 :]])
    return len(rest) >= FROZEN_SECONDS * samples.rate / 2 and float(np.quantile(rest, 0.1)) >= _ALIVE


def _dead(samples: Samples, run: Run) -> bool:
    """Nothing changes in the frame's own resolution either, as it would under a sensor's noise."""
    change = samples.change[run[0] + 1 : run[1]]
    return bool(len(change)) and float(np.mean(change <= _DEAD_PIXELS)) >= _DEAD_SHARE


def _drawn(samples: Samples, run: Run) -> bool:
    """Large parts of exactly one shade: slides, a screen, a form; no photograph has that."""
    shares = []
    for index in np.linspace(run[0], run[1] - 1, min(9, run[1] - run[0])).astype(int):
        counts = np.bincount(samples.thumbs[index].reshape(-1), minlength=256)
        shares.append(np.convolve(counts, [1, 1, 1]).max() / counts.sum())
    return float(np.median(shares)) >= _DRAWN


def _slideshows(samples: Samples, runs: list[Run]) -> list[Run]:
    """Stretches of at least three different stills, each dead, with no more than cuts and fades between them."""
    dead = [run for run in runs if _dead(samples, run)]
    shows: list[Run] = []
    group: list[Run] = []
    for run in [*dead, None]:
        if run is not None and (not group or (run[0] - group[-1][1]) / samples.rate <= _SLIDE_MOST_CHANGE):
            group.append(run)
            continue
        if _is_show(samples, group):
            shows.append((group[0][0], group[-1][1]))
        group = [run] if run is not None else []
    return shows


def _is_show(samples: Samples, group: list[Run]) -> bool:
    if len(group) < _SLIDES:
        return False
    pictures = 1 + sum(
        int(difference(samples.thumbs[(a[0] + a[1]) // 2], samples.thumbs[(b[0] + b[1]) // 2])) > _OTHER_PICTURE for a, b in zip(group, group[1:], strict=False)
    )
    covered = sum(end - start for start, end in group)
    return pictures >= _SLIDES and covered >= _SLIDES_COVER * (group[-1][1] - group[0][0])
