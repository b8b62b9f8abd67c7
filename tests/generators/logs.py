"""Learning logs as platforms write them: honest ones, and ones with planted defects, in every form that is read."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Person:
    name: str
    id_number: str
    account: str = ""


@dataclass(frozen=True)
class Session:
    person: Person
    course: str
    start: datetime
    end: datetime
    stated: timedelta | None = None
    ip: str = "10.1.2.3"

    @property
    def duration(self) -> timedelta:
        return self.end - self.start if self.stated is None else self.stated


@dataclass(frozen=True)
class Check:
    person: Person
    at: datetime
    passed: bool = True
    similarity: float = 0.93
    snapshot: str = ""


@dataclass
class Log:
    """What happened, before it is written in some platform's form."""

    sessions: list[Session] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)


def honest(people: Sequence[Person], days: Sequence[date], *, seed: int = 0, minutes: tuple[int, int] = (35, 70), checks: bool = True) -> Log:
    """One session per person and half day, to the second, with a passed check at least every 13 minutes."""
    rng = random.Random(seed)
    log = Log()
    for person in people:
        for day in days:
            for hour, course in ((8, "安全生产法规"), (13, "机械制图基础")):
                start = datetime.combine(day, time(hour, rng.randrange(5, 50), rng.randrange(60)), SHANGHAI)
                end = start + timedelta(seconds=rng.randrange(minutes[0] * 60, minutes[1] * 60))
                log.sessions.append(Session(person, course, start, end))
                if checks:
                    log.checks.extend(vouch(person, start, end, rng))
    return log


def vouch(person: Person, start: datetime, end: datetime, rng: random.Random) -> list[Check]:
    """Passed checks that cover a session."""
    found = []
    moment = start + timedelta(seconds=rng.randrange(5, 120))
    while moment < end:
        found.append(Check(person, moment, True, round(rng.uniform(0.86, 0.99), 3)))
        moment += timedelta(seconds=rng.randrange(9 * 60, 13 * 60))
    return found


# --- planted defects: each takes an honest log of several people over several days and returns (log, expected codes) ------------


def _mine(log: Log, index: int) -> list[int]:
    person = sorted({s.person.id_number for s in log.sessions})[index]
    return [i for i, s in enumerate(log.sessions) if s.person.id_number == person]


def overlap(log: Log) -> None:
    """Two sessions of one person at the same time."""
    first = log.sessions[_mine(log, 0)[0]]
    log.sessions.append(replace(first, course="另一门课", start=first.start + timedelta(minutes=5), end=first.end - timedelta(minutes=5, seconds=7)))


def outside(log: Log) -> None:
    """A session three weeks after everything else."""
    i = _mine(log, 0)[0]
    _move(log, i, timedelta(days=21))


def long_day(log: Log) -> None:
    """Fourteen hours of learning on one day, every minute vouched for."""
    first = log.sessions[_mine(log, 0)[0]]
    start = first.start.replace(hour=6, minute=3, second=11)
    end = start + timedelta(hours=14, seconds=13)
    log.sessions = [s for s in log.sessions if not (s.person == first.person and s.start.date() == start.date())]
    log.checks = [c for c in log.checks if not (c.person == first.person and c.at.date() == start.date())]
    log.sessions.append(Session(first.person, "通宵学习", start, end))
    log.checks.extend(vouch(first.person, start, end, random.Random(1)))


def inconsistent(log: Log) -> None:
    """A stated duration three times as long as the session."""
    i = _mine(log, 0)[0]
    log.sessions[i] = replace(log.sessions[i], stated=log.sessions[i].duration * 3)


def machine_like(log: Log) -> None:
    """Five people whose sessions last the same to the second."""
    for k in range(5):
        i = _mine(log, k)[0]
        session = log.sessions[i]
        end = session.start + timedelta(seconds=2537)
        log.sessions[i] = replace(session, end=end)
        log.checks = [c for c in log.checks if not (c.person == session.person and session.start <= c.at <= session.end)]
        log.checks.extend(vouch(session.person, session.start, end, random.Random(k)))


def stranger(log: Log) -> None:
    """Somebody who is nobody's trainee."""
    first = log.sessions[_mine(log, 0)[0]]
    person = Person("欧阳外人", "110101198003078515", "wairen")
    log.sessions.append(replace(first, person=person))
    log.checks.extend(vouch(person, first.start, first.end, random.Random(3)))


def failed_check(log: Log) -> None:
    """One check that did not pass."""
    i = next(i for i, c in enumerate(log.checks) if c.person == log.sessions[_mine(log, 0)[0]].person)
    log.checks[i] = replace(log.checks[i], passed=False, similarity=0.41)


def gap(log: Log) -> None:
    """Nothing but the first and the last check of a session is left."""
    session = log.sessions[_mine(log, 0)[0]]
    inside = sorted((c for c in log.checks if c.person == session.person and session.start <= c.at <= session.end), key=lambda c: c.at)
    log.checks = [c for c in log.checks if c not in inside[1:-1]]


def no_checks(log: Log) -> None:
    """One person has none, the others have."""
    person = log.sessions[_mine(log, 0)[0]].person
    log.checks = [c for c in log.checks if c.person != person]


# --- with pictures: `SHOTS` says whose face (of `tests.generators.faces`) each snapshot shows, "copy of" which it is ---------------

ENROLLED = ("astronaut", "admiral")
"""Faces of the first two people's reference pictures; the others have none."""
SHOTS: dict[str, tuple[str, int]] = {
    **{f"first{n}.jpg": ("astronaut", n) for n in (1, 2, 3)},
    **{f"second{n}.jpg": ("admiral", n) for n in (1, 2, 3)},
    "stranger.jpg": ("astronaut", 4),
    "sitter1.jpg": ("admiral", 4),
    "sitter2.jpg": ("admiral", 5),
    "copy.jpg": ("copy of first1.jpg", 0),
}


def with_faces(log: Log) -> None:
    """The first two people's first checks have snapshots, each another take of their own face."""
    for index, name in enumerate(("first", "second")):
        for n, i in enumerate(_checks(log, index)[:3], 1):
            log.checks[i] = replace(log.checks[i], snapshot=f"{name}{n}.jpg")


def _checks(log: Log, index: int) -> list[int]:
    """A person's checks in order of time."""
    person = log.sessions[_mine(log, index)[0]].person
    return sorted((i for i, c in enumerate(log.checks) if c.person == person), key=lambda i: log.checks[i].at)


def _show(log: Log, index: int, place: int, snapshot: str) -> None:
    i = _checks(log, index)[place]
    log.checks[i] = replace(log.checks[i], snapshot=snapshot)


def mismatch(log: Log) -> None:
    """Another sits for the second person; nobody else's pictures show that face."""
    for place in range(3):
        _show(log, 0, place, "")
    _show(log, 1, 1, "stranger.jpg")


def shared(log: Log) -> None:
    """One face under two accounts without reference pictures."""
    _show(log, 2, 0, "sitter1.jpg")
    _show(log, 3, 0, "sitter2.jpg")


def replayed(log: Log) -> None:
    """A recompressed copy of a snapshot is used again."""
    _show(log, 0, 1, "copy.jpg")


DEFECTS: dict[str, Callable[[Log], None]] = {
    "online.overlapping_sessions": overlap,
    "online.outside_training": outside,
    "online.day_exceeds_limit": long_day,
    "online.duration_inconsistent": inconsistent,
    "online.machine_like": machine_like,
    "online.person_not_trainee": stranger,
    "online.face_check_failed": failed_check,
    "online.face_check_gap": gap,
    "online.face_check_missing": no_checks,
    "online.face_mismatch": mismatch,
    "online.face_shared": shared,
    "online.face_replayed": replayed,
}


def _move(log: Log, index: int, by: timedelta) -> None:
    session = log.sessions[index]
    log.checks = [replace(c, at=c.at + by) if c.person == session.person and session.start <= c.at <= session.end else c for c in log.checks]
    log.sessions[index] = replace(session, start=session.start + by, end=session.end + by)
