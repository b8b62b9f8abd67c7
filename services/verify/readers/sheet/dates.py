"""Dates among a line's text, decided by the recogniser's posteriors over all days there are, not by its best string.

The best path drops one of two equal digits as easily as 2021.11.08 becomes 2021.1.08; no such day is written so, and the likelihoods know.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import replace

import numpy as np

from services.adapters.ocr import OcrReading
from services.domain.facts import Posteriors
from services.verify.readers.sheet.ctc import log_likelihoods

_SPAN = re.compile(r"\d[\d.,，/\-—年月日号曰: ]{3,}[\d日号曰]")
_SHORT = re.compile(r"\d{1,2}月[\d ]{1,3}[日号曰]?")
_YEARS = range(2019, 2030)
_SURE = 0.9
_FAR = 9.0
"""Natural log units below the best path at which the likeliest day is no reading of what stands there."""


def has_date(reading: OcrReading) -> bool:
    """Whether something like a date stands in the text."""
    plain = unicodedata.normalize("NFKC", reading.text)
    return bool(_SPAN.search(plain) or _SHORT.search(plain))


def dateable(reading: OcrReading) -> bool:
    """Whether a date stands in the text, or should, by the words before it."""
    return has_date(reading) or bool(re.search(r"日期|时间", reading.text) and re.search(r"\d", reading.text))


def sharpened(reading: OcrReading, again: OcrReading | None = None) -> OcrReading:
    """The reading with its date, if it has one, replaced by the likeliest day; `confidence` is then that day's.

    `again`: the same line read at another width; the day must be likely in both. Where no day is likely enough the text stays and the
    confidence says so (at most 0.5).
    """
    if reading.posteriors is None:
        return reading
    plain = unicodedata.normalize("NFKC", reading.text)
    found = _SPAN.search(plain) or _SHORT.search(plain)
    if found is None or len(plain) > 60:
        return reading
    span = found[0]
    if len(re.sub(r"\D", "", span)) > 8 or re.search(r"[:：]\d", span):
        return reading
    texts = [plain[: found.start()] + day + plain[found.end() :] for day in _days(span)]
    if not texts:
        return reading
    scores = log_likelihoods(reading.posteriors, [*texts, plain])
    path, scores = float(scores[-1]), scores[:-1]
    chances = np.exp(scores - np.logaddexp.reduce(scores))
    if again is not None and again.posteriors is not None:
        second = log_likelihoods(again.posteriors, texts)
        chances = (chances + np.exp(second - np.logaddexp.reduce(second))) / 2
    best = int(np.argmax(chances))
    chance = float(chances[best])
    if chance < _SURE or scores[best] < path - _FAR:
        return replace(reading, confidence=min(0.5, reading.confidence * chance))
    return replace(reading, text=_part(reading.posteriors, texts[best]), confidence=chance)


def _part(posteriors: Posteriors, text: str) -> str:
    """上午 or 下午 where something like it stands behind the date."""
    found = re.search(r"(?<=[\d日号])\s*[^\d\s年月日号]?[午年牛干](?!\s*\d)", text)
    if found is None or found[0] in ("上午", "下午"):
        return text
    variants = [text[: found.start()] + part + text[found.end() :] for part in ("上午", "下午")]
    scores = log_likelihoods(posteriors, variants)
    return variants[int(np.argmax(scores))] if abs(float(scores[0] - scores[1])) > 1.5 else text


def _days(span: str) -> list[str]:
    """Every day of the likely year in the styles that the span looks like."""
    digits = re.sub(r"\D", "", span)
    short = "月" in span and "年" not in span and len(digits) <= 4
    if short:
        mark = next((c for c in "日号" if c in span), "日" if span[-1] == "曰" else "")
        return [f"{month}月{day}{mark}" for month in range(1, 13) for day in range(1, monthrange(2020, month)[1] + 1)]
    written = int(digits[:4]) if len(digits) >= 4 else 0
    years = [written] if 2000 <= written <= 2040 else list(_YEARS)
    days = [(year, month, day) for year in years for month in range(1, 13) for day in range(1, monthrange(year, month)[1] + 1)]
    if "年" in span or "月" in span:
        end = "" if span[-1].isdigit() else "日"
        return [f"{y}年{m}月{d}{end}" for y, m, d in days] + [f"{y}年{m:02}月{d:02}{end}" for y, m, d in days if m < 10 or d < 10]
    mark = next((c for c in "-./" if c in span), "")
    if not mark:
        return [f"{y}{m:02}{d:02}" for y, m, d in days]
    return [f"{y}{mark}{m:02}{mark}{d:02}" for y, m, d in days] + [f"{y}{mark}{m}{mark}{d}" for y, m, d in days if m < 10 or d < 10]
