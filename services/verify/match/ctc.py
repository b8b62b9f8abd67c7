"""How likely is it that a cell says a given text? The CTC forward algorithm over the recogniser's posteriors, for many texts at once.

Alex Graves et al., Connectionist Temporal Classification, ICML 2006, section 4.1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.domain.facts import Posteriors
from services.verify.match.variants import is_rare, variants

IMPOSSIBLE = -700.0
"""Log likelihood given to what underflows."""
NOISE = frozenset(" .,，、·。'`’‘\"“”-_|:：;；~^°!！[]()（）")
"""What specks and the ends of rules are read as."""
_RARE_SHARE = 0.02
"""A character that the recogniser was not taught may be read as any other, with this probability."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """Posteriors as a table. `probs` [steps, symbols + 2]: listed symbols, then "any symbol not listed", then "a rare character".

    Each step is divided by its likeliest symbol, `log_scale` is the sum of what was taken out.
    """

    probs: NDArray[np.float64]
    index: dict[str, int]
    log_scale: float

    @property
    def other(self) -> int:
        return int(self.probs.shape[1]) - 2

    def column(self, character: str) -> int:
        """The column that stands for a character (or the likeliest of its written variants)."""
        written = variants(character)
        if len(written) == 1 and (plain := self.index.get(character)) is not None:
            return plain
        forms = [self.index[c] for c in written if c in self.index]
        if forms:
            return forms[0] if len(forms) == 1 else max(forms, key=lambda i: float(self.probs[:, i].max()))
        return self.other + 1 if is_rare(character) else self.other

    def peak(self, column: int) -> float:
        """The highest log probability that a column reaches, relative to each step's best."""
        return float(np.log(self.probs[:, column].max(initial=1e-300)))


def lattice(posteriors: Posteriors, ignore: frozenset[str] = NOISE) -> Lattice:
    """The table of compressed posteriors; symbols to `ignore` in the cell count as nothing. Raises ValueError if their sizes do not agree."""
    indices = np.frombuffer(posteriors.indices, "<u2")
    log_probs = np.frombuffer(posteriors.log_probs, "<f2")
    steps, size = posteriors.steps, len(posteriors.symbols)
    if indices.size != log_probs.size or (steps and indices.size % steps):
        raise ValueError(f"posteriors of {steps} steps hold {indices.size} indices and {log_probs.size} probabilities")
    floor = float(np.exp(posteriors.floor))
    probs = np.full((steps, size + 2), floor)
    if steps:
        indices = indices.reshape(steps, -1)
        listed = np.exp(log_probs.reshape(steps, -1).astype(np.float64))
        probs[np.arange(steps)[:, None], indices] = listed
        noise = [i for i, symbol in enumerate(posteriors.symbols) if symbol in ignore and i]
        probs[:, 0] += np.where(probs[:, noise] > floor, probs[:, noise], 0.0).sum(axis=1)
        probs[:, noise] = floor
        probs[:, size + 1] = np.maximum(floor, _RARE_SHARE * np.clip(1.0 - probs[:, 0], 0.0, 1.0))
    scale = probs[:, :size].max(axis=1, initial=1e-300)
    return Lattice(probs / scale[:, None], {s: i for i, s in enumerate(posteriors.symbols) if i}, float(np.log(scale).sum()))


def forward(table: Lattice, texts: Sequence[str]) -> NDArray[np.float64]:
    """Natural log of the probability that the cell says each of `texts` (any lengths, not empty)."""
    if not texts:
        return np.empty(0)
    if len(texts) == 1:
        return np.array([_alone(table, texts[0])])
    columns = {c: table.column(c) for c in set("".join(texts))}
    lengths = np.array([len(text) for text in texts])
    longest = int(lengths.max())
    # A text's likelihood stands behind its last character, whatever follows there: shorter ones go along with the longest.
    padded = [text.ljust(longest, text[-1]) for text in texts]
    labels = np.array([[columns[c] for c in text] for text in padded], np.int64)
    distinct = np.array([[a != b for a, b in zip(text, text[1:], strict=False)] for text in padded], bool)
    return forward_labels(table, labels, distinct, lengths)


def forward_labels(table: Lattice, labels: NDArray[np.int64], distinct: NDArray[np.bool_], lengths: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
    """As `forward`, for texts as columns [texts, longest]; `distinct` [texts, longest - 1]: neighbours differ; `lengths`: of those that are
    shorter than `longest` what comes behind does not matter."""
    count, length = labels.shape
    # States one after the other as in the paper's figure 3: blank, first character, blank, second ..., blank.
    letters, straight = labels.T, distinct.T.astype(float)
    state = np.zeros((2 * length + 1, count))
    state[0] = 1.0
    for step in table.probs:
        came = state.copy()
        came[1:] += state[:-1]
        if length > 1:
            came[3::2] += state[1:-2:2] * straight
        came[::2] *= step[0]
        came[1::2] *= step[letters]
        state = came
    last, each = np.full(count, length) if lengths is None else lengths, np.arange(count)
    total = state[2 * last, each] + np.where(last > 0, state[2 * last - 1, each], 0.0)
    with np.errstate(divide="ignore"):
        logs: NDArray[np.float64] = np.log(total)
    return np.maximum(logs + table.log_scale, IMPOSSIBLE)


def _alone(table: Lattice, text: str) -> float:
    """As `forward` for one text: a few additions a step, which arrays of three only make slower."""
    length = len(text)
    columns = [0, *(table.column(c) for c in text)]
    passes = [False, *(a != b for a, b in zip(text, text[1:], strict=False))]
    blank, letter = [1.0, *[0.0] * length], [0.0] * length
    for step in table.probs[:, columns].tolist():
        for k in range(length - 1, -1, -1):
            came = letter[k] + blank[k] + (letter[k - 1] if passes[k] else 0.0)
            blank[k + 1] = (blank[k + 1] + letter[k]) * step[0]
            letter[k] = came * step[k + 1]
        blank[0] *= step[0]
    total = blank[length] + letter[length - 1] if length else blank[0]
    return max(math.log(total) + table.log_scale, IMPOSSIBLE) if total > 0.0 else IMPOSSIBLE


def best_path(table: Lattice, symbols: Sequence[str]) -> str:
    """The text of the likeliest symbol per step, repeats and blanks removed."""
    best = table.probs[:, : len(symbols)].argmax(axis=1)
    kept = [int(b) for i, b in enumerate(best) if b and (i == 0 or b != best[i - 1])]
    return "".join(symbols[i] for i in kept)
