"""The world of the benchmark and its pages: who is listed, who is claimed for, who stands on which sheet.

Two sets. `tuned`: the five fonts that matching was fitted on; with seeds from 5000 on the pages are new, the hands are not. `held`: ball-pen
hands that nothing was ever fitted on, seeds from 5000 on.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from services.domain.claim import Claim, Roster, Trainees
from tests.generators import facts as world
from tests.generators.fonts import handwriting_fonts, held_out_fonts
from tests.generators.layouts import LAYOUT_NAMES
from tests.generators.people import Person, homonym_of, make_people, near_person
from tests.generators.sheets import RowSpec, SheetSpec, render_sheet, rows_for

LAYOUTS = LAYOUT_NAMES
CAPTURES = ("scan", "photo", "photo_rotated_90", "rotated_90", "rotated_180", "low_resolution", "fax", "shadow", "stamp", "fold", "jpeg_noise")
HELD_FROM = 5000
DAYS = tuple(date(2021, 11, day) for day in (8, 9, 10, 11, 12, 15))
DATE_STYLES = ("cn", "iso", "dots", "slash", "short")
_ROSTER = 6000


@dataclass(frozen=True)
class World:
    """One enterprise and one claim. Among the trainees are one pair of homonyms and one of near names, all on the roster; `outsiders` are not."""

    trainees: tuple[Person, ...]
    others: tuple[Person, ...]
    """On the roster, not claimed for, and named like no trainee."""
    outsiders: tuple[Person, ...]
    claim: Claim
    listed: Trainees
    roster: Roster

    def trainee_of(self, id_number: str | None) -> int | None:
        return next((i for i, p in enumerate(self.trainees) if p.id_number == id_number), None)


@dataclass(frozen=True)
class Case:
    """One page of the benchmark. `kind`: tuned or held."""

    kind: str
    layout: str
    capture: str
    seed: int

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.layout}-{self.capture}-{self.seed}"


@cache
def make_world(seed: int) -> World:
    """The world of a page: every tenth seed has another one."""
    rng = random.Random(f"world {seed // 10}")
    everybody = make_people(_ROSTER + 160, rng)
    first = everybody[:42]
    trainees = (*first, homonym_of(first[0], rng, _ROSTER + 200), near_person(first[1], rng, _ROSTER + 201))
    known = (*everybody[:_ROSTER], *trainees[42:])
    names = {p.name for p in known}
    own = {p.name for p in trainees}
    outsiders = tuple(p for p in everybody[_ROSTER:] if p.name not in names)

    def listed(p: Person) -> tuple[str, str, dict[str, str]]:
        return (p.name, p.id_number, {"employee_no": p.employee_no, "department": p.department, "phone": p.phone})

    claim = world.claim(*(world.session(day, *hours) for day in DAYS for hours in (("08:30", "11:30"), ("13:30", "16:30"))))
    others = tuple(p for p in everybody[42:_ROSTER] if p.name not in own)
    return World(trainees, others, outsiders, claim, world.trainees(*map(listed, trainees)), world.roster(*map(listed, known)))


def make_page(case: Case) -> tuple[Image.Image, dict[str, Any]]:
    """The picture and its truth: 13 trainees (on every second sheet in the order of their list), a colleague, two strangers, a blank row."""
    w = make_world(case.seed)
    rng = random.Random(f"{case.layout} {case.capture} {case.seed}")
    fonts = handwriting_fonts() if case.kind == "tuned" else held_out_fonts()
    people = rng.sample(w.trainees, 13)
    if rng.random() < 0.5:
        people.sort(key=w.trainees.index)
    rows = list(rows_for(people, rng, unsigned=0.1, leave=0.06, crossed=0.05))
    for extra in (rng.choice(w.others), rng.choice(w.outsiders), _near_outsider(w, rng)):
        rows.insert(rng.randrange(len(rows)), RowSpec(extra))
    several = case.layout == "several_days"
    spec = SheetSpec(
        tuple(_partly(row, case.layout, rng) for row in rows),
        DAYS[:3] if several else (rng.choice(DAYS),),
        part=None if several or case.layout == "am_pm" else rng.choice(("am", "pm", None)),
        layout=case.layout,
        capture="scan" if case.capture == "stamp" else case.capture,
        date_style=rng.choice(DATE_STYLES),
        date_by_hand=rng.random() < 0.5,
        stamp=case.capture == "stamp",
        face=rng.randrange(2),
        blank_rows=1,
        fonts=fonts,
    )
    picture, truth = render_sheet(spec, rng)
    truth["capture"] = case.capture
    return picture, truth


def _near_outsider(w: World, rng: random.Random) -> Person:
    """Somebody not listed whose name is a trainee's with a character more, less or other."""
    names = {p.name for p in w.trainees} | {p.name for p in w.others}
    while True:
        stranger = near_person(rng.choice(w.trainees), rng, rng.randrange(20_000, 90_000))
        if stranger.name not in names:
            return stranger


def _partly(row: RowSpec, layout: str, rng: random.Random) -> RowSpec:
    """Where there are two or three columns to sign, some sign only one of them."""
    count = {"in_out": 2, "masked": 2, "am_pm": 2, "several_days": 3}.get(layout, 1)
    if count == 1 or not row.signed or rng.random() > 0.15:
        return row
    return replace(row, signed=tuple(k != 0 for k in rng.sample(range(count), count)))


def cases(kind: str, layouts: Sequence[str], captures: Sequence[str], rounds: int, first_seed: int) -> list[Case]:
    """Every layout in every way of being captured, `rounds` times; the world changes with the page."""
    pairs = [(layout, capture) for layout in layouts for capture in captures]
    return [Case(kind, layout, capture, first_seed + turn * len(pairs) + k) for turn in range(rounds) for k, (layout, capture) in enumerate(pairs)]


def save_page(case: Case, folder: Path) -> tuple[Path, dict[str, Any]]:
    """The page as a file; JPEG, a fax as PNG."""
    picture, truth = make_page(case)
    file = folder / f"{case.name}.{'png' if case.capture == 'fax' else 'jpg'}"
    picture.save(file, quality=90)
    return file, truth
