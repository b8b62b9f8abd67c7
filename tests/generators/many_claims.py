"""Claims whose files were read already: stored facts made by hand, so that batches and queues can be tried over many claims without a picture."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from services.adapters.store import Store
from services.domain.claim import SHANGHAI, Claim, Enterprise, Insured, Mode, Project, Roster, Session, Trainee, Trainees
from services.domain.evidence import EvidenceFile, EvidenceKind
from services.domain.facts import DocumentFacts, Facts, PhotoFacts, SheetFacts, VideoFacts
from services.verify.readers import reader_for
from tests.generators.facts import page, sheet
from tests.generators.people import Person, make_people

FIRST_DAY = date(2021, 11, 8)
USCC = "91220101MA0Y2XQW66"
_PARTS = (("am", "08:30", "11:30"), ("pm", "13:00", "16:00"))


@dataclass(frozen=True, slots=True)
class Scale:
    """`sheets`: one for each half day; `roster`: people of the enterprise."""

    trainees: int = 44
    sheets: int = 10
    roster: int = 6000


SMALL = Scale(trainees=4, sheets=2, roster=30)


def staff(scale: Scale, seed: int = 7) -> list[Person]:
    return make_people(scale.roster, random.Random(seed), rare=0)


def roster_of(people: Sequence[Person]) -> Roster:
    return Roster(
        "roster.csv", tuple(Insured(k + 2, p.name, p.id_number, date(2019, 1, 1), None, p.category, p.employee_no, p.department) for k, p in enumerate(people))
    )


def put_claim(store: Store, number: int, people: Sequence[Person], scale: Scale, *, photos: int = 6, absent: int = 0, uscc: str = USCC) -> str:
    """A claim in the store with everything read: `absent` of its trainees have not signed the last sheet; its id."""
    with store.repository.transaction():
        return _put_claim(store, number, people, scale, photos, absent, uscc)


def _put_claim(store: Store, number: int, people: Sequence[Person], scale: Scale, photos: int, absent: int, uscc: str) -> str:
    rng = random.Random(number)
    chosen = rng.sample(list(people), scale.trainees)
    claim = _claim(number, scale, uscc)
    claim_id = store.repository.put_claim(claim)
    hours = claim.project.class_hours
    rows = tuple(
        Trainee(k + 2, p.name, p.id_number, "参保职工", hours, min(Decimal(3000), hours * 20), p.employee_no, p.department) for k, p in enumerate(chosen)
    )
    store.repository.put_trainees(claim_id, Trainees("trainees.xlsx", rows))
    for path, kind, facts in _material(number, claim, chosen, photos, absent):
        sha256, size = store.blobs.put_bytes(f"{number} {path}".encode())
        store.repository.add_evidence(claim_id, EvidenceFile(path, kind, sha256, size, None))
        reader = reader_for(kind)
        store.repository.put_facts(sha256, reader.name, reader.version, facts)
    return claim_id


def _claim(number: int, scale: Scale, uscc: str) -> Claim:
    first = FIRST_DAY + timedelta(days=7 * (number % 3))
    days = (scale.sheets + 1) // 2
    sessions = tuple(
        replace(Session(first + timedelta(days=n // 2), Decimal(4), mode=Mode.THEORY), start=_time(_PARTS[n % 2][1]), end=_time(_PARTS[n % 2][2]))
        for n in range(scale.sheets)
    )
    project = Project(
        f"岗前培训{number}", first, first + timedelta(days=days - 1), Decimal(4 * scale.sheets), "岗前培训", "车工", "四级", (Mode.THEORY,), scale.trainees
    )
    enterprise = Enterprise("长春批量制造有限公司", uscc, 8200, True, "220100")
    submitted = datetime(2021, 12, 1, 9, 0, tzinfo=SHANGHAI) + timedelta(minutes=number)
    return Claim(f"CC-2021-{number:06d}", enterprise, project, "changchun-2021-33", sessions, submitted_at=submitted, paid_this_year=())


def _material(number: int, claim: Claim, people: Sequence[Person], photos: int, absent: int) -> list[tuple[str, EvidenceKind, Facts]]:
    found: list[tuple[str, EvidenceKind, Facts]] = []
    for n, session in enumerate(claim.sessions):
        away = absent if n == len(claim.sessions) - 1 else 0
        rows = [[k + 1, p.name, p.employee_no, k >= away, k >= away] for k, p in enumerate(people)]
        facts: SheetFacts = sheet(page(("序号", "姓名", "工号", "签到", "签退"), rows, day=session.date, part=_PARTS[n % 2][0]))
        found.append((f"sign_in_sheets/{n:02d}.jpg", EvidenceKind.SIGN_IN_SHEET, facts))
    for n in range(photos):
        taken = datetime.combine(claim.project.start, _time("09:00"), SHANGHAI) + timedelta(minutes=9 * n)
        print_ = hashlib.sha256(f"{number} {n}".encode()).hexdigest()
        found.append(
            (f"photos/{n}.jpg", EvidenceKind.PHOTO, PhotoFacts(4000, 3000, taken_at=taken, taken_at_source="exif", faces=9, hash=print_, hash_quality=100))
        )
    found.append(("videos/a.mp4", EvidenceKind.VIDEO, _video(claim)))
    for kind in (EvidenceKind.PLAN, EvidenceKind.ASSESSMENT):
        found.append((f"{kind.value}/a.docx", kind, DocumentFacts(pages=1, text=claim.project.name, text_source="text")))
    return found


def _video(claim: Claim) -> VideoFacts:
    recorded = datetime.combine(claim.project.start, _time("09:30"), SHANGHAI)
    return VideoFacts(400.0, 400.0, 400.0, 1280, 720, 25.0, "h264", recorded)


def _time(text: str) -> time:
    return time.fromisoformat(text)
