"""What a case keeps of rosters and facts: what judging and reporting look at. The rest stays with the stored roster and facts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from services.domain.case import Evidence
from services.domain.claim import Roster, Trainees
from services.domain.facts import ColumnRole, LearningLogFacts, PhotoFacts, SheetCell, SheetFacts, SheetTable, VideoFacts
from services.verify.match.variants import normalise_name

_NUMBER = re.compile(r"[0-9]{10}")
_AS_IT_IS = re.compile("[\u4e00-\u9fff]+")


def kept_roster(roster: Roster | None, trainees: Trainees | None, logs: Iterable[LearningLogFacts], first_day: date) -> Roster | None:
    """The rows of the trainees, of their namesakes and of the accounts in the logs; how many the whole roster has is kept as numbers.

    An enterprise's roster has thousands of rows, and a case is stored and read again for every judgement and report.
    """
    if roster is None:
        return None
    people = trainees.people if trainees else ()
    numbers, names = {t.id_number for t in people}, {normalise_name(t.name) for t in people}
    accounts = {p.account for log in logs for p in (*(s.person for s in log.sessions), *(c.person for c in log.checks)) if p.account}
    found = _found_in(roster)
    rows = {k for index, wanted in ((found.numbers, numbers), (found.names, names), (found.accounts, accounts)) for key in wanted for k in index.get(key, ())}
    kept = tuple(roster.people[k] for k in sorted(rows))
    return replace(roster, people=kept, rows=len(roster.people), insured_first_day=found.insured_on(first_day))


@dataclass(frozen=True, slots=True)
class _Found:
    """The rows of a roster by what they are looked for."""

    roster: Roster
    numbers: dict[str, list[int]]
    names: dict[str, list[int]]
    accounts: dict[str, list[int]]
    _insured: dict[date, int] = field(default_factory=dict)

    def insured_on(self, day: date) -> int:
        """How many people the roster has insured on that day."""
        if day not in self._insured:
            people = self.roster.people
            insured = {p.id_number for p in people if (p.insured_from is None or p.insured_from <= day) and (p.insured_to is None or day <= p.insured_to)}
            self._insured[day] = len(insured)
        return self._insured[day]


_KEPT: list[_Found] = []


def _found_in(roster: Roster) -> _Found:
    """The rows of a roster by number, name and account; those of the last two rosters are kept, for batches that go over many claims of one."""
    for known in _KEPT:
        if known.roster is roster:
            return known
    made = _Found(roster, {}, {}, {})
    for k, person in enumerate(roster.people):
        for index, key in ((made.numbers, person.id_number), (made.names, _normal(person.name)), (made.accounts, person.account)):
            if key is not None:
                index.setdefault(key, []).append(k)
    _KEPT.insert(0, made)
    del _KEPT[2:]
    return made


def _normal(name: str) -> str:
    """The name for comparing; most are plain characters, and a roster has thousands."""
    return name if _AS_IT_IS.fullmatch(name) else normalise_name(name)


def kept_evidence(evidence: Evidence) -> Evidence:
    """The evidence without what was only for matching: posteriors and ink of sheets, features of pictures, motion of videos."""
    facts = evidence.facts
    if isinstance(facts, SheetFacts):
        pages = tuple(
            replace(page, lines=(), tables=tuple(map(_plain_table, page.tables)), date=page.date and replace(page.date, posteriors=None))
            for page in facts.pages
        )
        return replace(evidence, facts=replace(facts, pages=pages))
    if isinstance(facts, PhotoFacts):
        return replace(evidence, facts=replace(facts, regions=(), hashes=(), thumb=b"", features=b"", features_mirrored=b""))
    if isinstance(facts, VideoFacts):
        return replace(evidence, facts=replace(facts, signature=b""))
    return evidence


def _plain_table(table: SheetTable) -> SheetTable:
    """The table with the cells of ID numbers only, which are covered where its picture is shown."""
    columns = {c.index for c in table.columns if c.role is ColumnRole.ID_NUMBER}
    rows = tuple(replace(row, cells=tuple(_plain_cell(c) for c in row.cells if c.column in columns or _NUMBER.search(c.text))) for row in table.rows)
    return replace(table, rows=rows)


def _plain_cell(cell: SheetCell) -> SheetCell:
    return replace(cell, posteriors=None, ink=None)
