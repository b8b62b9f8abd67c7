"""Sign-in sheets with the truth beside them: pages in many layouts, handwriting and ways of being captured.

    spec = SheetSpec(rows=rows_for(people, rng), days=(date(2021, 11, 8),), part="am", layout="in_out", capture="photo")
    picture, truth = render_sheet(spec, random.Random(1))

Truth: page (width, height, layout, capture), date (ISO or None), part, date_text, date_box, course, columns (header, role,
date, part) and rows: row, box, status (matched | empty | crossed_out), name, id_number, employee_no (of the person who
wrote), written (the name as it stands there), stranger-or-not is the caller's to know, signed {header: bool}, mark, cells
{column index: box}, handwritten, font. Boxes are [x, y, w, h] in fractions of the picture after all distortion.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from PIL import Image

from services.domain.identity import mask_id_number
from tests.generators.canvas import Canvas, stamp
from tests.generators.capture import CAPTURES, box_after
from tests.generators.fonts import printed_faces
from tests.generators.hand import Hand, make_hand, slash, strike, write
from tests.generators.layouts import Column, Layout, layout
from tests.generators.sheet_spec import RowSpec, SheetSpec, rows_for

__all__ = ["RowSpec", "SheetSpec", "date_text", "draw_sheet", "render_sheet", "rows_for"]

Pixels = tuple[float, float, float, float]
"""x, y, width, height in pixels of the undistorted page."""

_LONG, _SHORT = 2339, 1654
_PARTS = {"am": "上午", "pm": "下午", "day": "全天"}


@dataclass(slots=True)
class Drawn:
    """A page before capture; `truth` with boxes in pixels."""

    canvas: Canvas
    truth: dict[str, Any]
    boxes: list[tuple[dict[str, Any], Any, Pixels]] = field(default_factory=list)
    """(dictionary, key, box in pixels): where the boxes go once the capture is known."""

    def place(self, holder: dict[str, Any], key: Any, box: Pixels) -> None:
        self.boxes.append((holder, key, box))


def render_sheet(spec: SheetSpec, rng: random.Random) -> tuple[Image.Image, dict[str, Any]]:
    """One page as a picture (RGB) and its truth. The same spec and seed give the same picture."""
    drawn = draw_sheet(spec, rng)
    pixels, matrix = CAPTURES[spec.capture](drawn.canvas.pixels(), rng)
    height, width = pixels.shape[:2]
    for holder, key, box in drawn.boxes:
        holder[key] = box_after(box, matrix, width, height)
    drawn.truth.update(width=width, height=height, capture=spec.capture)
    return Image.fromarray(pixels[:, :, ::-1].copy()), drawn.truth


def draw_sheet(spec: SheetSpec, rng: random.Random) -> Drawn:
    """The page as strokes and texts, before any capture (born digital)."""
    plan = spec.layout if isinstance(spec.layout, Layout) else layout(spec.layout, spec.days)
    width, height = (_LONG, _SHORT) if plan.landscape else (_SHORT, _LONG)
    canvas = Canvas(width, height, printed_faces()[spec.face % len(printed_faces())])
    truth: dict[str, Any] = {
        "layout": plan.name,
        "date": None,
        "part": spec.part,
        "course": spec.course,
        "rows": [],
        "date_text": None,
        "date_box": None,
        "columns": [
            {"index": i, "header": c.header.replace(" ", ""), "role": c.role, "date": c.day.isoformat() if c.day else None, "part": c.part}
            for i, c in enumerate(plan.columns)
        ],
    }
    drawn = Drawn(canvas, truth)
    left, right = width * 0.08, width * 0.92
    top = _heading(drawn, spec, plan, left, right, rng)
    _table(drawn, spec, plan, (left, top, right - left, height * 0.94 - top), rng)
    if spec.stamp:
        mask, colour = stamp(round(_SHORT * 0.22), rng.randrange(2**32))
        canvas.ink(rng.uniform(0.45, 0.68) * width, rng.uniform(0.55, 0.8) * height, mask, colour)
    return drawn


def date_text(day: date, style: str) -> str:
    """A day as sheets write it."""
    forms = {
        "cn": f"{day.year}年{day.month}月{day.day}日",
        "iso": day.isoformat(),
        "dots": f"{day.year}.{day.month:02d}.{day.day:02d}",
        "slash": f"{day.year}/{day.month}/{day.day}",
        "short": f"{day.month}月{day.day}日",
    }
    return forms[style]


def _heading(drawn: Drawn, spec: SheetSpec, plan: Layout, left: float, right: float, rng: random.Random) -> float:
    """Title and date line; returns where the table's header begins."""
    canvas = drawn.canvas
    size = 52
    y = canvas.height * 0.06
    if plan.title_inside:
        canvas.line(left, y - 55, right, y - 55)
        canvas.line(left, y + 55, right, y + 55)
        for x in (left, right):
            canvas.line(x, y - 55, x, y + 165)
    canvas.text((left + right - canvas.text_width(spec.title, size)) / 2, y, spec.title, size)
    y += 110
    x = left + 20
    stated = spec.date_text
    if stated is None and spec.days and plan.name != "several_days" and spec.date_style != "none":
        stated = date_text(spec.days[0], spec.date_style) + (_PARTS[spec.part] if spec.part else "")
    if stated:
        x += canvas.text(x, y, "日期：", 34)[2]
        box = _date(canvas, stated, x, y, spec.date_by_hand, spec.fonts, rng)
        drawn.place(drawn.truth, "date_box", box)
        drawn.truth["date_text"] = stated
        x = box[0] + box[2] + 50
    if spec.days and plan.name != "several_days":
        drawn.truth["date"] = spec.days[0].isoformat()
    for label, value in (("课程：", spec.course), ("地点：", spec.place)):
        if value:
            box = canvas.text(x, y, label + value, 34)
            x += box[2] + 50
    return y + 55


def _date(canvas: Canvas, stated: str, x: float, y: float, by_hand: bool, fonts: tuple[Path, ...] | None, rng: random.Random) -> Pixels:
    if not by_hand:
        return canvas.text(x, y, stated, 34)
    hand = make_hand(rng, fonts)
    mask = write(stated, hand, 52, rng.randrange(2**32))
    return canvas.ink(x, y - mask.shape[0] / 2, mask, hand.colour)


def _table(drawn: Drawn, spec: SheetSpec, plan: Layout, area: Pixels, rng: random.Random) -> None:
    """Header, body rows and rules of the table in `area`."""
    canvas = drawn.canvas
    rows = (*spec.rows, *(RowSpec(None) for _ in range(spec.blank_rows)))
    lines = -(-len(rows) // plan.sides)
    header = 1 if plan.header else 0
    row_height = min(92.0, area[3] / (lines + header))
    edges = _edges(area, plan)
    bottom = area[1] + row_height * (lines + header)
    if plan.rules != "none":
        for k in range(lines + header + 1):
            canvas.line(area[0], area[1] + k * row_height, area[0] + area[2], area[1] + k * row_height)
    if plan.rules == "grid":
        for x in sorted({e for side in edges for e in side}):
            canvas.line(x, area[1], x, bottom)
    if header:
        for side in edges:
            for column, x0, x1 in zip(plan.columns, side, side[1:], strict=False):
                size = _fit(canvas, column.header, x1 - x0, 34)
                canvas.text((x0 + x1 - canvas.text_width(column.header, size)) / 2, area[1] + row_height / 2, column.header, size)
    for k, row in enumerate(rows):
        side, line = divmod(k, lines)
        y = area[1] + (line + header) * row_height
        drawn.truth["rows"].append(_row(drawn, spec, plan, row, k, edges[side], y, row_height, rng))


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
