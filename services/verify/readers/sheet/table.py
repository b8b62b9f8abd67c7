"""From a table's frame to facts: sides, columns, rows, cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import cv2
import numpy as np

from services.domain.facts import ColumnRole, SheetCell, SheetColumn, SheetRow, SheetTable
from services.verify.readers.sheet.columns import Heading, dated, normalise, roles_by_contents
from services.verify.readers.sheet.ditto import filled_in
from services.verify.readers.sheet.header import Frame
from services.verify.readers.sheet.ink import CellInk
from services.verify.readers.sheet.signature import Verdict, judge_signature
from services.verify.readers.sheet.source import Seen, Source, of_one_height
from services.verify.readers.sheet.types import Cell, Gray, Rect

_KEEP_POSTERIORS = (ColumnRole.NAME, ColumnRole.SIGNATURE, ColumnRole.ID_NUMBER, ColumnRole.EMPLOYEE_NO, ColumnRole.PHONE, ColumnRole.OTHER)
_DOUBTFUL = 0.95
"""A department read less surely than this keeps its posteriors too; printed ones need none."""
_IN_LINES = (ColumnRole.DEPARTMENT, ColumnRole.REMARK, ColumnRole.OTHER)
"""Columns whose text goes on in a second line where the cell is too narrow."""
_NARROWER = {ColumnRole.NUMBER: 0.6, ColumnRole.DEPARTMENT: 0.65}
"""The part of its width at which print in these columns reads as well: of 267 texts none was lost. Numbers of people are not among them: of
the last digits behind a row of stars some go missing."""


@dataclass(frozen=True)
class Plan:
    """Columns of one of a table's sides: atomic column numbers with their roles and headings."""

    columns: tuple[int, ...]
    headings: tuple[Heading, ...]
    roles: tuple[ColumnRole, ...]


def plans(frame: Frame, source: Source, previous: Sequence[Plan]) -> list[Plan]:
    """The table's sides, left first. Without a header: those of the table before (`previous`) if it is as wide, else by contents."""
    if frame.headings is None:
        if previous and sum(len(plan.columns) for plan in previous) == frame.grid.columns:
            return list(previous)
        return [_by_contents(frame, source)]
    headings = _agreed(frame.headings)
    starts = [0]
    anchor = next((i for i, h in enumerate(headings) if h.role in (ColumnRole.NUMBER, ColumnRole.NAME, ColumnRole.SIGNATURE)), None)
    if anchor is not None and headings[anchor].month_day is None and headings[anchor].role is not ColumnRole.SIGNATURE:
        starts = [i for i, h in enumerate(headings) if h.role is headings[anchor].role and h.text == headings[anchor].text] or [0]
        starts[0] = 0
    sides = [list(range(a, b)) for a, b in zip(starts, [*starts[1:], len(headings)], strict=True)]
    if any(not any(headings[i].role in (ColumnRole.NAME, ColumnRole.SIGNATURE) for i in side) for side in sides):
        sides = [list(range(len(headings)))]
    return [Plan(tuple(side), tuple(headings[i] for i in side), tuple(headings[i].role or ColumnRole.OTHER for i in side)) for side in sides]


def _agreed(headings: list[Heading]) -> list[Heading]:
    """Headings of people side by side, each side's the same: what could not be read on one side stands on the other."""
    for sides in (2, 3):
        width, rest = divmod(len(headings), sides)
        if rest or width < 2:
            continue
        columns = [[h for h in headings[i::width] if h.role is not None] for i in range(width)]
        shared = [column[0].role for column in columns if len(column) > 1]
        alike = all(len({(h.role, h.month_day, h.part) for h in column}) == 1 for column in columns if column)
        if alike and all(columns) and len(set(shared)) >= 2 and set(shared) & {ColumnRole.NAME, ColumnRole.SIGNATURE}:
            return [max(columns[i % width], key=lambda h: len(h.text)) for i in range(len(headings))]
    return headings


def _by_contents(frame: Frame, source: Source) -> Plan:
    sample = frame.body[:10]
    columns = tuple(range(frame.grid.columns))
    cells = [[frame.cell(row, column) for row in sample] for column in columns]
    fresh = list(dict.fromkeys(c for column in cells for c in column if c not in frame.seen))
    frame.seen.update(zip(fresh, source.look([c.rect for c in fresh]), strict=True))
    roles = roles_by_contents([[frame.seen[c].reading.text for c in column] for column in cells])
    headings = tuple(Heading("签名" if role is ColumnRole.SIGNATURE else "", role) for role in roles)
    return Plan(columns, headings, tuple(roles))


def build(frame: Frame, plan: Plan, source: Source, first_row: int, dates: Sequence[date]) -> SheetTable:
    """One side of a table as facts; its rows are numbered from `first_row`."""
    columns = _columns(frame, plan, source, dates)
    struck = _read(frame, plan, source)
    frame.body = [row for row in frame.body if not _is_header_again(frame, plan, row)]
    signing = _signing(frame, plan)
    rows = tuple(_row(frame, plan, source, row, first_row + offset, signing, row in struck) for offset, row in enumerate(frame.body))
    rows = _without_blank_end(frame, plan, source, rows)
    left = min(frame.grid.column_rects[i][0] for i in plan.columns)
    right = max(frame.grid.column_rects[i][2] for i in plan.columns)
    return SheetTable(source.page.box((left, frame.grid.rect[1], right, frame.grid.rect[3])), columns, filled_in(rows, columns))


def _read(frame: Frame, plan: Plan, source: Source) -> set[int]:
    """Reads the cells of the body, those of crossed-out rows without the strokes through them. Returns which rows are crossed out."""
    wanted = [frame.cell(row, column) for row in frame.body for column in plan.columns]
    inks = {cell: frame.seen[cell].ink if cell in frame.seen else source.ink.cell(cell.rect) for cell in wanted}
    struck, erase = _struck(frame, plan, source, inks)
    cleared = {c for row in struck for i in _people(plan) if (c := frame.cell(row, plan.columns[i])).r1 - c.r0 == 1}
    inks |= {cell: source.ink.cell(cell.rect, erase=erase) for cell in cleared}
    fresh = [cell for cell in inks if cell not in frame.seen or cell in cleared]
    in_lines = {frame.cell(row, plan.columns[i]) for row in frame.body for i, role in enumerate(plan.roles) if role in _IN_LINES}
    narrower = {frame.cell(row, plan.columns[i]): _NARROWER[role] for row in frame.body for i, role in enumerate(plan.roles) if role in _NARROWER}
    for wrapped in (False, True):
        some = [c for c in fresh if (c in in_lines) is wrapped]
        parts = [1.0 if c in cleared else narrower.get(c, 1.0) for c in some]
        seen = source.look([c.rect for c in some], inks=[inks[c] for c in some], lines=wrapped, narrower=parts)
        frame.seen.update(zip(some, seen, strict=True))
    return struck


def _people(plan: Plan) -> list[int]:
    """The plan's columns but the rows' numbers, which stay as they are where a row is crossed out."""
    return [i for i, role in enumerate(plan.roles) if role is not ColumnRole.NUMBER]


def _struck(frame: Frame, plan: Plan, source: Source, inks: Mapping[Cell, CellInk]) -> tuple[set[int], Gray | None]:
    """The rows crossed out, and the page's mask of the strokes through them."""
    struck: set[int] = set()
    erase: Gray | None = None
    for row in frame.body:
        written = [c.rect for i in _people(plan) if inks[c := frame.cell(row, plan.columns[i])].mask is not None]
        strokes = source.ink.strike(_row_rect(frame, plan, row), min(r[0] for r in written), max(r[2] for r in written)) if written else None
        if strokes is not None:
            struck.add(row)
            erase = strokes if erase is None else np.asarray(cv2.bitwise_or(erase, strokes), dtype=np.uint8)
    return struck, erase


def _row_rect(frame: Frame, plan: Plan, row: int) -> Rect:
    """The part of a row that lies on the plan's side."""
    left = min(frame.grid.column_rects[i][0] for i in plan.columns)
    right = max(frame.grid.column_rects[i][2] for i in plan.columns)
    return (left, frame.grid.row_rects[row][1], right, frame.grid.row_rects[row][3])


def _is_header_again(frame: Frame, plan: Plan, row: int) -> bool:
    """A row that says what the header says: on the next sheet of a long table, or of a second table right below the first."""
    texts = [
        (heading.text, normalise(frame.seen[cell].reading.text))
        for i, heading in zip(plan.columns, plan.headings, strict=True)
        if (cell := frame.cell(row, i)) in frame.seen
    ]
    known = [(head, text) for head, text in texts if head and text]
    return len(known) >= 2 and sum(head == text for head, text in known) >= max(2, 0.6 * len(known))


def _without_blank_end(frame: Frame, plan: Plan, source: Source, rows: tuple[SheetRow, ...]) -> tuple[SheetRow, ...]:
    """Of a later side the boxes left over below its last number: nobody was meant to stand there."""
    if plan.columns[0] == 0 or plan.roles[0] is not ColumnRole.NUMBER:
        return rows
    numbered = [source.ink.cell(frame.cell(row, plan.columns[0]).rect).mask is not None for row in frame.body]
    while rows and len(rows) > 1 and rows[-1].empty and not numbered[len(rows) - 1] and any(numbered):
        rows = rows[:-1]
    return rows


def _columns(frame: Frame, plan: Plan, source: Source, dates: Sequence[date]) -> tuple[SheetColumn, ...]:
    used: dict[str, int] = {}
    columns = []
    for index, (atomic, heading, role) in enumerate(zip(plan.columns, plan.headings, plan.roles, strict=True)):
        header = heading.text or ("签名" if role is ColumnRole.SIGNATURE else "")
        if role is ColumnRole.SIGNATURE:
            used[header] = used.get(header, 0) + 1
            header = header if used[header] == 1 else f"{header}{used[header]}"
        day = dated(heading, dates, plan.headings) if role is ColumnRole.SIGNATURE else None
        part = heading.part if role is ColumnRole.SIGNATURE else None
        columns.append(SheetColumn(index, header, role, source.page.box(frame.grid.column_rects[atomic]), day, part))
    return tuple(columns)


def _signing(frame: Frame, plan: Plan) -> set[int]:
    """The columns whose cells are judged for a signature. Without a signature column the names are, where a hand wrote them."""
    marked = {i for i, role in enumerate(plan.roles) if role is ColumnRole.SIGNATURE}
    if marked:
        return marked
    names = [i for i, role in enumerate(plan.roles) if role is ColumnRole.NAME]
    return {i for i in names if not _printed(frame, plan.columns[i])}


def _printed(frame: Frame, column: int) -> bool:
    seen = [frame.seen[c] for row in frame.body if (c := frame.cell(row, column)) in frame.seen]
    if any(entry.typed for entry in seen):
        return True
    return of_one_height([entry.ink for entry in seen])


def _row(frame: Frame, plan: Plan, source: Source, row: int, number: int, signing: set[int], crossed_out: bool) -> SheetRow:
    cells = [frame.cell(row, column) for column in plan.columns]
    facts = tuple(_cell(frame.seen.get(cell), cell.rect, index, plan.roles[index], index in signing, source) for index, cell in enumerate(cells))
    has_text = any(entry.text or entry.signed or entry.mark for i, entry in enumerate(facts) if plan.roles[i] is not ColumnRole.NUMBER)
    has_ink = any((s := frame.seen.get(cells[i])) is not None and s.ink.area > 0.02 * s.ink.height**2 for i in _people(plan))
    rect = _row_rect(frame, plan, row)
    return SheetRow(number, source.page.box(rect), facts, crossed_out=crossed_out, empty=not (has_text or has_ink))


def _cell(seen: Seen | None, rect: Rect, index: int, role: ColumnRole, signing: bool, source: Source) -> SheetCell:
    box = source.page.box(rect)
    if seen is None:
        return SheetCell(index, box, "", 0.0, signed=False if signing else None)
    reading = seen.reading
    verdict = _verdict(seen) if signing else Verdict(None)
    return SheetCell(
        column=index,
        box=box,
        text=reading.text,
        confidence=round(reading.confidence, 4),
        posteriors=reading.posteriors if reading.text and _worth_keeping(role, reading.confidence) else None,
        signed=verdict.signed,
        mark=verdict.mark,
        ink=seen.ink.bitmap if role in (ColumnRole.SIGNATURE, ColumnRole.NAME) and not seen.typed else None,
    )


def _worth_keeping(role: ColumnRole, confidence: float) -> bool:
    return role in _KEEP_POSTERIORS or (role is ColumnRole.DEPARTMENT and confidence < _DOUBTFUL)


def _verdict(seen: Seen) -> Verdict:
    if not seen.typed:
        return judge_signature(seen.ink, seen.reading)
    judged = judge_signature(seen.ink, replace(seen.reading, confidence=1.0))
    # A typed name in a signature cell is nobody's hand: not refused, not accepted.
    return Verdict(None) if judged.signed else judged
