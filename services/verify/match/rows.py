"""One row of a sheet to one person: name, signatures and numbers weighed as one posterior over everybody and "somebody else"."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.domain.case import DoubtKind, RowCandidate, RowStatus
from services.domain.facts import ColumnRole, SheetCell, SheetRow, SheetTable
from services.verify.match.directory import Directory, Person
from services.verify.match.name_reading import FAR, NEGLIGIBLE, NameReading
from services.verify.match.names import read_names
from services.verify.match.row_evidence import RowEvidence, read_evidence
from services.verify.match.surnames import SURNAMES
from services.verify.match.variants import differing, variants

MATCH = 0.9
"""Least posterior probability at which a row is given to a person."""
_STRANGER = 0.75
"""Least posterior probability at which a row is somebody who is not listed; between the two a human decides."""
_SURELY_NOBODY = 0.99
_LISTED = 0.05
_TRAINEE_PRIOR, _OTHER_PRIOR, _OTHER_DOUBT = 1.0, -2.0, 0.8
"""Of thousands on the roster many are named a little like any stranger: who is not claimed for must be named the more plainly."""
_SECOND_WITNESS, _WITNESS_RANGE = 0.6, (-1.0, 5.0)
_NUMBER_OVER_NAME = -8.0
"""A number can outweigh a name that is no better than this; a name that is plainly another's is left to a human."""
_TAKEN = -4.0
"""Log odds of one person's being listed twice on a page."""
_TELLING = 3.0
"""A difference in log odds by which homonyms are told apart."""
_LEGIBLE, _SCRAWL, _PRINTED = 0.5, 0.25, 0.93
_PLAIN = 3.0
_LONGEST, _RUN_ON = 6, -1.0
"""A text longer than any name has run into the next column: whoever is named in it is put to a human."""
_STRUCK, _STRUCK_ODDS = 0.95, -6.0
"""A struck-out row hangs no money on its name: it is given to whom it is likely of the listed, where the strokes left something of the name."""
_LIKELIEST = 0.3
"""Of an illegible row the people at least so likely among the listed are put to a human."""


@dataclass(slots=True)
class RowReading:
    """A row with every person in question: log odds by name alone, by all else on the row, and by the order of the list (indices into the directory)."""

    row: SheetRow
    text: str | None
    names: dict[int, float]
    extra: dict[int, float]
    evidence: RowEvidence
    legible: float
    empty: bool
    order: dict[int, float] = field(default_factory=dict)
    department: bool = False
    """A department stands in the name's cell: columns have run into each other."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who a row is. `person` indexes the directory; `people`: candidates with their probability, best first."""

    status: RowStatus
    person: int | None
    confidence: float | None
    people: tuple[tuple[int, float], ...] = ()
    doubts: tuple[DoubtKind, ...] = ()


def read_row(table: SheetTable, row: SheetRow, directory: Directory) -> RowReading:
    """Weighs a row; nothing is decided yet, for that the other rows of the page are needed."""
    return read_rows([(table, row)], directory)[0]


def read_rows(rows: Sequence[tuple[SheetTable, SheetRow]], directory: Directory) -> list[RowReading]:
    """Weighs the rows of a page, each by itself; together they are only read faster."""
    evidence = [read_evidence(table, row) for table, row in rows]
    cells = [_witnesses(table, row) for table, row in rows]
    empty = [row.empty or not (said or others.numbered) for (_, row), said, others in zip(rows, cells, evidence, strict=True)]
    read: list[list[NameReading]] = [[] for _ in rows]
    for place in range(max(map(len, cells), default=0)):
        asked = [k for k, said in enumerate(cells) if place < len(said) and not empty[k] and not (read[k] and read[k][0].settled)]
        for k, reading in zip(asked, read_names([cells[k][place] for k in asked], directory), strict=True):
            if reading is not None:
                read[k].append(reading)
    departments = [d for d in directory.departments if len(d) >= 2]
    return [
        RowReading(row, None, {}, {}, others, 0.0, True) if nothing else _weighed(row, others, readings, departments, directory)
        for (_, row), others, readings, nothing in zip(rows, evidence, read, empty, strict=True)
    ]


def _weighed(row: SheetRow, evidence: RowEvidence, readings: Sequence[NameReading], departments: Sequence[str], directory: Directory) -> RowReading:
    people = evidence.people(directory)
    for reading in readings:
        best = max(reading.scores.values(), default=0.0)
        least = best - FAR
        near = [n for n, s in reading.scores.items() if s >= least and s > NEGLIGIBLE]
        people |= {i for n in near for i in directory.by_name.get(n, ())}
    names = {i: _name_odds(readings, directory.people[i].name) for i in people}
    department = bool(readings) and any(d in readings[0].text for d in departments)
    if readings and (len(readings[0].text) > _LONGEST or department):
        names |= {i: _RUN_ON for n in directory.trainee_names if n in readings[0].text for i in directory.by_name[n]}
        people |= names.keys()
    text = readings[0].text if readings else None
    return RowReading(row, text, names, evidence.weigh(people, directory), evidence, readings[0].legible if readings else 0.0, False, department=department)


def _witnesses(table: SheetTable, row: SheetRow) -> list[SheetCell]:
    """The cells that say who it is, the name first, then the signatures (not 请假 and the like)."""
    roles = {c.index: c.role for c in table.columns}
    said = [c for c in row.cells if c.posteriors is not None or c.text.strip()]
    named = [c for c in said if roles.get(c.column) is ColumnRole.NAME and _has_letters(c)]
    signed = [c for c in said if roles.get(c.column) is ColumnRole.SIGNATURE and c.signed is not False and not c.mark and c.text.strip(" ★☆")]
    return [*named[:1], *signed[:4]]


def _has_letters(cell: SheetCell) -> bool:
    """A seal's star or specks in a name's cell are no name."""
    return not cell.text.strip() or any(c.isalpha() for c in cell.text)


def _name_odds(readings: Sequence[NameReading], name: str) -> float:
    """The first witness in full, the others within bounds: a signature is often illegible, and then says nothing."""
    if not readings:
        return 0.0
    low, high = _WITNESS_RANGE
    total = readings[0].score(name)
    if len(readings) == 1:
        return total
    others = [min(high, max(low, _SECOND_WITNESS * r.score(name))) for r in readings[1:]]
    return total + (max(others) + min(0.0, *others) if len(others) > 1 else sum(others))


def decide(reading: RowReading, directory: Directory, taken: Mapping[int, int]) -> Verdict:
    """The verdict on a row, `taken` being the people that other rows of the page were given (person -> how often)."""
    if reading.empty:
        return Verdict(RowStatus.EMPTY, None, None)
    posterior, stranger = _posterior(reading, directory, taken)
    by_name: dict[str, float] = {}
    for i, p in posterior.items():
        by_name[directory.people[i].name] = by_name.get(directory.people[i].name, 0.0) + p
    listed = _listed(posterior)
    if not listed or stranger >= _STRANGER:
        return _stranger(reading, directory, stranger, listed)
    name = max(by_name, key=lambda n: by_name[n])
    chosen = _one_of_homonyms([i for i in posterior if directory.people[i].name == name], reading, directory)
    if by_name[name] < MATCH or chosen is None:
        contradicted = _plainly_named(reading, directory)
        if contradicted is not None:
            odds = _TRAINEE_PRIOR + reading.names[contradicted]
            return Verdict(RowStatus.MATCHED, contradicted, round(1.0 / (1.0 + math.exp(-odds)), 4), listed, (DoubtKind.ID_MISMATCH,))
        return Verdict(RowStatus.AMBIGUOUS, None, round(max(posterior.values()), 4), listed, (DoubtKind.NAME_AMBIGUOUS,))
    agrees = reading.evidence.id_agrees(directory.people[chosen])
    doubts: tuple[DoubtKind, ...] = ()
    if agrees is False:
        doubts = (DoubtKind.ID_MISMATCH,)
    elif reading.names[chosen] < _NUMBER_OVER_NAME and reading.legible >= _LEGIBLE:
        return Verdict(RowStatus.AMBIGUOUS, None, round(by_name[name], 4), listed, (DoubtKind.ID_MISMATCH,))
    return Verdict(RowStatus.MATCHED, chosen, round(by_name[name], 4), listed, doubts)


def _plainly_named(reading: RowReading, directory: Directory) -> int | None:
    """The trainee whose name stands there plainly, though the row's ID number is another's."""
    top = max(reading.names.values(), default=0.0)
    if top < _PLAIN or reading.legible < _LEGIBLE:
        return None
    named = [i for i, odds in reading.names.items() if odds > top - 1e-9 and directory.people[i].trainee is not None]
    return named[0] if len(named) == 1 and reading.evidence.id_agrees(directory.people[named[0]]) is False else None


def _posterior(reading: RowReading, directory: Directory, taken: Mapping[int, int]) -> tuple[dict[int, float], float]:
    """Probability of each person, and of somebody else."""
    odds = {}
    people, more, order = directory.people, reading.extra, reading.order
    for i, name in reading.names.items():
        prior = _TRAINEE_PRIOR if people[i].trainee is not None else _OTHER_PRIOR - _OTHER_DOUBT * max(0.0, _PLAIN - name)
        extra = more.get(i, 0.0) + order.get(i, 0.0) if order else more.get(i, 0.0)
        said = max(name, _NUMBER_OVER_NAME - 2.0) if extra >= 8.0 else name
        odds[i] = prior + said + extra + (_TAKEN if taken and taken.get(i) else 0.0)
    top = max([0.0, *odds.values()])
    weights = {i: math.exp(v - top) for i, v in odds.items()}
    total = sum(weights.values()) + math.exp(-top)
    return {i: w / total for i, w in weights.items()}, math.exp(-top) / total


def _listed(posterior: Mapping[int, float]) -> tuple[tuple[int, float], ...]:
    best = sorted(posterior.items(), key=lambda item: (-item[1], item[0]))[:5]
    return tuple((i, round(p, 4)) for i, p in best if p >= _LISTED)


def _stranger(reading: RowReading, directory: Directory, stranger: float, listed: tuple[tuple[int, float], ...]) -> Verdict:
    """Somebody who is not listed; but a number that is plainly a listed person's is a contradiction for a human."""
    pointed = [i for i in reading.names if reading.evidence.id_points(directory.people[i])]
    if pointed:
        return Verdict(RowStatus.AMBIGUOUS, None, round(stranger, 4), tuple((i, 0.5) for i in pointed[:5]), (DoubtKind.ID_MISMATCH,))
    likeliest = _among_listed(reading, directory)[:3] if reading.text is not None else []
    if is_a_name(reading):
        likeliest = [(i, p) for i, p in likeliest if stranger < _SURELY_NOBODY and _may_be_misread(reading, directory.people[i])]
    doubtful = tuple((i, round(p, 4)) for i, p in likeliest if p >= _LIKELIEST)
    if doubtful:
        return Verdict(RowStatus.AMBIGUOUS, None, round(1.0 - stranger, 4), doubtful, (DoubtKind.NAME_AMBIGUOUS,))
    return Verdict(RowStatus.UNKNOWN, None, round(stranger, 4), listed)


def is_a_name(reading: RowReading) -> bool:
    """What was read could be somebody's name, and was read with some sureness; else nobody can be called a stranger by it."""
    text = reading.text or ""
    begins = reading.legible >= _PRINTED or any(form in SURNAMES for form in variants(text[:1]))
    return 2 <= len(text) <= _LONGEST and reading.legible >= _SCRAWL and begins and not reading.department


def _may_be_misread(reading: RowReading, person: Person) -> bool:
    """One character of a trainee's name in a cell that was not read surely: rather the hand than a stranger with nearly the same name."""
    close = len(person.name) >= 3 and differing(reading.text or "", person.name) <= 1
    return person.trainee is not None and close and reading.legible < _PRINTED


def struck_out(reading: RowReading, directory: Directory) -> Verdict | None:
    """Who stands in a crossed-out row, the stroke through the name allowed for; None where that can't be told."""
    likeliest = _among_listed(reading, directory)[:1]
    for person, chance in likeliest:
        if chance >= _STRUCK and reading.names[person] + max(0.0, reading.extra.get(person, 0.0)) >= _STRUCK_ODDS:
            return Verdict(RowStatus.MATCHED, person, round(chance, 4))
    return None


def _among_listed(reading: RowReading, directory: Directory) -> list[tuple[int, float]]:
    """Probability of each person, supposing that it is one of them; best first."""
    posterior, stranger = _posterior(reading, directory, {})
    rest = max(1.0 - stranger, 1e-12)
    return sorted(((i, p / rest) for i, p in posterior.items()), key=lambda item: (-item[1], item[0]))


def _one_of_homonyms(people: list[int], reading: RowReading, directory: Directory) -> int | None:
    """The person among those of one name: whom the row's numbers tell, else the claim's only trainee among them."""
    extra = {i: reading.extra.get(i, 0.0) for i in people}
    top = max(extra.values())
    tied = [i for i in people if extra[i] > top - _TELLING]
    if len(tied) == 1:
        return tied[0]
    trainees = [i for i in tied if directory.people[i].trainee is not None]
    return trainees[0] if len(trainees) == 1 else None


def candidates(verdict: Verdict, directory: Directory) -> tuple[RowCandidate, ...]:
    """The verdict's candidates in the report's form."""
    return tuple(RowCandidate(directory.people[i].shown, directory.people[i].id_number, p, directory.people[i].trainee) for i, p in verdict.people)
