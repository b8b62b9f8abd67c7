"""四(四): the application and its tables are well-formed."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.claim import RejectedRow
from services.domain.evidence import Place
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.results import met, unmet

CODE = "claim.field_invalid"
_SINGLY = 20
"""Refused rows of a table that get a finding each; a table with a wrong column would fill the report."""


@check
def claim_fields(case: Case) -> Iterator[Result]:
    """No optional field of the wrong form (it was taken as absent), no row of trainees or roster that had to be refused."""
    yield met()
    for problem in case.claim.problems:
        zh = f"{problem.field} 现为{problem.found}，应为{problem.expected.zh}；按未填写处理"
        en = f"{problem.field} is {problem.found}, expected {problem.expected.en}; taken as absent"
        place = Place("claim.json")
        yield unmet(CODE, zh, en, subject=problem.field, expected=problem.expected.en, observed=problem.found, evidence=(place,))
    for table in (case.trainees, case.roster):
        if table is not None:
            yield from (_refused(table.file, row) for row in table.rejected[:_SINGLY])
            if rest := table.rejected[_SINGLY:]:
                yield unmet(CODE, f"{table.file} 另有{len(rest)}行未采用（自第{rest[0].row}行起）", f"{len(rest)} more rows of {table.file} were not taken (from row {rest[0].row} on)",
                            subject=table.file, observed=len(rest), evidence=tuple(Place(table.file, row=row.row) for row in rest[:50]))  # fmt: skip


def _refused(file: str, row: RejectedRow) -> Result:
    return unmet(CODE, f"{file} 第{row.row}行未采用：{row.reason.zh}", f"row {row.row} of {file} was not taken: {row.reason.en}",
                 subject=f"{file} {row.row}", evidence=(Place(file, row=row.row),))  # fmt: skip
