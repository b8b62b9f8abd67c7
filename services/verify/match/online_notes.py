"""What is to be said of the logs: one note per code and person or group, with the rows it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.domain.case import OnlineNote, OnlineTime
from services.domain.claim import Claim
from services.domain.evidence import Place
from services.domain.policy import Rules
from services.domain.text import Message
from services.verify.match import intervals as iv
from services.verify.match.face_notes import FaceNotes
from services.verify.match.face_verdicts import Judged
from services.verify.match.learners import Standing, is_distinct
from services.verify.match.learning_people import LoggedSession, Person
from services.verify.match.machine_like import Group, machine_like, shared_rhythms

MOST_PLACES = 30
"""Rows named per note; the rest is in the file."""
_OVERLAP_FROM = 1_000_000
"""Microseconds: a second of overlap is rounding."""
_TOLERANCE_SECONDS = 60.0
_TOLERANCE_SHARE = 0.05
"""A stated duration may differ from end minus start by a minute, or this share (rounding to tenths of hours, short pauses)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the notes are made from. `times` has one entry per trainee."""

    people: Mapping[str, Person]
    judged: Mapping[str, Sequence[Judged]]
    times: Sequence[OnlineTime]
    claim: Claim
    rules: Rules
    trainees_known: bool
    has_face_checks: bool
    picture_of: Callable[[str], str | None]
    """The path of a snapshot as the log names it."""


def places_of(items: Iterable[LoggedSession]) -> tuple[Place, ...]:
    """Distinct places in file and row order, at most MOST_PLACES."""
    return tuple([Place(file, None, row or None) for file, row in sorted({(s.file, s.row) for s in items})[:MOST_PLACES]])


class NoteMaker:
    """Walks over the people once per code."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        start, end = seen.claim.project.start, seen.claim.project.end
        self.window = f"{start.isoformat()} – {end.isoformat()}"
        # others than trainees are said once to be none; without a trainees file everybody is looked at
        self.looked_at = [p for p in seen.people.values() if p.learner.standing is Standing.TRAINEE or not seen.trainees_known]

    def notes(self, people: int, own_sessions: int) -> list[OnlineNote]:
        """Every note, in a fixed order. The arguments are the bounds of machine-like durations."""
        notes: list[OnlineNote] = []
        if self.seen.trainees_known:
            notes.extend(self._strangers())
        faces = FaceNotes(self.seen.people, self.seen.judged, self.seen.times, self.seen.rules, places_of, self.seen.picture_of)
        of_faces: list[OnlineNote] = []
        machines = list(self._machines(people, own_sessions))
        for person in self.looked_at:
            sessions = person.sessions
            notes.extend(self._overlaps(person, sessions))
            notes.extend(self._outside(person, sessions))
            notes.extend(self._long_days(person, sessions))
            notes.extend(self._durations(person, sessions))
            notes.extend(self._playback(person, sessions))
            if self.seen.has_face_checks:
                of_faces.extend(faces.of(person, sessions))
        return [*notes, *machines, *of_faces, *faces.of_all()]

    def _strangers(self) -> Iterator[OnlineNote]:
        for person in self.seen.people.values():
            who = person.learner.shown
            places = places_of(person.sessions) or tuple(check.place for check in person.checks[:MOST_PLACES])
            if person.learner.standing is Standing.AMBIGUOUS:
                message = Message(
                    f"学习记录中的“{who}”无法确定是申报名单中的哪一人，相关学时待人工核实（请补充身份证号或账号）",
                    f'"{who}" in the log may be one of several trainees, or has a wrong ID number: a human must tell (give ID numbers or accounts)',
                )
                yield OnlineNote("online.person_not_trainee", message, places, person.learner.trainees, who, None, unclear=True)
            elif person.learner.standing is not Standing.TRAINEE:
                known = person.learner.standing is Standing.ON_ROSTER
                message = Message(
                    f"学习记录中的“{who}”不在本次申报名单中" + ("（在参保名单中）" if known else ""),
                    f'"{who}" in the log is not a trainee of this claim' + (" (but on the roster)" if known else ""),
                )
                yield OnlineNote("online.person_not_trainee", message, places, (), who)

    def _overlaps(self, person: Person, sessions: Sequence[LoggedSession]) -> Iterator[OnlineNote]:
        clashing: list[LoggedSession] = []
        doubled = 0
        latest: LoggedSession | None = None
        for session in sessions:
            if latest is not None and (shared := min(session.end, latest.end) - session.start) > _OVERLAP_FROM:
                clashing += [latest, session]
                doubled += shared
            if latest is None or session.end > latest.end:
                latest = session
        if clashing:
            minutes = round(doubled / iv.MINUTE, 1)
            message = Message(
                f"{person.learner.shown}的学习时段互相重叠{minutes:g}分钟，重叠部分只计一次",
                f"sessions of {person.learner.shown} overlap by {minutes:g} minutes, which count once",
            )
            yield OnlineNote("online.overlapping_sessions", message, places_of(clashing), person.learner.trainees, minutes, 0)

    def _outside(self, person: Person, sessions: Sequence[LoggedSession]) -> Iterator[OnlineNote]:
        start, end = _window(self.seen.claim)
        outside = [s for s in sessions if s.end > s.start and (s.start < start or s.end > end)]
        minutes = round(iv.total(iv.subtract(iv.union((s.start, s.end) for s in outside), [(start, end)])) / iv.MINUTE, 1)
        if outside and minutes > 0:
            days = sorted({f"{iv.to_moment(s.start):%Y-%m-%d}" for s in outside})
            message = Message(
                f"{person.learner.shown}有{minutes:g}分钟线上学习不在培训期内（{'、'.join(days[:5])}），不予计入",
                f"{minutes:g} minutes of {person.learner.shown} lie outside the training ({', '.join(days[:5])}) and do not count",
            )
            yield OnlineNote("online.outside_training", message, places_of(outside), person.learner.trainees, minutes, self.window)

    def _long_days(self, person: Person, sessions: Sequence[LoggedSession]) -> Iterator[OnlineNote]:
        limit = float(self.seen.rules.online_hours_per_day)
        days: dict[int, int] = {}
        for day, (start, end) in iv.by_day(iv.intersect(iv.union((s.start, s.end) for s in sessions), [_window(self.seen.claim)])):
            days[day] = days.get(day, 0) + end - start
        long = {day: micros for day, micros in days.items() if micros > limit * 60 * iv.MINUTE}
        if long:
            worst = max(long, key=lambda day: (long[day], -day))
            hours = round(long[worst] / iv.MINUTE / 60, 2)
            when = f"{iv.to_moment(worst * iv.DAY):%Y-%m-%d}"
            message = Message(
                f"{person.learner.shown}在{when}线上学习{hours:g}小时（超限共{len(long)}天），超过每日{limit:g}小时的部分不计入",
                f"{person.learner.shown} logged {hours:g} hours on {when} ({len(long)} such days); what exceeds {limit:g} hours a day does not count",
            )
            rows = [s for s in sessions if any(day in long for day, _ in iv.by_day([(s.start, s.end)]))]
            yield OnlineNote("online.day_exceeds_limit", message, places_of(rows), person.learner.trainees, hours, limit)

    def _durations(self, person: Person, sessions: Sequence[LoggedSession]) -> Iterator[OnlineNote]:
        wrong: list[tuple[float, LoggedSession]] = []
        for session in sessions:
            if session.stated_seconds >= 0:
                span = (session.end - session.start) / 1_000_000
                if (off := abs(session.stated_seconds - span)) > max(_TOLERANCE_SECONDS, span * _TOLERANCE_SHARE):
                    wrong.append((off, session))
        if wrong:
            worst = max(wrong, key=lambda item: (item[0], -item[1].start))[1]
            began = f"{iv.to_moment(worst.start):%Y-%m-%d %H:%M}"
            stated, span = round(worst.stated_seconds / 60, 1), round((worst.end - worst.start) / iv.MINUTE, 1)
            fast = worst.stated_seconds * 1_000_000 / (worst.end - worst.start) if worst.end > worst.start else 0.0
            zh, en = (f"，相当于{fast:.1f}倍速播放", f", as if played {fast:.1f} times as fast") if fast > 1 else ("", "")
            message = Message(
                f"{person.learner.shown}有{len(wrong)}条记录的学习时长与起止时间不符，例如{began}开始的一条写{stated:g}分钟，起止相差{span:g}分钟{zh}",
                f"{len(wrong)} rows of {person.learner.shown} state a duration that does not fit start and end: "
                f"one from {began} says {stated:g} minutes, start to end is {span:g}{en}",
            )
            yield OnlineNote("online.duration_inconsistent", message, places_of(s for _, s in wrong), person.learner.trainees, stated, span)

    def _playback(self, person: Person, sessions: Sequence[LoggedSession]) -> Iterator[OnlineNote]:
        """Courses finished in less time than they last: the log may leave out where the rest was learnt, so a human tells."""
        lengths: dict[str, float] = {}
        for session in sessions:
            if session.content_seconds > 0 and session.course:
                lengths[session.course] = max(session.content_seconds, lengths.get(session.course, 0.0))
        fast: list[tuple[float, str, float]] = []
        for course, length in lengths.items():
            took = iv.total(iv.union((s.start, s.end) for s in sessions if s.course == course)) / 1_000_000
            if length - took > max(_TOLERANCE_SECONDS, length * _TOLERANCE_SHARE):
                fast.append((length / max(took, 1.0), course, took))
        if fast:
            speed, course, took = max(fast)
            minutes, length = round(took / 60, 1), round(lengths[course] / 60, 1)
            message = Message(
                f"{person.learner.shown}有{len(fast)}门课程的学习时间短于课程时长却记为学完，例如“{course}”长{length:g}分钟，只学了{minutes:g}分钟（{speed:.1f}倍速），请核实",
                f"{person.learner.shown} finished {len(fast)} courses in less time than they last: “{course}” takes {length:g} minutes and was given {minutes:g} "
                f"({speed:.1f} times as fast): a human tells",
            )
            names = {course for _, course, _ in fast}
            rows = [s for s in sessions if s.course in names]
            yield OnlineNote("online.duration_inconsistent", message, places_of(rows), person.learner.trainees, minutes, length, unclear=True)

    def _machines(self, people: int, own_sessions: int) -> Iterator[OnlineNote]:
        found = machine_like(self.seen.people, most=people, own_sessions=own_sessions)
        shared = [group for group in found if len(group.people) > 1]
        if shared:
            yield self._group_note(shared, people)
        for group in found:
            if len(group.people) == 1:
                person = self.seen.people[group.people[0]]
                count = len(group.sessions)
                message = Message(
                    f"{person.learner.shown}有{count}次学习时长完全相同（均为{_clock(group.seconds)}），疑似机器生成",
                    f"{count} sessions of {person.learner.shown} last exactly {_clock(group.seconds)} each: they look machine-made",
                )
                yield OnlineNote("online.machine_like", message, places_of(group.sessions), person.learner.trainees, count, f"< {own_sessions}")
        told = {key for group in shared for key in group.people}
        known = {key: person for key, person in self.seen.people.items() if is_distinct(person.learner)}
        for group in shared_rhythms(known, sessions=own_sessions):
            if not told.issuperset(group.people):
                yield self._rhythm_note(group)

    def _group_note(self, groups: Sequence[Group], people: int) -> OnlineNote:
        keys = sorted({key for group in groups for key in group.people})
        clocks = "、".join(_clock(group.seconds) for group in groups[:3])
        chance = sum(group.expected for group in groups)
        message = Message(
            f"{self._names(keys)}共{len(keys)}人有精确到秒完全相同的学习时长（{clocks}；按其余时长推算，巧合相同的约{chance:.1f}人），疑似机器生成",
            f"{len(keys)} people have sessions whose durations are equal to the second ({clocks}; by chance about {chance:.1f} would, "
            "as the other durations say): they look machine-made",
        )
        return OnlineNote(
            "online.machine_like", message, places_of(s for group in groups for s in group.sessions), self._trainees(keys), len(keys), f"< {people}"
        )

    def _rhythm_note(self, group: Group) -> OnlineNote:
        count = len(group.sessions) // len(group.people)
        message = Message(
            f"{self._names(group.people)}的学习节奏逐秒相同：连续{count}次学习的时长和间隔完全一致，请核实是否由程序代刷，或为同一直播课的统一记录",
            f"{self._names(group.people)} learn in one rhythm: {count} sessions on end have lengths and distances equal to the second; "
            "a human tells whether one script drove them or one live class was logged",
        )
        return OnlineNote("online.machine_like", message, places_of(group.sessions), self._trainees(group.people), count, None, unclear=True)

    def _names(self, keys: Sequence[str]) -> str:
        return "、".join(self.seen.people[key].learner.shown for key in keys[:5]) + ("等" if len(keys) > 5 else "")

    def _trainees(self, keys: Sequence[str]) -> tuple[int, ...]:
        learners = [self.seen.people[key].learner for key in keys]
        return tuple(sorted({i for learner in learners if learner.standing is Standing.TRAINEE for i in learner.trainees}))


def _window(claim: Claim) -> iv.Stretch:
    return iv.day_start(claim.project.start), iv.day_start(claim.project.end) + iv.DAY


def _clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
