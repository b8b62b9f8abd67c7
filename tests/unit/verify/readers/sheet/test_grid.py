"""Which lines make a table."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from services.verify.readers.sheet.grid import _without_frames, grids, ruling
from services.verify.readers.sheet.reader import _by_ruling
from services.verify.readers.sheet.types import Cell, Grid, Page


def _page() -> np.ndarray:
    return np.full((2300, 1720), 235, np.uint8)


def _table(page: np.ndarray, rows: int, columns: int, top: int = 420, left: int = 400, width: int = 1200, row: int = 86) -> None:
    xs = np.linspace(left, left + width, columns + 1).astype(int)
    for k in range(rows + 1):
        cv2.line(page, (left, top + k * row), (left + width, top + k * row), 40, 3)
    for x in xs:
        cv2.line(page, (int(x), top), (int(x), top + rows * row), 40, 3)


@pytest.mark.parametrize("edges", ["none", "left and top", "all around"])
def test_a_line_around_a_table_is_not_the_table(edges: str) -> None:
    page = _page()
    _table(page, rows=9, columns=5)
    if edges == "left and top":  # the paper's edge on a dark desk
        cv2.line(page, (285, 130), (285, 2299), 60, 4)
        cv2.line(page, (285, 130), (1719, 130), 60, 4)
    if edges == "all around":
        cv2.rectangle(page, (300, 300), (1660, 2100), 60, 4)
    (found,) = grids(ruling(page), page.shape)
    assert (found.rows, found.columns) == (9, 5)


def _grid(rows: int, columns: int, rect: tuple[int, int, int, int]) -> Grid:
    cells = tuple(Cell(r, r + 1, c, c + 1, rect) for r in range(rows) for c in range(columns))
    return Grid(rect, rows, columns, cells, (rect,) * rows, (rect,) * columns)


def test_of_two_tables_that_lie_on_each_other_the_one_with_more_cells_stays() -> None:
    begun_at_the_papers_edge, table = _grid(5, 4, (197, 213, 1591, 1062)), _grid(19, 4, (196, 490, 1592, 1878))
    assert _without_frames([begun_at_the_papers_edge, table]) == [table]
    below = _grid(6, 3, (200, 1900, 1590, 2200))
    assert sorted(_without_frames([table, below]), key=lambda g: g.rect[1]) == [table, below]


def test_tables_one_below_the_other_are_two() -> None:
    page = _page()
    _table(page, rows=4, columns=5)
    _table(page, rows=6, columns=3, top=1200)
    assert [(g.rows, g.columns) for g in grids(ruling(page), page.shape)] == [(4, 5), (6, 3)]


def test_dashed_rules_make_a_table_where_they_are_looked_for() -> None:
    page = _page()
    for y in range(420, 420 + 8 * 86 + 1, 86):
        for x in range(400, 1600, 15):
            cv2.line(page, (x, y), (x + 7, y), 40, 3)
    for x in range(400, 1601, 300):
        for y in range(420, 420 + 8 * 86, 15):
            cv2.line(page, (x, y), (x, y + 7), 40, 3)
    assert [(g.rows, g.columns) for g in grids(ruling(page, dotted=True), page.shape)] == [(8, 4)]


@pytest.mark.parametrize(("rows", "ruled"), [(12, True), (3, False)])
def test_dashes_make_a_table_only_where_they_hold_the_text(rows: int, ruled: bool) -> None:
    page = _page()
    for y in range(420, 420 + rows * 86 + 1, 86):
        for x in range(400, 1600, 15):
            cv2.line(page, (x, y), (x + 7, y), 40, 3)
    for x in range(400, 1601, 300):
        for y in range(420, 420 + rows * 86, 15):
            cv2.line(page, (x, y), (x, y + 7), 40, 3)
    text = tuple(np.array([[x, y], [x + 90, y], [x + 90, y + 40], [x, y + 40]], float) for x in range(450, 1500, 300) for y in range(440, 1440, 86))
    found, lines = _by_ruling(Page(page, np.eye(3), (1720, 2300), text))
    assert bool(found) is ruled
    assert bool(lines.plumb) is ruled


def test_a_column_whose_rule_is_lost_is_known_by_two_headings() -> None:
    page = _page()
    _table(page, rows=6, columns=3)
    page[425:930, 1180:1220][page[425:930, 1180:1220] < 200] = 235
    for k in range(7):
        cv2.line(page, (1150, 420 + k * 86), (1250, 420 + k * 86), 40, 3)
    words = [np.array([[x - 60, y - 15], [x + 60, y - 15], [x + 60, y + 15], [x - 60, y + 15]], float) for y in range(463, 930, 86) for x in (600, 1000, 1400)]
    (found,) = grids(ruling(page), page.shape, words)
    assert (found.rows, found.columns) == (6, 3)
    (plain,) = grids(ruling(page), page.shape)
    assert plain.columns == 2
