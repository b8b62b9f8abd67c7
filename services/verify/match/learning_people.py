"""The logs, person by person: every session and check of a learner with the place it comes from, duplicates dropped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from services.domain.evidence import Place
from services.domain.facts import LearningLogFacts, LearningSession
from services.verify.match.intervals import to_micros
from services.verify.match.learners import Learner, Learners


@dataclass(frozen=True, slots=True, order=True)
class LoggedSession:
    """One row; times in microseconds. `seconds_shown`: its duration is known to the second."""

    start: int
    end: int
    course: str
    stated_seconds: float
    """-1 where the row states none."""
    file: str
    row: int
    seconds_shown: bool = True

    @property
    def place(self) -> Place:
        return Place(self.file, row=self.row or None)


@dataclass(frozen=True, slots=True, order=True)
class LoggedCheck:
    """One face check; `passed` 1, 0, or -1 where the log does not say."""

    at: int
    passed: int
    snapshot: str
    file: str
    row: int
    similarity: float = -1.0

    @property
    def place(self) -> Place:
        return Place(self.file, row=self.row or None)


@dataclass(slots=True)
class Person:
    """A learner with all that the logs say of them, in order of time."""

    learner: Learner
    sessions: list[LoggedSession] = field(default_factory=list)
    checks: list[LoggedCheck] = field(default_factory=list)


_SHOWS_SECONDS = 0.5
"""Share of a file's rows with seconds from which its whole-minute rows are exact, not rounded."""


def gather(logs: Sequence[tuple[str, LearningLogFacts]], learners: Learners) -> dict[str, Person]:
    """Learner key → person. The order of rows and files does not matter, a row told twice is one."""
    people: dict[str, Person] = {}
    for file, facts in logs:
        fine, rounded = _resolution(facts)
        for s in facts.sessions:
            person = _person(people, learners.of(s.person))
            start = to_micros(s.start)
            end = start if s.end is None else to_micros(s.end)
            stated = -1.0 if s.stated_seconds is None else s.stated_seconds
            exact = not rounded and (fine or _has_seconds(s))
            person.sessions.append(LoggedSession(start, end, s.course or "", stated, file, s.row, exact))
        for c in facts.checks:
            person = _person(people, learners.of(c.person))
            said = -1 if c.passed is None else int(c.passed)
            person.checks.append(LoggedCheck(to_micros(c.checked_at), said, c.snapshot or "", file, c.row, -1.0 if c.similarity is None else c.similarity))
    for person in people.values():
        person.sessions = _distinct_sessions(person.sessions)
        person.checks = _distinct_checks(person.checks)
    return dict(sorted(people.items()))


def _person(people: dict[str, Person], learner: Learner) -> Person:
    person = people.get(learner.key)
    if person is None:
        person = people[learner.key] = Person(learner)
    return person


def _has_seconds(s: LearningSession) -> bool:
    return bool(s.start.second or s.start.microsecond or (s.end is not None and (s.end.second or s.end.microsecond)))


def _resolution(facts: LearningLogFacts) -> tuple[bool, bool]:
    """(the file's stamps are to the second, its durations are rounded to minutes).

    Where every row lasts exactly what it states, in whole minutes, the ends were reckoned from rounded durations.
    """
    fine = sum(map(_has_seconds, facts.sessions)) >= max(1, len(facts.sessions) * _SHOWS_SECONDS)
    rounded = bool(facts.sessions) and all(
        s.stated_seconds is not None and s.stated_seconds % 60 == 0 and s.end is not None and (s.end - s.start).total_seconds() == s.stated_seconds
        for s in facts.sessions
    )
    return fine, rounded


def _distinct_sessions(sessions: Iterable[LoggedSession]) -> list[LoggedSession]:
    kept: list[LoggedSession] = []
    for session in sorted(sessions):
        last = kept[-1] if kept else None
        if last and (last.start, last.end, last.course, last.stated_seconds) == (session.start, session.end, session.course, session.stated_seconds):
            if session.seconds_shown and not last.seconds_shown:
                kept[-1] = replace(last, seconds_shown=True)
            continue
        kept.append(session)
    return kept


def _distinct_checks(checks: Iterable[LoggedCheck]) -> list[LoggedCheck]:
    kept: list[LoggedCheck] = []
    for check in sorted(checks):
        last = kept[-1] if kept else None
        if last and (last.at, last.passed, last.snapshot) == (check.at, check.passed, check.snapshot):
            continue
        kept.append(check)
    return kept
