"""The same sheet, or the same signature, seen again: for another day, or in another claim.

A wrong accusation hurts more than a missed one. A sheet is the same when most of its signatures are; a single signature is a copy only
when it is more alike than a hand can write twice and stands out among the other signatures of the two pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from services.domain.case import Reuse, ReuseKind
from services.domain.evidence import Place
from services.domain.facts import ColumnRole, SheetCell, SheetFacts, SheetPage, SheetRow
from services.verify.match.ink import InkSet, ink_set, overlap, same_strokes
from services.verify.match.stated_days import month_and_day

_SAME_INK = 0.87
_LIKELY_INK, _SIMPLE_INK = 0.84, 0.9
"""From here on a signature may be a copy, one of few strokes from the second: a person who signs ten sheets is compared with himself 45 times."""
_SAME_STROKES, _SAME_STROKES_INK = 0.99, 0.72
_LIKELY_STROKES, _LIKELY_STROKES_INK = 0.985, 0.7
"""Less overlap will do where no stroke of one is without its like in the other: a second scan moves edges, not strokes."""
_STANDS_OUT = 0.15
_OTHERS = 3
"""A doubtful copy must differ by `_STANDS_OUT` from the median of at least this many other signatures."""
_SHEET_MEDIAN, _SHEET_ROW, _SHEET_SHARE = 0.78, 0.62, 0.7
_FEW, _FEW_SIGNATURES = 0.87, 4
"""Of a sheet with fewer signatures than the second, each must be as alike as the first."""


@dataclass(frozen=True, slots=True)
class OtherSheet:
    """A sheet of another claim. `submitted_before`: the other claim was submitted before this one."""

    claim_no: str
    enterprise: str | None
    file: str
    facts: SheetFacts
    submitted_before: bool
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class _Page:
    """A page's signatures with ink, and what day it says it is."""

    file: str
    page: int
    day: tuple[tuple[int, int], str | None] | None
    cells: tuple[tuple[SheetRow, int, SheetCell], ...]
    """(row, how manieth signature column, cell)"""
    inks: InkSet
    columns: frozenset[date]


def sheet_reuse(
    own: Sequence[tuple[str, SheetFacts]],
    others: Iterable[OtherSheet],
    own_sha256: Mapping[str, str] | None = None,
) -> tuple[Reuse, ...]:
    """Copies among a claim's own sheets (path, facts), and between them and other claims' sheets.

    Within the claim `place` is the later one by path and page; a second copy of the same day's sheet is none. `own_sha256` (path ->
    digest) finds identical files that hold no ink.
    """
    mine = sorted((p for file, facts in own for p in _pages(file, facts)), key=lambda p: (p.file, p.page))
    found: list[Reuse] = []
    for k, later in enumerate(mine):
        for earlier in mine[:k]:
            if not _same_day(later, earlier):
                found += _compare(later, earlier, None)
    hashes = own_sha256 or {}
    for other in others:
        identical = [file for file, _ in own if other.sha256 is not None and hashes.get(file) == other.sha256]
        found += [_reuse(ReuseKind.SHEET, Place(file, 1), Place(other.file, 1), 1.0, True, other) for file in identical]
        for theirs in _pages(other.file, other.facts):
            for page in mine:
                if page.file not in identical:
                    found += _compare(page, theirs, other)
    return tuple(found)


def _pages(file: str, facts: SheetFacts) -> Iterator[_Page]:
    for page in facts.pages:
        cells = tuple(_signatures(page))
        stated = month_and_day(page.date) if page.date is not None else None
        day = (stated, page.part) if stated is not None else None
        days = frozenset(c.date for t in page.tables for c in t.columns if c.role is ColumnRole.SIGNATURE and c.date is not None)
        yield _Page(file, page.page, day, cells, ink_set([c.ink for _, _, c in cells if c.ink]), days)


def _signatures(page: SheetPage) -> Iterator[tuple[SheetRow, int, SheetCell]]:
    """Signature cells with ink that is a signature. Names are not compared: printed ones are the same on every sheet."""
    for table in page.tables:
        columns = [c.index for c in table.columns if c.role is ColumnRole.SIGNATURE]
        for row in table.rows:
            if row.crossed_out:
                continue
            for cell in row.cells:
                if cell.ink and cell.signed and cell.column in columns:
                    yield row, columns.index(cell.column), cell


def _same_day(a: _Page, b: _Page) -> bool:
    """Two scans of the same day's sheet, or pages of one file without a date between them."""
    if a.columns or b.columns:
        return a.columns == b.columns
    if a.day is None or b.day is None:
        return a.file == b.file
    return a.day[0] == b.day[0] and (a.day[1] == b.day[1] or None in (a.day[1], b.day[1]))


def _compare(place: _Page, other: _Page, claim: OtherSheet | None) -> list[Reuse]:
    if not len(place.cells) or not len(other.cells):
        return []
    alike = overlap(place.inks, other.inks)
    certain = claim is not None or _dated(place, other)
    whole = _whole_sheet(place, other, alike)
    if whole is not None:
        return [_reuse(ReuseKind.SHEET, Place(place.file, place.page), Place(other.file, other.page), whole, certain, claim)]
    return list(_single(place, other, alike, certain, claim))


def _dated(a: _Page, b: _Page) -> bool:
    """Both say which day they are of."""
    return bool(a.day or a.columns) and bool(b.day or b.columns)


def _whole_sheet(place: _Page, other: _Page, alike: np.ndarray) -> float | None:
    """The median likeness of the signatures in the same place of both pages, if they are the same sheet."""
    there = {(row.row, nth): k for k, (row, nth, _) in enumerate(other.cells)}
    pairs = [(k, there[row.row, nth]) for k, (row, nth, _) in enumerate(place.cells) if (row.row, nth) in there]
    telling = [(a, b) for a, b in pairs if place.inks.telling[a] and other.inks.telling[b]]
    if len(telling) < 2 or len(pairs) < 0.6 * max(len(place.cells), len(other.cells)):
        return None
    values = np.array([alike[a, b] for a, b in telling])
    if len(values) < _FEW_SIGNATURES:
        return float(np.median(values)) if values.min() >= _FEW else None
    if np.median(values) >= _SHEET_MEDIAN and (values >= _SHEET_ROW).mean() >= _SHEET_SHARE:
        return float(np.median(values))
    return None


def _single(place: _Page, other: _Page, alike: np.ndarray, dated: bool, claim: OtherSheet | None) -> Iterator[Reuse]:
    """Signatures of `place` that are on `other` too; of those with few strokes only what stands out, and a human has to say."""
    best = alike.argmax(axis=1)
    here = np.arange(len(best))
    values, strokes = alike[here, best], same_strokes(place.inks, other.inks)[here, best]
    telling = place.inks.telling & other.inks.telling[best]
    written = place.inks.written & other.inks.written[best]
    same = (values >= _SAME_INK) | (telling & (strokes >= _SAME_STROKES) & (values >= _SAME_STROKES_INK))
    likely = (values >= np.where(telling, _LIKELY_INK, _SIMPLE_INK)) | (telling & (strokes >= _LIKELY_STROKES) & (values >= _LIKELY_STROKES_INK))
    for k in np.flatnonzero(written & likely):
        rest = values[~same & (here != k)]
        stands_out = len(rest) >= _OTHERS and values[k] - float(np.median(rest)) >= _STANDS_OUT
        if not stands_out and (not telling[k] or not same[k] or len(rest) < len(values) / 2):
            continue
        row, _, cell = place.cells[k]
        other_row, _, other_cell = other.cells[best[k]]
        at, there = Place(place.file, place.page, row.row, cell.box), Place(other.file, other.page, other_row.row, other_cell.box)
        yield _reuse(ReuseKind.SIGNATURE, at, there, float(values[k]), dated and bool(telling[k] and same[k]), claim)


def _reuse(kind: ReuseKind, place: Place, other: Place, likeness: float, certain: bool, claim: OtherSheet | None) -> Reuse:
    return Reuse(
        kind=kind,
        place=place,
        other=other,
        claim_no=claim.claim_no if claim else None,
        distance=round((1.0 - likeness) * 256, 1),
        certain=certain,
        first=claim is not None and not claim.submitted_before,
        enterprise=claim.enterprise if claim else None,
    )
