"""Copied signatures and sheets used twice: found, missed, and honest people accused.

Three sheets of the same 14 people with their own hands: the first day's, the next day's with new signatures but for three that are copied from
the first (the very same ink, put elsewhere in the cell and scanned again), and the first day's page scanned again under another date.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from services.adapters.codec import facts_dumps, facts_loads
from services.domain.case import Reuse, ReuseKind
from services.domain.facts import SheetFacts
from services.verify.match.ink import overlap
from services.verify.match.sheet_reuse import _pages, sheet_reuse
from tests.benchmarks.sheets.pages import DAYS
from tests.benchmarks.sheets.reading import read_page
from tests.generators.fonts import handwriting_fonts, held_out_fonts
from tests.generators.hand import make_hand
from tests.generators.people import make_people
from tests.generators.sheets import RowSpec, SheetSpec, render_sheet

SCENES = (("in_out", "scan", "scan"), ("in_out", "photo", "scan"), ("printed", "shadow", "photo"), ("signature_only", "scan", "fax"), ("staff", "fold", "photo"),
          ("two_sides_hand", "low_resolution", "scan"))  # fmt: skip
_PASTED = 3


@dataclass
class Copies:
    """Counts; `pairs`: likeness of ink by kind (copied, same person, others)."""

    copied: Counter[str] = field(default_factory=Counter)
    genuine: Counter[str] = field(default_factory=Counter)
    sheets: Counter[str] = field(default_factory=Counter)
    pairs: dict[str, list[float]] = field(default_factory=lambda: {"copied": [], "same person": [], "somebody else": []})


def measure(kind: str, rounds: int, first_seed: int, store: Path) -> Copies:
    """All scenes, `rounds` times."""
    counts = Copies()
    for turn in range(rounds):
        for number, scene in enumerate(SCENES):
            _scene(counts, kind, scene, first_seed + turn * len(SCENES) + number, store)
    return counts


def _scene(counts: Copies, kind: str, scene: tuple[str, str, str], seed: int, store: Path) -> None:
    layout, before, after = scene
    rng = random.Random(f"{scene} {seed}")
    fonts = handwriting_fonts() if kind == "tuned" else held_out_fonts()
    people = make_people(14, rng, rare=0, homonyms=False)
    first = [RowSpec(p, hand=make_hand(rng, fonts), ink=rng.randrange(2**31)) for p in people]
    pasted = set(rng.sample(range(14), _PASTED))
    second = [row if k in pasted else replace(row, ink=rng.randrange(2**31)) for k, row in enumerate(first)]
    sheets = [
        _read(SheetSpec(tuple(rows), (day,), layout=layout, capture=capture), rng, store / f"copies-{kind}-{layout}-{seed}-{k}.json")
        for k, (rows, day, capture) in enumerate(((first, DAYS[0], before), (second, DAYS[1], after), (first, DAYS[2], after)))
    ]
    if any(not facts.pages or not facts.pages[0].tables for facts in sheets):
        counts.sheets["page not read"] += 1
        return
    _signatures(counts, sheet_reuse([("1.jpg", sheets[0]), ("2.jpg", sheets[1])], ()), pasted)
    whole = sheet_reuse([("1.jpg", sheets[0]), ("2.jpg", sheets[2])], ())
    counts.sheets["found" if any(r.kind is ReuseKind.SHEET for r in whole) else "missed"] += 1
    _likenesses(counts, sheets[0], sheets[1], pasted)


def _read(spec: SheetSpec, rng: random.Random, kept: Path) -> SheetFacts:
    seed = rng.randrange(2**31)
    if not kept.exists():
        with TemporaryDirectory() as folder:
            file = Path(folder) / "page.png"
            render_sheet(spec, random.Random(seed))[0].save(file)
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(facts_dumps(read_page(file)[0]))
    facts = facts_loads(kept.read_text())
    assert isinstance(facts, SheetFacts)
    return facts


def _signatures(counts: Copies, found: Sequence[Reuse], pasted: set[int]) -> None:
    if any(r.kind is ReuseKind.SHEET for r in found):
        counts.sheets["honest sheet accused"] += 1
    said: dict[int, str] = {}
    for reuse in found:
        if reuse.kind is ReuseKind.SIGNATURE and reuse.place.row is not None:
            row = reuse.place.row - 1
            said[row] = "certain" if reuse.certain or said.get(row) == "certain" else "for a human"
    for row in range(14):
        (counts.copied if row in pasted else counts.genuine)[said.get(row, "not said")] += 1


def _likenesses(counts: Copies, first: SheetFacts, second: SheetFacts, pasted: set[int]) -> None:
    """Likeness of every signature of the second page to each of the first."""
    (a,), (b,) = list(_pages("1", second)), list(_pages("2", first))
    if not a.cells or not b.cells:
        return
    alike = overlap(a.inks, b.inks)
    for i, (row, nth, _) in enumerate(a.cells):
        for j, (other, other_nth, _) in enumerate(b.cells):
            kind = "somebody else" if row.row != other.row else "same person" if row.row - 1 not in pasted else "copied" if nth == other_nth else None
            if kind is not None:
                counts.pairs[kind].append(float(alike[i, j]))


def show(counts: Copies) -> None:
    for name, table in (("copied signatures", counts.copied), ("genuine signatures", counts.genuine), ("sheets used again", counts.sheets)):
        print(f"{name}: " + ", ".join(f"{k} {v}" for k, v in sorted(table.items())))
    for kind, values in counts.pairs.items():
        if values:
            quantiles: Any = np.percentile(values, [0, 1, 50, 99, 100]).round(2).tolist()
            print(f"likeness, {kind}: {len(values)} pairs, least / 1 % / median / 99 % / most {quantiles}")
