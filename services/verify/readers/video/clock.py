"""One statement of when a video was recorded, out of all that say something: its header's clocks, the stamp of a watermark camera. Pure.

A container's clock should be UTC, but many phones write their local time into it: another witness tells which it is. It also says no more
than when the file was written: a copy that a program exported later contradicts nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.domain.claim import SHANGHAI
from services.domain.facts import TimeWitness, Watermark

_SLACK = timedelta(minutes=10)
"""A stamp shows the minute, and clocks of two devices differ; phones state the end of the recording besides."""
_DAY = 86_400.0
_MAIN = ("quicktime", "watermark", "local", "container")
"""Whose time is stated, the most trusted first."""
_ALONE = {"quicktime": 0.9, "watermark": 0.6, "local": 0.7, "container": 0.6}
_AGREED, _DISAGREED = 0.97, 0.3


@dataclass(frozen=True, slots=True)
class Statement:
    """`source`: quicktime | watermark | local | container; `agreement`: single | agree | disagree. All None without a time."""

    recorded_at: datetime | None
    source: str | None
    witnesses: tuple[TimeWitness, ...]
    agreement: str | None
    confidence: float | None


def stated(header: tuple[TimeWitness, ...], stamp: Watermark | None, stamped_after: float, lasts: float) -> Statement:
    """What the witnesses of one video of `lasts` seconds say together; the stamp was read `stamped_after` seconds from its beginning."""
    every = (*header, *_of(stamp, stamped_after))
    clocks = [w for w in every if w.precision < _DAY]
    main = min(clocks, key=lambda w: _MAIN.index(w.source), default=None)
    if main is None:
        return Statement(None, None, every, "single" if every else None, None)
    others = [w for w in every if w is not main and not _written_later(main, w, lasts)]
    recorded_at = _reading_of(main, others)
    agree = [_agrees(recorded_at, w, lasts) for w in others]
    agreement = "single" if not agree else "agree" if all(agree) else "disagree"
    alone = _ALONE[main.source]
    families = {w.source == "watermark" for w in (main, *others)}
    confidence = {"single": alone, "agree": _AGREED if len(families) > 1 else alone, "disagree": _DISAGREED}[agreement]
    return Statement(recorded_at, main.source, every, agreement, confidence)


def _of(stamp: Watermark | None, after: float) -> tuple[TimeWitness, ...]:
    """A stamp as a witness of the video's beginning."""
    if stamp is None:
        return ()
    if stamp.taken_at is not None:
        return (TimeWitness("watermark", stamp.taken_at - timedelta(seconds=int(after)), False, 1.0 if stamp.taken_at.second else 60.0),)
    return (TimeWitness("watermark", datetime(stamp.date.year, stamp.date.month, stamp.date.day, tzinfo=SHANGHAI), False, _DAY),)


def _readings(witness: TimeWitness) -> tuple[datetime, ...]:
    """What a clock may mean: a container's figures are UTC, or the local time."""
    return (witness.at, witness.at.astimezone(UTC).replace(tzinfo=SHANGHAI)) if witness.source == "container" else (witness.at,)


def _reading_of(main: TimeWitness, others: list[TimeWitness]) -> datetime:
    """The moment that the main witness states; of a container's two the one that a stamped day bears out."""
    days = {w.at.date() for w in others if w.precision >= _DAY}
    return next((moment for moment in _readings(main) if moment.astimezone(SHANGHAI).date() in days), main.at)


def _written_later(main: TimeWitness, witness: TimeWitness, lasts: float) -> bool:
    """A container that was written after the recording: by a program that cut, sent or exported it."""
    return witness.source == "container" and witness.at > main.at and not _agrees(main.at, witness, lasts)


def _agrees(moment: datetime, witness: TimeWitness, lasts: float) -> bool:
    if witness.precision >= _DAY:
        return moment.astimezone(SHANGHAI).date() == witness.at.date()
    return any(-_SLACK <= reading - moment <= _SLACK + timedelta(seconds=lasts) for reading in _readings(witness))
