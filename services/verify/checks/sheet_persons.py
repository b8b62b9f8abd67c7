"""Each row of a sheet is a trainee of the claim, told beyond doubt."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case, RowStatus
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.results import met, not_applicable, unclear
from services.verify.sheet_row_results import row_results


@check
def sheet_persons(case: Case) -> Iterator[Result]:
    """Unknown, foreign, ambiguous, mismatched and repeated people on sheets, row by row, 七(二)."""
    if not any(page.rows for page in case.attendance):
        yield not_applicable()
        return
    if case.trainees is None and case.roster is None:
        yield unclear("sheet.person_unknown", "参保名单（roster）和培训补贴人员信息（trainees）均未提供，签到表上的人员无法核对；请补充",
                      "there is neither a roster nor a trainees file to hold the people on the sheets against; please add them", subject="trainees")  # fmt: skip
        return
    findings = []
    seen = set()
    for page in case.attendance:
        for row in page.rows:
            if row.status is RowStatus.MATCHED and row.trainee is not None and not row.doubts:
                continue
            for result in row_results(case, page, row):
                # A page with columns for several sessions has its rows once for each of them.
                key = (page.file, page.page, row.row, result.code)
                if key not in seen:
                    seen.add(key)
                    findings.append(result)
    yield from findings or (met(),)
