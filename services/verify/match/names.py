"""Which name does a cell say? Every name's likelihood under the recogniser's posteriors, against "somebody else's name".

The score of a name is the log odds that the cell says it rather than a name that is not listed. It is a logistic function of how
much worse the name explains the cell than the best text does, of how sure the recogniser was, and of the difference in length:
a recogniser confuses characters of a cursive hand often, but seldom invents or drops one. The weights were fitted on generated
cells (printed and five hands, scan to fax), against names that differ by a character and the best of random names.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from services.domain.facts import SheetCell
from services.verify.match.ctc import IMPOSSIBLE, NOISE, Lattice, best_path, forward, forward_labels, lattice
from services.verify.match.directory import Directory, NameTable
from services.verify.match.surnames import SURNAMES
from services.verify.match.variants import normalise_name, variants

_PER_LENGTH = 40
"""Names of each length that are scored exactly; the rest cannot come near by their characters."""
_ALL_TRAINEES = 400
_INTERCEPT, _GAP, _UNSURE, _GAP_UNSURE, _LENGTH = 5.2, -0.6, 0.05, 0.215, -3.9
_MOST_UNSURE = 12.0
_CLEAR, _SETTLED = 0.9, 4.0
_EDIT_GAP = 9.0
"""What an edit costs where there are no posteriors."""
_MOST_RELIEF = 8.0
"""What is read in place of a surname cannot make a name likelier by more."""
LOWEST = -20.0
NEGLIGIBLE = -16.0
"""Log odds up to which a name is nobody's candidate."""
_ROUNDING = 0.01
"""Bounds are kept in 32 bits."""
_SURNAMES = tuple(sorted(SURNAMES))
_NO_NAME = NOISE | frozenset("0123456789*#")
"""A row's number beside the name, and specks, are no part of it."""


@dataclass(slots=True)
class NameReading:
    """A cell as a name. `text` is the best reading; `legible`: 0 (a scrawl) to 1, the mean sureness per character.

    `best` is the log likelihood of `text`, `reference` that of the best text which could be a name at all: names are measured by it.
    """

    text: str
    legible: float
    table: Lattice | None
    best: float
    reference: float
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Plainly one listed name: no second witness is needed. Never so where nobody is listed."""
        ranked = sorted(self.scores.values())
        return bool(ranked) and self.legible >= _CLEAR and ranked[-1] >= _SETTLED and (len(ranked) < 2 or ranked[-1] - ranked[-2] >= _SETTLED)

    def score(self, name: str) -> float:
        """Log odds of `name` against a name not listed."""
        if name not in self.scores:
            self.add([name])
        return self.scores[name]

    def add(self, names: Iterable[str]) -> None:
        """Scores more names."""
        new = [n for n in dict.fromkeys(names) if n and n not in self.scores]
        if not new:
            return
        lengths = np.array([len(n) for n in new])
        if self.table is None:
            gaps = np.array([_EDIT_GAP * Levenshtein.distance(self.text, n) for n in new], float)
            self.scores.update(zip(new, self.odds_of(gaps, lengths).tolist(), strict=True))
        else:
            self.weigh(new, forward(self.table, new), lengths)

    def weigh(self, names: Sequence[str], likelihoods: NDArray[np.float64], lengths: NDArray[np.int64]) -> None:
        """Scores names whose log likelihoods are known."""
        best = float(likelihoods.max(initial=IMPOSSIBLE))
        if best > self.reference:
            self._raise_reference(best)
        self.scores.update(zip(names, self.odds_of(self.reference - likelihoods, lengths).tolist(), strict=True))

    def _raise_reference(self, reference: float) -> None:
        """A listed name explains the cell better than what was supposed: earlier scores fall behind by the difference."""
        if self.scores:
            shift = reference - self.reference
            self.scores = {n: s + _GAP * shift for n, s in self.scores.items()}
        self.reference, self.best = reference, max(self.best, reference)

    def odds_of(self, gaps: NDArray[np.float64], lengths: NDArray[np.int64]) -> NDArray[np.float64]:
        """Log odds of names of these lengths that explain the cell by `gaps` worse than the best text does."""
        unsure = min(max(0.0, -self.best), _MOST_UNSURE)
        apart = np.abs(len(self.text) - lengths)
        slope = _GAP * gaps + _GAP_UNSURE * np.minimum(gaps, 30.0) * np.log1p(unsure)
        odds = _INTERCEPT + np.minimum(slope, -0.08 * gaps) + _UNSURE * unsure + _LENGTH * np.minimum(apart, 3)
        highest: NDArray[np.float64] = np.maximum(odds, LOWEST)
        return highest


def read_name(cell: SheetCell, directory: Directory) -> NameReading | None:
    """The cell with its likeliest names scored; None where nothing is written."""
    reading = _open(cell)
    if reading is None:
        return None
    reading.reference = max(reading.reference - _MOST_RELIEF, _as_a_name(reading))
    if reading.table is None:
        if len(directory.trainee_names) <= _ALL_TRAINEES:
            reading.add(directory.trainee_names)
        if reading.text in directory.by_name:
            reading.add([reading.text])
        reading.add(_similar(reading.text, directory))
    else:
        _weigh_listed(reading, reading.table, directory)
    return reading


def _weigh_listed(reading: NameReading, table: Lattice, directory: Directory) -> None:
    """Scores the listed names that can come to mean anything, all in one pass: it is the passes that cost."""
    listed = directory.names
    if not listed.size:
        return
    columns, peaks = _columns(table, directory)
    bounds = _bounds(listed, peaks)
    everybody = len(directory.trainee_names) <= _ALL_TRAINEES
    chosen = [np.arange(directory.claimed_from, listed.size)] if everybody else []
    chosen += [start + _promising(bounds[start:stop]) for start, stop in listed.spans if start < directory.claimed_from]
    numbers = np.concatenate(chosen)
    numbers = numbers[_within_reach(bounds[numbers], listed.lengths[numbers], reading, table)]
    if len(numbers):
        codes = listed.codes[:, numbers].T
        likelihoods = forward_labels(table, columns[codes], codes[:, 1:] != codes[:, :-1], listed.lengths[numbers])
        reading.weigh([listed.names[i] for i in numbers.tolist()], likelihoods, listed.lengths[numbers])


def _open(cell: SheetCell) -> NameReading | None:
    text = "".join(c for c in normalise_name(cell.text) if c not in _NO_NAME)
    if cell.posteriors is None or cell.posteriors.steps == 0:
        best = -3.0 * max(0.0, 1.0 - cell.confidence) * max(1, len(text))
        return NameReading(text, cell.confidence, None, best, best) if text else None
    table = lattice(cell.posteriors, _NO_NAME)
    text = normalise_name(best_path(table, cell.posteriors.symbols))
    if not text:
        return None
    best = float(forward(table, [text])[0])
    return NameReading(text, float(np.exp(best / len(text))), table, best, best)


def _as_a_name(reading: NameReading) -> float:
    """How likely the cell is to say what was read with a surname in front: 只殿亮 is nobody's name, so its first character is a slip."""
    if reading.table is None or len(reading.text) < 2 or any(form in SURNAMES for form in variants(reading.text[0])):
        return reading.best
    return min(reading.best, float(forward(reading.table, [surname + reading.text[1:] for surname in _SURNAMES]).max()))


def _columns(table: Lattice, directory: Directory) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Per character of the directory's alphabet its column of the table, and the highest log probability there at any step; last what stands
    behind a name's end, where nothing is needed."""
    top = table.probs.max(axis=0)
    height, likeliest = top.tolist(), dict[int, int]()
    for symbol, column in table.index.items():
        for code in directory.meant(symbol):
            if code not in likeliest or height[column] > height[likeliest[code]]:
                likeliest[code] = column
    columns = np.append(np.where(directory.rare, table.other + 1, table.other), 0)
    columns[list(likeliest)] = list(likeliest.values())
    peaks: NDArray[np.float32] = np.log(np.maximum(top[columns], 1e-30)).astype(np.float32)
    peaks[-1] = 0.0
    return columns, peaks


def _bounds(listed: NameTable, peaks: NDArray[np.float32]) -> NDArray[np.float32]:
    """For each name the sum of what its characters reach at best: of its likelihood what the best alignment can have."""
    bound = np.zeros(listed.size, np.float32)
    for column in listed.codes:
        bound += peaks.take(column)
    return bound


def _promising(bounds: NDArray[np.float32]) -> NDArray[np.int64]:
    """The names whose characters all have the best chance to be there."""
    if len(bounds) <= _PER_LENGTH:
        return np.arange(len(bounds))
    chosen: NDArray[np.int64] = np.argpartition(-bounds, _PER_LENGTH)[:_PER_LENGTH]
    return chosen


def _within_reach(bounds: NDArray[np.float32], lengths: NDArray[np.int64], reading: NameReading, table: Lattice) -> NDArray[np.bool_]:
    """Which names of these lengths can still come to mean anything; nearly all of a page's people can't, so that most are never scored.

    No name of n characters has more alignments over t steps than (t + n) over 2n, and none of them is likelier than its bound.
    """
    steps = table.probs.shape[0]
    alignments = np.array([math.log(max(1, math.comb(steps + n, 2 * n))) for n in range(int(lengths.max()) + 1)])
    at_best = bounds.astype(float) + alignments[lengths] + (table.log_scale + _ROUNDING)
    near: NDArray[np.bool_] = reading.odds_of(np.maximum(reading.reference - at_best, 0.0), lengths) > NEGLIGIBLE
    return near


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
