"""How long a row takes against a roster of 100,000, and whether the right person is still found."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from services.domain.case import RowStatus
from services.verify.match.assignment import assign
from services.verify.match.directory import build_directory
from services.verify.match.rows import read_row
from tests.benchmarks.sheets.pages import make_world
from tests.benchmarks.sheets.reading import Seen
from tests.generators import facts as world
from tests.generators.people import make_people


@dataclass(frozen=True)
class Times:
    """Milliseconds of processor time: making the roster ready once per claim, and per row p50, p95 and mean."""

    ready: float
    middle: float
    slow: float
    mean: float
    rows: int
    matched: int


def against_many(seen: Iterable[Seen], count: int) -> Times:
    """The pages' rows, each weighed and assigned with `count` people listed and the page's own trainees among them."""
    many = make_people(count, random.Random("many"))
    roster = world.roster(*[(p.name, p.id_number, {"employee_no": p.employee_no, "department": p.department, "phone": p.phone}) for p in many])
    start = time.process_time()
    build_directory(None, roster)
    ready = 1000 * (time.process_time() - start)
    each: list[float] = []
    matched = 0
    for page in seen:
        directory = build_directory(make_world(page.case.seed).listed, roster)
        for facts in page.facts.pages:
            readings = []
            for table in facts.tables:
                for row in table.rows:
                    start = time.process_time()
                    readings.append(read_row(table, row, directory))
                    each.append(1000 * (time.process_time() - start))
            start = time.process_time()
            verdicts = assign(readings, directory)
            share = 1000 * (time.process_time() - start) / max(1, len(readings))
            each[len(each) - len(readings) :] = [t + share for t in each[len(each) - len(readings) :]]
            matched += sum(v.status is RowStatus.MATCHED for v in verdicts)
    return Times(ready, *(float(np.percentile(each, q)) for q in (50, 95)), float(np.mean(each)), len(each), matched)
