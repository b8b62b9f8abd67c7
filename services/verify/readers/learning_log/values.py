"""The values of a log's cells: moments, durations, results, similarities. Pure; written for a million rows."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from services.domain.claim import SHANGHAI
from services.domain.dates import parse_date, parse_datetime, parse_time
from services.domain.log_rows import micros_of

SECONDS = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0}

_ISO_DURATION = re.compile(r"P(?:(\d+(?:[.,]\d+)?)W)?(?:(\d+(?:[.,]\d+)?)D)?(?:T(?:(\d+(?:[.,]\d+)?)H)?(?:(\d+(?:[.,]\d+)?)M)?(?:(\d+(?:[.,]\d+)?)S)?)?", re.I)
_CLOCK = re.compile(r"(\d{1,4}):(\d{1,2})(?::(\d{1,2}(?:\.\d+)?))?")
_PARTS = re.compile(r"(\d+(?:\.\d+)?)\s*(天|days?|d|小时|时|hours?|hrs?|h|分钟|分|minutes?|mins?|m|′|'|秒钟|秒|seconds?|secs?|s|″|\")", re.I)
_PART_SECONDS = {
    "天": 86400.0,
    "d": 86400.0,
    "小": 3600.0,
    "时": 3600.0,
    "h": 3600.0,
    "分": 60.0,
    "m": 60.0,
    "′": 60.0,
    "'": 60.0,
    "秒": 1.0,
    "s": 1.0,
    "″": 1.0,
    '"': 1.0,
}
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_RANGE = re.compile(r"\s*(?:~|～|至|到|—+|--+|→|\s-\s|(?<=\d)-(?=\d{4}))\s*")
_ZERO_DAY = datetime(1899, 12, 31)
_EPOCH_HERE = datetime(1970, 1, 1, 8)
"""1970 in Asia/Shanghai's clocks, for times without an offset."""
_FIRST_DAY, _LAST_DAY = 10_958, 47_481
"""2000-01-02 to 2099-12-31 in days since 1970; what lies nearer to the ends goes the long way."""
_MEMORY = 65_536
"""Distinct cells whose meaning is remembered: durations and results repeat."""
_FINISHED = frozenset(("100%", "100.0%", "100.00%", "已完成", "完成", "已学完", "学完", "completed", "complete", "finished", "done"))
_EPOCH_SECONDS = (946_684_800, 4_102_444_800)
"""2000 to 2100."""

_PASSED = frozenset(
    (
        "通过", "成功", "是", "pass", "passed", "true", "1", "1.0", "y", "yes", "ok", "success", "successful", "一致", "匹配", "同一人", "本人", "合格", "正常",
        "match", "matched", "√", "✓", "t",
    )
)  # fmt: skip
_FAILED = frozenset(
    (
        "失败", "未通过", "不通过", "否", "fail", "failed", "false", "0", "0.0", "n", "no", "不一致", "不匹配", "非同一人", "非本人", "不合格", "异常", "mismatch", "failure",
        "error", "×", "✗", "x", "f",
    )
)  # fmt: skip
_NEGATIVE = ("未", "不", "失败", "非", "无", "错误", "异常", "拒绝", "超时", "fail", "not ", "mismatch", "reject", "timeout", "error", "no ")
_POSITIVE = ("通过", "成功", "一致", "匹配", "pass", "success", "match", "本人")


def micros(value: Any) -> int | None:
    """A moment as microseconds since 1970; the usual text (2021-11-08 08:30:00) by the short way."""
    if type(value) is str and len(value) == 19 and value[4] == "-":
        try:
            since = datetime.fromisoformat(value) - _EPOCH_HERE
        except (ValueError, TypeError):
            since = None
        if since is not None and _FIRST_DAY <= since.days < _LAST_DAY:
            return (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds
    found = moment(value)
    return None if found is None else micros_of(found)


def moment(value: Any) -> datetime | None:
    """A moment with an offset; texts in ISO form by the short way, 10- and 13-digit epochs too. None: it is none of this century."""
    found = _moment(value)
    return found if found is not None and 2000 <= found.year < 2100 else None


def _moment(value: Any) -> datetime | None:
    if isinstance(value, str):
        if len(value) >= 16 and value[4] == "-":
            try:
                found = datetime.fromisoformat(value)
                return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)
            except ValueError:
                return parse_datetime(value)
        if value.isdigit() and len(value) in (10, 13):
            return _moment(int(value))
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 1e8:
        seconds = value / 1000 if value > 1e11 else float(value)
        if _EPOCH_SECONDS[0] <= seconds < _EPOCH_SECONDS[1]:
            return datetime.fromtimestamp(seconds, UTC).astimezone(SHANGHAI)
        return None
    return parse_datetime(value)


def moment_on(value: Any, day: date | None) -> datetime | None:
    """A moment; a bare time of day is taken on `day`."""
    found = moment(value)
    if found is not None or day is None or (isinstance(value, str) and parse_date(value) is not None):
        return found
    clock = parse_time(value)
    return None if clock is None else datetime.combine(day, clock, SHANGHAI)


def moment_range(value: Any) -> tuple[datetime, datetime | None] | None:
    """Start and end of a text such as `2021-11-08 08:30~11:30`; end None where there is only one moment."""
    if not isinstance(value, str):
        start = moment(value)
        return None if start is None else (start, None)
    text = unicodedata.normalize("NFKC", value)
    parts = [part for part in _RANGE.split(text) if part]
    if len(parts) == 2 and (first := moment(parts[0])) is not None:
        last = moment_on(parts[1], first.date())
        return None if last is None else (first, last)
    start = moment(value)
    return None if start is None else (start, None)


def unit_of(header: str) -> str | None:
    """The unit that a duration's header names: seconds, minutes, hours; None where it names none."""
    text = unicodedata.normalize("NFKC", header).lower()
    if "时:分" in text or "hh:mm" in text or "h:m" in text:
        return "clock"
    for unit, words in (("minutes", ("分", "min")), ("seconds", ("秒", "sec", "(s)")), ("hours", ("小时", "hour", "(h)", "(时)"))):
        if any(word in text for word in words):
            return unit
    return None


@lru_cache(_MEMORY, typed=True)
def duration_seconds(value: Any, unit: str = "minutes") -> float | None:
    """Seconds of a duration cell, finite. `unit` counts for bare numbers, and says whether `1:23` is h:mm (hours, clock) or mm:ss. None: it is none."""
    seconds = None if value is None or isinstance(value, bool) else _seconds(value, unit)
    return seconds if seconds is not None and math.isfinite(seconds) else None


def _seconds(value: Any, unit: str) -> float | None:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, datetime):
        # a spreadsheet shows 26:00:00 as a moment on its day 1
        return (value - _ZERO_DAY).total_seconds() if value.year <= 1900 else None
    if isinstance(value, time):
        return value.hour * 3600.0 + value.minute * 60 + value.second + value.microsecond / 1e6
    if isinstance(value, int | float):
        return float(value) * SECONDS.get(unit, 60.0)
    return _duration_text(str(value), unit)


def _duration_text(raw: str, unit: str) -> float | None:
    text = unicodedata.normalize("NFKC", raw).strip().replace(" ", "")
    try:
        return float(text) * SECONDS.get(unit, 60.0) if text and text[0] in "0123456789.-+" else _duration_words(text, unit)
    except ValueError:
        return _duration_words(text, unit)


def _duration_words(text: str, unit: str) -> float | None:
    if clock := _CLOCK.fullmatch(text):
        first, second, third = int(clock[1]), int(clock[2]), clock[3]
        if third is not None:
            return first * 3600.0 + second * 60 + float(third)
        return first * 3600.0 + second * 60 if unit in ("hours", "clock") else first * 60.0 + second
    if text[:1] in "Pp" and len(text) > 2 and (iso := _ISO_DURATION.fullmatch(text)) and any(iso.groups()):
        weeks, days, hours, minutes, seconds = (float(part.replace(",", ".")) if part else 0.0 for part in iso.groups())
        return weeks * 604800 + days * 86400 + hours * 3600 + minutes * 60 + seconds
    parts = _PARTS.findall(text)
    if parts and not _PARTS.sub("", text):
        return float(sum(float(number) * _PART_SECONDS[word[0].lower()] for number, word in parts))
    return _duration_text(_THOUSANDS.sub("", text), unit) if _THOUSANDS.search(text) else None


@lru_cache(_MEMORY, typed=True)
def passed(value: Any) -> bool | None:
    """Whether a check's result says passed; None where it says nothing known."""
    if isinstance(value, bool):
        return value
    if value is None:
        return None
    text = unicodedata.normalize("NFKC", str(value)).strip().lower()
    if text in _PASSED:
        return True
    if text in _FAILED or any(word in text for word in _NEGATIVE):
        return False
    return True if any(word in text for word in _POSITIVE) else None


@lru_cache(_MEMORY, typed=True)
def share(value: Any) -> float | None:
    """A similarity as 0..1 from 0.93, 93, 93.0 or 93%; None: it is none."""
    if value is None or isinstance(value, bool):
        return None
    percent = False
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).strip()
        percent = text.endswith(("%", "分"))
        try:
            value = float(text.rstrip("%分"))
        except ValueError:
            return None
    if not isinstance(value, int | float) or not 0 <= value <= 100:
        return None
    return float(value) / 100 if percent or value > 1 else float(value)


def content_seconds(length: Any, progress: Any, unit: str | None) -> float | None:
    """Length of content that a row says was finished. None: it was not, or nobody knows in what unit the length is."""
    if length is None or str(progress or "").strip().lower() not in _FINISHED:
        return None
    if unit is None and not isinstance(length, time | timedelta) and (not isinstance(length, str) or length.replace(".", "", 1).isdigit()):
        return None
    seconds = duration_seconds(length, unit or "clock")
    return seconds if seconds and seconds > 0 else None
