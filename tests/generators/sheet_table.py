"""The tables of a sign-in sheet, drawn: header, rows, rules, what people wrote, and where all of it stands."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.domain.identity import mask_id_number
from tests.generators.canvas import Canvas
from tests.generators.hand import Hand, make_hand, slash, strike, write
from tests.generators.layouts import Column, Layout
from tests.generators.sheet_spec import RowSpec, SheetSpec

Pixels = tuple[float, float, float, float]
"""x, y, width, height in pixels of the undistorted page."""


@dataclass(slots=True)
class Drawn:
    """A page before capture; `truth` with boxes in pixels."""

    canvas: Canvas
    truth: dict[str, Any]
    boxes: list[tuple[dict[str, Any], Any, Pixels]] = field(default_factory=list)
    """(dictionary, key, box in pixels): where the boxes go once the capture is known."""

    def place(self, holder: dict[str, Any], key: Any, box: Pixels) -> None:
        self.boxes.append((holder, key, box))


def draw_table(drawn: Drawn, spec: SheetSpec, plan: Layout, area: Pixels, rng: random.Random) -> None:
    """The tables in `area`, one below the other, and the notes below them."""
    rows = (*spec.rows, *(RowSpec(None) for _ in range(spec.blank_rows)))
    share = -(-len(rows) // spec.tables)
    left, top, width, height = area
    gap = 90.0 if spec.tables > 1 or spec.notes else 0.0
    lines = spec.tables * (-(-share // plan.sides) + (1 if plan.header else 0))
    row_height = min(92.0, (height - gap * spec.tables) / lines)
    y = top
    for first in range(0, len(rows), share):
        y = _one_table(drawn, spec, plan, (left, y, width, row_height), rows[first : first + share], first, rng) + gap
    if spec.notes:
        for k, note in enumerate(("备注：1. 请本人签字，不得代签；", "2. 缺勤人员请注明原因。")):
            drawn.canvas.text(left + 10, y - 40 + 44 * k, note, 28)


def _one_table(drawn: Drawn, spec: SheetSpec, plan: Layout, area: Pixels, rows: Sequence[RowSpec], before: int, rng: random.Random) -> float:
    """Header, body rows and rules of a table from `area`'s top on, its rows about `area`'s height high; returns its bottom."""
    canvas = drawn.canvas
    left, top, width, row_height = area
    lines = -(-len(rows) // plan.sides)
    header = 1 if plan.header else 0
    shares = [1 + rng.uniform(-spec.uneven, spec.uneven) if spec.uneven else 1.0 for _ in range(lines + header)]
    ys = [top + row_height * (lines + header) * sum(shares[:k]) / sum(shares) for k in range(lines + header + 1)]
    edges = _edges((left, top, width, row_height), plan)
    _rules(canvas, spec, plan, edges, ys)
    if header:
        for side in edges:
            for column, x0, x1 in zip(plan.columns, side, side[1:], strict=False):
                _head(canvas, spec, column, (x0, top, x1 - x0, ys[1] - top), rng)
    for k, row in enumerate(rows):
        side, line = divmod(k, lines)
        y0, y1 = ys[line + header], ys[line + header + 1]
        drawn.truth["rows"].append(_row(drawn, spec, plan, row, before + k, edges[side], y0, y1 - y0, rng))
    return ys[-1]


def _head(canvas: Canvas, spec: SheetSpec, column: Column, cell: Pixels, rng: random.Random) -> None:
    x, y, width, height = cell
    if spec.header_by_hand:
        _write(canvas, column.header, make_hand(rng, spec.fonts), cell, rng.randrange(2**32), rng)
        return
    size = _fit(canvas, column.header, width, 34)
    canvas.text(x + (width - canvas.text_width(column.header, size)) / 2, y + height / 2, column.header, size)


def _rules(canvas: Canvas, spec: SheetSpec, plan: Layout, edges: list[list[float]], ys: list[float]) -> None:
    """The table's rules in the sheet's style."""
    left, right = edges[0][0], edges[-1][-1]
    level = [(left, y, right, y) for y in ys] if plan.rules != "none" else []
    plumb = [(x, ys[0], x, ys[-1]) for x in sorted({e for side in edges for e in side})] if plan.rules == "grid" else []
    for x0, y0, x1, y1 in (*level, *plumb):
        outer = x0 == x1 and x0 in (left, right) or y0 == y1 and y0 in (ys[0], ys[-1])
        if spec.rule_style == "dotted" and not outer:
            length = max(x1 - x0, y1 - y0)
            for at in range(0, int(length), 11):
                a, b = at / length, min(1.0, (at + 6) / length)
                canvas.line(x0 + (x1 - x0) * a, y0 + (y1 - y0) * a, x0 + (x1 - x0) * b, y0 + (y1 - y0) * b)
            continue
        canvas.line(x0, y0, x1, y1, 8 if spec.rule_style == "thick" and outer else 2)
        if spec.rule_style == "double" and outer:
            off = 9 if (x0, y0) == (left, ys[0]) else -9
            canvas.line(*((x0 + off, y0, x1 + off, y1) if x0 == x1 else (x0, y0 + off, x1, y1 + off)))


def _edges(area: Pixels, plan: Layout) -> list[list[float]]:
    """x of the column edges of each side."""
    total = sum(c.weight for c in plan.columns) * plan.sides
    edges = []
    x = area[0]
    for _ in range(plan.sides):
        side = [x]
        for column in plan.columns:
            x += area[2] * column.weight / total
            side.append(x)
        edges.append(side)
    return edges


def _fit(canvas: Canvas, text: str, width: float, size: int) -> int:
    """The largest size up to `size` at which `text` fits a cell."""
    needed = canvas.text_width(text, size)
    return size if needed <= width - 12 else max(14, int(size * (width - 12) / needed))


def _value(column: Column, row: RowSpec, number: int) -> str:
    """What stands in a cell that is no signature."""
    person = row.person
    if column.field == "number":
        return str(number)
    if person is None or column.field is None:
        return ""
    if column.field == "name":
        return row.name or person.name
    if column.field == "masked_id":
        return mask_id_number(row.id_number or person.id_number)
    if column.field == "id_number":
        return row.id_number or person.id_number
    return str(getattr(person, column.field))


def _row(drawn: Drawn, spec: SheetSpec, plan: Layout, row: RowSpec, k: int, edges: list[float], y: float, height: float, rng: random.Random) -> dict[str, Any]:
    """Draws one body row and returns its truth."""
    person = row.person
    hand = row.hand or make_hand(rng, spec.fonts)
    if spec.pens and row.hand is None:
        hand = replace(hand, colour=rng.choice(spec.pens))
    signatures = plan.signature_columns
    signed = (row.signed,) * len(signatures) if isinstance(row.signed, bool) else row.signed
    if person is None:
        signed = (False,) * len(signatures)
    truth: dict[str, Any] = {
        "row": k + 1,
        "box": None,
        "status": "crossed_out" if row.crossed_out else "matched" if person else "empty",
        "name": person.name if person else None,
        "id_number": person.id_number if person else None,
        "employee_no": person.employee_no if person else None,
        "written": (row.name or person.name) if person else None,
        "mark": row.mark if person and not all(signed) else None,
        "cells": {},
        "font": hand.font.stem,
        "handwritten": all(c.hand for c in plan.columns if c.role == "name"),
        "signed": {c.header.replace(" ", ""): s for c, s in zip(signatures, signed, strict=True)},
    }
    drawn.place(truth, "box", (edges[0], y, edges[-1] - edges[0], height))
    done = 0
    for index, (column, x0, x1) in enumerate(zip(plan.columns, edges, edges[1:], strict=False)):
        drawn.place(truth["cells"], index, (x0, y, x1 - x0, height))
        cell = (x0, y, x1 - x0, height)
        if column.role == "signature":
            _sign(drawn.canvas, row, hand, signed[done], cell, rng, done)
            done += 1
        elif text := _value(column, row, spec.first_number + k):
            _fill(drawn.canvas, column, text, hand, cell, rng)
    if row.crossed_out:
        mask = strike(round(edges[-1] - edges[0]), round(height), rng.randrange(2**32))
        drawn.canvas.ink(edges[0], y, mask, hand.colour)
    return truth


def _fill(canvas: Canvas, column: Column, text: str, hand: Hand, cell: Pixels, rng: random.Random) -> None:
    x, y, width, height = cell
    if column.hand:
        _write(canvas, text, hand, cell, rng.randrange(2**32), rng)
        return
    if column.wraps and canvas.text_width(text, 28) > width - 12:
        half = -(-len(text) // 2)
        for k, part in enumerate((text[:half], text[half:])):
            size = min(_fit(canvas, part, width, 28), int(height * 0.4))
            canvas.text(x + (width - canvas.text_width(part, size)) / 2, y + height * (0.28 + 0.44 * k), part, size)
        return
    size = _fit(canvas, text, width, 34)
    left = x + (width - canvas.text_width(text, size)) / 2
    canvas.text(left, y + height / 2, text, size)


def _sign(canvas: Canvas, row: RowSpec, hand: Hand, signed: bool, cell: Pixels, rng: random.Random, column: int) -> None:
    """A signature, a mark, or nothing in a signature cell."""
    x, y, width, height = cell
    fresh = rng.randrange(2**32)
    if row.person is None:
        return
    if signed:
        _write(canvas, row.signature_of or row.name or row.person.name, hand, cell, fresh if row.ink is None else row.ink + column, rng)
    elif row.mark == "/":
        canvas.ink(x + width * 0.2, y + height * 0.15, slash(round(width * 0.6), round(height * 0.7), fresh), hand.colour)
    elif row.mark:
        _write(canvas, row.mark, hand, cell, fresh, rng)


def _write(canvas: Canvas, text: str, hand: Hand, cell: Pixels, seed: int, rng: random.Random) -> None:
    """Handwriting somewhere about the middle of a cell, sometimes touching its rules."""
    x, y, width, height = cell
    mask = write(text, hand, round(height), seed)
    if mask.shape[1] > width * 0.96:
        mask = write(text, hand, round(height * width * 0.96 / mask.shape[1]), seed)
    left = x + (width - mask.shape[1]) * rng.uniform(0.25, 0.75)
    top = y + (height - mask.shape[0]) / 2 + rng.gauss(0, height * 0.04)
    canvas.ink(left, top, mask, hand.colour)
