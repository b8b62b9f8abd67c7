"""From a recogniser's output (per step a probability for every symbol, CTC) to text and to compressed posteriors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.domain.facts import Posteriors

TOP = 128
"""Symbols kept per step: 64 loses 5 % of the names in the most cursive hands, 8 a tenth."""
_SURE_BLANK = 0.999
_LEAST = 1e-6
"""Symbols below this at every step are not worth their bytes."""


def best_path(probs: NDArray[np.float32], alphabet: list[str]) -> tuple[str, float]:
    """The text of the likeliest symbol per step, repeats and blanks removed, and the mean probability of its characters."""
    best = probs.argmax(axis=1)
    sure = probs[np.arange(len(best)), best]
    keep = (best != 0) & (np.concatenate(([True], best[1:] != best[:-1])) if len(best) else True)
    text = "".join(alphabet[i] for i in best[keep])
    return text, float(sure[keep].mean()) if keep.any() else 0.0


def compress(probs: NDArray[np.float32], alphabet: list[str], top: int = TOP) -> Posteriors:
    """The `top` likeliest symbols of each step as log probabilities.

    Runs of steps that are surely blank are kept as one step: CTC gives every text the same likelihood, less the sureness.
    """
    blank = probs[:, 0] > _SURE_BLANK
    probs = probs[~(blank & np.concatenate(([False], blank[:-1])))]
    steps, size = probs.shape
    likely = np.flatnonzero(probs.max(axis=0, initial=0.0) > _LEAST)
    likely = likely if len(likely) >= 2 else np.arange(min(2, size))
    some = probs[:, likely]
    k = min(top, max(2, int((some > _LEAST).sum(axis=1).max(initial=1))))
    order = np.argpartition(some, len(likely) - k, axis=1)[:, len(likely) - k :]
    order = np.take_along_axis(order, np.argsort(-np.take_along_axis(some, order, axis=1), axis=1), axis=1)
    kept = np.take_along_axis(some, order, axis=1)
    chosen = likely[order]
    left = float(np.clip(1.0 - kept.sum(axis=1), 0, 1).mean()) / max(1, size - k)
    floor = float(np.log(max(left, 1e-9)))
    used = np.unique(chosen)
    used = np.concatenate(([0], used[used != 0]))
    place = np.zeros(size, np.uint16)
    place[used] = np.arange(len(used), dtype=np.uint16)
    return Posteriors(
        steps=steps,
        symbols=("", *(alphabet[i] for i in used[1:])),
        indices=place[chosen].astype("<u2").tobytes(),
        log_probs=np.log(np.maximum(kept, 1e-9)).astype("<f2").tobytes(),
        floor=floor,
    )


def one_hot(text: str, confidence: float = 1.0) -> Posteriors:
    """Posteriors of a text that is known (a text layer) or read by an engine without any: each character, blanks between."""
    symbols = ("", *dict.fromkeys(text))
    sure = min(max(confidence, 0.01), 0.9999)
    rows: list[tuple[int, int]] = []
    for char in text:
        rows += [(symbols.index(char), 0), (0, symbols.index(char))]
    indices = np.array(rows or [(0, 0)], dtype="<u2")
    logs = np.tile(np.log([sure, 1 - sure]), (len(indices), 1)).astype("<f2")
    return Posteriors(steps=len(indices), symbols=symbols, indices=indices.tobytes(), log_probs=logs.tobytes(), floor=float(np.log((1 - sure) / 20_000)))
