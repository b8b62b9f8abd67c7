"""Which day does a line say? The training's days weighed against all others, by the likelihood of every way of writing them.

A hand that writes 2021/11/12 is read as 202112 as easily as 2021.11.08 is as 2021.1.08; the schedule knows which days there are to write.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from services.domain.facts import Posteriors
from services.verify.match.ctc import IMPOSSIBLE, Lattice, best_path, forward, lattice

_EXPECTED = 0.95
"""Prior probability that a sheet of a claim is of one of its training days, if what is written there is a day at all."""
_FAR = 1.6
"""Log likelihood per character by which the best day may fall short of the best reading of the line."""
_PLAIN = 4.0
"""A day outside the training must be as likely as the best reading of the line, but for this: a line that no day explains says none of them."""
_TWO_STROKES = "\U00020000"
"""Stands for an 11 that is read as whatever has two strokes (H, W, Λ, n, 川): a character that the recogniser was not taught."""
_LABEL = re.compile(r"^.*?(?:日期|时间)\s*[:：;.]?\s*")
_BEHIND = re.compile(r"\s+\S+\s*[:：].*$|(?:课程|地点|内容|教师|讲师|单位|部门|人数|学时|课时).*$")
_PARTS = {"": None, "上午": "am", "下午": "pm", "全天": "day"}
_HALF = re.compile(r"(?P<first>[^\s\d年月日号:：./-]?)午(?!.*午)")
_SURELY, _NEAR = 4.0, 4.0
"""Log odds of one half of the day against the other, and how far it may fall short of the best reading, where the line says neither plainly."""
_STYLES = 3
"""Of the days outside the training only the likeliest ways of writing are weighed."""
_YEARLESS = (False, False, True, False, False, False, False, False, False, False, False, True, True, True) * 3
"""Which of the forms leave the year out."""
_ELEVEN = re.compile(r"(?<=\d)1[./-]11|11")
_IGNORED = frozenset(" ")
_LEGIBLE = frozenset("0123456789年月日号./-")


@dataclass(frozen=True, slots=True)
class LikelyDay:
    """`probability` of the day among all days."""

    day: date
    probability: float


@dataclass(frozen=True, slots=True)
class SaidHalf:
    """What a line says of the half of the day: am or pm; None with `written`: something that cannot be told."""

    part: str | None
    written: bool


def said_half(posteriors: Posteriors) -> SaidHalf:
    """上午 or 下午 in the line: as it reads, or, where the hand left only the 午 legible, as it is likelier."""
    table = lattice(posteriors, _IGNORED)
    text = best_path(table, posteriors.symbols)
    found = _HALF.search(text, 0, len(text) - len(_around(text)[1]))
    if found is None or found["first"] == "中":
        return SaidHalf(None, written=False)
    if found[0] in _PARTS:
        return SaidHalf(_PARTS[found[0]], written=True)
    read, am, pm = forward(table, [text, *(text[: found.start()] + half + text[found.end() :] for half in ("上午", "下午"))]).tolist()
    sure = abs(am - pm) >= _SURELY and read - max(am, pm) <= _NEAR
    return SaidHalf(("am" if am > pm else "pm") if sure else None, written=True)


def likeliest_day(posteriors: Posteriors, days: Iterable[date]) -> LikelyDay | None:
    """The day that a line says, given the days it is expected to say; None where it says no day at all. O(thousands of texts)."""
    expected = sorted(set(days))
    if not expected or posteriors.steps == 0:
        return None
    table = _digits_plain(lattice(posteriors, _IGNORED))
    text = best_path(table, posteriors.symbols)
    before, behind = _around(text)
    styles = list(range(len(_forms(expected[0]))))
    inside = _scores(table, expected, styles, list(_PARTS), before, behind)
    flat = int(inside.argmax())
    _, style, part = np.unravel_index(flat, inside.shape)
    others = _others(expected)
    best_styles = sorted(styles, key=lambda s: -float(inside[:, s].max()))[:_STYLES]
    outside = _scores(table, others, best_styles, [list(_PARTS)[int(part)]], before, behind)
    path = float(forward(table, [text])[0]) if text else 0.0
    nearest = max(float(inside.max()), float(outside.max()))
    if nearest < path - _FAR * len(text):
        return None
    chances = np.concatenate(
        [
            np.logaddexp.reduce(inside.reshape(len(expected), -1), axis=1) + math.log(_EXPECTED / len(expected)),
            np.logaddexp.reduce(outside.reshape(len(others), -1), axis=1) + math.log((1 - _EXPECTED) / len(others)),
        ]
    )
    chances = np.exp(chances - np.logaddexp.reduce(chances))
    best = int(chances.argmax())
    if best < len(expected):
        return LikelyDay(expected[best], float(chances[best]))
    if nearest < path - _PLAIN:
        return None
    return _without_year(others, chances[len(expected) :], [_YEARLESS[s] for s in best_styles], outside, expected[0].year)


def _digits_plain(table: Lattice) -> Lattice:
    """The table with what is read as a digit, or a mark between digits, out of the way of what stands for an illegible 11."""
    probs = table.probs.copy()
    plain = [column for symbol, column in table.index.items() if symbol in _LEGIBLE]
    shown = probs[:, 1 : table.other].sum(axis=1)
    probs[:, table.other + 1] *= np.clip(1.0 - probs[:, plain].sum(axis=1) / np.maximum(shown, 1e-9), 0.0, 1.0)
    return replace(table, probs=probs)


def _without_year(others: Sequence[date], chances: NDArray[np.float64], yearless: Sequence[bool], scores: NDArray[np.float64], year: int) -> LikelyDay:
    """The likeliest of the other days; one written without its year is of the training's year, whichever year was supposed."""
    best = int(chances.argmax())
    day = others[best]
    if not yearless[int(scores[best].max(axis=1).argmax())]:
        return LikelyDay(day, float(chances[best]))
    same = [i for i, other in enumerate(others) if (other.month, other.day) == (day.month, day.day)]
    this_year = next((others[i] for i in same if others[i].year == year), day)
    return LikelyDay(this_year, float(chances[same].sum()))


def _around(text: str) -> tuple[str, str]:
    """What stands in the line before and behind its day and part of day."""
    label = _LABEL.search(text)
    first = re.search(r"\d", text)
    before = label[0] if label else text[: first.start()] if first else ""
    behind = _BEHIND.search(text[len(before) :])
    return before, behind[0] if behind else ""


def _scores(table: Lattice, days: Sequence[date], styles: Sequence[int], parts: Sequence[str], before: str, behind: str) -> NDArray[np.float64]:
    """Log likelihood [days, styles, parts] of the whole line."""
    written = [forms[style] for day in days for forms in [_forms(day)] for style in styles]
    texts = [before + form + part + behind if form else "" for form in written for part in parts]
    distinct = list(dict.fromkeys(text for text in texts if text))
    known = dict(zip(distinct, forward(table, distinct).tolist(), strict=True)) | {"": IMPOSSIBLE}
    return np.array([known[text] for text in texts]).reshape(len(days), len(styles), len(parts))


def _forms(day: date) -> tuple[str, ...]:
    """The ways of writing a day; the same with an 11 that is no longer legible as such, and with two of them; blank where there is none."""
    plain = _plain_forms(day)
    once = [_ELEVEN.sub(_TWO_STROKES, form, count=1) for form in plain]
    last = [_TWO_STROKES.join(form.rsplit("11", 1)) for form in plain]
    return (
        *plain,
        *(form if form != known else "" for form, known in zip(once, plain, strict=True)),
        *(form if form not in (known, other) else "" for form, known, other in zip(last, plain, once, strict=True)),
    )


def _plain_forms(day: date) -> tuple[str, ...]:
    y, m, d = day.year, day.month, day.day
    return (
        f"{y}年{m}月{d}日",
        f"{y}年{m:02}月{d:02}日",
        f"{m}月{d}日",
        f"{y}.{m}.{d}",
        f"{y}.{m:02}.{d:02}",
        f"{y}-{m}-{d}",
        f"{y}-{m:02}-{d:02}",
        f"{y}/{m}/{d}",
        f"{y}/{m:02}/{d:02}",
        f"{y}{m:02}{d:02}",
        f"{y}年{m}月{d}",
        f"{m}月{d}号",
        f"{m}.{d}",
        f"{m}/{d}",
    )


def _others(expected: Sequence[date]) -> list[date]:
    """Every day from a year before the training to a year behind it, but for the expected ones."""
    first, last = date(expected[0].year - 1, 1, 1), date(expected[-1].year + 1, 12, 31)
    known = set(expected)
    return [day for k in range((last - first).days + 1) if (day := first + timedelta(days=k)) not in known]
