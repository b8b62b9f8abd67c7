"""What a row says of a person besides the name: ID number (full, masked or misread), employee number, phone, department."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from services.domain.facts import ColumnRole, SheetCell, SheetRow, SheetTable
from services.domain.identity import id_number_problem, normalise_number
from services.verify.match.ctc import Lattice, forward, lattice
from services.verify.match.directory import Directory, Person
from services.verify.match.variants import normalise_name

_DIGITS = str.maketrans(
    {
        "O": "0",
        "D": "0",
        "Q": "0",
        "I": "1",
        "L": "1",
        "Z": "2",
        "S": "5",
        "B": "8",
        "〇": "0",
        "○": "0",
        "×": "X",
        "＊": "*",
        "※": "*",
        "●": "*",
        "·": "*",
        "•": "*",
    }
)
_AGREE_GAP = 6.0
"""An ID number as likely as this (natural log) beside the best reading is what the row says."""
_ID_AGREES, _ID_DISAGREES = 12.0, -4.0
_OTHERS, _FEW = 15, 5
_EDIT_GAP = 4.0
_DEPARTMENT, _OTHER_DEPARTMENT = 2.5, -2.0
"""Log odds of a person by the department beside the name; people move, so another one says little."""
_DEPARTMENT_GAP, _NOT_LISTED = 0.4, 5.0
"""How much a difference in log likelihood tells; and how far, per character, every listed one may be from what was read."""


@dataclass(frozen=True, slots=True)
class IdReading:
    """A row's ID number. `text` normalised; `masked`: digits are hidden by asterisks; `usable`: enough of it can be read to say who is not meant."""

    text: str
    masked: bool
    usable: bool
    table: Lattice | None
    best: float
    known: dict[str, float] = field(default_factory=dict, compare=False)

    def gaps(self, numbers: list[str]) -> np.ndarray:
        """How much less likely each number is than the best reading, natural log."""
        new = [n for n in dict.fromkeys(numbers) if n not in self.known]
        if new:
            self.known.update(zip(new, self._gaps(new).tolist(), strict=True))
        return np.array([self.known[n] for n in numbers], float)

    def _gaps(self, numbers: list[str]) -> np.ndarray:
        if self.table is not None and not self.masked:
            likelihoods = forward(self.table, numbers)
            gaps: np.ndarray = np.maximum(0.0, self.best - likelihoods)
            return gaps
        return np.array([_EDIT_GAP * self._edits(n) for n in numbers], float)

    def usual_gap(self, directory: Directory) -> float:
        """The gap of somebody else's number: where all numbers are as unlikely, being a little less so says nothing."""
        some = [n for i in directory.trainees[:_OTHERS] if (n := directory.people[i].id_number)]
        return float(np.median(self.gaps(some))) if len(some) >= _FEW else _ID_AGREES

    def _edits(self, number: str) -> int:
        if not self.masked:
            return Levenshtein.distance(self.text, number)
        head, tail = re.split(r"\*+", self.text, maxsplit=1)[0], re.split(r"\*+", self.text)[-1]
        wrong = Levenshtein.distance(head, number[: len(head)]) if head else 0
        return wrong + (Levenshtein.distance(tail, number[-len(tail) :]) if tail else 0)

    @property
    def digits(self) -> int:
        return sum(c.isdigit() or c == "X" for c in self.text)


@dataclass(frozen=True, slots=True)
class DepartmentReading:
    """A row's department: its text, and where it was read doubtfully its posteriors."""

    text: str
    table: Lattice | None = None
    known: dict[str, float] = field(default_factory=dict, compare=False)

    def score(self, department: str, departments: Sequence[str]) -> float:
        """Log odds of who works in `department`, beside the others of the list."""
        if self.text in departments and self.table is None:
            return _DEPARTMENT if self.text == department else _OTHER_DEPARTMENT
        if self.table is None or department not in departments:
            likeness = fuzz.ratio(self.text, department)
            return _DEPARTMENT if likeness >= 80 else 0.0 if likeness >= 50 else _OTHER_DEPARTMENT
        if not self.known:
            *scores, said = forward(self.table, [*departments, self.text]).tolist()
            self.known.update(zip(departments, scores, strict=True))
            if said - max(scores) > _NOT_LISTED * len(self.text):
                self.known.update(dict.fromkeys(departments, 0.0))
        ranked = sorted(self.known.values())
        best, second = ranked[-1], ranked[-2] if len(ranked) > 1 else ranked[-1] - 2 * _DEPARTMENT / _DEPARTMENT_GAP
        lead = self.known[department] - (second if self.known[department] == best else best)
        return float(np.clip(_DEPARTMENT_GAP * lead, _OTHER_DEPARTMENT, _DEPARTMENT))


@dataclass(frozen=True, slots=True)
class RowEvidence:
    """What a row says besides the name; None: no such column, or nothing legible in it."""

    id_number: IdReading | None = None
    employee_no: str | None = None
    phone: str | None = None
    department: DepartmentReading | None = None

    @property
    def numbered(self) -> bool:
        """Some number stands there."""
        return self.id_number is not None or self.employee_no is not None or self.phone is not None

    def people(self, directory: Directory) -> set[int]:
        """Who the numbers of the row point to outright."""
        found: set[int] = set()
        if self.id_number is not None:
            if self.id_number.text in directory.by_id:
                found.add(directory.by_id[self.id_number.text])
            if self.id_number.usable:
                found |= _of_number(self.id_number, directory)
        found |= set(directory.by_employee_no.get(self.employee_no or "", ())[:20])
        return found | set(directory.by_phone.get(self.phone or "", ())[:20])

    def weigh(self, people: Iterable[int], directory: Directory) -> dict[int, float]:
        """Log odds of each person by everything but the name."""
        members = list(people)
        scores = {i: self._minor(directory.people[i], directory) for i in members}
        if self.id_number is not None and self.id_number.usable:
            for i, score in self.id_scores(members, directory).items():
                scores[i] += score
        return scores

    def id_scores(self, people: Iterable[int], directory: Directory) -> dict[int, float]:
        """Log odds of each person by the ID number alone; who has none on file is left out."""
        known = [i for i in people if directory.people[i].id_number]
        if self.id_number is None or not known:
            return {}
        gaps = self.id_number.gaps([directory.people[i].id_number for i in known])
        lead = self.id_number.usual_gap(directory) - gaps
        most = min(_ID_AGREES, 1.2 * self.id_number.digits)
        scores = np.maximum(_ID_DISAGREES, np.minimum(most - 1.2 * gaps, lead))
        return dict(zip(known, scores.tolist(), strict=True))

    def id_agrees(self, person: Person) -> bool | None:
        """Does the row's ID number belong to the person? None where either is missing or illegible."""
        if self.id_number is None or not self.id_number.usable or not person.id_number:
            return None
        gap = float(self.id_number.gaps([person.id_number])[0])
        return gap <= _AGREE_GAP or self._misread(person)

    def id_points(self, person: Person) -> bool:
        """Is the row's ID number this person's, by enough digits to say so of somebody who is named otherwise?"""
        if self.id_number is None or self.id_number.digits < 8 or not self.id_agrees(person):
            return False
        return not self.id_number.masked or float(self.id_number.gaps([person.id_number])[0]) < _EDIT_GAP

    def _misread(self, person: Person) -> bool:
        """One digit off, and what was read is no valid number: rather the recogniser's slip than another person's number."""
        reading = self.id_number
        assert reading is not None
        if reading.masked or id_number_problem(person.id_number) or not id_number_problem(reading.text):
            return False
        wrong = Levenshtein.distance(reading.text, person.id_number)
        doubtful = reading.best < -0.7
        return wrong <= (2 if doubtful else 0) or (wrong <= 2 and len(reading.text) != 18)

    def _minor(self, person: Person, directory: Directory) -> float:
        score = 0.0
        if self.employee_no and person.employee_no:
            score += 8.0 if self.employee_no == person.employee_no else -2.0 if _close(self.employee_no, person.employee_no) else -4.0
        if self.phone and person.phone:
            score += 9.0 if self.phone == person.phone else 1.0 if _close(self.phone, person.phone) else -4.0
        if self.department and person.department:
            score += self.department.score(person.department, directory.departments)
        return score


def _close(a: str, b: str) -> bool:
    return Levenshtein.distance(a, b) <= 1


def _of_number(reading: IdReading, directory: Directory) -> set[int]:
    """Trainees whose ID number the reading may be."""
    members = [i for i in directory.trainees if directory.people[i].id_number]
    if not members or reading.digits < 6:
        return set()
    if len(members) > 150:
        members = [i for i in members if reading._edits(directory.people[i].id_number) <= 4]
    if not members:
        return set()
    gaps = reading.gaps([directory.people[i].id_number for i in members])
    return {members[k] for k in np.flatnonzero(gaps <= _AGREE_GAP + 4)}


def read_evidence(table: SheetTable, row: SheetRow) -> RowEvidence:
    """The row's cells besides name and signatures."""
    roles = {c.index: c.role for c in table.columns}
    cells: dict[ColumnRole, SheetCell] = {}
    for cell in row.cells:
        role = roles.get(cell.column)
        if role is not None and cell.text.strip() and role not in cells:
            cells[role] = cell
    number = cells.get(ColumnRole.ID_NUMBER)
    return RowEvidence(
        id_number=read_id(number) if number else None,
        employee_no=_plain(cells.get(ColumnRole.EMPLOYEE_NO)),
        phone=_plain(cells.get(ColumnRole.PHONE)),
        department=_department(cells.get(ColumnRole.DEPARTMENT)),
    )


def _department(cell: SheetCell | None) -> DepartmentReading | None:
    text = normalise_name(cell.text) if cell else ""
    if cell is None or not text:
        return None
    return DepartmentReading(text, lattice(cell.posteriors) if cell.posteriors is not None and cell.posteriors.steps else None)


def _plain(cell: SheetCell | None) -> str | None:
    return normalise_number(cell.text) or None if cell else None


def read_id(cell: SheetCell) -> IdReading | None:
    """An ID number cell; None where there are no digits in it."""
    text = unicodedata.normalize("NFKC", cell.text).upper()
    text = re.sub(r"[^0-9A-Z*]", "", text.translate(_DIGITS))
    text = re.sub(r"(?<=\d)[KY](?=$)", "X", text)
    if sum(c.isdigit() for c in text) < 4:
        return None
    masked = "*" in text
    usable = (masked and len(text.replace("*", "")) >= 4) or 15 <= len(text) <= 20
    if masked or cell.posteriors is None or cell.posteriors.steps == 0:
        return IdReading(text, masked, usable, None, -3.0 * max(0.0, 1.0 - cell.confidence))
    table = lattice(cell.posteriors)
    return IdReading(text, False, usable, table, float(forward(table, [text])[0]))
