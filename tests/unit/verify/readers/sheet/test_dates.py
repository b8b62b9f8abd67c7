"""Dates in a line of text, decided by the recogniser's posteriors."""

from __future__ import annotations

from services.adapters.ocr import OcrReading
from services.verify.readers.sheet.dates import sharpened
from tests.generators.facts import posteriors


def _line(written: str, **instead: dict[int, dict[str, float]]) -> OcrReading:
    return OcrReading(written, 0.9, posteriors(written, **instead))


def test_a_smudged_half_of_the_day_is_read_behind_the_day_alone() -> None:
    line = _line("日期：2021年11月12日只午", instead={14: {"只": 0.6, "上": 0.3}})
    assert sharpened(line).text == "日期:2021年11月12日上午"


def test_a_half_that_could_be_either_stays_as_it_was_read() -> None:
    line = _line("日期：2021年11月12日只午", instead={14: {"只": 0.6, "上": 0.2, "下": 0.2}})
    assert sharpened(line).text == "日期:2021年11月12日只午"
