"""Lines around the table: title, date, part of day, course and place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Day

from services.domain.facts import DateReading, Posteriors, TextLine
from services.verify.readers.sheet.columns import part_of_day
from services.verify.readers.sheet.types import Rect

_LABEL = r"(?:培训|上课|授课|开课|签到|考勤|学习)?(?:日期|时间|地点|地址|场所|教室|课程名称|课程|培训内容|内容|项目名称|项目|班级|期次|教师|讲师|主讲人?|授课人|班主任|单位|部门|人数|课时|学时)"
_FIELD = re.compile(rf"({_LABEL})\s*[:：]\s*(.*?)(?=\s*{_LABEL}\s*[:：]|$)")
_DATE = re.compile(
    r"(?P<year>(?:19|20)\d{2})\s*[年./\-,，]\s*(?P<month>1[0-2]|0?[1-9])\s*[月./\-,，]\s*(?P<day>3[01]|[12]\d|0?[1-9])(?!\d)\s*[日号曰]?"
    r"|(?<!\d)(?P<y8>20\d{2})(?P<m8>0[1-9]|1[0-2])(?P<d8>0[1-9]|[12]\d|3[01])(?!\d)"
)
_SHORT = re.compile(r"(?<![\d年])(?P<month>1[0-2]|0?[1-9])\s*月\s*(?P<day>3[01]|[12]\d|0?[1-9])\s*[日号曰]?(?!\d)")
_BROKEN = re.compile(r"\d+\s*[年月日]|[年月]\s*\d|\d[\d./\-]{4,}\d")
_RANGE = re.compile(r"^\s*(?:上午|下午)?\s*(?:至|到|~|～|—|–|-{1,2}|－)\s*(?:\d|20)")
_LEAST = 0.55
"""A date read with less is left to a human."""
_DIGITS = str.maketrans({"〇": "0", "○": "0", "Ｏ": "0", "曰": "日"})


@dataclass(frozen=True)
class Around:
    """What the lines around the tables say."""

    title: str | None = None
    date: DateReading | None = None
    part: str | None = None
    course: str | None = None
    place: str | None = None
    dates: tuple[Day, ...] = ()


@dataclass(frozen=True)
class Placed:
    """A line with its rectangle on the straightened page: rows of text are level there, not on the original.

    `posteriors` where a date stands in it.
    """

    line: TextLine
    rect: Rect
    posteriors: Posteriors | None = None

    @property
    def text(self) -> str:
        return self.line.text

    @property
    def middle(self) -> float:
        return (self.rect[1] + self.rect[3]) / 2

    @property
    def height(self) -> int:
        return self.rect[3] - self.rect[1]


def read_around(lines: Sequence[Placed]) -> Around:
    """Title, date, part of day, course and place from the lines of a page outside its tables, in reading order."""
    fields = [(_label(m[1]), m[2].strip()) for row in _rows(lines) for m in _FIELD.finditer(" ".join(line.text for line in row))]
    reading = _date(lines)
    part = next((p for label, value in fields if label == "date" and (p := part_of_day(value))), None)
    part = part or next((p for line in lines if (p := part_of_day(_plain(line.text)))), None)
    return Around(
        title=_title(lines),
        date=reading,
        part=part,
        course=next((value for label, value in fields if label == "course" and value), None),
        place=next((value for label, value in fields if label == "place" and value), None),
        dates=tuple(d for line in lines if line.line.confidence > _LEAST and (d := whole_date(line.text))),
    )


def whole_date(text: str) -> Day | None:
    """The first date with a year in a text."""
    found = _DATE.search(_plain(text))
    if not found:
        return None
    year, month, day = (found["year"], found["month"], found["day"]) if found["year"] else (found["y8"], found["m8"], found["d8"])
    try:
        return Day(int(year), int(month), int(day))
    except ValueError:
        return None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_DIGITS)


def _label(text: str) -> str:
    if re.search(r"日期|时间", text):
        return "date"
    if re.search(r"课程|内容|项目", text):
        return "course"
    return "place" if re.search(r"地点|地址|场所|教室", text) else "other"


def _rows(lines: Sequence[Placed]) -> list[list[Placed]]:
    """Lines at one height, left to right: a label and what is written behind it are often found apart."""
    rows: list[list[Placed]] = []
    for line in sorted(lines, key=lambda entry: entry.middle):
        if rows and abs(rows[-1][0].middle - line.middle) < 0.6 * max(line.height, rows[-1][0].height):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda entry: entry.rect[0]) for row in rows]


def _title(lines: Sequence[Placed]) -> str | None:
    named = [line for line in lines if re.search(r"签到|签名|考勤|点名|登记|花名册|名册|记录表|培训.*表", line.text) and not re.search(r"[:：]", line.text)]
    return min(named, key=lambda line: (-line.height // 4, line.middle)).text.strip() if named else None


def _date(lines: Sequence[Placed]) -> DateReading | None:
    """The page's date: labelled lines first. A span of days is no date of the page."""
    joined = []
    for row in sorted(_rows(lines), key=lambda entry: not any(re.search(r"日期|时间", line.text) for line in entry)):
        plain = [_plain(line.text) + " " for line in row]
        joined.append(("".join(plain), [line for line, text in zip(row, plain, strict=True) for _ in text]))
    readings = (read(text, owners) for read in (_from_text, _illegible) for text, owners in joined)
    return next((reading for reading in readings if reading is not None), None)


def _from_text(text: str, owners: Sequence[Placed]) -> DateReading | None:
    found = _DATE.search(text)
    if found:
        value = whole_date(found[0])
        if _RANGE.match(text[found.end() :]):
            return None
        if value is not None:
            return _reading(value, found[0], owners[found.start() : found.end()])
    short = _SHORT.search(text)
    if short and not _RANGE.match(text[short.end() :]):
        return _reading(None, short[0], owners[short.start() : short.end()])
    broken = _BROKEN.search(text)
    if broken and re.search(r"日期|时间", text):
        field = next((m[2] for m in _FIELD.finditer(text) if _label(m[1]) == "date" and m[2].strip()), broken[0])
        return _reading(None, field.strip(), owners[broken.start() : broken.end()], sure=0.3)
    return None


def _illegible(text: str, owners: Sequence[Placed]) -> DateReading | None:
    """What stands behind the label of a date and is no time of day: the schedule may tell what it says."""
    for field in _FIELD.finditer(text):
        if _label(field[1]) == "date" and re.search(r"\d", field[2]) and not re.search(r"\d\s*[:：]\s*\d", field[2]):
            return _reading(None, field[2].strip(), owners[field.start(2) : field.end(2)], sure=0.2)
    return None


def _reading(value: Day | None, text: str, owners: Sequence[Placed], *, sure: float = 1.0) -> DateReading:
    lines = list(dict.fromkeys(owner.line for owner in owners))
    x0, y0 = min(line.box[0] for line in lines), min(line.box[1] for line in lines)
    x1, y1 = max(line.box[0] + line.box[2] for line in lines), max(line.box[1] + line.box[3] for line in lines)
    confidence = sure * min(line.confidence for line in lines)
    said = owners[0].posteriors if len(lines) == 1 else None
    return DateReading(value if confidence > _LEAST else None, text.strip(), round(confidence, 4), (x0, y0, x1 - x0, y1 - y0), said)
