"""Why a trainee is not surely seen to have signed at a session. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from services.domain.case import Case, DoubtKind, ReuseKind, RowStatus, SheetAttendance, SheetRowMatch
from services.domain.evidence import Place
from services.domain.text import Message
from services.verify.aspects import row_place, session_name


@dataclass(frozen=True, slots=True)
class Gap:
    """A session a trainee is not seen to have signed at, and why."""

    message: Message
    places: tuple[Place, ...]
    unclear: bool


@dataclass(frozen=True, slots=True)
class SignedRows:
    """The sheets' rows that may explain a missing signature, gone through once for all trainees.

    `sure`: session -> trainees surely seen to sign; `own`: (session, trainee) -> the rows of a trainee who was not; `maybe`:
    (session, trainee) of whom a row may be, with an ambiguous name.
    """

    names: tuple[Message, ...]
    sure: dict[int, set[int]]
    pages: dict[int, list[SheetAttendance]]
    own: dict[tuple[int, int], list[tuple[SheetAttendance, SheetRowMatch]]]
    maybe: frozenset[tuple[int, int]]
    copied: frozenset[tuple[str, int | None, int | None]]
    """Rows (file, page, row) whose copied signature another finding tells."""


def signed_rows(case: Case) -> SignedRows:
    """The rows of the pages that belong to a session."""
    sure: dict[int, set[int]] = {session: set() for session in range(len(case.sessions))}
    for trainee, record in enumerate(case.records):
        for presence in record.presences:
            if not presence.doubts:
                sure[presence.session].add(trainee)
    pages: dict[int, list[SheetAttendance]] = {}
    own: dict[tuple[int, int], list[tuple[SheetAttendance, SheetRowMatch]]] = {}
    maybe: set[tuple[int, int]] = set()
    for page in case.attendance:
        if page.session is None:
            continue
        pages.setdefault(page.session, []).append(page)
        seen = sure[page.session]
        for row in page.rows:
            if row.trainee in seen:
                continue
            if row.trainee is not None:
                own.setdefault((page.session, row.trainee), []).append((page, row))
            elif row.candidates and row.status is RowStatus.AMBIGUOUS:
                maybe |= {(page.session, c.trainee) for c in row.candidates if c.trainee is not None}
    copied = frozenset((r.place.file, r.place.page, r.place.row) for r in case.reuse if r.kind is ReuseKind.SIGNATURE)
    return SignedRows(tuple(map(session_name, case.sessions)), sure, pages, own, frozenset(maybe), copied)


def gap_of(case: Case, trainee: int, session: int, rows: SignedRows) -> Gap | None:
    """Why a trainee is not surely seen to have signed at a session; None if another finding says what is the matter."""
    presences = [p for p in case.records[trainee].presences if p.session == session]
    name = rows.names[session]
    if presences:
        blurred = tuple(p.place for p in presences if DoubtKind.SIGNATURE_UNCLEAR in p.doubts and (p.place.file, p.place.page, p.place.row) not in rows.copied)
        return Gap(name, blurred, True) if blurred else None
    own = rows.own.get((session, trainee))
    if not own:
        if (session, trainee) in rows.maybe:
            return None  # told by the finding about the ambiguous name
        sheets = tuple({(page.file, page.page): Place(page.file, page=page.page) for page in rows.pages.get(session, ()) if page.rows}.values())
        return Gap(Message(f"{name.zh}（签到表上无此人）", f"{name.en} (not on the sheet)"), sheets, False)
    row = own[0][1]
    zh, en = _why(row.mark, row.status, row.signed)
    return Gap(Message(name.zh + zh, name.en + en), tuple(row_place(*each) for each in own), False)


@lru_cache(maxsize=256)
def _why(mark: str | None, status: RowStatus, signed: tuple[tuple[str, bool], ...]) -> tuple[str, str]:
    """What stands in place of the signature, in Chinese and English."""
    if mark:
        return f"（{mark}）", f" (marked {mark})"
    if status is RowStatus.CROSSED_OUT:
        return "（该行已划去）", " (the row is crossed out)"
    missing = [header for header, good in signed if not good]
    if missing and len(missing) < len(signed):
        columns = "、".join(missing)
        return f"（缺{columns}）", f" (no signature under {columns})"
    return "（未签名）", " (no signature)"
