"""Each trainee signed at each session that has a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.domain.case import Case, DoubtKind, ReuseKind, SheetAttendance, SheetRowMatch
from services.domain.evidence import Place
from services.domain.finding import Result
from services.domain.text import Message
from services.verify.aspects import first_listings, listed, person_name, row_place, session_name
from services.verify.checks import check
from services.verify.people import nobody
from services.verify.results import met, not_applicable, unclear, unmet


@dataclass(frozen=True, slots=True)
class _Gap:
    """A session a trainee is not seen to have signed at, and why."""

    message: Message
    places: tuple[Place, ...]
    unclear: bool


@check
def sheet_signed(case: Case) -> Iterator[Result]:
    """One finding per trainee with the sessions not signed, 七(二)."""
    pages = [page for page in case.attendance if page.session is not None]
    if not pages:
        yield not_applicable()
        return
    if (absent := nobody(case, "sheet.not_signed")) is not None:
        yield absent
        return
    covered = sorted({p.session for p in pages if p.session is not None})
    findings = [result for index in first_listings(case) for result in _trainee(case, index, covered, pages)]
    yield from findings or (met(),)


def _trainee(case: Case, index: int, covered: list[int], pages: list[SheetAttendance]) -> Iterator[Result]:
    sure = {p.session for p in case.records[index].presences if not p.doubts}
    gaps = [gap for session in covered if session not in sure and (gap := _gap(case, index, session, pages))]
    if not gaps:
        return
    name = person_name(case, index)
    for doubtful in (False, True):
        some = [gap for gap in gaps if gap.unclear is doubtful]
        if not some:
            continue
        zh = listed((gap.message.zh for gap in some), more="等{count}次课")
        en = listed((gap.message.en for gap in some), mark=", ", more=" and others ({count} in all)")
        places = tuple(place for gap in some for place in gap.places)
        if doubtful:
            yield unclear("sheet.not_signed", f"{name}的签名无法判定，请人工核对：{zh}", f"whether {name} signed cannot be told, look at: {en}", subject=name,
                          observed=len(some), evidence=places, trainees=(index,))  # fmt: skip
        else:
            yield unmet("sheet.not_signed", f"{name}有{len(some)}次课未签到：{zh}", f"{name} did not sign at {len(some)} sessions: {en}", subject=name,
                        expected=0, observed=len(some), evidence=places, trainees=(index,))  # fmt: skip


def _gap(case: Case, trainee: int, session: int, pages: list[SheetAttendance]) -> _Gap | None:
    """Why a trainee is not surely seen to have signed at a session; None if another finding says what is the matter."""
    presences = [p for p in case.records[trainee].presences if p.session == session]
    name = session_name(case.sessions[session])
    if presences:
        told = {(r.place.file, r.place.page, r.place.row) for r in case.reuse if r.kind is ReuseKind.SIGNATURE}
        blurred = tuple(p.place for p in presences if DoubtKind.SIGNATURE_UNCLEAR in p.doubts and (p.place.file, p.place.page, p.place.row) not in told)
        return _Gap(name, blurred, True) if blurred else None
    here = [(page, row) for page in pages if page.session == session for row in page.rows]
    own = [(page, row) for page, row in here if row.trainee == trainee]
    if not own:
        if any(c.trainee == trainee for _, row in here if row.trainee is None for c in row.candidates if row.status.value == "ambiguous"):
            return None  # told by the finding about the ambiguous name
        sheets = tuple({(page.file, page.page): Place(page.file, page=page.page) for page, _ in here}.values())
        return _Gap(Message(f"{name.zh}（签到表上无此人）", f"{name.en} (not on the sheet)"), sheets, False)
    why = _why(own[0][1])
    return _Gap(Message(f"{name.zh}{why.zh}", f"{name.en}{why.en}"), tuple(row_place(page, row) for page, row in own), False)


def _why(row: SheetRowMatch) -> Message:
    """What stands in place of the signature."""
    if row.mark:
        return Message(f"（{row.mark}）", f" (marked {row.mark})")
    if row.status.value == "crossed_out":
        return Message("（该行已划去）", " (the row is crossed out)")
    missing = [header for header, signed in row.signed if not signed]
    if missing and len(missing) < len(row.signed):
        columns = "、".join(missing)
        return Message(f"（缺{columns}）", f" (no signature under {columns})")
    return Message("（未签名）", " (no signature)")
