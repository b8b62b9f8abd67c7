"""The cells of a page against everybody's names: most names are out of reach of a cell by their characters alone, the rest are scored in one pass.

What is left out is decided name by name as if there were no other cell: pages only save the cost of many small steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from services.verify.match.ctc import Lattice, forward_labels
from services.verify.match.directory import Directory
from services.verify.match.name_reading import FAR, NEGLIGIBLE, NameReading, odds_of, reach

_PER_LENGTH = 40
"""Names of each length that are scored exactly; the rest cannot come near by their characters."""
ALL_TRAINEES = 400
_ROUNDING = 0.01
"""Bounds are kept in 32 bits."""
_BOUNDS = 1_000_000
"""So many cells times names at once."""
_Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Indices of cells, and of the names that each is held against."""


@dataclass(frozen=True, slots=True)
class _Cells:
    """Readings side by side. `columns` [cells, alphabet + 1]: of each character the column of the cell's table; `peaks` [alphabet + 1, cells]: the
    highest log probability there at any step; last what stands behind a name's end, where nothing is needed. `least`: log odds up to which
    a name is of no account."""

    readings: Sequence[NameReading]
    tables: list[Lattice]
    columns: NDArray[np.int64]
    peaks: NDArray[np.float32]
    sizes: NDArray[np.int64]
    unsure: NDArray[np.float64]
    reference: NDArray[np.float64]
    least: NDArray[np.float64]
    scale: NDArray[np.float64]


def weigh_listed(readings: Sequence[NameReading], directory: Directory) -> None:
    """Scores the listed names that can come to mean anything for each of the readings, which have tables and no scores yet."""
    if not directory.names.size:
        return
    a_time = max(1, _BOUNDS // directory.names.size)
    for start in range(0, len(readings), a_time):
        some = readings[start : start + a_time]
        before = [reading.best for reading in some]
        _weigh_all(some, _least(some, directory), directory)
        # Where what was read is a listed name, only those were scored that may come near it, supposing that none is likelier: else all over again.
        again = [r for r, best in zip(some, before, strict=True) if r.text in directory.by_name and (r.best > best or r.text not in r.scores)]
        if again:
            _weigh_all(again, np.full(len(again), NEGLIGIBLE), directory)


def _least(readings: Sequence[NameReading], directory: Directory) -> NDArray[np.float64]:
    """Log odds up to which a name is of no account: far behind those of what was read, if that is a listed name; `weigh_listed` looks whether it was so."""
    own = odds_of(np.zeros(len(readings)), np.zeros(len(readings), np.int64), np.array([reading.unsure for reading in readings]))
    listed = np.array([reading.text in directory.by_name for reading in readings])
    return np.where(listed, np.maximum(NEGLIGIBLE, own - FAR - _ROUNDING), NEGLIGIBLE)


def _weigh_all(readings: Sequence[NameReading], least: NDArray[np.float64], directory: Directory) -> None:
    cells = _cells(readings, least, directory)
    owners, numbers = _chosen(cells, directory)
    if len(owners):
        _weigh(cells, owners, numbers, directory)


def _cells(readings: Sequence[NameReading], least: NDArray[np.float64], directory: Directory) -> _Cells:
    tables = [reading.table for reading in readings if reading.table is not None]
    assert len(tables) == len(readings)
    columns = np.zeros((len(tables), len(directory.rare) + 1), np.int64)
    peaks = np.zeros(columns.shape[::-1], np.float32)
    for cell, table in enumerate(tables):
        top = table.probs.max(axis=0)
        height, likeliest = top.tolist(), dict[int, int]()
        for symbol, column in table.index.items():
            for code in directory.meant(symbol):
                if code not in likeliest or height[column] > height[likeliest[code]]:
                    likeliest[code] = column
        mine = columns[cell, :-1]
        mine[:] = table.other
        mine[directory.rare] += 1
        mine[list(likeliest)] = list(likeliest.values())
        peaks[:-1, cell] = np.log(np.maximum(top, 1e-30)).astype(np.float32).take(mine)
    return _Cells(
        readings,
        tables,
        columns,
        peaks,
        np.array([len(r.text) for r in readings]),
        np.array([r.unsure for r in readings]),
        np.array([r.reference for r in readings]),
        least,
        np.array([table.log_scale for table in tables]),
    )


def _bounds(cells: _Cells, directory: Directory) -> NDArray[np.float32]:
    """[names, cells]: the sum of what a name's characters reach at best: of its likelihood what the best alignment can have."""
    listed = directory.names
    bounds = np.zeros((listed.size, len(cells.tables)), np.float32)
    for start, stop in listed.spans:
        for codes in listed.codes[: listed.lengths[start], start:stop]:
            bounds[start:stop] += cells.peaks.take(codes, axis=0)
    return bounds


def _chosen(cells: _Cells, directory: Directory) -> _Pairs:
    """Which names are held against which cell, in the order of the cells: the trainees, unless they are too many, and of each length the
    names whose characters all have the best chance to be there; of these only who is within reach, which nearly all of a page's people aren't."""
    listed, bounds = directory.names, _bounds(cells, directory)
    everybody = len(directory.trainee_names) <= ALL_TRAINEES
    runs = [(start, stop) for start, stop in listed.spans if everybody or start < directory.claimed_from]
    sizes = np.unique([listed.lengths[start] for start, _ in runs])
    # No name of n characters has more alignments than that, and none of them is likelier than its bound.
    alignments = np.array([[_alignments(table.probs.shape[0], n) for n in sizes.tolist()] for table in cells.tables])
    added = alignments + (cells.scale[:, None] + _ROUNDING)
    gaps = reach(np.abs(cells.sizes[:, None] - sizes), cells.unsure[:, None], cells.least[:, None])
    lowest = np.where(gaps < 0.0, np.inf, cells.reference[:, None] - gaps - added - _ROUNDING).astype(np.float32)
    found = [
        pairs
        for start, stop in runs
        for pairs in _promising(bounds, start, stop, lowest[:, np.searchsorted(sizes, listed.lengths[start])], start < directory.claimed_from)
    ]
    owners, numbers = np.concatenate([o for o, _ in found]), np.concatenate([n for _, n in found])
    length = listed.lengths[numbers]
    at_best = bounds[numbers, owners].astype(float) + added[owners, np.searchsorted(sizes, length)]
    odds = odds_of(np.maximum(cells.reference[owners] - at_best, 0.0), np.abs(cells.sizes[owners] - length), cells.unsure[owners])
    near = odds > cells.least[owners]
    order = np.argsort(owners[near], kind="stable")
    return owners[near][order], numbers[near][order]


def _promising(bounds: NDArray[np.float32], start: int, stop: int, lowest: NDArray[np.float32], few: bool) -> Iterator[_Pairs]:
    """Of the names from `start` to `stop` those whose bound is above the `lowest` of the cell; with `few` the best of them at most."""
    numbers, owners = np.nonzero(bounds[start:stop] > lowest)
    if few and len(owners) > _PER_LENGTH:
        many = np.bincount(owners, minlength=len(lowest)) > _PER_LENGTH
        for cell in np.flatnonzero(many).tolist():
            best = np.argpartition(-bounds[start:stop, cell], _PER_LENGTH)[:_PER_LENGTH]
            yield np.full(_PER_LENGTH, cell), best + start
        owners, numbers = owners[~many[owners]], numbers[~many[owners]]
    yield owners, numbers + start


@lru_cache(maxsize=4096)
def _alignments(steps: int, length: int) -> float:
    """The natural log of how many alignments a name can have over so many steps, at most: no more than (steps + length) over 2 length."""
    return math.log(max(1, math.comb(steps + length, 2 * length)))


def _weigh(cells: _Cells, owners: NDArray[np.int64], numbers: NDArray[np.int64], directory: Directory) -> None:
    """Scores names against their cells; `owners` rises."""
    listed = directory.names
    codes, sizes = listed.codes[:, numbers], listed.lengths[numbers]
    likelihoods = forward_labels(cells.tables, owners, cells.columns[owners, codes], codes[1:] != codes[:-1], sizes)
    limits = np.searchsorted(owners, np.arange(len(cells.readings) + 1)).tolist()
    spans = [(reading, start, stop) for reading, start, stop in zip(cells.readings, limits, limits[1:], strict=False) if start < stop]
    for reading, start, stop in spans:
        reading.meet(float(likelihoods[start:stop].max()))
    reference = np.array([reading.reference for reading in cells.readings])[owners]
    unsure = np.array([reading.unsure for reading in cells.readings])[owners]
    odds = odds_of(reference - likelihoods, np.abs(cells.sizes[owners] - sizes), unsure).tolist()
    names = [listed.names[i] for i in numbers.tolist()]
    for reading, start, stop in spans:
        reading.scores.update(zip(names[start:stop], odds[start:stop], strict=True))
