"""Is what stands in a signature cell a signature, a mark (请假, 缺勤, a stroke), or can't that be told?"""

from __future__ import annotations

import re
from dataclasses import dataclass

import cv2
import numpy as np

from services.adapters.ocr import OcrReading
from services.verify.readers.sheet.columns import normalise
from services.verify.readers.sheet.ctc import log_likelihoods
from services.verify.readers.sheet.ditto import is_ditto
from services.verify.readers.sheet.ink import CellInk

MARKS = (
    "请假",
    "缺勤",
    "病假",
    "事假",
    "旷课",
    "旷工",
    "缺席",
    "未到",
    "未签",
    "休假",
    "年假",
    "产假",
    "婚假",
    "丧假",
    "公假",
    "出差",
    "迟到",
    "早退",
    "代签",
    "请病假",
    "请事假",
    "没来",
    "离职",
)
_SINGLE = frozenset("假缺病事旷休无")
_PRESENT_BUT = frozenset(("迟到", "早退"))
"""Marks of somebody who was there: whether the cell is also signed is for a human."""
_STROKES = re.compile(r"[/\\|一—\-－_~～×xX✕✗✓√vVⅤ丿丶、.·ノ]{1,2}")
_TICKS = re.compile(r"[✓√vVⅤ]")
_CROSSES = re.compile(r"[×xX✕✗]")


@dataclass(frozen=True)
class Verdict:
    """`signed` None: can't be told."""

    signed: bool | None
    mark: str | None = None


def judge_signature(ink: CellInk, reading: OcrReading) -> Verdict:
    """What a signature cell holds, from its ink and what the recogniser reads in it."""
    if ink.mask is None:
        return Verdict(False)
    high, wide, area = ink.tall / ink.height, ink.width / ink.height, ink.area / ink.height**2
    stroke = _stroke(ink, normalise(reading.text))
    if stroke is not None:
        return Verdict(False, stroke)
    if high < 0.16 and wide < 0.3 or area < 0.006 or ink.largest < 0.15 * ink.height:
        return Verdict(False)
    if is_ditto(reading.text):
        return Verdict(False, "同上")
    mark, sure = _mark(reading)
    if mark is not None:
        return Verdict(False if sure and mark not in _PRESENT_BUT else None, mark)
    if high < 0.22 or area < 0.018 or ink.largest < 0.22 * ink.height:
        return Verdict(None)
    return Verdict(True)


def _mark(reading: OcrReading) -> tuple[str | None, bool]:
    """The mark that stands there and whether that is sure.

    The bounds come from a few synthetic sheets only (signatures there scored below -7 per character, marks above -5); they are not calibrated.
    """
    text = normalise(reading.text).strip("()（）.。")
    for mark in MARKS:
        if text in (mark, f"已{mark}"):
            return mark, True
    if len(text) == 1 and text in _SINGLE and reading.confidence > 0.6:
        return text, True
    posteriors = reading.posteriors
    if posteriors is None or not 1 <= len(text) <= 4 or reading.confidence > 0.98:
        return None, False
    best, *scores = log_likelihoods(posteriors, [text, *MARKS])
    likeliest = int(np.argmax(scores))
    score = float(scores[likeliest]) / len(MARKS[likeliest])
    behind = float(best) / len(text) - score
    alike = len(text) == 2 and text[1] == MARKS[likeliest][-1] and text[1] in "假勤"
    if alike and text[1] == "假" and score > -9.0:
        return MARKS[likeliest], True
    if (score < -6.0 or behind > 5.5) and not (alike and score > -9.0):
        return None, False
    return MARKS[likeliest], score > -4.3 and behind < 4.2


def _stroke(ink: CellInk, text: str) -> str | None:
    """A bare stroke, tick or cross, as the character it looks like."""
    assert ink.mask is not None
    if ink.strokes > 2:
        return None
    ys, xs = np.nonzero(ink.mask)
    points = np.column_stack([xs, ys]).astype(np.float32)
    (_, _), (w, h), _ = cv2.minAreaRect(points)
    long, short = max(w, h), max(1.0, min(w, h))
    thickness = ink.area / max(long, 1.0)
    if ink.strokes == 1 and long > 0.35 * ink.height and (short < 0.17 * long or thickness > 0.72 * short) and short < 0.4 * ink.height:
        slope = np.polyfit(xs, ys, 1)[0] if np.ptp(xs) > 3 else 9.0
        return "—" if abs(slope) < 0.25 else "/" if slope < 0 else "\\"
    length_for_ink = ink.area / (ink.width + ink.tall)
    if _TICKS.fullmatch(text) and ink.strokes == 1:
        return "√"
    if _CROSSES.fullmatch(text):
        return "×"
    if _STROKES.fullmatch(text) and length_for_ink < 0.16 * ink.height:
        return "/" if text in "/丿ノ|" else "—"
    return None
