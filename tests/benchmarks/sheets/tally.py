"""What became of every row, signature and date, against the truth.

The shares are of rows that say who they are: a row of a signature-only sheet that nobody signed is an empty one. `right` for a row of two
homonymous trainees with nothing to tell them apart: ambiguous, both named. `human`: left to a reviewer, or not found on the page (`lost`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from services.domain.case import DoubtKind, RowStatus, SheetAttendance, SheetDate, SheetRowMatch
from services.domain.facts import SheetFacts
from services.verify.match.attendance import attend
from tests.benchmarks.sheets.pages import Case, World, make_world
from tests.generators import facts as world

Box = Sequence[float]
_SAME_ROW = 0.35
_TELLING = {"id_number", "employee_no", "phone", "department"}
BINS = (0.0, 0.5, 0.9, 0.95, 0.99, 0.999, 1.01)


@dataclass
class Tally:
    """Counts by group. `rows`: printed, handwritten (by the trainee's name), colleague, stranger, crossed, empty."""

    rows: dict[str, Counter[str]] = field(default_factory=dict)
    signatures: Counter[str] = field(default_factory=Counter)
    dates: Counter[str] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)
    sure: list[tuple[float, bool]] = field(default_factory=list)
    """(confidence, right) of every row given to a person or called a stranger's."""
    failures: list[str] = field(default_factory=list)
    pages: int = 0
    seconds: float = 0.0

    def add(self, group: str, outcome: str) -> None:
        self.rows.setdefault(group, Counter())[outcome] += 1

    def merge(self, other: Tally) -> None:
        """Adds another page's counts."""
        for group, counts in other.rows.items():
            self.rows.setdefault(group, Counter()).update(counts)
        for mine, theirs in ((self.signatures, other.signatures), (self.dates, other.dates), (self.parts, other.parts)):
            mine.update(theirs)
        self.sure += other.sure
        self.failures += other.failures
        self.pages += other.pages
        self.seconds += other.seconds

    def total(self) -> Counter[str]:
        """All groups together."""
        return sum(self.rows.values(), Counter())


def overlap(a: Box, b: Box) -> float:
    """Common part of two boxes over both."""
    wide, high = (max(0.0, min(a[i] + a[i + 2], b[i] + b[i + 2]) - max(a[i], b[i])) for i in (0, 1))
    return wide * high / (a[2] * a[3] + b[2] * b[3] - wide * high)


def _paired(rows: Sequence[dict[str, Any]], found: Sequence[SheetRowMatch]) -> list[tuple[dict[str, Any], SheetRowMatch | None]]:
    """Each true row with the row read there, one to one; boxes around the rows of a tilted photo overlap their neighbours."""
    common = np.array([[overlap(match.box, row["box"]) for match in found] for row in rows]).reshape(len(rows), len(found))
    pairs = {int(i): int(j) for i, j in zip(*linear_sum_assignment(-common), strict=True) if common[i, j] > _SAME_ROW}
    return [(row, found[pairs[i]] if i in pairs else None) for i, row in enumerate(rows)]


def says_who(row: dict[str, Any], truth: dict[str, Any]) -> bool:
    """Whether anything on the row names its person."""
    return any(c["role"] == "name" for c in truth["columns"]) or any(row["signed"].values())


def count_page(tally: Tally, case: Case, truth: dict[str, Any], facts: SheetFacts) -> None:
    w = make_world(case.seed)
    entries = attend([(case.name, facts)], w.claim, w.listed, w.roster, world.rules()).sheets
    found = list(entries[0].rows) if entries else []
    tally.pages += 1
    for row, match in _paired(truth["rows"], found):
        group, outcome = _row(w, row, match, truth)
        tally.add(group, outcome)
        if match is not None and match.confidence is not None and outcome != "human":
            tally.sure.append((match.confidence, outcome == "right"))
        if outcome != "right":
            said = f"{match.status} {match.name} {match.confidence} {[(c.name, c.confidence) for c in match.candidates[:3]]}" if match else "no such row"
            tally.failures.append(f"{case.name} row {row['row']} {group} {row['written']} ({row['font']}): {outcome}: {said}")
        if row["status"] == "matched" and match is not None and row["person_signs"]:
            _signatures(tally, case, row, _together(entries, match), match)
    if truth["layout"] != "several_days":
        _date(tally, case, truth, entries)


def _row(w: World, row: dict[str, Any], match: SheetRowMatch | None, truth: dict[str, Any]) -> tuple[str, str]:
    """(group, outcome) of a row: right, wrong, human, lost; for empty rows lost is right, for strangers a human may look too."""
    row["person_signs"] = True
    if row["status"] == "empty" or not says_who(row, truth):
        return "empty", "right" if match is None or match.status in (
            RowStatus.EMPTY,
            RowStatus.CROSSED_OUT,
        ) else "wrong" if match.trainee is not None else "human"
    trainee = w.trainee_of(row["id_number"])
    if row["status"] == "crossed_out":
        return "crossed", _crossed(row, match)
    listed = trainee is not None or any(p.id_number == row["id_number"] for p in w.others)
    group = "stranger" if not listed else "colleague" if trainee is None else "handwritten" if row["handwritten"] or _signed_only(truth) else "printed"
    if match is None:
        return group, "lost"
    if not listed:
        outcome = "right" if match.status is RowStatus.UNKNOWN else "wrong" if match.status is RowStatus.MATCHED else "human"
        return group, outcome
    if match.status is RowStatus.MATCHED:
        return group, "right" if match.id_number == row["id_number"] else "wrong"
    homonyms = [p for p in (*w.trainees, *w.others) if p.name == row["name"]]
    telling = _TELLING & {c["role"] for c in truth["columns"]}
    told_apart = any(len({getattr(p, role) for p in homonyms}) > 1 for role in telling)
    told_apart = told_apart or (trainee is not None and sum(p in w.trainees for p in homonyms) == 1)
    if match.status is RowStatus.AMBIGUOUS and len(homonyms) > 1 and not told_apart:
        named = {c.id_number for c in match.candidates}
        return group, "right" if row["id_number"] in named else "human"
    return group, "missed" if match.status in (RowStatus.UNKNOWN, RowStatus.EMPTY) else "human"


def _signed_only(truth: dict[str, Any]) -> bool:
    return not any(c["role"] == "name" for c in truth["columns"])


def _crossed(row: dict[str, Any], match: SheetRowMatch | None) -> str:
    """A crossed-out row must be seen as one, and may name its own person only."""
    if match is None or match.status is RowStatus.EMPTY:
        return "lost"
    if match.id_number is not None and match.id_number != row["id_number"]:
        return "wrong"
    return "right" if match.status is RowStatus.CROSSED_OUT else "missed"


def _together(entries: Sequence[SheetAttendance], match: SheetRowMatch) -> dict[str, bool]:
    """The row's signature columns over all sessions of the page."""
    return {header: signed for entry in entries for row in entry.rows if row.row == match.row for header, signed in row.signed}


def _signatures(tally: Tally, case: Case, row: dict[str, Any], said: dict[str, bool], match: SheetRowMatch) -> None:
    expected = row["signed"]
    if not expected:
        return
    values = [said.get(header) for header in expected] if expected.keys() <= said.keys() else list(said.values())
    for k, truth in enumerate(expected.values()):
        found = values[k] if k < len(values) else None
        unclear = DoubtKind.SIGNATURE_UNCLEAR in match.doubts
        outcome = "right" if found == truth else "human" if unclear or found is None else "wrong"
        tally.signatures[outcome] += 1
        if outcome == "wrong":
            tally.failures.append(f"{case.name} row {row['row']} signature of {row['name']} ({row['font']}) mark {row['mark']}: {found}, not {truth}")


def _date(tally: Tally, case: Case, truth: dict[str, Any], entries: Sequence[SheetAttendance]) -> None:
    """A date given to a sheet because only one session is left counts as left to a human."""
    known = entries[0] if entries else None
    if known is None or known.date_known is SheetDate.UNREADABLE or known.date_known is SheetDate.ASSIGNED:
        outcome = "human"
    else:
        outcome = "right" if known.date is not None and known.date.isoformat() == truth["date"] else "wrong"
    tally.dates[outcome] += 1
    if outcome == "right" and known is not None and case.layout != "am_pm":
        part = known.part if known.part != "day" else None
        tally.parts["right" if part == truth["part"] else "not seen" if part is None else "wrong"] += 1
    if outcome != "right":
        tally.failures.append(f"{case.name} date {truth['date_text']}: {outcome}: {known.date if known else None} {known.date_text if known else ''}")


def calibration(sure: Sequence[tuple[float, bool]]) -> list[tuple[str, int, int]]:
    """(bin of confidence, rows, of them right)."""
    table = []
    for low, high in zip(BINS, BINS[1:], strict=False):
        inside = [right for confidence, right in sure if low <= confidence < high]
        table.append((f"{low:g} to {min(high, 1.0):g}", len(inside), sum(inside)))
    return table
