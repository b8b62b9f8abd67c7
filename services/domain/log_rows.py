"""The rows of learning logs: one as a dataclass, a million as columns.

A platform exports hundreds of thousands of rows for one claim. As objects they would cost a gigabyte each time they are read,
stored, fetched and matched; as columns of bytes they cost some fifty bytes a row, and matching reckons with them directly.
A table is a sequence of its rows all the same: `len`, indexing and iteration give `LearningSession` and `FaceCheck`.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar, overload

from services.domain.claim import SHANGHAI

R = TypeVar("R")

NO_TIME = -(2**63)
"""Stands for an end that is not known."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_HERE = _EPOCH.astimezone(SHANGHAI)
_MICROSECOND = timedelta(microseconds=1)
_PASSED: dict[bool | None, int] = {True: 1, False: 0, None: -1}
_SAID = {1: True, 0: False, -1: None}


def micros_of(moment: datetime) -> int:
    """Microseconds since 1970 of a moment with an offset."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(micros: int) -> datetime:
    """The moment, in Asia/Shanghai."""
    return _EPOCH_HERE + timedelta(microseconds=micros)


@dataclass(frozen=True, slots=True)
class LoggedPerson:
    """Who a log row is about, as it says so; normalised, empty strings as None."""

    name: str | None = None
    id_number: str | None = None
    account: str | None = None
    phone: str | None = None
    employee_no: str | None = None


@dataclass(frozen=True, slots=True)
class LearningSession:
    """One stretch of online learning. `stated_seconds` is the duration that the log states.

    `content_seconds`: length of the content that the row says was finished, where it says so.
    """

    row: int
    person: LoggedPerson
    start: datetime
    end: datetime | None
    stated_seconds: float | None = None
    course: str | None = None
    ip: str | None = None
    table: str | None = None
    content_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class FaceCheck:
    """One face check. `passed` None: the log does not say. `similarity` 0..1."""

    row: int
    person: LoggedPerson
    checked_at: datetime
    passed: bool | None
    similarity: float | None = None
    snapshot: str | None = None
    table: str | None = None


class _Table(Sequence[R]):
    """Columns as a sequence of rows."""

    __slots__ = ()
    KINDS: ClassVar[str]
    """What each column holds, as `array` has it."""
    row: bytes

    def __len__(self) -> int:
        return len(self.row) // 4

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[R]: ...
    def __getitem__(self, index: int | slice) -> R | Sequence[R]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        return self._made(*(column[index] for column in self._columns()))

    def __iter__(self) -> Iterator[R]:
        return map(self._made, *self._columns())

    def _columns(self) -> list[memoryview[Any]]:
        names = [column.name for column in fields(self)][2:]  # type: ignore[arg-type]
        views: list[memoryview[Any]] = []
        for name, kind in zip(names, self.KINDS, strict=True):
            bare: Any = memoryview(getattr(self, name))
            views.append(bare.cast(kind))
        return views

    def _made(self, *cells: Any) -> R:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class SessionTable(_Table[LearningSession]):
    """Sessions as columns, little-endian: `row`, `person`, `course`, `ip`, `table` int32; `start`, `end` int64 microseconds since
    1970 (`end` NO_TIME: none); `stated`, `content` float64 seconds (NaN: none). `person` counts in `people`; `course`, `ip` and
    `table` count in `texts`, -1 stands for none.
    """

    KINDS = "iiqqddiii"
    people: tuple[LoggedPerson, ...]
    texts: tuple[str, ...]
    row: bytes
    person: bytes
    start: bytes
    end: bytes
    stated: bytes
    content: bytes
    course: bytes
    ip: bytes
    table: bytes

    @staticmethod
    def of(sessions: Sequence[LearningSession]) -> SessionTable:
        """The rows as a table; a table as it is."""
        if isinstance(sessions, SessionTable):
            return sessions
        made = SessionRows()
        for s in sessions:
            end = NO_TIME if s.end is None else micros_of(s.end)
            made.add(s.row, made.person(s.person), micros_of(s.start), end, s.stated_seconds, s.course, s.ip, s.table, s.content_seconds)
        return made.finished()

    def _made(self, *cells: Any) -> LearningSession:
        row, person, start, end, stated, content, course, ip, table = cells
        ending = None if end == NO_TIME else moment_of(end)
        named, address, sheet = (None if index < 0 else self.texts[index] for index in (course, ip, table))
        return LearningSession(row, self.people[person], moment_of(start), ending, _number(stated), named, address, sheet, _number(content))


@dataclass(frozen=True, slots=True)
class CheckTable(_Table[FaceCheck]):
    """Face checks as columns, little-endian: `row`, `person`, `snapshot`, `table` int32; `at` int64 microseconds since 1970;
    `passed` int8 (1, 0, -1: not said); `similarity` float64 (NaN: none). `snapshot` and `table` count in `texts`, -1: none.
    """

    KINDS = "iiqbdii"
    people: tuple[LoggedPerson, ...]
    texts: tuple[str, ...]
    row: bytes
    person: bytes
    at: bytes
    passed: bytes
    similarity: bytes
    snapshot: bytes
    table: bytes

    @staticmethod
    def of(checks: Sequence[FaceCheck]) -> CheckTable:
        """The rows as a table; a table as it is."""
        if isinstance(checks, CheckTable):
            return checks
        made = CheckRows()
        for c in checks:
            made.add(c.row, made.person(c.person), micros_of(c.checked_at), c.passed, c.similarity, c.snapshot, c.table)
        return made.finished()

    def _made(self, *cells: Any) -> FaceCheck:
        row, person, at, passed, similarity, snapshot, table = cells
        picture, sheet = (None if index < 0 else self.texts[index] for index in (snapshot, table))
        return FaceCheck(row, self.people[person], moment_of(at), _SAID[passed], _number(similarity), picture, sheet)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


class _Rows:
    """Collects rows column by column; people and texts are kept once each, by number."""

    def __init__(self, kinds: str) -> None:
        self.people: dict[LoggedPerson, int] = {}
        self.texts: dict[str, int] = {}
        self.columns: list[array[Any]] = [array(kind) for kind in kinds]
        self._appends = [column.append for column in self.columns]

    def __len__(self) -> int:
        return len(self.columns[0])

    def person(self, person: LoggedPerson) -> int:
        """The number of a person."""
        return self.people.setdefault(person, len(self.people))

    def _parts(self) -> tuple[Any, ...]:
        return tuple(self.people), tuple(self.texts), *(column.tobytes() for column in self.columns)


class SessionRows(_Rows):
    """Collects sessions row by row, for a `SessionTable`."""

    def __init__(self) -> None:
        super().__init__(SessionTable.KINDS)

    def add(
        self,
        row: int,
        person: int,
        start: int,
        end: int,
        stated: float | None,
        course: str | None = None,
        ip: str | None = None,
        table: str | None = None,
        content: float | None = None,
    ) -> None:
        """One session; `person` as numbered by `person()`, times in microseconds since 1970."""
        rows, people, starts, ends, stateds, contents, courses, ips, tables = self._appends
        texts = self.texts
        rows(row)
        people(person)
        starts(start)
        ends(end)
        stateds(math.nan if stated is None else stated)
        contents(math.nan if content is None else content)
        courses(-1 if course is None else texts.setdefault(course, len(texts)))
        ips(-1 if ip is None else texts.setdefault(ip, len(texts)))
        tables(-1 if table is None else texts.setdefault(table, len(texts)))

    def finished(self) -> SessionTable:
        """The table of all rows so far."""
        return SessionTable(*self._parts())


class CheckRows(_Rows):
    """Collects face checks row by row, for a `CheckTable`."""

    def __init__(self) -> None:
        super().__init__(CheckTable.KINDS)

    def add(self, row: int, person: int, at: int, passed: bool | None, similarity: float | None, snapshot: str | None, table: str | None) -> None:
        """One check; `person` as numbered by `person()`, `at` in microseconds since 1970."""
        rows, people, moments, said, similarities, snapshots, tables = self._appends
        texts = self.texts
        rows(row)
        people(person)
        moments(at)
        said(_PASSED[passed])
        similarities(math.nan if similarity is None else similarity)
        snapshots(-1 if snapshot is None else texts.setdefault(snapshot, len(texts)))
        tables(-1 if table is None else texts.setdefault(table, len(texts)))

    def finished(self) -> CheckTable:
        """The table of all rows so far."""
        return CheckTable(*self._parts())
