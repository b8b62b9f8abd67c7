"""Likelihood of texts under compressed posteriors (CTC forward algorithm), for the few texts that a sheet's marks and dates are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.domain.facts import Posteriors

Floats = NDArray[np.float64]
_TINY = 1e-300


def log_likelihood(posteriors: Posteriors, text: str) -> float:
    """Log probability that the cell says `text`, over all alignments."""
    return float(log_likelihoods(posteriors, [text])[0])


def log_likelihoods(posteriors: Posteriors, texts: Sequence[str]) -> Floats:
    """Log probability of each text, over all alignments; texts of one length are computed together."""
    result = np.full(len(texts), -np.inf)
    steps = posteriors.steps
    k = len(posteriors.indices) // (2 * steps) if steps else 0
    if not k:
        return result
    table = _table(posteriors, steps, k)
    place = {symbol: i for i, symbol in enumerate(posteriors.symbols)}
    by_length: dict[int, list[int]] = {}
    for i, text in enumerate(texts):
        by_length.setdefault(len(text), []).append(i)
    for length, members in by_length.items():
        if length:
            codes = np.array([[place.get(char, len(place)) for char in texts[i]] for i in members])
            result[members] = _forward(table, codes)
    return result


def _table(posteriors: Posteriors, steps: int, k: int) -> Floats:
    """Log probability [steps, symbols + 1]; the last column is that of every symbol not listed."""
    indices = np.frombuffer(posteriors.indices, "<u2").reshape(steps, k)
    logs = np.frombuffer(posteriors.log_probs, "<f2").reshape(steps, k).astype(np.float64)
    table = np.full((steps, len(posteriors.symbols) + 1), posteriors.floor)
    np.maximum.at(table, (np.arange(steps)[:, None], indices), logs)
    return table


def _forward(table: Floats, codes: NDArray[np.int64]) -> Floats:
    """Log likelihoods of texts of one length; each step's probabilities are scaled to a largest of one, so that none vanishes."""
    count, length = codes.shape
    path = np.zeros((count, 2 * length + 1), np.int64)
    path[:, 1::2] = codes
    skip = np.zeros(path.shape, bool)
    skip[:, 2:] = (path[:, 2:] != 0) & (path[:, 2:] != path[:, :-2])
    chances = np.exp(table)
    alpha = np.zeros((count, path.shape[1] + 2))
    alpha[:, 2], alpha[:, 3] = chances[0, 0], chances[0, path[:, 1]]
    scale = np.zeros(count)
    for step in range(1, len(table)):
        now = (alpha[:, 2:] + alpha[:, 1:-1] + np.where(skip, alpha[:, :-2], 0.0)) * chances[step][path]
        largest = np.maximum(now.max(axis=1), _TINY)
        alpha[:, 2:] = now / largest[:, None]
        scale += np.log(largest)
    with np.errstate(divide="ignore"):
        total: Floats = np.log(alpha[:, -1] + alpha[:, -2]) + scale
    return total
