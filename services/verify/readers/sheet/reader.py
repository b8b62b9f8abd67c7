"""The reader of sign-in sheets: pictures (also multi-page TIFF) and PDF, scanned or born digital."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from services.adapters.images import frames
from services.adapters.ocr import Engine, engine
from services.adapters.pdf import PdfPage, open_pdf
from services.adapters.picture_hash import pdq
from services.domain.errors import FileTooLarge, SheetUnreadable
from services.domain.evidence import Box, EvidenceKind
from services.domain.facts import ColumnRole, SheetFacts, SheetPage, SheetTable
from services.domain.text import Message
from services.verify.readers import Reader, ReaderContext, register
from services.verify.readers.sheet.grid import Ruling, grids, rule_band, rule_mask, ruling
from services.verify.readers.sheet.header import Frame, frame
from services.verify.readers.sheet.heading import Around, Placed, read_around
from services.verify.readers.sheet.ink import PageInk
from services.verify.readers.sheet.loose import loose_grid
from services.verify.readers.sheet.quality import Part, Quality, assess
from services.verify.readers.sheet.source import Source
from services.verify.readers.sheet.straighten import hypotheses
from services.verify.readers.sheet.table import Plan, build, plans
from services.verify.readers.sheet.types import Grid, Page, Rect

_LONG_SIDE = 2400
_VERSION = 9
_LEAST_SIDE = 120
_NARROW = 0.2
_BAND = 21
"""Pixels on either side of a rule's middle, both together, within which ink is its dots, its second line or the edge of a thick one."""
_DASHED = 0.75
"""The part of the page's text that a table ruled with dashes holds; what looks like one elsewhere are strokes of letters."""
_HALF = 0.5
"""Ruled tables that hold less of the page's text may be strokes of a hand across level rules."""
_SCAN = 0.5
"""A PDF page whose largest picture covers more than this is a scan: a text layer under it is somebody's OCR."""


@dataclass(frozen=True)
class Raw:
    """A page as it came: picture as a viewer shows it, and the text layer's characters with their boxes."""

    image: Image.Image
    characters: tuple[tuple[str, Box], ...] = ()


def read(source: Path, ctx: ReaderContext) -> SheetFacts:
    """The sheet's pages as facts. Raises FileUnreadable, FileEmpty, FileEncrypted, FileTooLarge, SheetUnreadable."""
    ocr = engine(ctx.ocr_engine)
    pages: list[SheetPage] = []
    before: list[Plan] = []
    for number, raw in enumerate(_pages(source, ctx), start=1):
        page, before = _read_page(raw, number, ocr, before)
        pages.append(page)
    if not pages:
        raise SheetUnreadable(Message("签到表文件中没有任何页面，请重新扫描后上传", "the sheet has no page; scan it again and upload"))
    return SheetFacts(tuple(pages), engine=ocr.name)


def _pages(source: Path, ctx: ReaderContext) -> Iterator[Raw]:
    with source.open("rb") as file:
        is_pdf = b"%PDF-" in file.read(1024)
    if not is_pdf:
        for image in frames(source, max_pixels=ctx.limits.pixels, max_frames=ctx.limits.pages):
            yield Raw(image)
        return
    with open_pdf(source, max_pages=ctx.limits.pages, max_pixels=ctx.limits.pixels) as document:
        for page in document:
            yield _from_pdf(page)


def _from_pdf(page: PdfPage) -> Raw:
    longer = max(page.width, page.height, 1.0)
    image = page.render(int(np.clip(_LONG_SIDE / longer * 72, 20, 400)))
    if page.image_share() > _SCAN:
        return Raw(image)
    return Raw(image, tuple((char.text, char.box) for char in page.chars()))


def _read_page(raw: Raw, number: int, ocr: Engine, before: list[Plan]) -> tuple[SheetPage, list[Plan]]:
    """One page's facts, and the columns that a next page without a header goes on with."""
    width, height = raw.image.size
    blank = SheetPage(number, width, height, (), legible=False)
    if min(width, height) < _LEAST_SIDE:
        return blank, before
    if max(width, height) > 30 * min(width, height):
        raise FileTooLarge(Message("图片过于狭长，不是签到表页面，请重新扫描", "the picture is far too narrow to be a page; scan it again"))
    rgb = np.asarray(raw.image.convert("RGB"), dtype=np.uint8)
    if float(rgb[::7, ::7].std()) < 1.5:
        return blank, before
    best: _Attempt | None = None
    for page in hypotheses(rgb, ocr):
        attempt = _attempt(page, ocr, raw.characters, before)
        best = attempt if best is None or attempt.quality.score > best.quality.score else best
        if best.quality.good and best.quality.ruled:
            break
    assert best is not None
    return _facts(best, number, (width, height)), best.after or before


@dataclass(frozen=True)
class _Attempt:
    """One reading of a page. `after`: the columns that a next page without a header goes on with."""

    page: Page
    tables: tuple[SheetTable, ...]
    after: list[Plan]
    lines: list[Placed]
    around: Around
    quality: Quality


def _attempt(page: Page, ocr: Engine, characters: tuple[tuple[str, Box], ...], before: list[Plan]) -> _Attempt:
    """The page by its ruled tables. Strokes of a signature across level rules look like one too: what leaves most of the text aside is also read
    as if nothing were ruled plumb."""
    ruled, lined = _by_ruling(page)
    first = _attempt_by(page, ruled, lined, ocr, characters, before)
    if not ruled or first.quality.good or _held(page, ruled) > _HALF:
        return first
    return max(first, _attempt_by(page, [], lined, ocr, characters, before), key=lambda attempt: attempt.quality.score)


def _attempt_by(page: Page, ruled: list[Grid], lined: Ruling, ocr: Engine, characters: tuple[tuple[str, Box], ...], before: list[Plan]) -> _Attempt:
    found, source = _tables_of(page, ruled, lined, ocr, characters)
    sorted_out = [frame(grid, source) for grid in found]
    lines = _lines_outside(page, found, source) + [line for entry in sorted_out for line in entry.lines]
    around = read_around(lines)
    parts, after = _build(sorted_out, source, around, before)
    quality = assess(page, parts, lined)
    tables = tuple(table for part in parts for table in part.sides) if quality.sound else ()
    return _Attempt(page, tables, after, lines, around, quality)


def _facts(attempt: _Attempt, number: int, size: tuple[int, int]) -> SheetPage:
    around = attempt.around
    fingerprint, _ = pdq(Image.fromarray(attempt.page.gray))
    return SheetPage(
        page=number,
        width=size[0],
        height=size[1],
        tables=attempt.tables,
        lines=tuple(line.line for line in attempt.lines),
        title=around.title,
        date=around.date,
        part=around.part,
        course=around.course,
        place=around.place,
        fingerprint=fingerprint,
        legible=attempt.quality.good and bool(attempt.tables),
    )


def _ruled(page: Page, lines: Ruling) -> list[Grid]:
    """The tables that the ruling makes."""
    tables = grids(lines, page.gray.shape, page.text)
    return [grid for grid in tables if grid.rows >= 2 and grid.columns >= 2 and grid.rect[2] - grid.rect[0] > _NARROW * page.width]


def _by_ruling(page: Page) -> tuple[list[Grid], Ruling]:
    """The ruled tables and the ruling. Where nothing else is ruled, dots and dashes count, if they hold most of the page's text: in lines of text,
    too, they come to small grids."""
    lined = ruling(page.gray)
    ruled = _ruled(page, lined)
    if ruled:
        return ruled, lined
    dashed = ruling(page.gray, dotted=True)
    ruled = _ruled(page, dashed)
    return (ruled, dashed) if ruled and _held(page, ruled) >= _DASHED else ([], lined)


def _held(page: Page, tables: Sequence[Grid]) -> float:
    """The part of the page's lines of text that lie in the tables; 1 where there is no text."""
    middles = [quad.mean(axis=0) for quad in page.text]
    held = sum(any(g.rect[0] <= x <= g.rect[2] and g.rect[1] <= y <= g.rect[3] for g in tables) for x, y in middles)
    return held / len(middles) if middles else 1.0


def _tables_of(page: Page, found: list[Grid], lines: Ruling, ocr: Engine, characters: tuple[tuple[str, Box], ...]) -> tuple[list[Grid], Source]:
    """The tables by their ruling (`found`), or by where the text stands."""
    source = Source(page, _ink(page, found, lines), ocr, characters)
    if not found:

        def texts(rects: Sequence[Rect]) -> list[str]:
            return [seen.reading.text for seen in source.look(rects)]

        loose = loose_grid(page, lines, texts)
        if loose is not None:
            found = [loose]
            source = Source(page, _ink(page, found, lines), ocr, characters)
    return found, source


def _ink(page: Page, found: list[Grid], lines: Ruling) -> PageInk:
    return PageInk(page.gray, rule_mask(found, lines), rule_band(found, page.gray.shape, _BAND))


def _lines_outside(page: Page, found: Sequence[Grid], source: Source) -> list[Placed]:
    """The lines of text that lie in no table."""
    outside = []
    for quad in page.text:
        (x0, y0), (x1, y1) = quad.min(axis=0), quad.max(axis=0)
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        if not any(g.rect[0] <= middle[0] <= g.rect[2] and g.rect[1] - 4 <= middle[1] <= g.rect[3] + 4 for g in found):
            outside.append((quad, (int(x0), int(y0), int(x1), int(y1))))
    return [line for line in source.lines(outside) if line.text]


def _build(frames_: Sequence[Frame], source: Source, around: Around, before: list[Plan]) -> tuple[list[Part], list[Plan]]:
    parts: list[Part] = []
    last = before
    dates = [*around.dates, *(d for d in [around.date.value if around.date else None] if d)]
    for entry in frames_:
        sides = plans(entry, source, last)
        first = sum(len(table.rows) for part in parts for table in part.sides) + 1
        tables: list[SheetTable] = []
        for side in sides:
            tables.append(build(entry, side, source, first + sum(len(table.rows) for table in tables), dates))
        known = entry.headings is not None or (bool(last) and sides == last)
        kept = tuple(table for table in tables if _says_something(table))
        if kept:
            parts.append(Part(entry, known, kept))
        last = sides
    return parts, last


def _says_something(table: SheetTable) -> bool:
    """A table with people: headed as such, or, without a header, with names or ID numbers that can be read."""
    if not table.rows:
        return False
    naming = [c for c in table.columns if c.role in (ColumnRole.NAME, ColumnRole.SIGNATURE, ColumnRole.ID_NUMBER)]
    if any(column.header and column.role is not ColumnRole.SIGNATURE for column in naming) or any(c.header not in ("", "签名") for c in naming):
        return True
    if naming and any(column.header == "序号" for column in table.columns):
        return True
    read = [row.cells[column.index] for row in table.rows for column in naming if row.cells[column.index].text]
    sure = [cell for cell in read if cell.confidence > 0.6 and len(cell.text) >= 2]
    return len(sure) >= 2 and len(sure) >= 0.4 * len(read) and table.box[2] * table.box[3] > 0.02


SHEET = register(Reader("sheet", _VERSION, (EvidenceKind.SIGN_IN_SHEET,), read=read))
