"""七(四): assessment records."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.case import Case
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.present import has_document


@check
def assessment_records(case: Case) -> Iterator[Result]:
    """At least one assessment record that can be opened."""
    yield has_document(case, ("assessment",), code="documents.assessment_missing", name=("评价记录", "assessment record"), folders="assessments/（评价记录）")
