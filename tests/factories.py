"""Cases for unit tests: a small complete claim in which every clause is met, and ways to change one thing of it.

case = make_case()                                   3 trainees, 2 days x 2 sessions of 4 hours, all signed
case = make_case(enterprise={"employees": 4999})     fields of enterprise, project and claim
case = make_case(trainees=(person(0), person(1, amount=Decimal("99"))), …)   any field of Case
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from hashlib import sha256 as sha256_of
from typing import Any

from services.domain.case import (
    Case,
    DoubtKind,
    Evidence,
    OnlineTime,
    RowStatus,
    SessionPresence,
    SheetAttendance,
    SheetRowMatch,
    TraineeRecord,
)
from services.domain.claim import SHANGHAI, Claim, Enterprise, Insured, Mode, Project, Roster, Session, Trainee, Trainees, Venue
from services.domain.evidence import EvidenceFile, EvidenceKind, Place
from services.domain.facts import DocumentFacts, Facts, PhotoFacts, SheetFacts, VideoFacts
from services.domain.finding import Effect, Outcome, Result
from services.domain.identity import id_check_digit
from services.domain.policy import Rules

RULES = Rules(
    rates={"岗前培训": Decimal(20), "安全生产培训": Decimal(20), "岗位技能提升培训": None},
    cap=Decimal(3000),
    minutes_per_class_hour=45,
    online_hours_per_day=Decimal(10),
    face_interval_minutes=Decimal(15),
    signatures="all",
    categories=("参保职工", "劳务派遣工", "外包工"),
)
NAMES = ("王小明", "李建国", "张伟", "刘洋", "陈静", "杨帆", "赵磊", "孙丽", "周强", "吴敏")
BOX = (0.1, 0.2, 0.8, 0.05)


def id_number(index: int) -> str:
    """A formally valid ID number, another for each index."""
    first17 = f"22010119{70 + index % 30:02d}0{1 + index % 9}15{100 + index:03d}"
    return first17 + id_check_digit(first17)


def person(index: int, **fields: Any) -> Trainee:
    values: dict[str, Any] = {"category": "参保职工", "class_hours": Decimal(16), "amount": Decimal("320.00")}
    base = Trainee(row=index + 2, name=NAMES[index % len(NAMES)], id_number=id_number(index))
    return replace(base, **{**values, **fields})


def insured(index: int, **fields: Any) -> Insured:
    values: dict[str, Any] = {"insured_from": date(2019, 3, 1), "category": "参保职工"}
    base = Insured(row=index + 2, name=NAMES[index % len(NAMES)], id_number=id_number(index))
    return replace(base, **{**values, **fields})


def session(day: date, part: str = "am", hours: str | Decimal = "4", mode: Mode | None = Mode.THEORY, **fields: Any) -> Session:
    """A session of the morning (08:30-11:30), the afternoon (13:00-16:00) or the day (08:30-16:30)."""
    start, end = {"am": (time(8, 30), time(11, 30)), "pm": (time(13), time(16)), "day": (time(8, 30), time(16, 30))}[part]
    return replace(Session(date=day, class_hours=Decimal(hours), start=start, end=end, mode=mode), **fields)


def presence(number: int, *doubts: DoubtKind, file: str | None = None, row: int = 1) -> SessionPresence:
    """A trainee at session `number`."""
    return SessionPresence(number, Place(file or f"sign_in_sheets/{number}.jpg", page=1, row=row, box=BOX), doubts)


def record(*sessions: int | SessionPresence, online: OnlineTime | None = None) -> TraineeRecord:
    """A trainee who was at these sessions."""
    return TraineeRecord(tuple(presence(s) if isinstance(s, int) else s for s in sessions), online or OnlineTime(0.0, 0.0))


def evidence(path: str, kind: EvidenceKind, facts: Facts | None = None, *, sha256: str | None = None, problems: tuple[Any, ...] = ()) -> Evidence:
    return Evidence(EvidenceFile(path, kind, sha256 or sha256_of(path.encode()).hexdigest(), 1000), facts, problems)


def document(path: str, kind: EvidenceKind, text: str = "数控车工岗前培训", **fields: Any) -> Evidence:
    return evidence(path, kind, DocumentFacts(pages=1, text=text, text_source="text", **fields))


def photo(index: int, **fields: Any) -> Evidence:
    """A photo of the training's first day, taken `index` x 7 minutes after nine, of its own picture."""
    facts = PhotoFacts(width=4000, height=3000, taken_at=datetime(2021, 11, 8, 9 + index * 7 // 60, index * 7 % 60, tzinfo=SHANGHAI), taken_at_source="exif",
                       faces=5, hash=f"{(index + 1) * 0x9E3779B97F4A7C15 ** 4 % 2**256:064x}", hash_quality=100)  # fmt: skip
    return evidence(f"photos/{index}.jpg", EvidenceKind.PHOTO, replace(facts, **fields))


def video(index: int = 0, seconds: float = 400.0, **fields: Any) -> Evidence:
    facts = VideoFacts(container_seconds=seconds, playable_seconds=seconds, effective_seconds=seconds, width=1920, height=1080, fps=25.0, codec="h264",
                       recorded_at=datetime(2021, 11, 8, 9, 30, tzinfo=SHANGHAI), recorded_at_source="container")  # fmt: skip
    return evidence(f"videos/{index}.mp4", EvidenceKind.VIDEO, replace(facts, **fields))


def sheet(number: int, when: Session, people: Sequence[Trainee], **fields: Any) -> SheetAttendance:
    """The sheet of session `number`, signed by all of `people`."""
    rows = tuple(
        SheetRowMatch(
            row=k + 1,
            box=(0.1, 0.2 + 0.02 * k, 0.8, 0.02),
            status=RowStatus.MATCHED,
            name=p.name,
            id_number=p.id_number,
            confidence=0.99,
            signed=(("签名", True),),
            trainee=k,
        )  # fmt: skip
        for k, p in enumerate(people)
    )
    page = SheetAttendance(file=f"sign_in_sheets/{number}.jpg", page=1, date=when.date, part=when.part_of_day(), session=number, rows=rows)
    return replace(page, **fields)


def make_claim(enterprise: Mapping[str, Any] | None = None, project: Mapping[str, Any] | None = None, **fields: Any) -> Claim:
    company = Enterprise(name="长春样例制造有限公司", uscc="91220101MA0Y2XQW66", employees=8200, industrial=True, area_code="220100")
    training = Project(name="数控车工岗前培训", start=date(2021, 11, 8), end=date(2021, 11, 9), class_hours=Decimal(16), training_type="岗前培训", occupation="车工",
                       level="四级", modes=(Mode.THEORY, Mode.PRACTICAL), trainee_count=3, venue=Venue("一号教室", 43.88, 125.32))  # fmt: skip
    claim = Claim(
        claim_no="CC-2021-000001",
        enterprise=replace(company, **(enterprise or {})),
        project=replace(training, **(project or {})),
        policy="changchun-2021-33",
        promised_materials=("plan", "sign_in_sheet", "media", "assessment"),
        claimed_amount=Decimal("960.00"),
        submitted_at=datetime(2021, 11, 12, 10, 0, tzinfo=SHANGHAI),
        paid_this_year=(),
    )
    return replace(claim, **fields)


def make_case(
    *,
    enterprise: Mapping[str, Any] | None = None,
    project: Mapping[str, Any] | None = None,
    claim: Mapping[str, Any] | None = None,
    trainees: Sequence[Trainee] | None = (),
    roster: Sequence[Insured] | None = (),
    sessions: Sequence[Session] | None = None,
    **fields: Any,
) -> Case:
    """A complete claim. `trainees`/`roster` empty: the usual three people, None: no such file. Other fields of Case by name."""
    people = None if trainees is None else tuple(trainees or (person(0), person(1), person(2)))
    staff = None if roster is None else tuple(roster or (insured(i) for i in range(6)))
    days = (date(2021, 11, 8), date(2021, 11, 9))
    plan = tuple(sessions) if sessions is not None else tuple(session(d, p) for d in days for p in ("am", "pm"))
    offline = tuple(i for i, s in enumerate(plan) if not s.online)
    listed = people or ()
    values: dict[str, Any] = {
        "claim": make_claim(enterprise, project, **{"sessions": plan, **(claim or {})}),
        "rules": RULES,
        "sessions": plan,
        "schedule_assumed": False,
        "trainees": None if people is None else Trainees("trainees.xlsx", people),
        "roster": None if staff is None else Roster("roster.xlsx", staff),
        "insured_rows": tuple(tuple(k for k, row in enumerate(staff or ()) if row.id_number == p.id_number) for p in listed),
        "records": tuple(record(*offline) for _ in listed),
        "attendance": tuple(sheet(i, plan[i], listed) for i in offline),
        "evidence": (
            document("plan/plan.pdf", EvidenceKind.PLAN),
            document("assessments/results.pdf", EvidenceKind.ASSESSMENT),
            *(evidence(f"sign_in_sheets/{i}.jpg", EvidenceKind.SIGN_IN_SHEET, SheetFacts(())) for i in offline),
            *(photo(i) for i in range(6)),
            video(),
        ),
    }
    return Case(**{**values, **fields})


def run(check: Callable[..., Iterator[Result]], case: Case, **values: Any) -> list[Result]:
    """What a check yields."""
    return list(check(case, **values))


def said(results: Sequence[Result]) -> list[tuple[str, Outcome, tuple[int, ...]]]:
    """The results with a code, in short: (code, outcome, trainees)."""
    return [(r.code, r.outcome, r.trainees) for r in results if r.code is not None]


def effects(results: Sequence[Result]) -> set[Effect]:
    """The effects of the results on money."""
    return {r.effect for r in results if r.code is not None}
