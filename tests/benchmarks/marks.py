"""Marks (请假, 缺勤, …) taken for signatures: by the page alone, and once the cell is held against the row's name.

python -m tests.benchmarks.marks [--first-seed 100] [--rounds 4]
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

from services.domain.evidence import EvidenceKind
from services.domain.facts import ColumnRole
from services.verify.match.marks import against_name
from services.verify.readers import ReaderContext, reader_for
from tests.generators.people import make_people
from tests.generators.sheets import RowSpec, SheetSpec, render_sheet

PAGES = (("fax", "in_out"), ("low_resolution", "printed"), ("fax", "printed"), ("photo", "in_out"), ("shadow", "staff"), ("scan", "in_out"))
MARKS = ("缺勤", "请假", "病假", "缺勤", "事假", "旷课", "缺勤")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--first-seed", type=int, default=100)
    options.add_argument("--rounds", type=int, default=4)
    asked = options.parse_args()
    alone: Counter[tuple[str, str]] = Counter()
    named: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(asked.rounds):
            for number, (capture, layout) in enumerate(PAGES):
                page(Path(folder) / "page.png", asked.first_seed + 200 * turn + number, capture, layout, alone, named)
    for truth in ("signature", "mark"):
        print(f"{truth:10} by the page alone {tally(alone, truth)}   against the name {tally(named, truth)}")


def page(file: Path, seed: int, capture: str, layout: str, alone: Counter[tuple[str, str]], named: Counter[tuple[str, str]]) -> None:
    """One page of 14 rows, every second one a mark."""
    rng = random.Random(seed)
    people = make_people(14, rng, rare=0)
    rows = tuple(RowSpec(p, signed=k % 2 == 0, mark=None if k % 2 == 0 else MARKS[k // 2]) for k, p in enumerate(people))
    render_sheet(SheetSpec(rows, (date(2021, 11, 8),), "am", layout, capture), rng)[0].save(file)
    read = reader_for(EvidenceKind.SIGN_IN_SHEET).read
    assert read is not None
    for seen in read(file, ReaderContext(file.name)).pages:  # type: ignore[union-attr]
        for table in seen.tables:
            signatures = {c.index for c in table.columns if c.role is ColumnRole.SIGNATURE}
            for row in table.rows if len(table.rows) == len(people) else ():
                truth = "signature" if row.row % 2 else "mark"
                for cell in (c for c in row.cells if c.column in signatures):
                    alone[truth, str(cell.signed)] += 1
                    named[truth, str(against_name(cell, people[row.row - 1].name).signed)] += 1


def tally(counts: Counter[tuple[str, str]], truth: str) -> str:
    return ", ".join(f"{word} {counts[truth, signed]}" for signed, word in (("True", "signed"), ("False", "not signed"), ("None", "for a human")))


if __name__ == "__main__":
    main()
