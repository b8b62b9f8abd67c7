"""What stands in a rectangle of the page: the text layer's characters where the page was born digital, else what is recognised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from services.adapters.ocr import Engine, OcrReading, crop_quad
from services.adapters.ocr.ctc import one_hot
from services.domain.evidence import Box
from services.domain.facts import TextLine
from services.verify.readers.sheet.dates import dateable, has_date, sharpened
from services.verify.readers.sheet.heading import Placed
from services.verify.readers.sheet.ink import CellInk, PageInk
from services.verify.readers.sheet.types import Array, Gray, Page, Rect

_PRINTED_VARIES = 0.06
_NOTHING = OcrReading("", 0.0)
_SHORT, _TRAINED = 200 / 48, 320 / 48
"""Widths in heights: up to the first a line stays as it is, the second is the widest that the recogniser was trained on."""
_LIGHTLY, _PRESS = 0.85, 0.72
"""Printed numbers of 18 digits read as well down to half their width, handwritten ones, which are hardly wider than the second, to 0.85."""


@dataclass(frozen=True)
class Seen:
    """One rectangle's ink and text. `typed`: the text is from the text layer."""

    rect: Rect
    ink: CellInk
    reading: OcrReading
    typed: bool = False


class Source:
    """Reads rectangles of one page."""

    def __init__(self, page: Page, ink: PageInk, engine: Engine, characters: Sequence[tuple[str, Box]] = ()) -> None:
        self.page = page
        self.ink = ink
        self._engine = engine
        placed = [(text, page.from_original(box)) for text, box in characters]
        self._characters = [(text, (x0 + x1) / 2, (y0 + y1) / 2, y1 - y0) for text, (x0, y0, x1, y1) in placed]

    def look(self, rects: Sequence[Rect], *, inks: Sequence[CellInk] | None = None, lines: bool = False, narrower: Sequence[float] = ()) -> list[Seen]:
        """What is in each rectangle, in order. `inks`: their ink, if it is known; `lines`: text may stand in two or more lines;
        `narrower`: the part of its width, one number per rectangle, at which print is read there as well (the same number: the same column)."""
        inks = [self.ink.cell(rect) for rect in rects] if inks is None else inks
        widths = _widths(narrower, inks)
        seen: list[Seen | None] = [None] * len(rects)
        wanted: list[tuple[int, Gray]] = []
        for index, (rect, ink) in enumerate(zip(rects, inks, strict=True)):
            typed = self._typed(rect)
            if typed:
                seen[index] = Seen(rect, ink, OcrReading(typed, 1.0, one_hot(typed)), typed=True)
            elif ink.picture is None:
                seen[index] = Seen(rect, ink, _NOTHING)
            else:
                wanted += [(index, _pressed(line, widths[index])) for line in (_split(ink.picture) if lines else [ink.picture])]
        readings = self._engine.read([picture for _, picture in wanted], posteriors=True) if wanted else []
        for (index, _), reading in zip(wanted, readings, strict=True):
            before = seen[index]
            seen[index] = Seen(rects[index], inks[index], reading if before is None else _together(before.reading, reading))
        return [entry for entry in seen if entry is not None]

    def lines(self, places: Sequence[tuple[Array, Rect]]) -> list[Placed]:
        """The lines of text at places (corners [4, 2], bounding rectangle) outside the tables."""
        typed = [self._typed(rect) for _, rect in places]
        crops = [crop_quad(self.page.gray, np.asarray(quad, dtype=np.float32)) for (quad, _), known in zip(places, typed, strict=True) if not known]
        readings = iter(self._dated(crops))
        found = []
        for (_, rect), known in zip(places, typed, strict=True):
            reading = OcrReading(known, 1.0) if known else next(readings)
            said = reading.posteriors if dateable(reading) else None
            found.append(Placed(TextLine(reading.text, round(reading.confidence, 4), self.page.box(rect)), rect, said))
        return found

    def _dated(self, crops: Sequence[Gray]) -> list[OcrReading]:
        """Lines read, those with a date twice: drawn out, equal digits side by side stay apart."""
        first = self._engine.read(crops, posteriors=True) if crops else []
        dated = [i for i, reading in enumerate(first) if has_date(reading)]
        wider = [np.asarray(cv2.resize(crops[i], None, fx=1.4, fy=1.0, interpolation=cv2.INTER_CUBIC), dtype=np.uint8) for i in dated]
        again = dict(zip(dated, self._engine.read(wider, posteriors=True) if wider else [], strict=True))
        read = [sharpened(reading, again.get(i)) for i, reading in enumerate(first)]
        return [replace(reading, posteriors=again[i].posteriors) if i in again else reading for i, reading in enumerate(read)]

    def _typed(self, rect: Rect) -> str:
        x0, y0, x1, y1 = rect
        inside = [entry for entry in self._characters if x0 <= entry[1] < x1 and y0 <= entry[2] < y1]
        if not inside:
            return ""
        height = float(np.median([entry[3] for entry in inside])) or 1.0
        return "".join(entry[0] for entry in sorted(inside, key=lambda e: (round((e[2] - y0) / height), e[1])))


def _together(first: OcrReading, second: OcrReading) -> OcrReading:
    """Two lines of one cell. Their posteriors are the better one's: likelihoods are of one line."""
    if not second.text:
        return first
    if not first.text:
        return second
    sure = (first.confidence * len(first.text) + second.confidence * len(second.text)) / (len(first.text) + len(second.text))
    return replace(first if len(first.text) >= len(second.text) else second, text=first.text + second.text, confidence=sure)


def of_one_height(inks: Sequence[CellInk]) -> bool:
    """Printed words of a column are all of one height; a hand's vary."""
    heights = np.array([ink.tall for ink in inks if ink.mask is not None], np.float64)
    return len(heights) >= 4 and float(np.percentile(heights, 85) - np.percentile(heights, 15)) < 2 * _PRINTED_VARIES * float(np.median(heights))


def _widths(narrower: Sequence[float], inks: Sequence[CellInk]) -> list[float]:
    """The part of each cell's width at which it is read: the part asked for where its column is printed, else all of it."""
    columns = {part: [ink for ink, own in zip(inks, narrower, strict=True) if own == part] for part in set(narrower)}
    printed = {part for part, column in columns.items() if of_one_height(column)}
    return [part if part in printed else 1.0 for part in narrower] or [1.0] * len(inks)


def _pressed(picture: Gray, part: float = 1.0) -> Gray:
    """A long line made narrower, toward the widest that the recogniser was trained on: it reads as well and costs less. `part`: and by this."""
    height, width = picture.shape
    target = part * min(width, max(_SHORT * height, min(_LIGHTLY * width, max(_TRAINED * height, _PRESS * width))))
    return picture if width <= target else np.asarray(cv2.resize(picture, (int(target), height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _split(picture: Gray) -> list[Gray]:
    """The lines of text in a cell's picture: parted at blank stretches, where both parts are wide for their height."""
    dark = (picture < 160).any(axis=1)
    rows = np.flatnonzero(dark)
    if len(rows) < 30:
        return [picture]
    breaks = np.flatnonzero(np.diff(rows) > 2)
    starts = np.concatenate(([rows[0]], rows[breaks + 1]))
    ends = np.concatenate((rows[breaks], [rows[-1]])) + 1
    heights = ends - starts
    if len(starts) < 2 or heights.min() < 0.25 * len(rows) or len(starts) > 4:
        return [picture]
    parts = [picture[max(0, a - 4) : b + 4] for a, b in zip(starts, ends, strict=True)]
    widths = [int(np.ptp(np.flatnonzero((part < 160).any(axis=0)))) for part in parts]
    wide = all(width > 1.5 * height for width, height in zip(widths, heights, strict=True))
    return parts if wide else [picture]
