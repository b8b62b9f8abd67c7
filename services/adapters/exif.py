"""What a picture file says about itself: camera, time, place and programs, from EXIF, XMP and text chunks. No pixel is decoded.

Everything here was written by whoever made the file; values of a wrong form are left out, never guessed.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from PIL import Image

from services.adapters.images import FORMATS
from services.domain.claim import SHANGHAI
from services.domain.facts import TimeWitness

_MAX_TEXT = 200
_EARLIEST_YEAR = 1990
"""Before this no digital camera took a picture: a clock that was never set."""
_NEVER_SET = datetime(2002, 12, 8, 12)
"""What Android's camera writes where nobody gave it a time: beside the true one on several makers' phones."""


@dataclass(frozen=True, slots=True)
class PictureNotes:
    """`witnesses` are all times that the file states (Asia/Shanghai where it has no offset).

    `programs` are all names of programs found (EXIF Software, XMP CreatorTool and history); `comment` the user comment;
    `photoshop` is true where Photoshop's own data block is in the file.
    """

    format: str | None
    witnesses: tuple[TimeWitness, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    camera: str | None = None
    software: str | None = None
    programs: tuple[str, ...] = ()
    comment: str | None = None
    photoshop: bool = False


def read_notes(path: Path) -> PictureNotes:
    """What the file says about itself. Raises OSError if it is no picture (open it with `adapters.images` first for a proper message)."""
    with warnings.catch_warnings(), Image.open(path, formats=FORMATS) as image:
        warnings.simplefilter("ignore")  # of corrupt EXIF
        try:
            tags = image.getexif()
            details, gps = dict(tags.get_ifd(0x8769)), dict(tags.get_ifd(0x8825))
            main = dict(tags)
        except Exception:  # hostile EXIF raises anything (struct.error, SyntaxError, TypeError, ...): the file then says nothing
            main, details, gps = {}, {}, {}
        info: dict[Any, Any] = dict(image.info)
        kind = image.format
    latitude, longitude = _position(gps)
    software = _text(main.get(0x0131)) or _text(info.get("Software"))
    programs = [p for p in (software, *_xmp_programs(info.get("xmp") or info.get("XML:com.adobe.xmp"))) if p]
    return PictureNotes(
        format=kind,
        witnesses=tuple(_witnesses(main, details, gps)),
        latitude=latitude,
        longitude=longitude,
        camera=_camera(_text(main.get(0x010F)), _text(main.get(0x0110))),
        software=software,
        programs=tuple(dict.fromkeys(programs)),
        comment=_comment(details.get(0x9286)),
        photoshop="photoshop" in info,
    )


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return None
    with suppress(UnicodeError):  # Pillow takes EXIF's text for Latin-1, phones write UTF-8: what is both, beyond ASCII, is meant as the latter
        value = value.encode("latin-1").decode("utf-8")
    cleaned = re.sub(r"[\x00-\x1f\x7f]+", " ", value).strip()
    return cleaned[:_MAX_TEXT] or None


def _comment(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value[8:] if value[:5] in (b"ASCII", b"UNICO", b"JIS\0\0") or value[:8] == b"\0" * 8 else value
    return _text(value)


def _camera(make: str | None, model: str | None) -> str | None:
    if make and model:
        return model if model.lower().startswith(make.lower()) else f"{make} {model}"
    return model or make


_CLOCKS = (
    ("exif.original", True, 0x9003, 0x9011, 0x9291),
    ("exif.digitized", True, 0x9004, 0x9012, 0x9292),
    ("exif.modified", False, 0x0132, 0x9010, 0x9290),
)
"""Source, whether the time is among the details, tags of time, offset and fraction of a second."""


def _witnesses(main: Mapping[int, Any], details: Mapping[int, Any], gps: Mapping[int, Any]) -> Iterator[TimeWitness]:
    """Everything that states a time: when the shutter was released, digitised, last changed; the satellites' time."""
    for source, among_details, time_tag, offset_tag, fraction_tag in _CLOCKS:
        tags = details if among_details else main
        found = _time(tags.get(time_tag), details.get(offset_tag), details.get(fraction_tag))
        if found is not None and found[0].replace(tzinfo=None) != _NEVER_SET:
            moment, zone_known = found
            yield TimeWitness(source, moment, zone_known, 0.001 if moment.microsecond else 1.0)
    if (satellites := _satellite_time(gps)) is not None and not _without_fix(gps):
        yield TimeWitness("gps", satellites, True)


def _time(value: Any, offset: Any, fraction: Any) -> tuple[datetime, bool] | None:
    """A moment, and whether its offset is stated."""
    parts = re.fullmatch(r"(\d{4})[:/.-](\d{1,2})[:/.-](\d{1,2})[ T](\d{1,2}):(\d{2}):(\d{2})(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?", _text(value) or "")
    if parts is None:
        return None
    year, month, day, hour, minute, second = (int(v) for v in parts.groups()[:6])
    digits = re.match(r"\d{1,6}", _text(fraction) or "")
    micro = int(digits.group().ljust(6, "0")) if digits else 0
    zone = _offset(parts.group(7) or _text(offset))
    try:
        moment = datetime(year, month, day, hour, minute, second, micro, tzinfo=zone or SHANGHAI)
    except ValueError:
        return None
    return (moment, zone is not None) if year >= _EARLIEST_YEAR else None


def _offset(text: str | None) -> timezone | None:
    if text == "Z":
        return UTC
    parts = re.fullmatch(r"([+-])(\d{2}):?(\d{2})", text or "")
    if parts is None:
        return None
    minutes = int(parts.group(2)) * 60 + int(parts.group(3))
    return timezone(timedelta(minutes=minutes if parts.group(1) == "+" else -minutes)) if minutes <= 14 * 60 else None


def _satellite_time(gps: Mapping[int, Any]) -> datetime | None:
    day = re.fullmatch(r"(\d{4}):(\d{2}):(\d{2})", _text(gps.get(29)) or "")
    clock = _three(gps.get(7))
    if day is None or clock is None:
        return None
    try:
        moment = datetime(int(day.group(1)), int(day.group(2)), int(day.group(3)), tzinfo=UTC)
    except ValueError:
        return None
    seconds = clock[0] * 3600 + clock[1] * 60 + clock[2]
    return moment + timedelta(seconds=seconds) if moment.year >= _EARLIEST_YEAR and 0 <= seconds < 86_401 else None


def _three(value: Any) -> tuple[float, float, float] | None:
    try:
        a, b, c = (float(v) for v in value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return (a, b, c) if all(math.isfinite(v) and v >= 0 for v in (a, b, c)) else None


def _position(gps: Mapping[int, Any]) -> tuple[float | None, float | None]:
    """Degrees, north and east positive; (None, None) where absent, out of range, or 0/0 (a receiver without a fix)."""
    latitude, longitude = _degrees(gps.get(2)), _degrees(gps.get(4))
    if latitude is None or longitude is None or _without_fix(gps) or latitude > 90 or longitude > 180:
        return None, None
    south, west = _text(gps.get(1)) in ("S", "s"), _text(gps.get(3)) in ("W", "w")
    return round(-latitude if south else latitude, 7), round(-longitude if west else longitude, 7)


def _without_fix(gps: Mapping[int, Any]) -> bool:
    """Whether the receiver had found no satellites yet: it writes 0/0 for its place, and its clock is not set either."""
    return _degrees(gps.get(2)) == 0 and _degrees(gps.get(4)) == 0


def _degrees(value: Any) -> float | None:
    """Degrees, minutes and seconds as degrees; seconds of 0/0 are none, as receivers that count in minutes write them."""
    try:
        degrees, minutes, seconds = (float(v) for v in value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    whole = degrees + minutes / 60 + (0.0 if math.isnan(seconds) else seconds / 3600)
    return whole if math.isfinite(whole) and min(degrees, minutes) >= 0 and not seconds < 0 else None


def _xmp_programs(xmp: Any) -> list[str]:
    if isinstance(xmp, bytes):
        xmp = xmp[:200_000].decode("utf-8", "replace")
    if not isinstance(xmp, str):
        return []
    found = re.findall(r"(?:CreatorTool|softwareAgent)(?:\s*=\s*[\"']([^\"'<>]{1,200})|>([^<]{1,200})<)", xmp[:200_000])
    return [cleaned for a, b in found if (cleaned := _text(a or b))]
