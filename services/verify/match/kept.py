"""What a case keeps of rosters and facts: what judging and reporting look at. The rest stays with the stored roster and facts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
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
    kept = tuple(p for p in roster.people if p.id_number in numbers or p.account in accounts or _normal(p.name) in names)
    insured = {
        p.id_number for p in roster.people if (p.insured_from is None or p.insured_from <= first_day) and (p.insured_to is None or first_day <= p.insured_to)
    }
    return replace(roster, people=kept, rows=len(roster.people), insured_first_day=len(insured))


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
