"""七(一): a plan or a notice of the training."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.present import has_document


@check
def plan_or_notice(case: Case) -> Iterator[Result]:
    """At least one file of either kind that can be opened."""
    yield has_document(
        case,
        ("plan", "notice"),
        code="documents.plan_or_notice_missing",
        name=("培训方案或培训通知", "training plan or notice"),
        folders="plan/（培训方案）, notice/（培训通知）",
    )
