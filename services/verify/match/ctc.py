"""How likely is it that a cell says a given text? The CTC forward algorithm over the recogniser's posteriors, for many texts at once.

Alex Graves et al., Connectionist Temporal Classification, ICML 2006, section 4.1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.domain.facts import Posteriors
from services.verify.match.variants import is_rare, variants

IMPOSSIBLE = -700.0
"""Log likelihood given to what underflows."""
NOISE = frozenset(" .,，、·。'`’‘\"“”-_|:：;；~^°!！[]()（）")
"""What specks and the ends of rules are read as."""
_TOGETHER = 4096
"""Texts of one pass: what it works on stays small."""
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
    floor = _floor(posteriors.floor)
    probs = np.full((steps, size + 2), floor)
    if steps:
        indices = indices.reshape(steps, -1)
        listed = np.exp(log_probs.reshape(steps, -1).astype(np.float64))
        probs[np.arange(steps)[:, None], indices] = listed
        if not ignore.isdisjoint(posteriors.symbols):
            noise = [i for i, symbol in enumerate(posteriors.symbols) if symbol in ignore and i]
            probs[:, 0] += np.where(probs[:, noise] > floor, probs[:, noise], 0.0).sum(axis=1)
            probs[:, noise] = floor
        probs[:, size + 1] = np.maximum(floor, _RARE_SHARE * np.minimum(np.maximum(1.0 - probs[:, 0], 0.0), 1.0))
    scale = probs[:, :size].max(axis=1, initial=1e-300)
    return Lattice(probs / scale[:, None], {s: i for i, s in enumerate(posteriors.symbols) if i}, float(np.log(scale).sum()))


@lru_cache(maxsize=64)
def _floor(log_probability: float) -> float:
    return float(np.exp(log_probability))


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
    labels = np.array([[columns[c] for c in text] for text in padded], np.int64).T
    distinct = np.array([[a != b for a, b in zip(text, text[1:], strict=False)] for text in padded], bool).T
    return forward_labels([table], np.zeros(len(texts), np.int64), labels, distinct, lengths)


def forward_each(asked: Sequence[tuple[Lattice, str]]) -> list[float]:
    """As `forward`, for one text of each table."""
    if not asked:
        return []
    longest = max(len(text) for _, text in asked)
    labels = np.zeros((longest, len(asked)), np.int64)
    distinct = np.zeros((longest - 1, len(asked)), bool)
    for k, (table, text) in enumerate(asked):
        labels[: len(text), k] = [table.column(c) for c in text]
        distinct[: len(text) - 1, k] = [a != b for a, b in pairwise(text)]
    likelihoods = forward_labels([table for table, _ in asked], np.arange(len(asked)), labels, distinct, np.array([len(text) for _, text in asked]))
    each: list[float] = likelihoods.tolist()
    return each


def forward_labels(
    tables: Sequence[Lattice], owners: NDArray[np.int64], labels: NDArray[np.int64], distinct: NDArray[np.bool_], lengths: NDArray[np.int64]
) -> NDArray[np.float64]:
    """As `forward`, for texts each of which is held against a table of its own: `owners` [texts] index `tables`, `labels` [longest, texts]
    are columns of it, `distinct` [longest - 1, texts]: neighbours differ. What comes behind a text's own length does not matter."""
    sizes = np.array([table.probs.shape for table in tables], np.int64).reshape(-1, 2)
    flat = np.concatenate([table.probs.ravel() for table in tables])
    starts = np.cumsum(sizes[:, 0] * sizes[:, 1]) - sizes[:, 0] * sizes[:, 1]
    steps = sizes[owners, 0]
    order = np.lexsort((-steps, lengths))  # texts of a length together, so that the short are not carried as far as the long
    total = np.empty(len(owners))
    for first in range(0, len(order), _TOGETHER):
        some = order[first : first + _TOGETHER]
        some = some[np.argsort(-steps[some], kind="stable")]
        longest, of = int(lengths[some].max()), owners[some]
        passes = distinct[: longest - 1, some].astype(float)
        total[some] = _passed(flat, starts[of], sizes[of, 1], steps[some], labels[:longest, some], passes, lengths[some])
    with np.errstate(divide="ignore"):
        logs: NDArray[np.float64] = np.log(total) + np.array([table.log_scale for table in tables])[owners]
    return np.maximum(logs, IMPOSSIBLE, out=logs)


def _passed(
    flat: NDArray[np.float64],
    at: NDArray[np.int64],
    width: NDArray[np.int64],
    steps: NDArray[np.int64],
    labels: NDArray[np.int64],
    passes: NDArray[np.float64],
    lengths: NDArray[np.int64],
) -> NDArray[np.float64]:
    """The pass itself over texts in the order of falling `steps`. Their tables begin in `flat` where `at` says, `width` columns a step."""
    length, count = labels.shape
    # States one after the other as in the paper's figure 3: blank, first character, blank, second ..., blank.
    state = np.zeros((2 * length + 1, count))
    state[0] = 1.0
    going = count - np.searchsorted(steps[::-1], np.arange(int(steps.max(initial=0))), side="right")
    for live in going.tolist():
        was, here = state[:, :live], at[:live]
        came = was.copy()
        came[1:] += was[:-1]
        if length > 1:
            came[3::2] += was[1:-2:2] * passes[:, :live]
        came[::2] *= flat.take(here)
        came[1::2] *= flat.take(here + labels[:, :live])
        state[:, :live] = came
        at[:live] += width[:live]
    each = np.arange(count)
    ends: NDArray[np.float64] = state[2 * lengths, each] + np.where(lengths > 0, state[2 * lengths - 1, each], 0.0)
    return ends


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
