"""What a video's header says of its making: time, place, program."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.domain.claim import SHANGHAI
from services.domain.facts import TimeWitness

_EARLIEST_YEAR = 1990
"""MP4 counts from 1904, Unix from 1970: a year before this is a clock that was never set."""
_LOCAL_KEYS = ("date", "date_recorded", "idit", "digitization_time")
_ZONED = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$")
_PLACE_KEYS = ("com.apple.quicktime.location.iso6709", "location", "location-eng", "©xyz", "xyz")
_PROGRAM_KEYS = ("com.apple.quicktime.software", "software", "encoding_tool", "encoder", "writing_application", "com.android.version")


@dataclass(frozen=True, slots=True)
class Labels:
    """`times`, best first: quicktime (the camera's own clock, with its zone as a rule), local (a clock without zone), container (UTC, if its writer kept the rule)."""

    times: tuple[TimeWitness, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    software: str | None = None


def labels(probe: Mapping[str, Any]) -> Labels:
    """What the tags of ffprobe's answer say; impossible values are left out."""
    tags = _tags(probe)
    written = tags.get("creation_time")
    if written and not _ZONED.search(written):  # an AVI's, which has the camera's own clock
        tags["idit"] = tags.get("idit", written)
        written = None
    local = next((tags[key] for key in _LOCAL_KEYS if _moment(tags.get(key), utc=False) is not None), None)
    stated = (("quicktime", tags.get("com.apple.quicktime.creationdate"), False), ("local", local, False), ("container", written, True))
    times = tuple(TimeWitness(source, *found) for source, text, utc in stated if (found := _moment(text, utc=utc)) is not None)
    latitude, longitude = next((p for key in _PLACE_KEYS if (p := _place(tags.get(key))) is not None), (None, None))
    software = next((tags[key][:200] for key in _PROGRAM_KEYS if tags.get(key)), None)
    return Labels(times, latitude, longitude, software)


def _tags(probe: Mapping[str, Any]) -> dict[str, str]:
    """All tags, keys in lower case; the file's own before its streams'."""
    found: dict[str, str] = {}
    for part in (probe.get("format", {}), *probe.get("streams", [])):
        for key, value in part.get("tags", {}).items():
            found.setdefault(str(key).lower(), str(value).strip())
    return found


def _moment(text: str | None, *, utc: bool) -> tuple[datetime, bool] | None:
    """(a date with a time, whether its zone is stated); without an offset it is UTC or Asia/Shanghai. A day alone tells no time and is left out."""
    if not text:
        return None
    tidy = re.sub(r"^(\d{4})[:/](\d{2})[:/](\d{2})", r"\1-\2-\3", text.strip())
    if len(tidy) < 16:
        return None
    try:
        moment = datetime.fromisoformat(tidy)
    except ValueError:
        return None
    zoned = utc or moment.tzinfo is not None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC if utc else SHANGHAI)
    if moment.year < _EARLIEST_YEAR:
        return None
    return (moment.astimezone(SHANGHAI) if utc else moment), zoned


def _place(text: str | None) -> tuple[float, float] | None:
    """(latitude, longitude) from ISO 6709 in degrees, as phones write it: +43.8800+125.3200+200/."""
    found = re.match(r"([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)", text or "")
    if found is None:
        return None
    latitude, longitude = float(found.group(1)), float(found.group(2))
    if abs(latitude) > 90 or abs(longitude) > 180 or latitude == longitude == 0:
        return None
    return latitude, longitude
