"""The training on one axis: what was scheduled, and what sheets, photos, videos and logs say was when.

A row per source, a column per day from the first to the last day of the training (and of its sessions), within a day
06:00 to 22:00. What lies outside stands at the margins before and after; what has no time is listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

from services.domain.claim import SHANGHAI
from services.domain.report import Report
from services.report.export.words import MODES, PARTS

LEFT, WIDTH, MARGIN, TOP, ROW = 92.0, 1000.0, 54.0, 34.0, 34.0
_FROM, _TO = 6.0, 22.0
_PART_HOURS = {"am": (8.5, 11.5), "pm": (13.5, 16.5), "day": (8.5, 16.5)}
_MOST_DAYS = 124
_LABEL_SPACE = 46.0


@dataclass(slots=True)
class Mark:
    """A rectangle of the drawing; `title` is what it is, for people."""

    x: float
    width: float
    title: str
    style: str
    y: float = 0.0
    height: float = 0.0
    text: str = ""


@dataclass(slots=True)
class Lane:
    zh: str
    en: str
    y: float
    marks: list[Mark] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    untimed: list[str] = field(default_factory=list)
    count: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    x: float
    width: float
    label: str
    weekend: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    days: list[Day]
    lanes: list[Lane]
    left: float
    right: float
    height: float


class _Axis:
    def __init__(self, report: Report) -> None:
        project = report.claim["project"]
        dates = [date.fromisoformat(project["start"]), date.fromisoformat(project["end"])] + [date.fromisoformat(s["date"]) for s in report.sessions]
        self.first = min(dates)
        self.count = min((max(dates) - self.first).days + 1, _MOST_DAYS)
        self.left, self.right = LEFT + MARGIN, WIDTH - MARGIN
        self.day = (self.right - self.left) / self.count

    def side(self, day: date) -> int:
        """-1 before the training, 0 in it, 1 after it."""
        return -1 if day < self.first else int(day >= self.first + timedelta(days=self.count))

    def x(self, day: date, hour: float) -> float:
        inside = (min(max(hour, _FROM), _TO) - _FROM) / (_TO - _FROM)
        return self.left + ((day - self.first).days + inside) * self.day

    def days(self) -> list[Day]:
        every = max(1, int(_LABEL_SPACE // self.day) + (1 if _LABEL_SPACE % self.day else 0)) if self.day < _LABEL_SPACE else 1
        out = []
        for i in range(self.count):
            day = self.first + timedelta(days=i)
            label = f"{day.month}-{day.day:02d}" if i % every == 0 else ""
            out.append(Day(self.left + i * self.day, self.day, label, day.weekday() >= 5))
        return out


def timeline(report: Report) -> Timeline:
    """The drawing of a report; lanes without anything are left out, except schedule."""
    axis = _Axis(report)
    lanes = [_schedule(report, axis), _sheets(report, axis), _photos(report, axis), _videos(report, axis), _online(report, axis)]
    lanes = [lane for lane in lanes if lane.count or lane.zh == "课程安排"]
    for index, lane in enumerate(lanes):
        lane.y = TOP + index * ROW
        for mark in lane.marks:
            mark.height = mark.height or 14.0
            mark.y = lane.y + (ROW - mark.height) / 2 + mark.y
    return Timeline(axis.days(), lanes, axis.left, axis.right, TOP + len(lanes) * ROW + 8)


def _hours(session: dict[str, Any]) -> tuple[float, float]:
    if session["start"] and session["end"]:
        return _hour(session["start"]), _hour(session["end"])
    return _PART_HOURS[session["part"] or "day"]


def _hour(clock: str) -> float:
    hours, minutes = clock.split(":")[:2]
    return int(hours) + int(minutes) / 60


def _schedule(report: Report, axis: _Axis) -> Lane:
    lane = Lane("课程安排", "schedule", 0.0, count=len(report.sessions))
    for s in report.sessions:
        start, end = _hours(s)
        title = " ".join(filter(None, [s["date"], f"{s['start']}–{s['end']}" if s["start"] else PARTS[s["part"]][0], s["course"], f"{s['class_hours']}学时"]))
        _put(
            lane,
            axis,
            date.fromisoformat(s["date"]),
            start,
            end,
            title,
            "online" if s["mode"] == "online" else "session",
            MODES.get(s["mode"] or "", ("", ""))[0],
        )
    return lane


def _sheets(report: Report, axis: _Axis) -> Lane:
    lane = Lane("签到表", "sheets", 0.0)
    for a in report.attendance:
        lane.count += 1
        name = f"{PurePosixPath(a['file']).name} 第{a['page']}页"
        if not a["date"]:
            lane.untimed.append(name)
            continue
        session = report.sessions[a["session"]] if a["session"] is not None and a["session"] < len(report.sessions) else None
        start, end = _hours(session) if session and session["date"] == a["date"] else _PART_HOURS[a["part"] or "day"]
        named = sum(r["status"] in ("matched", "ambiguous", "unknown") for r in a["rows"])
        title = f"{name} {a['date']} {PARTS.get(a['part'] or '', ('', ''))[0]} {named}人"
        _put(lane, axis, date.fromisoformat(a["date"]), start, end, title, "sheet", str(named))
    return lane


def _photos(report: Report, axis: _Axis) -> Lane:
    lane = Lane("照片", "photos", 0.0)
    for e in _of(report, "photo"):
        lane.count += 1
        name, taken = PurePosixPath(e["file"]).name, (e["facts"] or {}).get("taken_at")
        if not taken:
            lane.untimed.append(name)
            continue
        when = datetime.fromisoformat(taken).astimezone(SHANGHAI)
        hour = _of_day(when)
        _put(lane, axis, when.date(), hour, hour, f"{name} {when:%m-%d %H:%M}", "photo")
    return lane


def _videos(report: Report, axis: _Axis) -> Lane:
    lane = Lane("视频", "videos", 0.0)
    for e in _of(report, "video"):
        lane.count += 1
        name, facts = PurePosixPath(e["file"]).name, e["facts"] or {}
        if not facts.get("recorded_at"):
            lane.untimed.append(name)
            continue
        start = datetime.fromisoformat(facts["recorded_at"]).astimezone(SHANGHAI)
        hour = _of_day(start)
        _put(lane, axis, start.date(), hour, hour + (facts.get("playable_seconds") or 0) / 3600, f"{name} {start:%m-%d %H:%M}", "video")
    return lane


def _online(report: Report, axis: _Axis) -> Lane:
    """Logged time of all people by the hour: the more people, the higher."""
    lane = Lane("线上学习", "online", 0.0)
    busy: dict[tuple[date, int], set[int]] = {}
    for who, t in enumerate(report.trainees):
        for i in (t.get("online") or {}).get("intervals", ()):
            lane.count += 1
            for hour in _hours_between(datetime.fromisoformat(i["start"]), datetime.fromisoformat(i["end"])):
                busy.setdefault((hour.date(), hour.hour), set()).add(who)
    most = max((len(people) for people in busy.values()), default=1)
    outside: dict[date, set[int]] = {}
    for (day, at), people in sorted(busy.items()):
        if axis.side(day):
            outside.setdefault(day, set()).update(people)
            continue
        height = max(3.0, 22.0 * len(people) / most)
        before = len(lane.marks)
        _put(lane, axis, day, at, at + 1, f"{day} {at:02d}时 {len(people)}人", "learning")
        for mark in lane.marks[before:]:
            mark.height, mark.y = height, (22.0 - height) / 2
    for day, people in outside.items():
        (lane.before if axis.side(day) < 0 else lane.after).append(f"{day} {len(people)}人")
    return lane


def _hours_between(start: datetime, end: datetime) -> Iterator[datetime]:
    hour = start.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)
    for _ in range(24 * 40):
        if hour >= end:
            return
        yield hour
        hour += timedelta(hours=1)


def _put(lane: Lane, axis: _Axis, day: date, start: float, end: float, title: str, style: str, text: str = "") -> None:
    side = axis.side(day)
    if side:
        (lane.before if side < 0 else lane.after).append(title)
        return
    x = axis.x(day, start)
    width = max(axis.x(day, max(end, start)) - x, 5.0 if style in ("photo", "video") else 2.0)
    lane.marks.append(Mark(x, width, title, style, text=text if width >= 9.0 * len(text) + 4 else ""))


def _of(report: Report, kind: str) -> Iterator[dict[str, Any]]:
    return (e for e in report.evidence if e["kind"] == kind)


def _of_day(moment: datetime) -> float:
    return moment.hour + moment.minute / 60 + moment.second / 3600
