"""A made-up claim, judged: everything a report has to show."""

from __future__ import annotations

from tests.unit.report.claim_world import AT, NAMES, SHEETS, START, attendance, case, evidence, id_number, people, row_box, sessions
from tests.unit.report.judged_world import clause, clauses, clean, entitlements, finding, findings, judgement
from tests.unit.report.picture_world import files

__all__ = [
    "AT", "NAMES", "SHEETS", "START", "attendance", "case", "clause", "clauses", "clean", "entitlements", "evidence", "files", "finding", "findings", "id_number",
    "judgement", "people", "row_box", "sessions",
]  # fmt: skip
