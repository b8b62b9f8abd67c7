"""Learning time as ribbons: a bar for each person and day, over the hours in which anybody learned; face checks as ticks below."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

from services.domain.claim import SHANGHAI

Finder = Callable[[str | None], str | None]
"""Where a snapshot can be seen (an evidence id, a place in the page), found by what the log calls it."""
_DAY = 24.0
_MOST_TICKS = 8
_THINNEST = 0.3


@dataclass(frozen=True, slots=True)
class Axis:
    """Hours of the day, whole ones, that the bars run from and to; `ticks`: (left in per cent, hour)."""

    start: int
    end: int
    ticks: list[tuple[float, int]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Left and width in per cent of the axis; minutes and `clock` are of the stretch itself."""

    left: float
    width: float
    reason: str
    clock: str
    minutes: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A face check; `snapshot` as the log names it, `picture` where it can be seen."""

    left: float
    verdict: str
    clock: str
    snapshot: str | None
    picture: str | None


@dataclass(frozen=True, slots=True)
class Ribbon:
    day: str
    stretches: list[Stretch]
    ticks: list[Tick] = field(default_factory=list)


def hours_of(people: Sequence[Mapping[str, Any]]) -> Axis:
    """From the first hour in which somebody learned, on any day, to the last."""
    pieces = [piece for online in people for piece in _pieces(online)]
    start = math.floor(min((a for _, a, _, _ in pieces), default=0.0))
    end = max(math.ceil(max((b for _, _, b, _ in pieces), default=_DAY)), start + 1)
    every = math.ceil((end - start) / _MOST_TICKS)
    return Axis(start, end, [(100.0 * (hour - start) / (end - start), hour) for hour in range(start, end + 1, every)])


def ribbons(online: Mapping[str, Any], axis: Axis, picture: Finder = lambda _: None) -> list[Ribbon]:
    """A ribbon for each day on which the person learned."""
    days: dict[str, list[Stretch]] = {}
    length = axis.end - axis.start
    for day, a, b, reason in _pieces(online):
        left, width = 100.0 * (a - axis.start) / length, 100.0 * (b - a) / length
        days.setdefault(day, []).append(Stretch(left, max(width, _THINNEST), reason, f"{_clock(a)}–{_clock(b)}", 60.0 * (b - a)))
    ticks: dict[str, list[Tick]] = {}
    for look in online.get("looks", ()):
        at = datetime.fromisoformat(look["at"]).astimezone(SHANGHAI)
        hour = at.hour + at.minute / 60.0 + at.second / 3600.0
        if axis.start <= hour <= axis.end:
            named = look["snapshot"]
            ticks.setdefault(at.date().isoformat(), []).append(
                Tick(100.0 * (hour - axis.start) / length, look["verdict"], _clock(hour), PurePosixPath(named).name if named else None, picture(named))
            )
    return [Ribbon(day, stretches, ticks.get(day, [])) for day, stretches in sorted(days.items())]


def _pieces(online: Mapping[str, Any]) -> list[tuple[str, float, float, str]]:
    """(day, from, to in hours of the day, reason); what runs past midnight is cut there."""
    pieces = []
    for interval in online["intervals"]:
        start, end = (datetime.fromisoformat(interval[side]).astimezone(SHANGHAI) for side in ("start", "end"))
        while start < end:
            midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
            until = min(end, midnight + timedelta(days=1))
            a, b = ((moment - midnight).total_seconds() / 3600.0 for moment in (start, until))
            pieces.append((start.date().isoformat(), a, b, interval["reason"]))
            start = until
    return pieces


def _clock(hours: float) -> str:
    seconds = round(hours * 3600)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
