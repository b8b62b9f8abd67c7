"""Ditto marks: 同上, 〃 and the like stand for what is written above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.domain.facts import ColumnRole, SheetCell, SheetColumn, SheetRow
from services.verify.readers.sheet.columns import normalise

_MARKS = frozenset(("同上", "同前", "上同", "〃", "々", "″", '"', "''", "“", "”", "〞", "〝", "′′", "ヽヽ", "ditto"))
_REPEATED = (ColumnRole.DEPARTMENT, ColumnRole.DATE, ColumnRole.OTHER, ColumnRole.REMARK)
"""Columns in which a person writes what the person above wrote; names, numbers and signatures are each one's own."""


def is_ditto(text: str) -> bool:
    """Whether a cell's text says no more than: as above."""
    return normalise(text).strip("()。.").lower() in _MARKS


def filled_in(rows: Sequence[SheetRow], columns: Sequence[SheetColumn]) -> tuple[SheetRow, ...]:
    """The rows with each ditto mark replaced by the text above it, as sure as the less sure of the two. A mark with nothing above stays."""
    repeated = [column.index for column in columns if column.role in _REPEATED]
    above: dict[int, SheetCell] = {}
    done: list[SheetRow] = []
    for row in rows:
        cells = list(row.cells)
        for index in repeated:
            cell, before = cells[index], above.get(index)
            if before is not None and is_ditto(cell.text):
                cells[index] = replace(cell, text=before.text, confidence=min(cell.confidence, before.confidence), posteriors=before.posteriors)
            if cells[index].text and not is_ditto(cells[index].text):
                above[index] = cells[index]
        done.append(replace(row, cells=tuple(cells)))
    return tuple(done)
