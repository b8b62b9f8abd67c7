"""A cell as a name, and how likely it says each of some names.

The score of a name is the log odds that the cell says it rather than a name that is not listed. It is a logistic function of how
much worse the name explains the cell than the best text does, of how sure the recogniser was, and of the difference in length:
a recogniser confuses characters of a cursive hand often, but seldom invents or drops one. The weights were fitted on generated
cells (printed and five hands, scan to fax), against names that differ by a character and the best of random names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from services.verify.match.ctc import IMPOSSIBLE, Lattice, forward

_INTERCEPT, _GAP, _UNSURE, _GAP_UNSURE, _LENGTH = 5.2, -0.6, 0.05, 0.215, -3.9
_LEAST_SLOPE, _GAP_MOST, _APART_MOST = -0.08, 30.0, 3
_MOST_UNSURE = 12.0
_CLEAR, _SETTLED = 0.9, 4.0
_EDIT_GAP = 9.0
"""What an edit costs where there are no posteriors."""
LOWEST = -20.0
NEGLIGIBLE = -16.0
"""Log odds up to which a name is nobody's candidate."""
FAR = 14.0
"""Nor is one whose log odds are so far behind those of the likeliest name."""


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

    @property
    def unsure(self) -> float:
        """How unsure the recogniser was of its best text, within bounds."""
        return min(max(0.0, -self.best), _MOST_UNSURE)

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
        apart = np.abs(len(self.text) - np.array([len(n) for n in new]))
        if self.table is None:
            gaps = np.array([_EDIT_GAP * Levenshtein.distance(self.text, n) for n in new], float)
        else:
            likelihoods = forward(self.table, new)
            self.meet(float(likelihoods.max(initial=IMPOSSIBLE)))
            gaps = self.reference - likelihoods
        self.scores.update(zip(new, odds_of(gaps, apart, self.unsure).tolist(), strict=True))

    def meet(self, likelihood: float) -> None:
        """A listed name that explains the cell better than what was supposed is what names are measured by: earlier scores fall behind."""
        if likelihood > self.reference:
            shift = likelihood - self.reference
            self.scores = {n: s + _GAP * shift for n, s in self.scores.items()}
            self.reference, self.best = likelihood, max(self.best, likelihood)


def odds_of(gaps: NDArray[np.float64], apart: NDArray[np.int64], unsure: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """Log odds of names, `apart` in length from what was read, that explain their cells by `gaps` worse than the best texts do."""
    slope = _GAP * gaps + _GAP_UNSURE * np.minimum(gaps, _GAP_MOST) * np.log1p(unsure)
    odds = _INTERCEPT + np.minimum(slope, _LEAST_SLOPE * gaps) + _UNSURE * unsure + _LENGTH * np.minimum(apart, _APART_MOST)
    highest: NDArray[np.float64] = np.maximum(odds, LOWEST)
    return highest


def reach(apart: NDArray[np.int64], unsure: NDArray[np.float64], least: NDArray[np.float64]) -> NDArray[np.float64]:
    """The gap at which a name's odds come down to `least`, as `odds_of` reckons them; negative where they are never above."""
    left = _INTERCEPT + _UNSURE * unsure + _LENGTH * np.minimum(apart, _APART_MOST) - least
    eased = _GAP_UNSURE * np.log1p(unsure)
    steep = np.where(left <= -(_GAP + eased) * _GAP_MOST, left / -(_GAP + eased), (left + eased * _GAP_MOST) / -_GAP)
    gap: NDArray[np.float64] = np.minimum(steep, left / -_LEAST_SLOPE)
    return gap
