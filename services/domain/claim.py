"""What an enterprise declares: the claim, its training sessions, the trainees, and the insured roster."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

from services.domain.errors import FieldProblem
from services.domain.text import Message

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had one time zone without daylight saving since 1991; times without an offset are in it."""


class Mode(StrEnum):
    """How a session is taught."""

    THEORY = "theory"
    PRACTICAL = "practical"
    ONLINE = "online"


@dataclass(frozen=True, slots=True)
class Venue:
    """Where the training takes place; WGS 84 degrees."""

    name: str | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Enterprise:
    name: str
    uscc: str | None = None
    employees: int | None = None
    industrial: bool | None = None
    area_code: str | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """One training project. `class_hours` (学时) is what each trainee is to attend in all."""

    name: str
    start: date
    end: date
    class_hours: Decimal
    training_type: str | None = None
    occupation: str | None = None
    level: str | None = None
    modes: tuple[Mode, ...] = ()
    trainee_count: int | None = None
    venue: Venue | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One scheduled unit of training. `start`/`end` None: the day is known, the hours are not."""

    date: date
    class_hours: Decimal
    start: time | None = None
    end: time | None = None
    mode: Mode | None = None
    course: str | None = None
    part: str | None = None
    """am | pm | day, where the hours are not known."""

    @property
    def online(self) -> bool:
        return self.mode is Mode.ONLINE

    def part_of_day(self) -> str:
        """am, pm or day: of the hours where they are known, else as declared, else day."""
        if self.start is None or self.end is None:
            return self.part or "day"
        if self.end <= time(13, 0):
            return "am"
        return "pm" if self.start >= time(11, 30) else "day"


@dataclass(frozen=True, slots=True)
class PaidSubsidy:
    """A subsidy that a person was already paid for in this year."""

    id_number: str
    occupation: str | None
    level: str | None
    project: str | None
    date: date | None


@dataclass(frozen=True, slots=True)
class Claim:
    claim_no: str
    enterprise: Enterprise
    project: Project
    policy: str | None = None
    sessions: tuple[Session, ...] = ()
    promised_materials: tuple[str, ...] | None = None
    claimed_amount: Decimal | None = None
    submitted_at: datetime | None = None
    paid_this_year: tuple[PaidSubsidy, ...] | None = None
    problems: tuple[FieldProblem, ...] = ()
    """Optional fields of the wrong form, taken as absent."""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A table row that could not be taken; `row` is the row of the sheet as a spreadsheet program numbers it."""

    row: int
    reason: Message
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Trainee:
    """A person the subsidy is claimed for. `row` as a spreadsheet program numbers it."""

    row: int
    name: str
    id_number: str
    category: str | None = None
    class_hours: Decimal | None = None
    amount: Decimal | None = None
    employee_no: str | None = None
    department: str | None = None
    phone: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Trainees:
    file: str
    people: tuple[Trainee, ...]
    rejected: tuple[RejectedRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Insured:
    """One row of the roster: a person and one period of insurance (`insured_to` None: still insured)."""

    row: int
    name: str
    id_number: str
    insured_from: date | None = None
    insured_to: date | None = None
    category: str | None = None
    employee_no: str | None = None
    department: str | None = None
    phone: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """The insured. A case keeps the rows that concern it: `rows` is then how many the whole roster has, `insured_first_day` how many
    people were insured on the training's first day; None: `people` are all."""

    file: str
    people: tuple[Insured, ...]
    rejected: tuple[RejectedRow, ...] = ()
    rows: int | None = None
    insured_first_day: int | None = None
