"""Pen strokes through rows, told from the rules that part them."""

from __future__ import annotations

import numpy as np

from services.verify.readers.sheet.rules import Rule
from services.verify.readers.sheet.types import Array, Gray


def without_strokes(level: list[Rule], plumb: list[Rule], width: int) -> list[Rule]:
    """Level lines that end at plumb ones: a pen stroke through a row ends anywhere."""
    if not plumb:
        return level

    def ends_at_border(rule: Rule) -> bool:
        misses = 0
        for end in (rule.start, rule.end):
            y = rule.place(end)
            misses += min(abs(p.place(y) - end) for p in plumb) > 22
        return misses == 0

    drawn = [rule for rule in level if rule.seen > 0.55 * (rule.end - rule.start)]
    return [rule for rule in drawn if rule.end - rule.start > 0.93 * width or (rule.end - rule.start > 0.12 * width and ends_at_border(rule))]


def even_rows(level: list[Rule], ink: Gray) -> list[Rule]:
    """Without lines that cut a row of usual height in two or three and don't run like the rest: pen strokes through a whole row."""
    kept = list(level)
    while len(kept) > 4:
        gaps = np.diff([rule.middle for rule in kept])
        usual = float(np.percentile(gaps, 60))
        tight = [int(i) for i in np.flatnonzero(gaps < 0.66 * usual)]
        strange = {id(rule): _strangeness(rule, kept, ink) for i in tight for rule in (kept[i], kept[i + 1]) if rule not in (kept[0], kept[-1])}
        worst = max((rule for rule in kept if id(rule) in strange), key=lambda rule: strange[id(rule)], default=None)
        if worst is None:
            break
        at = kept.index(worst)
        # Where the row is exactly as high as the others without the line, much less is needed to call it a stroke.
        enough = 0.45 if any(abs(gaps[i : j + 1].sum() - usual) < 0.1 * usual for i, j in ((at - 1, at), (at - 2, at), (at - 1, at + 1)) if i >= 0) else 1.0
        if strange[id(worst)] < enough:
            break
        kept.pop(at)
    return kept


def _strangeness(rule: Rule, others: list[Rule], ink: Gray) -> float:
    """How unlike the others a line is: wavier, broken, beginning or ending elsewhere, sloping otherwise, through text. 1 and more: not one of them."""
    wave = rule.waviness / (2 * float(np.median([other.waviness for other in others])) + 0.6)
    seen = 0.85 * float(np.median([other.seen for other in others])) / max(rule.seen, 1)
    start = abs(rule.start - float(np.median([other.start for other in others]))) / 14
    end = abs(rule.end - float(np.median([other.end for other in others]))) / 26
    slope = abs(_slope(rule) - float(np.median([_slope(other) for other in others]))) / 0.006
    text = _through_text(rule, ink) / 0.07
    return max(wave, 0.0 if seen < 0.9 else seen, start if start > 0.6 else 0.0, end if end > 0.6 else 0.0, slope, text)


def _through_text(rule: Rule, ink: Gray) -> float:
    """The part of the line with ink close above and close below: a ruling runs between the rows' text, a stroke through it."""
    along = np.arange(rule.start, rule.end, 4)
    across = rule.position(along).round().astype(int)
    height, width = ink.shape

    def inked(low: int, high: int) -> Array:
        beside = [ink[np.clip(across + off, 0, height - 1), np.clip(along, 0, width - 1)] > 0 for off in range(low, high)]
        found: Array = np.any(beside, axis=0)
        return found

    return float((inked(-13, -5) & inked(6, 14)).mean())


def _slope(rule: Rule) -> float:
    return float((rule.at[-1] - rule.at[0]) / max(rule.end - rule.start, 1))
