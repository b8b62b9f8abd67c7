"""One statement of when a photo was taken, out of all that say something: EXIF, satellites, the stamp of a watermark camera. Pure.

Witnesses that disagree are told as such; nobody is accused for it. A file without any (chat apps strip them) says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from services.domain.claim import SHANGHAI
from services.domain.facts import TimeWitness, Watermark

_FIX = timedelta(minutes=15)
"""A receiver may state the time of its last fix."""
_STAMP = timedelta(minutes=10)
"""A stamp shows the minute, and may have been set up before the shutter was released."""
_DAY = 86_400.0
_QUARTER = 900
_ALONE = {"exif.original": 0.85, "exif.digitized": 0.75, "exif.modified": 0.6, "gps": 0.9, "watermark": 0.6}
_AGREED, _DISAGREED = 0.97, 0.3


@dataclass(frozen=True, slots=True)
class Statement:
    """`source`: exif | gps | watermark; `agreement`: single | agree | disagree. All None without a time."""

    taken_at: datetime | None
    source: str | None
    witnesses: tuple[TimeWitness, ...]
    agreement: str | None
    confidence: float | None


def stated(witnesses: tuple[TimeWitness, ...], stamp: Watermark | None) -> Statement:
    """What the witnesses of one photo say together."""
    every = (*witnesses, *_of(stamp))
    shutter = next((w for w in every if w.source.startswith("exif")), None)
    satellites = next((w for w in every if w.source == "gps"), None)
    main = shutter or satellites or next((w for w in every if w.precision < _DAY), None)
    if main is None:
        return Statement(None, None, every, "single" if every else None, None)
    taken_at = main.at
    if shutter is not None and satellites is not None and not shutter.zone_known:
        taken_at = _in_its_zone(shutter.at, satellites.at)
    # when a file was last changed says when it was taken only where nothing else does
    others = [w for w in every if w is not main and w.source != "exif.modified"]
    agree = [_agrees(taken_at, w) or (main is shutter and _same_wall(main, w)) for w in others]
    agreement = "single" if not agree else "agree" if all(agree) else "disagree"
    alone = _ALONE[main.source] + (0.05 if main.zone_known and main is shutter else 0.0)
    confidence = {
        "single": alone,
        "agree": max(alone, _AGREED) if len({w.source.split(".")[0] for w in (main, *others)}) > 1 else alone,
        "disagree": _DISAGREED,
    }
    return Statement(taken_at, main.source.split(".")[0], every, agreement, round(confidence[agreement], 2))


def _of(stamp: Watermark | None) -> tuple[TimeWitness, ...]:
    if stamp is None:
        return ()
    if stamp.taken_at is not None:
        return (TimeWitness("watermark", stamp.taken_at, False, 1.0 if stamp.taken_at.second else 60.0),)
    return (TimeWitness("watermark", datetime(stamp.date.year, stamp.date.month, stamp.date.day, tzinfo=SHANGHAI), False, _DAY),)


def _in_its_zone(wall: datetime, satellites: datetime) -> datetime:
    """A wall time without offset in the zone in which it is the satellites' moment; as it is where no zone makes it so."""
    ahead = (wall.replace(tzinfo=UTC) - satellites).total_seconds()
    offset = round(ahead / _QUARTER) * _QUARTER
    if not -12 * 3600 <= offset <= 14 * 3600 or offset == 8 * 3600:
        return wall
    return wall.replace(tzinfo=timezone(timedelta(seconds=offset)))


def _same_wall(main: TimeWitness, witness: TimeWitness) -> bool:
    """The same camera's clock, once written with its offset and once without."""
    return witness.source.startswith("exif") and not witness.zone_known and abs(main.at.replace(tzinfo=None) - witness.at.replace(tzinfo=None)) <= _STAMP


def _agrees(moment: datetime, witness: TimeWitness) -> bool:
    if witness.precision >= _DAY:
        return moment.astimezone(SHANGHAI).date() == witness.at.date()
    return abs(moment - witness.at) <= (_FIX if witness.source == "gps" else _STAMP)
