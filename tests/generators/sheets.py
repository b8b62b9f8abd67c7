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
from datetime import date
from pathlib import Path
from typing import Any

from PIL import Image

from tests.generators.canvas import Canvas, stamp
from tests.generators.capture import CAPTURES, box_after
from tests.generators.fonts import printed_faces
from tests.generators.hand import make_hand, write
from tests.generators.layouts import Layout, layout
from tests.generators.sheet_spec import RowSpec, SheetSpec, rows_for
from tests.generators.sheet_table import Drawn, Pixels, draw_table

__all__ = ["RowSpec", "SheetSpec", "date_text", "draw_sheet", "render_sheet", "rows_for"]

_LONG, _SHORT = 2339, 1654
_PARTS = {"am": "上午", "pm": "下午", "day": "全天"}


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
    draw_table(drawn, spec, plan, (left, top, right - left, height * 0.94 - top), rng)
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
