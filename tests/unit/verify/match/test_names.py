"""Which name a cell says: exact, misread, near, unreadable; and how fast against a big roster."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest

from services.domain.claim import Insured, Roster
from services.domain.facts import Posteriors, SheetCell
from services.verify.match import listed_names
from services.verify.match.ctc import forward
from services.verify.match.directory import Directory, build_directory
from services.verify.match.name_reading import FAR, NEGLIGIBLE, odds_of
from services.verify.match.names import read_name, read_names
from tests.generators.facts import cell, trainees
from tests.generators.people import make_people

DIRECTORY = build_directory(trainees(("郭丽", "1"), ("郭丽国", "2"), ("王建国", "3"), ("欧阳娜娜", "4"), ("李堃", "5")), None)


def score(written: SheetCell, name: str) -> float:
    reading = read_name(written, DIRECTORY)
    assert reading is not None
    return reading.score(name)


@pytest.mark.parametrize("name", ["郭丽", "郭丽国", "王建国", "欧阳娜娜", "李堃"])
def test_a_name_that_stands_there_is_taken(name: str) -> None:
    reading = read_name(cell(1, name), DIRECTORY)
    assert reading is not None
    assert max(reading.scores, key=reading.scores.__getitem__) == name
    assert reading.score(name) > 4


@pytest.mark.parametrize(("written", "listed"), [("郭丽娟", "郭丽"), ("王建", "王建国"), ("王建民", "王建国"), ("欧阳娜", "欧阳娜娜"), ("张三", "郭丽")])
def test_a_near_name_is_not(written: str, listed: str) -> None:
    assert score(cell(1, written), listed) < -2


def test_a_character_read_doubtfully_is_forgiven() -> None:
    blurred = cell(1, "王健国", instead={1: {"健": 0.6, "建": 0.3, "律": 0.05}})
    assert score(blurred, "王建国") > 2
    assert score(cell(1, "王健国"), "王建国") < 0


def test_a_row_number_beside_the_name_is_no_part_of_it() -> None:
    assert score(cell(1, "12王建国"), "王建国") > 4


def test_without_posteriors_the_text_decides() -> None:
    typed = SheetCell(1, (0, 0, 1, 1), "王 建 国", 1.0)
    assert score(typed, "王建国") > 4
    assert score(SheetCell(1, (0, 0, 1, 1), "王建", 1.0), "王建国") < -2


def test_an_empty_cell_says_nothing() -> None:
    assert read_name(cell(1, ""), DIRECTORY) is None


def test_a_roster_of_100000_stays_fast() -> None:
    people = make_people(100_000, random.Random(3))
    directory = build_directory(None, Roster("r", tuple(Insured(i, p.name, p.id_number) for i, p in enumerate(people))))
    chosen = random.Random(4).sample(people, 40)
    cells = [cell(1, p.name, sure=0.97) for p in chosen]
    begun = time.process_time()
    readings = [read_name(c, directory) for c in cells]
    spent = (time.process_time() - begun) / len(cells)
    assert all(r is not None and max(r.scores, key=r.scores.__getitem__) == p.name for r, p in zip(readings, chosen, strict=True))
    assert spent < 0.02


def blurred_page(count: int, seed: int) -> tuple[Directory, list[SheetCell]]:
    """Cells of some people of a roster, some of them read wrongly or hardly at all, in names of two to four characters."""
    rng = random.Random(seed)
    people = make_people(count, rng)
    listed = [Insured(i, p.name, p.id_number) for i, p in enumerate(people)]
    claimed = trainees(*((p.name, p.id_number) for p in people[:30]))
    cells = []
    for person in rng.sample(people, 40):
        doubtful = {k: {c: rng.choice((0.9, 0.5, 0.05)), rng.choice(people).name[-1]: 0.04} for k, c in enumerate(person.name) if rng.random() < 0.5}
        cells.append(cell(1, person.name, sure=rng.choice((0.999, 0.9, 0.6)), instead=doubtful))
    return build_directory(claimed, Roster("r", tuple(listed))), [*cells, cell(1, ""), SheetCell(1, (0, 0, 1, 1), people[0].name, 1.0)]


@pytest.mark.parametrize("seed", range(4))
def test_a_page_is_read_as_its_cells_are_alone(seed: int) -> None:
    directory, cells = blurred_page(2000, seed)
    together, alone = read_names(cells, directory), [read_name(c, directory) for c in cells]
    assert [r and (r.text, r.best, r.reference, r.scores) for r in together] == [r and (r.text, r.best, r.reference, r.scores) for r in alone]


@pytest.mark.parametrize("seed", range(4))
def test_nobody_who_comes_near_is_left_out(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listed_names, "_PER_LENGTH", 2000)  # so that none is left out for being one of many
    directory, cells = blurred_page(2000, seed)
    names = sorted(set(directory.names.names))
    lengths, near = np.array([len(n) for n in names]), 0
    for reading in filter(None, read_names(cells[:40], directory)):
        assert reading.table is not None
        likelihoods = forward(reading.table, names)
        assert reading.reference >= likelihoods.max() - 1e-9
        odds = odds_of(reading.reference - likelihoods, np.abs(len(reading.text) - lengths), reading.unsure)
        wanted = {n: o for n, o in zip(names, odds.tolist(), strict=True) if o > max(NEGLIGIBLE, odds.max() - FAR) + 1e-9}
        assert wanted.keys() <= reading.scores.keys() and len(reading.scores) < len(names)
        assert all(reading.scores[n] == pytest.approx(o) for n, o in wanted.items())
        near += len(wanted)
    assert near > 100


def test_a_listed_name_that_explains_the_cell_better_than_what_was_read_is_found() -> None:
    """郭丽 is what the likeliest symbols say and is listed; 王建国's paths together are likelier."""
    people = build_directory(trainees(("甲乙", "1"), ("甲", "2"), ("乙", "3")), None)
    probs = np.array([[0.34, 0.36, 0.30], [0.34, 0.30, 0.36], [0.9, 0.05, 0.05]])
    indices = np.tile(np.arange(3, dtype="<u2"), (3, 1))
    shown = Posteriors(3, ("", "甲", "乙"), indices.tobytes(), np.log(probs).astype("<f2").tobytes(), -18.0)
    reading = read_name(SheetCell(1, (0, 0, 1, 1), "甲乙", 0.5, posteriors=shown), people)
    assert reading is not None and reading.text == "甲乙" and reading.table is not None
    likelihoods = dict(zip(("甲乙", "甲", "乙"), forward(reading.table, ["甲乙", "甲", "乙"]).tolist(), strict=True))
    assert max(likelihoods, key=likelihoods.__getitem__) != "甲乙"
    assert reading.reference == pytest.approx(max(likelihoods.values())) and reading.scores.keys() == likelihoods.keys()


def test_a_first_character_that_is_no_surname_is_a_slip_of_the_recogniser() -> None:
    slip = {0: {"玉": 0.9, "王": 0.0004}}
    surname = {0: {"汪": 0.9, "王": 0.0004}}
    assert score(cell(1, "玉建国", instead=slip), "王建国") > 2
    assert score(cell(1, "汪建国", instead=surname), "王建国") < 2


@pytest.mark.parametrize(("written", "listed"), [("郭麗", "郭丽"), ("王建國", "王建国"), ("歐陽娜娜", "欧阳娜娜")])
def test_traditional_characters_are_the_simplified_ones(written: str, listed: str) -> None:
    assert score(cell(1, written), listed) > 4


def test_a_name_that_is_none_does_not_widen_the_table_of_all_others() -> None:
    people = trainees(("王建国", "220102198503011234"), ("长" * 5000, "220102198503021235"))
    directory = build_directory(people, None)
    assert directory.names.codes.shape == (3, 2) and directory.names.names == ("王建国", "王建国")
