"""Dates and times in the forms people and spreadsheets write them. No offset means Asia/Shanghai."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from services.domain.claim import SHANGHAI

_EXCEL_EPOCH = datetime(1899, 12, 30)
_DATE = re.compile(r"(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?!\d)")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_TIME = re.compile(
    r"(上午|下午|晚上|中午|凌晨|AM|PM)?\s*(\d{1,2})\s*[:：时点]\s*(\d{1,2})?\s*分?\s*(?:[:：]?\s*(\d{1,2}(?:\.\d+)?)\s*秒?)?\s*(AM|PM)?", re.IGNORECASE
)


def parse_date(value: object) -> date | None:
    """A date from a date, datetime, Excel serial or text (2021-11-08, 2021/11/8, 2021.11.08, 2021年11月8日, 20211108); None if it is none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        moment = _from_serial(value)
        return moment.date() if moment else None
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        moment = _from_serial(float(text))
        return moment.date() if moment else None
    found = _DATE.search(text) or _COMPACT.search(text)
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def parse_datetime(value: object) -> datetime | None:
    """A moment with an offset from a datetime, Excel serial, epoch-free text or ISO 8601; None if it is none.

    A text without a time of day is none: a day is not a moment.
    """
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        moment = _from_serial(value)
        return moment.replace(tzinfo=SHANGHAI) if moment else None
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return parse_datetime(float(text))
    if re.fullmatch(r"(?:19|20)\d{12}", text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:8]} {text[8:10]}:{text[10:12]}:{text[12:]}"
    try:
        moment = datetime.fromisoformat(text)
        if not re.search(r"\d[T ]\s*\d", text):
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    except ValueError:
        pass
    found = _DATE.search(text) or _COMPACT.search(text)
    if not found:
        return None
    clock = parse_time(text[found.end() :])
    if clock is None:
        return None
    try:
        return datetime(int(found[1]), int(found[2]), int(found[3]), clock.hour, clock.minute, clock.second, clock.microsecond, SHANGHAI)
    except ValueError:
        return None


def parse_time(value: object) -> time | None:
    """A time of day from a time, datetime, fraction of a day or text (8:30, 08:30:00, 8点30分, 下午2:30); None if it is none."""
    if isinstance(value, datetime):
        return value.time()
    if isinstance(value, time):
        return value
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return (datetime.min + timedelta(seconds=round(float(value) * 86400))).time() if 0 <= value < 1 else None
    found = _TIME.search(unicodedata.normalize("NFKC", str(value)))
    if not found:
        return None
    hour, minute, second = int(found[2]), int(found[3] or 0), float(found[4] or 0)
    half = (found[1] or found[5] or "").upper()
    if half in ("下午", "晚上", "PM") and hour < 12:
        hour += 12
    if half in ("AM", "凌晨") and hour == 12:
        hour = 0
    if hour == 24 and minute == 0 and second == 0:
        return time(23, 59, 59)
    try:
        return time(hour, minute, int(second), int(round(second % 1 * 1_000_000)) % 1_000_000)
    except ValueError:
        return None


def _from_serial(serial: int | float) -> datetime | None:
    """Excel's serial number of a day: 1900 date system, days since 1899-12-30; taken for 1955 to 2173 only."""
    if not 20000 <= serial < 100000:
        return None
    serial = float(serial)
    return (_EXCEL_EPOCH + timedelta(seconds=round(serial * 86400))).replace(tzinfo=None)
