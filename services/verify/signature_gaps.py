"""Why a trainee is not surely seen to have signed at a session. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from services.domain.case import Case, DoubtKind, ReuseKind, SheetAttendance, SheetRowMatch
from services.domain.evidence import Place
from services.domain.text import Message
from services.verify.aspects import row_place, session_name


@dataclass(frozen=True, slots=True)
class Gap:
    """A session a trainee is not seen to have signed at, and why."""

    message: Message
    places: tuple[Place, ...]
    unclear: bool


def gap_of(case: Case, trainee: int, session: int, pages: list[SheetAttendance]) -> Gap | None:
    """Why a trainee is not surely seen to have signed at a session; None if another finding says what is the matter."""
    presences = [p for p in case.records[trainee].presences if p.session == session]
    name = session_name(case.sessions[session])
    if presences:
        told = {(r.place.file, r.place.page, r.place.row) for r in case.reuse if r.kind is ReuseKind.SIGNATURE}
        blurred = tuple(p.place for p in presences if DoubtKind.SIGNATURE_UNCLEAR in p.doubts and (p.place.file, p.place.page, p.place.row) not in told)
        return Gap(name, blurred, True) if blurred else None
    here = [(page, row) for page in pages if page.session == session for row in page.rows]
    own = [(page, row) for page, row in here if row.trainee == trainee]
    if not own:
        if any(c.trainee == trainee for _, row in here if row.trainee is None for c in row.candidates if row.status.value == "ambiguous"):
            return None  # told by the finding about the ambiguous name
        sheets = tuple({(page.file, page.page): Place(page.file, page=page.page) for page, _ in here}.values())
        return Gap(Message(f"{name.zh}（签到表上无此人）", f"{name.en} (not on the sheet)"), sheets, False)
    why = _why(own[0][1])
    return Gap(Message(f"{name.zh}{why.zh}", f"{name.en}{why.en}"), tuple(row_place(page, row) for page, row in own), False)


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
