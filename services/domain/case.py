"""The case: everything known about a claim, matched to people, sessions and other claims; frozen before it is judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from services.domain.claim import Claim, Roster, Session, Trainees
from services.domain.evidence import Box, EvidenceFile, Place
from services.domain.facts import Facts
from services.domain.policy import Rules
from services.domain.quick import quick
from services.domain.text import Message


@dataclass(frozen=True, slots=True)
class FileProblem:
    """Why a file gave no facts, or only part of them; `code` is the finding it becomes."""

    code: str
    message: Message


@dataclass(frozen=True, slots=True)
class Evidence:
    """One file with what was read in it. `facts` None: unreadable (`problems` says why) or of a kind that is not read."""

    file: EvidenceFile
    facts: Facts | None
    problems: tuple[FileProblem, ...] = ()


# --- who attended what ----------------------------------------------------------------------------------------


class RowStatus(StrEnum):
    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"
    CROSSED_OUT = "crossed_out"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class RowCandidate:
    """A person a row may mean. `trainee` is an index into the claim's trainees, None for other people of the roster."""

    name: str
    id_number: str
    confidence: float
    trainee: int | None = None


class DoubtKind(StrEnum):
    """Why a row or signature is not counted, or waits for a human."""

    ID_MISMATCH = "id_mismatch"
    SIGNATURE_UNCLEAR = "signature_unclear"
    PERSON_TWICE = "person_twice"
    SIGNATURE_COPIED = "signature_copied"
    NAME_AMBIGUOUS = "name_ambiguous"
    DATE_UNREADABLE = "date_unreadable"
    SHEET_REUSED = "sheet_reused"
    TIME_CONFLICT = "time_conflict"


@dataclass(frozen=True, slots=True)
class SheetRowMatch:
    """One body row read as a person. `name`/`id_number`/`trainee`: the person matched (for unknown rows `name` is the text read).

    `signed` holds the signature columns as (header without blanks, signed). `doubts` say why the row is not taken at its word.
    """

    row: int
    box: Box
    status: RowStatus
    name: str | None
    id_number: str | None
    confidence: float | None
    candidates: tuple[RowCandidate, ...] = ()
    signed: tuple[tuple[str, bool], ...] = ()
    mark: str | None = None
    trainee: int | None = None
    doubts: tuple[DoubtKind, ...] = ()
    id_text: str | None = None
    """The ID number as read from the row, where it disagrees with the person matched."""
    corrected_by: str | None = None
    """Who said who the row is, where a person did."""


class SheetDate(StrEnum):
    """How the day of a sheet is known."""

    READ = "read"
    ASSIGNED = "assigned"
    """Not readable, or not which half of the day, but exactly one session that it may be of is left without a sheet."""
    UNREADABLE = "unreadable"
    PART_UNREADABLE = "part_unreadable"
    """The day was read, but not whether its morning or its afternoon is meant, and it has sessions in both."""
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class SheetAttendance:
    """One page of a sheet as attendance at one session (index into the case's sessions, None: at none)."""

    file: str
    page: int
    date: date | None
    part: str | None
    session: int | None
    rows: tuple[SheetRowMatch, ...]
    date_known: SheetDate = SheetDate.READ
    date_text: str | None = None
    date_box: Box | None = None
    possible_sessions: tuple[int, ...] = ()
    """Where the date cannot be read: the sessions it may belong to."""

    @property
    def undated(self) -> bool:
        """Whether a human has to say which of the possible sessions it belongs to."""
        return self.session is None and self.date_known in (SheetDate.UNREADABLE, SheetDate.PART_UNREADABLE)


@dataclass(frozen=True, slots=True)
class SessionPresence:
    """A trainee at one session, with the row that says so. `doubts` empty: it counts. Not empty: it waits for a human or is void."""

    session: int
    place: Place
    doubts: tuple[DoubtKind, ...] = ()


class OnlineReason(StrEnum):
    """What became of a stretch of logged time."""

    COUNTED = "counted"
    OVERLAP = "overlap"
    OUTSIDE = "outside"
    DAY_LIMIT = "day_limit"
    IDLE = "idle"
    FACE_GAP = "face_gap"
    FACE_FAILED = "face_failed"
    FACE_MISSING = "face_missing"
    FACE_MISMATCH = "face_mismatch"
    FACE_SHARED = "face_shared"
    FACE_REPLAYED = "face_replayed"
    OFFLINE_SESSION = "offline_session"
    """During a session the person signed for."""
    UNCLEAR = "unclear"
    """Counts or not by a human's answer (an ambiguous name, a snapshot that can't be told): in `OnlineTime.unclear_minutes`."""


@quick
@dataclass(frozen=True, slots=True)
class OnlineInterval:
    start: datetime
    end: datetime
    reason: OnlineReason


class CheckVerdict(StrEnum):
    """What a face check is worth after its snapshot was looked at."""

    PASSED = "passed"
    FAILED = "failed"
    MISMATCH = "mismatch"
    SHARED = "shared"
    REPLAYED = "replayed"
    UNCLEAR = "unclear"


@quick
@dataclass(frozen=True, slots=True)
class CheckSeen:
    """One face check of a person. `other`: the file or account it is shared with or replayed from."""

    at: datetime
    verdict: CheckVerdict
    place: Place
    snapshot: str | None = None
    other: str | None = None
    distance: float | None = None


@quick
@dataclass(frozen=True, slots=True)
class OnlineTime:
    """A trainee's online learning. Minutes; `intervals` partition the union of the logged time."""

    logged_minutes: float
    verified_minutes: float
    unclear_minutes: float = 0.0
    intervals: tuple[OnlineInterval, ...] = ()
    checks: tuple[CheckSeen, ...] = ()
    sessions: int = 0


@dataclass(frozen=True, slots=True)
class TraineeRecord:
    """What the evidence says of one trainee (same index as in `Trainees.people`)."""

    presences: tuple[SessionPresence, ...] = ()
    online: OnlineTime = OnlineTime(0.0, 0.0)


@quick
@dataclass(frozen=True, slots=True)
class OnlineNote:
    """Something about the logs as a whole: `code` is the finding it becomes."""

    code: str
    message: Message
    places: tuple[Place, ...]
    trainees: tuple[int, ...] = ()
    observed: str | float | int | None = None
    expected: str | float | int | None = None
    unclear: bool = False
    met: bool = False
    """Worth knowing, and held against nobody."""


# --- seen before ----------------------------------------------------------------------------------------------


class ReuseKind(StrEnum):
    PHOTO = "photo"
    VIDEO = "video"
    SHEET = "sheet"
    SIGNATURE = "signature"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Reuse:
    """`place` shows the same as `other`. `claim_no` None: within this claim; then `place` is the later one by path.

    `first`: this claim was submitted before the other, so it is not the one that reuses. `distance` in bits of 256
    for pictures (0 identical bytes); `certain` False: for a human to compare.
    """

    kind: ReuseKind
    place: Place
    other: Place
    claim_no: str | None = None
    distance: float = 0.0
    certain: bool = True
    first: bool = False
    enterprise: str | None = None


# --- other claims ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OtherSubsidy:
    """A subsidy of one of our trainees elsewhere: paid this year, or claimed in an earlier claim. `claim_no` None: from `paid_this_year`.

    `certain` False: nothing of it is sure to be paid, it waits for a human there.
    """

    trainee: int
    occupation: str | None
    level: str | None
    project: str | None
    date: date | None
    claim_no: str | None = None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class TimeConflict:
    """A trainee who signed our session and, at the same time, one of another claim. `counts_here`: ours was submitted first."""

    trainee: int
    session: int
    claim_no: str
    place: Place
    other: Place
    counts_here: bool


@dataclass(frozen=True, slots=True)
class OtherInvoice:
    """An invoice number that another claim, submitted earlier, shows too."""

    place: Place
    number: str
    claim_no: str
    other: Place


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the checks may look at. `trainees`/`roster` None: the file is absent or unreadable.

    `records` has one entry for each of `trainees.people`. `insured_rows[i]` are indices into `roster.people` of trainee
    i's periods of insurance. `schedule_assumed`: the claim has no sessions and they were taken from dated sheets.
    """

    claim: Claim
    rules: Rules
    sessions: tuple[Session, ...]
    schedule_assumed: bool
    trainees: Trainees | None
    roster: Roster | None
    insured_rows: tuple[tuple[int, ...], ...]
    evidence: tuple[Evidence, ...]
    attendance: tuple[SheetAttendance, ...]
    records: tuple[TraineeRecord, ...]
    online_notes: tuple[OnlineNote, ...] = ()
    has_face_checks: bool = False
    reuse: tuple[Reuse, ...] = ()
    subsidies: tuple[OtherSubsidy, ...] = ()
    conflicts: tuple[TimeConflict, ...] = ()
    invoices_elsewhere: tuple[OtherInvoice, ...] = ()
    intake_problems: tuple[tuple[str, FileProblem], ...] = ()
    """Files that were never taken in (path, problem): too large, unsafe archive entries, and the like."""

    def of(self, *kinds: str) -> tuple[Evidence, ...]:
        """The evidence of the given kinds, in order."""
        return tuple(e for e in self.evidence if e.file.kind in kinds)

    @property
    def offline_sessions(self) -> tuple[int, ...]:
        return tuple(i for i, s in enumerate(self.sessions) if not s.online)

    def hours(self, session: int) -> Decimal:
        return self.sessions[session].class_hours
