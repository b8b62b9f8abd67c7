"""附件2: the unified social credit code."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.finding import Result
from services.domain.identity import normalise_number, uscc_problem
from services.verify.checks import check
from services.verify.results import met, unclear, unmet

CODE = "enterprise.uscc_invalid"


@check
def enterprise_code(case: Case) -> Iterator[Result]:
    """The code has the form and check character of GB 32100."""
    code = normalise_number(case.claim.enterprise.uscc)
    if not code:
        yield unclear(CODE, "未填写统一社会信用代码；请补充", "the unified social credit code is missing; please add it", subject="uscc")
        return
    problem = uscc_problem(code)
    if problem is None:
        yield met()
    else:
        yield unmet(CODE, f"统一社会信用代码 {code} 无效：{problem.zh}；请核对营业执照", f"the unified social credit code {code} is invalid: {problem.en}; compare it with the licence", subject="uscc", observed=code)  # fmt: skip
