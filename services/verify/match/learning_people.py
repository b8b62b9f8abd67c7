"""The logs, person by person: every session and check of a learner with the place it comes from, duplicates dropped.

Logs come as columns and stay columns until one person's rows are asked for: a claim may bring a million of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from services.domain.evidence import Place
from services.domain.facts import LearningLogFacts
from services.domain.log_rows import NO_TIME, CheckTable, SessionTable
from services.verify.match.learners import Learner, Learners

Numbers = np.ndarray[Any, np.dtype[Any]]

_SHOWS_SECONDS = 0.5
"""Share of a file's rows with seconds from which its whole-minute rows are exact, not rounded."""
_MINUTE = 60_000_000


class LoggedSession(NamedTuple):
    """One row; times in microseconds. `seconds_shown`: its duration is known to the second. -1: not stated."""

    start: int
    end: int
    course: str
    stated_seconds: float
    file: str
    row: int
    seconds_shown: bool = True
    content_seconds: float = -1.0

    @property
    def place(self) -> Place:
        return Place(self.file, row=self.row or None)


class LoggedCheck(NamedTuple):
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


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of all people as columns, each person's in order. Of sessions: start, end, course, stated, file, row, seconds shown,
    content; of checks: at, passed, snapshot, file, row, similarity. `course`, `snapshot` and `file` count in `texts`.
    """

    columns: tuple[Numbers, ...]
    texts: tuple[str, ...]
    kind: type[LoggedSession] | type[LoggedCheck]

    def between(self, first: int, last: int) -> list[Any]:
        """Rows `first` to `last` (not included)."""
        parts: list[list[Any]] = [column[first:last].tolist() for column in self.columns]
        for text in (2, 4) if self.kind is LoggedSession else (2, 3):
            parts[text] = [self.texts[index] for index in parts[text]]
        return list(map(partial(tuple.__new__, self.kind), zip(*parts, strict=True)))


class ChecksOf(Mapping[str, list[LoggedCheck]]):
    """Learner key → face checks of those who have any, made when they are asked for."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        self._people = {key: person for key, person in people.items() if person.has_checks}

    def __getitem__(self, key: str) -> list[LoggedCheck]:
        return self._people[key].checks

    def __iter__(self) -> Iterator[str]:
        return iter(self._people)

    def __len__(self) -> int:
        return len(self._people)


_NO_SESSIONS = Rows((), (), LoggedSession)
_NO_CHECKS = Rows((), (), LoggedCheck)


@dataclass(frozen=True, slots=True)
class Person:
    """A learner with all that the logs say of them, in order of time. `sessions` and `checks` are made when they are asked for."""

    learner: Learner
    session_rows: Rows = _NO_SESSIONS
    session_range: tuple[int, int] = (0, 0)
    check_rows: Rows = _NO_CHECKS
    check_range: tuple[int, int] = (0, 0)

    @property
    def sessions(self) -> list[LoggedSession]:
        return self.session_rows.between(*self.session_range) if self.has_sessions else []

    @property
    def checks(self) -> list[LoggedCheck]:
        return self.check_rows.between(*self.check_range) if self.has_checks else []

    @property
    def has_sessions(self) -> bool:
        return self.session_range[0] < self.session_range[1]

    @property
    def has_checks(self) -> bool:
        return self.check_range[0] < self.check_range[1]


@dataclass(slots=True)
class _Pools:
    """Learners and texts of all files by number; the numbers of texts follow their order."""

    learners: dict[str, Learner] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    of_text: dict[str, int] = field(default_factory=dict)

    def people(self, table: SessionTable | CheckTable, learners: Learners) -> Numbers:
        """Number of the learner for every person of a table."""
        found = []
        for person in table.people:
            learner = learners.of(person)
            self.learners.setdefault(learner.key, learner)
            found.append(self.numbers.setdefault(learner.key, len(self.numbers)))
        return np.asarray(found, dtype=np.int32)

    def text(self, table: SessionTable | CheckTable, column: bytes) -> Numbers:
        """A column of texts by the numbers here; none is the empty text."""
        known = np.asarray([*(self.of_text[text] for text in table.texts), self.of_text[""]], dtype=np.int32)
        found: Numbers = known[np.frombuffer(column, dtype="<i4")]  # -1, none, is the last
        return found


def gather(logs: Sequence[tuple[str, LearningLogFacts]], learners: Learners) -> dict[str, Person]:
    """Learner key → person. The order of rows and files does not matter, a row told twice is one."""
    tables = [(file, SessionTable.of(facts.sessions), CheckTable.of(facts.checks)) for file, facts in logs]
    texts = tuple(sorted({"", *(file for file, _, _ in tables), *(text for _, s, c in tables for text in (*s.texts, *c.texts))}))
    learners.note_aliases({p for _, s, c in tables for p in (*s.people, *c.people) if p.account and p.id_number})
    pools = _Pools(texts=texts, of_text={text: number for number, text in enumerate(texts)})
    for table in (table for _, s, c in tables for table in (s, c)):
        pools.people(table, learners)  # numbers everybody
    # One after the other, and nothing kept between: of a million rows each step here is a hundred megabytes.
    session_rows, session_bounds = _distinct([_session_columns(file, s, pools, learners) for file, s, _ in tables if len(s)], 4, LoggedSession, pools)
    check_rows, check_bounds = _distinct([_check_columns(file, c, pools, learners) for file, _, c in tables if len(c)], 3, LoggedCheck, pools)
    return {
        key: Person(pools.learners[key], session_rows, (session_bounds[n], session_bounds[n + 1]), check_rows, (check_bounds[n], check_bounds[n + 1]))
        for key, n in sorted(pools.numbers.items())
    }


def _session_columns(file: str, table: SessionTable, pools: _Pools, learners: Learners) -> list[Numbers]:
    """Person, then the columns of LoggedSession."""
    start, end = np.frombuffer(table.start, "<i8"), np.frombuffer(table.end, "<i8")
    end = np.where(end == NO_TIME, start, end)
    stated, content = np.frombuffer(table.stated, "<f8"), np.frombuffer(table.content, "<f8")
    row = np.frombuffer(table.row, "<i4")
    person = pools.people(table, learners)[np.frombuffer(table.person, "<i4")]
    files = np.full(len(row), pools.of_text[file], dtype=np.int32)
    shown = _seconds_shown(start, end, stated)
    stated, content = (np.where(np.isnan(column), -1.0, column) for column in (stated, content))
    return [person, start, end, pools.text(table, table.course), stated, files, row, shown, content]


def _check_columns(file: str, table: CheckTable, pools: _Pools, learners: Learners) -> list[Numbers]:
    """Person, then the columns of LoggedCheck."""
    similarity = np.frombuffer(table.similarity, "<f8")
    row = np.frombuffer(table.row, "<i4")
    person = pools.people(table, learners)[np.frombuffer(table.person, "<i4")]
    files = np.full(len(row), pools.of_text[file], dtype=np.int32)
    passed = np.frombuffer(table.passed, "i1")
    at = np.frombuffer(table.at, "<i8")
    return [person, at, passed, pools.text(table, table.snapshot), files, row, np.where(np.isnan(similarity), -1.0, similarity)]


def _seconds_shown(start: Numbers, end: Numbers, stated: Numbers) -> Numbers:
    """Whether each session's duration is known to the second.

    A file's stamps are to the second where at least half of its rows have seconds. Where every row lasts exactly what it states,
    in whole minutes, the ends were reckoned from rounded durations.
    """
    has_seconds = (start % _MINUTE != 0) | (end % _MINUTE != 0)
    fine = has_seconds.sum() >= max(1, len(start) * _SHOWS_SECONDS)
    rounded = bool(np.all(np.isfinite(stated) & (stated % 60 == 0) & (end - start == stated * 1e6)))
    exact: Numbers = np.full(len(start), not rounded) & (has_seconds | fine)
    return exact


def _laid(files: list[list[Numbers]]) -> list[Numbers]:
    """The columns of all files, one behind the other, each person's rows together and in order. `files` is emptied."""
    columns = files.pop() if len(files) == 1 else [np.concatenate(parts) for parts in zip(*files, strict=True)]
    files.clear()
    order = np.lexsort(columns[::-1])
    for index, column in enumerate(columns):
        columns[index] = column[order]
    return columns


def _distinct(files: list[list[Numbers]], same: int, kind: type[LoggedSession] | type[LoggedCheck], pools: _Pools) -> tuple[Rows, list[int]]:
    """Rows without those that repeat the one before in person and the first `same` columns, and each person's bounds among them."""
    people = len(pools.numbers)
    if not files:
        return Rows((), pools.texts, kind), [0] * (people + 1)
    columns = _laid(files)
    new = np.ones(len(columns[0]), dtype=bool)
    new[1:] = False
    for column in columns[: same + 1]:
        new[1:] |= column[1:] != column[:-1]
    if not new.all():
        firsts = np.flatnonzero(new)
        if kind is LoggedSession:
            # one of several equal rows that shows seconds is enough
            columns[7] = np.logical_or.reduceat(columns[7], firsts)
        for index, column in enumerate(columns):
            if len(column) > len(firsts):
                columns[index] = column[firsts]
    bounds: list[int] = np.searchsorted(columns[0], np.arange(people + 1)).tolist()
    return Rows(tuple(columns[1:]), pools.texts, kind), bounds
