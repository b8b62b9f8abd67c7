"""What a watermark camera stamped into the picture: date, time, place. Read by OCR, so it is a witness among others.

Only stamps are read, not whatever stands in the picture: level lines beside the left or right edge, in the upper or lower part. A look
for drawn letters there comes first (`strokes`): most photos cost a few milliseconds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import numpy as np
from PIL import Image

from services.adapters import ocr
from services.domain.claim import SHANGHAI
from services.domain.evidence import Box
from services.domain.facts import Watermark
from services.verify.readers.photo.strokes import has_letters

Grey = np.ndarray[Any, np.dtype[np.uint8]]

_BANDS = ((0.0, 0.3), (0.55, 1.0))
"""Where stamps stand, in shares of the height."""
_SIDE = 0.08
"""How far from the left or right edge a stamp begins, in shares of the width."""
_SEARCH_SIDE = 640
_MOST_LINES = 14
_LEAST_CONFIDENCE = 0.8
_LEAST_DATE = 3.0
"""Length of a date over its height."""
_LEVEL = 0.03
"""Rise of a line over its length: stamps lie level, boards and banners seldom do."""
_DAYS = (
    (r"(\d{1,2})", r"(\d{2})(?!\s*:|\d:\d\d)"),  # not 2021.11.19:30, nor 2021.11.109:30
    (r"([1-9]|1[0-2])", r"(\d)(?=\s*(?:日|星期|周|上午|下午)|\W|$|\d:\d\d)"),  # not 2021-08-1 with its zero, nor 1 before letters: a digit may be lost
)
"""Month and day as they are written: with two digits, with one."""
_WORDS_OF_PLACES = re.compile(r"[省市区县镇乡村路街道号院楼厂园]|公司|学校|学院|中心|基地|大厦|广场")
_PLACE_NAMED = re.compile(r"(?:地点|地址|位置|拍摄地点|拍照地点)[:：]?(.+)")


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    confidence: float
    box: Box


def read_watermark(picture: Image.Image, engine: str) -> Watermark | None:
    """The stamp of an upright picture (grey, about 1000 pixels); None where there is none with a date."""
    grey = np.asarray(picture if picture.mode == "L" else picture.convert("L"), dtype=np.uint8)
    lines = [line for band, likely in zip(_BANDS, may_be_stamped(grey), strict=True) if likely for line in _lines(grey, band, engine)]
    return parsed([(line.text, line.confidence, line.box) for line in lines])


def may_be_stamped(grey: Grey) -> list[bool]:
    """Whether letters may be drawn in the upper and in the lower part: no model is asked."""
    return [has_letters(_cut(grey, band)) for band in _BANDS]


def parsed(lines: Iterable[tuple[str, float, Box]]) -> Watermark | None:
    """The stamp that lines (text, confidence 0..1, box) of one corner make up."""
    cleaned = [_Line(_plain(text), confidence, box) for text, confidence, box in lines if text.strip()]
    dated = [(line, found) for line in cleaned if (found := _date(line.text)) is not None]
    if not dated:
        return None
    first, (day, rest) = dated[0]
    if any(other != day for _, (other, _) in dated):
        return None  # a table or a calendar in the picture, or two stamps: no single statement
    near = _block(cleaned, first)
    clocks = {moment for text in (rest, *(line.text for line in near if line is not first)) if (moment := _clock(text)) is not None}
    latitude, longitude = _coordinates(" ".join(line.text for line in near))
    boxes = [line.box for line in near]
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    return Watermark(
        date=day,
        taken_at=datetime.combine(day, clocks.pop(), SHANGHAI) if len(clocks) == 1 else None,
        place=_place(near, first),
        latitude=latitude,
        longitude=longitude,
        text=tuple(line.text for line in near),
        confidence=round(min(first.confidence, 1.0), 3),
        box=(left, top, max(b[0] + b[2] for b in boxes) - left, max(b[1] + b[3] for b in boxes) - top),
    )


def _cut(grey: Grey, band: tuple[float, float]) -> Grey:
    return grey[round(band[0] * len(grey)) : round(band[1] * len(grey))]


def _lines(grey: Grey, band: tuple[float, float], engine: str) -> list[_Line]:
    part = _cut(grey, band)
    width = part.shape[1]
    level = sorted((q for q in ocr.find_text(part, side=_SEARCH_SIDE) if _is_level(q)), key=lambda q: float(q[:, 1].mean()))
    edge = [q for q in level if q[:, 0].min() < _SIDE * width or q[:, 0].max() > (1 - _SIDE) * width]
    quads = [q for q in level if any(_in_block(q, other, width) for other in edge)][:_MOST_LINES]
    # without a date it is no stamp: what is too short for one is read only beside one
    dated = _read(part, [q for q in quads if _long_enough(q)], engine)
    others = _read(part, [q for q in quads if not _long_enough(q)], engine) if any(_date(_plain(reading.text)) for _, reading in dated) else []
    found = []
    for quad, reading in sorted([*dated, *others], key=lambda line: float(line[0][:, 1].mean())):
        (x0, y0), (x1, y1) = quad.min(axis=0), quad.max(axis=0)
        box = (float(x0 / width), float((y0 + band[0] * len(grey)) / len(grey)), float((x1 - x0) / width), float((y1 - y0) / len(grey)))
        found.append(_Line(reading.text, reading.confidence, box))
    return found


def _read(part: Grey, quads: list[Any], engine: str) -> list[tuple[Any, ocr.OcrReading]]:
    """The lines that were read with some confidence."""
    readings = ocr.engine(engine).read([ocr.crop_quad(part, q) for q in quads]) if quads else []
    return [(quad, r) for quad, r in zip(quads, readings, strict=True) if r.text and r.confidence >= _LEAST_CONFIDENCE]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _long_enough(quad: Any) -> bool:
    """Whether a date of eight letters fits."""
    return bool(np.linalg.norm(quad[1] - quad[0]) >= _LEAST_DATE * np.linalg.norm(quad[3] - quad[0]))


def _is_level(quad: Any) -> bool:
    along = float(quad[1, 0] - quad[0, 0])
    return along > 0 and abs(float(quad[1, 1] - quad[0, 1])) <= max(_LEVEL * along, 1.5)


def _in_block(quad: Any, edge: Any, width: int) -> bool:
    """Whether a line is at the edge itself, or on the rows of one that is and close to it (a date beside a large clock)."""
    if quad is edge:
        return True
    rows = min(quad[:, 1].max(), edge[:, 1].max()) - max(quad[:, 1].min(), edge[:, 1].min())
    gap = max(quad[:, 0].min() - edge[:, 0].max(), edge[:, 0].min() - quad[:, 0].max())
    return bool(rows > 0.5 * (quad[:, 1].max() - quad[:, 1].min()) and gap < 0.08 * width)


def _block(lines: list[_Line], first: _Line) -> list[_Line]:
    """The lines of the stamp that `first` stands in: each close to another one, above, below or beside it."""
    block, rest = [first], [line for line in lines if line is not first]
    while found := [line for line in rest if any(_touches(line.box, other.box) for other in block)]:
        block += found
        rest = [line for line in rest if line not in found]
    return [line for line in lines if line in block]


def _touches(box: Box, other: Box) -> bool:
    apart = [max(box[i] - (other[i] + other[i + 2]), other[i] - (box[i] + box[i + 2])) for i in (0, 1)]
    height = min(box[3], other[3])
    return (apart[0] < 0 and apart[1] < max(1.6 * height, 0.02)) or (apart[1] < -0.4 * height and apart[0] < 0.1)


def _date(text: str) -> tuple[date, str] | None:
    """A full date in the line and what stands around it; None also where a lost space or digit leaves two days open."""
    for month, day in _DAYS:
        for found in re.finditer(rf"(?<!\d)(20\d\d)\s*[-./年:]\s*{month}\s*[-./月:]\s*{day}(?:\s*日)?", text):
            try:
                return date(*(int(part) for part in found.groups())), text[: found.start()] + " " + text[found.end() :]
            except ValueError:
                continue
    return None


def _clock(text: str) -> time | None:
    found = re.search(r"(?<![\d:])([01]?\d|2[0-3])\s*:\s*([0-5]\d)(?:\s*:\s*([0-5]\d))?(?![\d:])", text)
    if found is None:
        return None
    hour = int(found.group(1))
    if re.search(r"下午|PM", text, re.IGNORECASE) and hour < 12:
        hour += 12
    return time(hour, int(found.group(2)), int(found.group(3) or 0))


def _place(near: list[_Line], first: _Line) -> str | None:
    for line in near:
        named = _PLACE_NAMED.search(line.text)
        if named:
            return named.group(1).strip() or None
    likely = [line.text for line in near if line is not first and _clock(line.text) is None and len(_WORDS_OF_PLACES.findall(line.text)) >= 1]
    likely = [text for text in likely if len(re.findall(r"[\u4e00-\u9fff]", text)) >= 4]
    return max(likely, key=len, default=None)


def _coordinates(text: str) -> tuple[float | None, float | None]:
    """Degrees from 经度/纬度, or from N/E letters."""
    number = r"(\d{1,3}\.\d{2,8})"
    latitude = re.search(rf"纬度?\s*:?\s*[NS]?\s*{number}", text) or re.search(rf"{number}\s*°?\s*N\b", text) or re.search(rf"\bN\s*:?\s*{number}", text)
    longitude = re.search(rf"经度?\s*:?\s*[EW]?\s*{number}", text) or re.search(rf"{number}\s*°?\s*E\b", text) or re.search(rf"\bE\s*:?\s*{number}", text)
    if latitude is None or longitude is None:
        return None, None
    lat, lon = float(latitude.group(1)), float(longitude.group(1))
    return (lat, lon) if lat <= 90 and lon <= 180 else (None, None)
