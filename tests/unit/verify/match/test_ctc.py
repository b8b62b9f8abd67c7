"""The forward algorithm against the sum over every path."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.facts import Posteriors
from services.verify.match.ctc import best_path, forward, lattice
from tests.generators.facts import posteriors

SYMBOLS = ("", "甲", "乙")


def dense(probs: np.ndarray) -> Posteriors:
    steps, size = probs.shape
    indices = np.tile(np.arange(size, dtype="<u2"), (steps, 1))
    return Posteriors(steps, SYMBOLS[:size], indices.tobytes(), np.log(probs).astype("<f2").tobytes(), -30.0)


def collapse(path: tuple[int, ...]) -> str:
    return "".join(SYMBOLS[s] for i, s in enumerate(path) if s and (i == 0 or path[i - 1] != s))


def by_enumeration(given_posteriors: Posteriors, text: str) -> float:
    logs = np.frombuffer(given_posteriors.log_probs, "<f2").reshape(given_posteriors.steps, -1).astype(float)
    paths = product(range(len(SYMBOLS)), repeat=given_posteriors.steps)
    return sum(float(np.exp(sum(logs[t, s] for t, s in enumerate(path)))) for path in paths if collapse(path) == text)


tables = st.integers(1, 5).flatmap(lambda steps: st.lists(st.lists(st.floats(0.01, 1.0), min_size=3, max_size=3), min_size=steps, max_size=steps))


@settings(max_examples=60, deadline=None)
@given(tables, st.lists(st.sampled_from("甲乙"), min_size=1, max_size=3))
def test_equals_the_sum_over_all_paths(rows: list[list[float]], letters: list[str]) -> None:
    probs = np.array(rows)
    cell = dense(probs / probs.sum(axis=1, keepdims=True))
    text = "".join(letters)
    expected = by_enumeration(cell, text)
    found = float(forward(lattice(cell), [text])[0])
    if expected == 0:
        assert found <= -690
    else:
        assert found == pytest.approx(np.log(expected), abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(tables)
def test_texts_scored_together_score_as_alone(rows: list[list[float]]) -> None:
    probs = np.array(rows)
    table = lattice(dense(probs / probs.sum(axis=1, keepdims=True)))
    texts = ["甲", "乙", "甲乙", "乙乙", "甲甲甲"]
    together = forward(table, texts)
    assert together == pytest.approx([float(forward(table, [t])[0]) for t in texts])


def test_a_doubled_character_needs_a_blank_between() -> None:
    probs = np.array([[0.01, 0.98, 0.01], [0.01, 0.98, 0.01]])
    single, double = forward(lattice(dense(probs)), ["甲", "甲甲"])
    assert single > -0.1
    assert double <= -690


def test_what_was_read_is_the_likeliest_text() -> None:
    table = lattice(posteriors("欧阳娜娜"))
    texts = ["欧阳娜娜", "欧阳娜", "欧阳那娜", "王小明"]
    assert int(forward(table, texts).argmax()) == 0
    assert best_path(table, posteriors("欧阳娜娜").symbols) == "欧阳娜娜"


def test_a_traditional_form_counts_as_the_character() -> None:
    table = lattice(posteriors("張麗"))
    assert forward(table, ["张丽"])[0] == pytest.approx(forward(table, ["張麗"])[0])


def test_specks_and_blanks_in_a_cell_say_nothing() -> None:
    table = lattice(posteriors(" 李·雷."))
    right, other = forward(table, ["李雷", "李霄"])
    assert right > -0.2
    assert right - other > 5


def test_sizes_that_do_not_agree_are_refused() -> None:
    good = posteriors("李雷")
    with pytest.raises(ValueError, match="posteriors of"):
        lattice(Posteriors(good.steps, good.symbols, good.indices, good.log_probs[:-2], good.floor))
