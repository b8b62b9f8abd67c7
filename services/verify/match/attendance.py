"""Sheets + people + schedule -> who attended which session, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from services.domain.case import DoubtKind, Reuse, ReuseKind, RowStatus, SessionPresence, SheetAttendance, SheetDate, SheetRowMatch
from services.domain.claim import Claim, Roster, Session, Trainees
from services.domain.evidence import Place
from services.domain.facts import ColumnRole, SheetCell, SheetFacts, SheetPage, SheetRow, SheetTable
from services.domain.policy import Rules
from services.verify.match.assignment import assign
from services.verify.match.corrections import Corrections, corrected
from services.verify.match.directory import Directory, build_directory
from services.verify.match.marks import against_name
from services.verify.match.rows import RowReading, Verdict, candidates, is_a_name, read_rows, struck_out
from services.verify.match.sheet_dates import PlacedSlot, Slot, assumed_sessions, place, single_day, slots_of

_NO_HEADER = "签名"
_VOID = frozenset({DoubtKind.SIGNATURE_COPIED, DoubtKind.SHEET_REUSED, DoubtKind.TIME_CONFLICT})


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who attended what. `presences` has one entry for each trainee, in each at most one presence per session."""

    sessions: tuple[Session, ...]
    schedule_assumed: bool
    sheets: tuple[SheetAttendance, ...]
    presences: tuple[tuple[SessionPresence, ...], ...]


@dataclass(frozen=True, slots=True)
class _PageRows:
    """A page's rows, each with its table, weighed and decided jointly."""

    rows: tuple[tuple[int, SheetTable, RowReading, Verdict], ...]


def attend(
    sheets: Sequence[tuple[str, SheetFacts]],
    claim: Claim,
    trainees: Trainees | None,
    roster: Roster | None,
    rules: Rules,
    reuse: Sequence[Reuse] = (),
    corrections: Corrections | None = None,
) -> Attendance:
    """Matches sheets (path in the claim, facts) to people and sessions. `reuse` names the pages and rows that are copies."""
    directory = build_directory(trainees, roster)
    slots = single_day([slot for file, facts in sheets for slot in slots_of(file, facts, claim)], claim)
    sessions = claim.sessions or assumed_sessions(slots, claim)
    placed = place(slots, sessions, bool(claim.sessions))
    pages = {(file, page.page): _match_page(page, directory) for file, facts in sheets for page in facts.pages}
    entries = [entry for p in placed for entry in _entries(p, pages[p.slot.file, p.slot.page.page], directory, reuse, corrections or {})]
    found: list[dict[int, SessionPresence]] = [{} for _ in (trainees.people if trainees else ())]
    for entry in entries:
        _collect(found, entry, rules, reuse)
    partly = _partly_read(sheets)
    for entry in entries:
        if entry.attendance.file in partly:
            _perhaps(found, entry, partly[entry.attendance.file])
        elif any(row.status is RowStatus.UNKNOWN and not row.name and _signed(state, rules) is not False for row, state in entry.rows()):
            _perhaps(found, entry, entry.attendance.page)
    if claim.sessions:
        _unread(found, sheets, sessions, entries)
    presences = tuple(tuple(f[i] for i in sorted(f)) for f in found)
    return Attendance(tuple(sessions), not claim.sessions and bool(sessions), tuple(e.attendance for e in entries), presences)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One attendance with, per row, the state of its signature cells (None: cannot be told)."""

    attendance: SheetAttendance
    states: tuple[tuple[bool | None, ...], ...]

    def rows(self) -> Iterator[tuple[SheetRowMatch, tuple[bool | None, ...]]]:
        return zip(self.attendance.rows, self.states, strict=True)


def _match_page(page: SheetPage, directory: Directory) -> _PageRows:
    rows = [(t, table, row) for t, table in enumerate(page.tables) for row in table.rows]
    readings = read_rows([(table, row) for _, table, row in rows], directory)
    verdicts = assign(readings, directory)
    return _PageRows(tuple((t, table, reading, verdict) for (t, table, _), reading, verdict in zip(rows, readings, verdicts, strict=True)))


def _entries(placed: PlacedSlot, page: _PageRows, directory: Directory, reuse: Sequence[Reuse], corrections: Corrections) -> Iterator[_Entry]:
    """The attendance entries of a slot: one per session it covers, or one for none."""
    slot = placed.slot
    rows, states = [], []
    for t, table, reading, verdict in page.rows:
        cells = _signature_cells(slot, t, table, reading.row)
        if cells is not None and verdict.person is not None:
            cells = [(header, against_name(cell, directory.people[verdict.person].shown)) for header, cell in cells]
        state = tuple(c.signed for _, c in cells) if cells is not None else (_written(verdict),)
        row = _row_match(reading, verdict, cells, state, directory, _row_reuse(reuse, slot, reading.row.row))
        if (correction := corrections.get((slot.file, slot.page.page, row.row))) is not None:
            row, state = corrected(row, state, correction, directory)
        rows.append(row)
        states.append(state)
    for session in placed.sessions or (None,):
        attendance = SheetAttendance(
            file=slot.file,
            page=slot.page.page,
            date=slot.day,
            part=slot.part or ("day" if slot.day and slot.known is not SheetDate.PART_UNREADABLE else None),
            session=session,
            rows=tuple(rows),
            date_known=slot.known,
            date_text=slot.text,
            date_box=slot.box,
            possible_sessions=placed.possible,
        )
        yield _Entry(attendance, tuple(states))


def _signature_cells(slot: Slot, t: int, table: SheetTable, row: SheetRow) -> list[tuple[str, SheetCell]] | None:
    """The row's signature cells for the slot under their headers; None where the table has no signature column at all."""
    columns = [c for c in table.columns if c.role is ColumnRole.SIGNATURE]
    if not columns:
        return None
    cells = {c.column: c for c in row.cells}
    wanted = [c for c in columns if slot.columns is None or (t, c.index) in slot.columns]
    return [("".join(c.header.split()) or _NO_HEADER, cells.get(c.index) or SheetCell(c.index, row.box, "", 0.0, signed=False)) for c in wanted]


def _written(verdict: Verdict) -> bool:
    """On a sheet without signature columns who wrote his name has signed."""
    return verdict.status is not RowStatus.EMPTY


def _row_match(
    reading: RowReading,
    verdict: Verdict,
    cells: list[tuple[str, SheetCell]] | None,
    state: tuple[bool | None, ...],
    directory: Directory,
    copied: tuple[DoubtKind, ...],
) -> SheetRowMatch:
    row = reading.row
    if row.crossed_out:
        verdict = _crossed_out(reading, verdict, directory)
    person = directory.people[verdict.person] if verdict.person is not None else None
    status = RowStatus.CROSSED_OUT if row.crossed_out else verdict.status
    doubts = verdict.doubts
    if None in state and status is not RowStatus.CROSSED_OUT and DoubtKind.SIGNATURE_UNCLEAR not in copied:
        doubts = (*doubts, DoubtKind.SIGNATURE_UNCLEAR)
    doubts = (*doubts, *copied)
    headers = [h for h, _ in cells] if cells is not None else [_NO_HEADER]
    shown = verdict.status in (RowStatus.AMBIGUOUS, RowStatus.UNKNOWN)
    evidence = reading.evidence.id_number
    return SheetRowMatch(
        row=row.row,
        box=row.box,
        status=status,
        name=person.shown if person else reading.text if status is not RowStatus.UNKNOWN or is_a_name(reading) else None,
        id_number=person.id_number or None if person else None,
        confidence=verdict.confidence,
        candidates=candidates(verdict, directory) if shown else (),
        signed=tuple((h, bool(s)) for h, s in zip(headers, state, strict=True)),
        mark=next((c.mark for _, c in cells or () if c.mark), None),
        trainee=person.trainee if person else None,
        doubts=doubts,
        id_text=evidence.text if evidence and DoubtKind.ID_MISMATCH in doubts else None,
    )


def _crossed_out(reading: RowReading, verdict: Verdict, directory: Directory) -> Verdict:
    """A crossed-out row names its person where that can be told, and asks no human anything."""
    known = verdict if verdict.person is not None else struck_out(reading, directory) or verdict
    return replace(known, doubts=())


def _row_reuse(reuse: Sequence[Reuse], slot: Slot, row: int) -> tuple[DoubtKind, ...]:
    """A signature that is certainly a copy voids the row; of one that may be a human has to say."""
    here = [r for r in reuse if r.kind is ReuseKind.SIGNATURE and r.place.file == slot.file and r.place.page in (None, slot.page.page) and r.place.row == row]
    if any(_voids(r) for r in here):
        return (DoubtKind.SIGNATURE_COPIED,)
    return (DoubtKind.SIGNATURE_UNCLEAR,) if any(not r.certain and not r.first for r in here) else ()


def _page_reuse(reuse: Sequence[Reuse], sheet: SheetAttendance) -> bool:
    return any(r.kind is ReuseKind.SHEET and _voids(r) and r.place.file == sheet.file and r.place.page in (None, sheet.page) for r in reuse)


def _voids(reuse: Reuse) -> bool:
    """A copy that is certain, and that is not the one submitted first."""
    return reuse.certain and not reuse.first


def _collect(found: list[dict[int, SessionPresence]], entry: _Entry, rules: Rules, reuse: Sequence[Reuse]) -> None:
    """Adds an entry's presences, keeping of several at one session the one that is doubted least."""
    sheet = entry.attendance
    sessions = (sheet.session,) if sheet.session is not None else sheet.possible_sessions if sheet.undated else ()
    reused = _page_reuse(reuse, sheet)
    for row, state in zip(sheet.rows, entry.states, strict=True):
        signed = _signed(state, rules)
        if signed is False or row.status not in (RowStatus.MATCHED, RowStatus.AMBIGUOUS):
            continue
        doubts: tuple[DoubtKind, ...] = tuple(d for d in row.doubts if d not in (DoubtKind.PERSON_TWICE, DoubtKind.SIGNATURE_UNCLEAR))
        suspect = DoubtKind.SIGNATURE_UNCLEAR in row.doubts and None not in state
        doubts += (DoubtKind.SIGNATURE_UNCLEAR,) if signed is None or suspect else ()
        doubts += (DoubtKind.DATE_UNREADABLE,) if sheet.session is None else ()
        doubts += (DoubtKind.SHEET_REUSED,) if reused else ()
        people = {row.trainee} if row.status is RowStatus.MATCHED else {c.trainee for c in row.candidates}
        for trainee in people - {None}:
            assert trainee is not None
            for session in sessions:
                presence = SessionPresence(session, Place(sheet.file, sheet.page, row.row, row.box), doubts)
                known = found[trainee].get(session)
                if known is None or _weight(presence) < _weight(known):
                    found[trainee][session] = presence


def _partly_read(sheets: Sequence[tuple[str, SheetFacts]]) -> dict[str, int]:
    """Files with rows of which something could not be read, with the first such page; a blank page (it has no fingerprint) hides nobody."""
    pages = {file: [page for page in facts.pages if not page.legible and page.fingerprint is not None] for file, facts in sheets}
    return {file: found[0].page for file, found in pages.items() if found}


def _perhaps(found: list[dict[int, SessionPresence]], entry: _Entry, page: int) -> None:
    """Whoever is named in no row of a sheet that was read in part, or in whose signed rows a name cannot be read, may stand there."""
    sheet = entry.attendance
    sessions = (sheet.session,) if sheet.session is not None else sheet.possible_sessions if sheet.undated else ()
    named = {row.trainee for row in sheet.rows}
    doubts = (DoubtKind.SIGNATURE_UNCLEAR, *((DoubtKind.DATE_UNREADABLE,) if sheet.session is None else ()))
    for trainee, presences in enumerate(found):
        if trainee not in named:
            for session in sessions:
                presences.setdefault(session, SessionPresence(session, Place(sheet.file, page), doubts))


def _unread(found: list[dict[int, SessionPresence]], sheets: Sequence[tuple[str, SheetFacts]], sessions: Sequence[Session], entries: Sequence[_Entry]) -> None:
    """A sheet of which nothing was read may be that of a session without one: anybody may have signed there."""
    used = {entry.attendance.file for entry in entries}
    covered = {entry.attendance.session for entry in entries}
    for file, page in _partly_read([(file, facts) for file, facts in sheets if file not in used]).items():
        for presences in found:
            for session in (i for i, s in enumerate(sessions) if i not in covered and not s.online):
                doubts = (DoubtKind.SIGNATURE_UNCLEAR, DoubtKind.DATE_UNREADABLE)
                presences.setdefault(session, SessionPresence(session, Place(file, page), doubts))


def _signed(state: Sequence[bool | None], rules: Rules) -> bool | None:
    """Does the row count as signed? None: that hangs on a cell that cannot be told."""
    if not state:
        return False
    if rules.signatures == "any":
        return True if True in state else None if None in state else False
    return False if False in state else None if None in state else True


def _weight(presence: SessionPresence) -> int:
    """0 counts, 1 waits for a human, 2 is void."""
    if not presence.doubts:
        return 0
    return 2 if _VOID.intersection(presence.doubts) else 1
