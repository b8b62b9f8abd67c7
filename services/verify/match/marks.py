"""A mark (请假, 缺勤, …) told from a signature by the name that should stand there.

The reader does not know who the row is about; once that is known, a cell that says a mark far more likely than the name is none of
the person's signatures. A scribble that is neither stays what the reader took it for.
"""

from __future__ import annotations

from dataclasses import replace

from services.domain.facts import SheetCell
from services.verify.match.ctc import forward, lattice

MARKS = ("请假", "缺勤", "病假", "事假", "旷课", "旷工", "缺席", "未到", "休假", "年假", "产假", "公假", "出差", "请病假", "请事假", "离职")
_LEGIBLE, _FAINT = -7.0, -10.0
"""Log probability per character from which a mark is, or may be, what is written: signatures score below the first for every mark."""
_CLEARLY, _FAR = 6.0, 10.0
"""Log odds of mark against name from which a legible mark is one, and a faint one may be."""


def against_name(cell: SheetCell, name: str) -> SheetCell:
    """The cell, no longer taken for a signature (or only as one that can't be told) where it rather says a mark than `name`."""
    if cell.signed is False or cell.mark or cell.posteriors is None or not name:
        return cell
    table = lattice(cell.posteriors)
    said, *scores = (float(score) for score in forward(table, [name, *MARKS]))
    mark, score = max(zip(MARKS, scores, strict=True), key=lambda item: item[1] / len(item[0]))
    odds, legible = score - said, score / len(mark)
    if legible >= _LEGIBLE and odds > 0:
        return replace(cell, signed=False if odds >= _CLEARLY else None, mark=mark)
    return replace(cell, signed=None) if legible >= _FAINT and odds >= _FAR else cell
