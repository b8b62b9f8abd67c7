"""Ruling lines of a straightened page, as curves: the paper of a photo is never quite flat."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from services.verify.readers.sheet.light import components
from services.verify.readers.sheet.types import Array, Gray

BIN = 24
"""Pixels between the points at which a line's course is kept."""
_RUN = 46
_FAINT = 30
_THICK = 15
_DOTS = 11
"""Pixels from dash to dash, or dot to dot, at most."""
_BORDERS, _NEAR, _LONG_ENOUGH = 0.08, 24, 120
"""A border's least length in heights of the page; how near to it rules end; the least length of such a rule. The last two in pixels."""


@dataclass(frozen=True, eq=False)
class Rule:
    """A line along one axis: `at[i]` is its position across at `start + i * BIN` along; `seen` the length actually drawn.

    `assumed`: nothing or next to nothing is drawn there, but the rows beside it say that it belongs there.
    """

    start: int
    at: Array
    seen: int
    assumed: bool = False

    @cached_property
    def end(self) -> int:
        return self.start + (len(self.at) - 1) * BIN

    @cached_property
    def middle(self) -> float:
        return float(np.median(self.at))

    @cached_property
    def _places(self) -> Array:
        return self.start + BIN * np.arange(len(self.at))

    @cached_property
    def _slope(self) -> float:
        if len(self.at) <= 3:
            return 0.0
        off = self._places - self._places.mean()
        return float(off @ self.at / (off @ off))

    @cached_property
    def waviness(self) -> float:
        """How far the line strays from its own smooth course, in pixels."""
        if len(self.at) < 6:
            return 0.0
        places = np.linspace(-1, 1, len(self.at))
        smooth, _ = np.linalg.qr(np.vander(places, 4))
        return float(np.std(self.at - smooth @ (smooth.T @ self.at)))

    def place(self, along: float) -> float:
        """`position` at one place."""
        inside = min(max(along, self.start), self.end)
        share = (inside - self.start) / BIN
        first = int(share)
        low = float(self.at[first])
        high = float(self.at[first + 1]) if first + 1 < len(self.at) else low
        return low + (high - low) * (share - first) + self._slope * (along - inside)

    def position(self, along: Array) -> Array:
        """Position across at places along, the ends' slope carried on beyond them."""
        places = np.asarray(along, dtype=np.float64)
        beyond = places - np.clip(places, self.start, self.end)
        result: Array = np.interp(places, self._places, self.at) + self._slope * beyond
        return result

    def polyline(self, *, level: bool) -> Array:
        """Points [n, 2] (x, y) along the line."""
        along = np.arange(self.start, self.end + 1, 8)
        across = self.position(along)
        return np.column_stack([along, across] if level else [across, along]).round().astype(np.int32)


def masks(gray: Gray, *, dotted: bool = False) -> tuple[Gray, Gray]:
    """Masks (0, 255) of what looks like level and plumb ruling, also faint or slightly curved; with `dotted` also of dots and dashes in a row."""
    dark = 255 - gray
    # What is thicker than a rule (the edge of a shadow, a blot) would join all rules that it touches.
    thin_level = cv2.subtract(dark, cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((_THICK, 1), np.uint8)))
    thin_plumb = cv2.subtract(dark, cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, _THICK), np.uint8)))
    if dotted:
        thin_level = cv2.morphologyEx(thin_level, cv2.MORPH_CLOSE, np.ones((1, _DOTS), np.uint8))
        thin_plumb = cv2.morphologyEx(thin_plumb, cv2.MORPH_CLOSE, np.ones((_DOTS, 1), np.uint8))
    level = cv2.morphologyEx(cv2.dilate(thin_level, np.ones((3, 1), np.uint8)), cv2.MORPH_OPEN, np.ones((1, _RUN), np.uint8))
    plumb = cv2.morphologyEx(cv2.dilate(thin_plumb, np.ones((1, 3), np.uint8)), cv2.MORPH_OPEN, np.ones((_RUN, 1), np.uint8))
    return _above(level), _above(plumb)


def _above(opened: Array) -> Gray:
    return np.asarray(cv2.threshold(opened, _FAINT, 255, cv2.THRESH_BINARY)[1], dtype=np.uint8)


def find_rules(mask: Gray, *, least: int) -> list[Rule]:
    """The level lines in a mask, pieces on one course joined, shorter ones than `least` pixels left out. Pass a transposed mask for plumb ones."""
    bridged = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((1, 25), np.uint8))
    count, labels, stats = components(np.asarray(bridged, dtype=np.uint8))
    pieces: list[Rule] = []
    for label in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[label])
        if w < _RUN or h > 12 + 0.08 * w or area > 14 * w:
            continue
        piece = _course(labels[y : y + h, x : x + w] == label, x, y)
        if piece is not None:
            pieces.append(piece)
    return [rule for rule in _joined(pieces) if rule.seen >= least]


def _course(inside: Array, x: int, y: int) -> Rule | None:
    rows = np.arange(inside.shape[0])[:, None]
    thickness = inside.sum(axis=0)
    drawn = thickness > 0
    if float(np.median(thickness[drawn])) > 13:
        return None
    centre = np.where(drawn, (inside * rows).sum(axis=0) / np.maximum(thickness, 1), 0.0)
    points = np.arange(0, inside.shape[1] + BIN - 1, BIN)
    first, last = np.maximum(points - BIN, 0), np.minimum(points + BIN, inside.shape[1])
    total = np.concatenate(([0.0], np.cumsum(centre)))
    count = np.concatenate(([0], np.cumsum(drawn)))
    seen = count[last] - count[first]
    if (seen == 0).any():
        return None
    return Rule(x, y + (total[last] - total[first]) / seen, int(drawn.sum()))


def _joined(pieces: list[Rule]) -> list[Rule]:
    """Pieces whose facing ends lie on one course, up to a gap of half the shorter one, made one rule."""
    rules = sorted(pieces, key=lambda rule: -rule.seen)
    done: list[Rule] = []
    while rules:
        rule = rules.pop(0)
        grown = True
        while grown:
            grown = False
            for other in rules:
                if _same_course(rule, other):
                    rules.remove(other)
                    rule = _union(rule, other)
                    grown = True
                    break
        done.append(rule)
    return sorted(done, key=lambda rule: rule.middle)


def _same_course(a: Rule, b: Rule) -> bool:
    left, right = (a, b) if a.start <= b.start else (b, a)
    overlap = min(a.end, b.end) - max(a.start, b.start)
    if overlap > 0.3 * min(a.end - a.start, b.end - b.start):
        middle = (max(a.start, b.start) + min(a.end, b.end)) / 2
        return abs(a.place(middle) - b.place(middle)) < 5
    gap = right.start - left.end
    if gap > max(60, 0.5 * min(a.seen, b.seen)):  # the grain of a desk runs on beside the table
        return False
    middle = (left.end + right.start) / 2
    return abs(left.place(middle) - right.place(middle)) < 5 + 0.008 * max(0, gap)


def _union(a: Rule, b: Rule) -> Rule:
    start, end = min(a.start, b.start), max(a.end, b.end)
    places = np.arange(start, end + BIN, BIN)
    in_a = (places >= a.start) & (places <= a.end)
    in_b = (places >= b.start) & (places <= b.end)
    known = in_a | in_b
    if not known.any():
        return a
    both = np.where(in_a & in_b, (a.position(places) + b.position(places)) / 2, np.where(in_a, a.position(places), b.position(places)))
    overlap = max(0, min(a.end, b.end) - max(a.start, b.start))
    return Rule(start, np.interp(places, places[known], both[known]), a.seen + b.seen - min(overlap, b.seen, a.seen))


def clipped(level: list[Rule], plumb: list[Rule], height: int) -> list[Rule]:
    """Level rules ended where the others end: the grain of a desk goes on where a rule of the sheet stops.

    A plumb rule at which most level ones begin (or end) is a table's border; what goes on beyond it is cut off.
    """
    borders = [rule for rule in plumb if rule.end - rule.start > _BORDERS * height]
    for border in borders:
        for first in (True, False):
            level = _clipped_at(border, level, first=first)
    return level


def _clipped_at(border: Rule, level: list[Rule], *, first: bool) -> list[Rule]:
    beside = [r for r in level if border.start - _NEAR < r.middle < border.end + _NEAR and r.end - r.start > _LONG_ENOUGH]
    places = {id(r): border.place(r.middle) for r in beside}
    ending = [r for r in beside if abs((r.start if first else r.end) - places[id(r)]) < _NEAR]
    excess = {id(r): (places[id(r)] - r.start if first else r.end - places[id(r)]) for r in beside}
    beyond = [r for r in beside if _NEAR < excess[id(r)] < 0.5 * (r.end - r.start)]
    if len(ending) < max(4, len(beyond)):
        return level
    cut = {id(r) for r in beyond}
    return [_part(r, places[id(r)], first=first) if id(r) in cut else r for r in level]


def _part(rule: Rule, place: float, *, first: bool) -> Rule:
    """The rule from `place` on (`first`), or up to it."""
    start, end = (int(place), rule.end) if first else (rule.start, int(place))
    along = np.arange(start, end + BIN, BIN)
    return Rule(start, rule.position(along), min(rule.seen, end - start))
