"""Which name does a cell say? Every name's likelihood under the recogniser's posteriors, against "somebody else's name"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from services.domain.facts import SheetCell
from services.verify.match.ctc import NOISE, Lattice, best_path, forward, forward_each, lattice
from services.verify.match.directory import Directory
from services.verify.match.listed_names import ALL_TRAINEES, weigh_listed
from services.verify.match.name_reading import NameReading
from services.verify.match.surnames import SURNAMES
from services.verify.match.variants import normalise_name, variants

_MOST_RELIEF = 8.0
"""What is read in place of a surname cannot make a name likelier by more."""
_SURNAMES = tuple(sorted(SURNAMES))
_NO_NAME = NOISE | frozenset("0123456789*#")
"""A row's number beside the name, and specks, are no part of it."""


def read_name(cell: SheetCell, directory: Directory) -> NameReading | None:
    """The cell with its likeliest names scored; None where nothing is written."""
    return read_names([cell], directory)[0]


def read_names(cells: Sequence[SheetCell], directory: Directory) -> list[NameReading | None]:
    """Each of a page's cells with its likeliest names scored; None where nothing is written."""
    readings = _opened(cells)
    written = [reading for reading in readings if reading is not None]
    for reading in written:
        reading.reference = max(reading.reference - _MOST_RELIEF, _as_a_name(reading))
        if reading.table is None:
            _compare(reading, directory)
    weigh_listed([reading for reading in written if reading.table is not None], directory)
    return readings


def _compare(reading: NameReading, directory: Directory) -> None:
    """Scores names by what was read alone."""
    if len(directory.trainee_names) <= ALL_TRAINEES:
        reading.add(directory.trainee_names)
    if reading.text in directory.by_name:
        reading.add([reading.text])
    reading.add(_similar(reading.text, directory))


def _opened(cells: Sequence[SheetCell]) -> list[NameReading | None]:
    """What is written in each cell, and how surely it was read."""
    tables = [lattice(cell.posteriors, _NO_NAME) if cell.posteriors is not None and cell.posteriors.steps else None for cell in cells]
    texts = [_text_alone(cell) if table is None else _best_text(table, cell) for cell, table in zip(cells, tables, strict=True)]
    likely = iter(forward_each([(table, text) for table, text in zip(tables, texts, strict=True) if table is not None and text]))
    return [_opened_as(cell, text, table, likely) if text else None for cell, text, table in zip(cells, texts, tables, strict=True)]


def _text_alone(cell: SheetCell) -> str:
    return "".join(c for c in normalise_name(cell.text) if c not in _NO_NAME)


def _best_text(table: Lattice, cell: SheetCell) -> str:
    return normalise_name(best_path(table, cell.posteriors.symbols)) if cell.posteriors is not None else ""


def _opened_as(cell: SheetCell, text: str, table: Lattice | None, likely: Iterator[float]) -> NameReading:
    if table is None:
        best = -3.0 * max(0.0, 1.0 - cell.confidence) * max(1, len(text))
        return NameReading(text, cell.confidence, None, best, best)
    best = next(likely)
    return NameReading(text, float(np.exp(best / len(text))), table, best, best)


def _as_a_name(reading: NameReading) -> float:
    """How likely the cell is to say what was read with a surname in front: 只殿亮 is nobody's name, so its first character is a slip."""
    if reading.table is None or len(reading.text) < 2 or any(form in SURNAMES for form in variants(reading.text[0])):
        return reading.best
    return min(reading.best, float(forward(reading.table, [surname + reading.text[1:] for surname in _SURNAMES]).max()))


def _similar(text: str, directory: Directory) -> list[str]:
    """Names at most two edits away, for cells without posteriors."""
    near = []
    listed, wanted = directory.names, np.array([directory.alphabet.get(c, -2) for c in text], np.int32)
    for start, stop in listed.spans:
        length = int(listed.lengths[start])
        if start < directory.claimed_from and abs(length - len(text)) <= 1:
            shared = np.isin(listed.codes[:length, start:stop], wanted).sum(axis=0)
            near += [listed.names[start + i] for i in np.flatnonzero(shared >= max(1, length - 1))[:400]]
    return near
