"""What is no whole reading of a page is told apart from one that is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image, ImageDraw

from services.domain.facts import ColumnRole, SheetCell, SheetColumn, SheetRow, SheetTable
from services.verify.readers.sheet.columns import Heading
from services.verify.readers.sheet.grid import Ruling
from services.verify.readers.sheet.header import Frame
from services.verify.readers.sheet.perspective import paper_corners
from services.verify.readers.sheet.quality import Part, Quality, assess
from services.verify.readers.sheet.rules import Rule
from services.verify.readers.sheet.types import Array, Cell, Grid, Page

WIDTH, HEIGHT, ROW = 1600, 2300, 80
BOX = (0.0, 0.0, 1.0, 0.1)


def part(numbers: Sequence[str], *, known: bool = True, heights: Sequence[int] | None = None) -> Part:
    """A table of a number and a name column from (200, 400) on, its header in the first row."""
    heights = [ROW, *(heights or [ROW] * len(numbers))]
    edges = [400 + sum(heights[:k]) for k in range(len(heights) + 1)]
    xs = (200, 400, 1200)
    cells = tuple(Cell(r, r + 1, c, c + 1, (xs[c], edges[r], xs[c + 1], edges[r + 1])) for r in range(len(heights)) for c in range(2))
    rows = tuple((200, a, 1200, b) for a, b in zip(edges[:-1], edges[1:], strict=True))
    grid = Grid((200, 400, 1200, edges[-1]), len(heights), 2, cells, rows, ((200, 400, 400, edges[-1]), (400, 400, 1200, edges[-1])))
    columns = (SheetColumn(0, "序号", ColumnRole.NUMBER), SheetColumn(1, "姓名", ColumnRole.NAME))
    body = tuple(SheetRow(k, BOX, (SheetCell(0, BOX, n, 0.99), SheetCell(1, BOX, "王建国", 0.99))) for k, n in enumerate(numbers, 1))
    return Part(
        Frame(grid, [Heading("序号", ColumnRole.NUMBER)] if known else None, list(range(1, len(heights))), [], {}), known, (SheetTable(BOX, columns, body),)
    )


def text(*places: tuple[int, int]) -> tuple[Array, ...]:
    """Lines of text, 120 pixels wide, at these middles."""
    return tuple(np.array([[x - 60, y - 15], [x + 60, y - 15], [x + 60, y + 15], [x - 60, y + 15]], float) for x, y in places)


def judged(*parts: Part, outside: tuple[Array, ...] = (), level: Sequence[Rule] = (), plumb: Sequence[Rule] = ()) -> Quality:
    blank = np.zeros((HEIGHT, WIDTH), np.uint8)
    inside = text(*((300, 440 + ROW * k) for k in range(5)))
    return assess(Page(255 - blank, np.eye(3), (WIDTH, HEIGHT), inside + outside), parts, Ruling(list(level), list(plumb), blank, blank, blank))


@pytest.mark.parametrize("numbers", [("1", "2", "3", "4", "5"), ("13", "14", "15", "16"), ("1", "7", "3", "4", "5"), ("", "", "", "")])
def test_rows_in_order_are_all_there(numbers: Sequence[str]) -> None:
    assert judged(part(numbers)).good


@pytest.mark.parametrize("numbers", [("1", "2", "3", "6", "7", "8"), ("1", "2", "4", "5", "6")])
def test_numbers_that_jump_show_that_rows_are_missing(numbers: Sequence[str]) -> None:
    found = judged(part(numbers))
    assert found.sound and not found.whole and not found.good


def test_without_header_the_first_number_must_be_one() -> None:
    assert judged(part(("1", "2", "3"), known=False)).good
    assert not judged(part(("4", "5", "6", "7"), known=False)).whole


def test_text_beside_or_below_the_table_is_a_lost_half() -> None:
    beside = text(*((1450, 440 + ROW * k) for k in range(4)))
    below = text(*((x, 1300 + ROW * k) for k in range(4) for x in (300, 600)))
    foot = text((300, 1300), (900, 1300), (300, 1400))
    assert not judged(part(tuple("12345")), outside=beside).whole
    assert not judged(part(tuple("12345")), outside=below).whole
    assert judged(part(tuple("12345")), outside=foot).good


def test_rows_of_all_heights_are_no_rows() -> None:
    found = judged(part(("1", "", "", "", "5", ""), heights=(80, 20, 300, 80, 15, 400)))
    assert not found.sound


def test_rules_that_run_out_of_the_picture_are_of_half_a_table() -> None:
    level = [Rule(200, np.full(59, 400.0 + ROW * k), 1390) for k in range(6)]
    assert not judged(part(tuple("12345")), level=level).whole
    assert judged(part(tuple("12345")), level=[Rule(200, np.full(42, 400.0 + ROW * k), 1000) for k in range(6)]).good


def test_no_table_is_not_sound() -> None:
    assert not judged().sound


def test_the_edge_of_a_shadow_is_not_the_papers() -> None:
    picture = Image.new("RGB", (1200, 1600), (70, 60, 50))
    draw = ImageDraw.Draw(picture)
    draw.polygon([(80, 80), (1120, 80), (1120, 1520), (80, 1520)], fill=(235, 235, 225))
    dark = np.asarray(picture).copy()
    ys, xs = np.mgrid[:1600, :1200]
    dark[xs > 900 - 0.45 * ys] = dark[xs > 900 - 0.45 * ys] * 0.4
    corners = paper_corners(dark)
    if corners is not None:
        sides = [np.linalg.norm(corners[(k + 1) % 4] - corners[k]) for k in range(4)]
        assert min(sides[0], sides[2]) > 0.6 * max(sides[0], sides[2])
