"""七(四): assessment records."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.domain.case import Case
from services.domain.evidence import Place
from services.domain.facts import DocumentFacts
from services.domain.finding import Outcome, Result
from services.verify.aspects import first_listings, listed
from services.verify.checks import check
from services.verify.people import people
from services.verify.present import has_document
from services.verify.results import info

CODE = "documents.assessment_incomplete"
_FAILED = re.compile(r"不合格|不及格|未通过|未达标|缺考|不予评价")


@check
def assessment_records(case: Case) -> Iterator[Result]:
    """At least one assessment record that can be opened. Who has no result in them, or a failed one, is told: the law asks for records of the project."""
    yield (
        result := has_document(
            case, ("assessment",), code="documents.assessment_missing", name=("评价记录", "assessment record"), folders="assessments/（评价记录）"
        )
    )
    if result.outcome is Outcome.MET:
        yield from _results(case)


def _results(case: Case) -> Iterator[Result]:
    """Trainees by their names in the text; where none can be found the records are of another kind (photos, a summary), and nothing is said."""
    documents = [(item.file.path, item.facts) for item in case.of("assessment") if isinstance(item.facts, DocumentFacts)]
    lines = ["".join(line.split()) for _, facts in documents for line in facts.text.splitlines()]
    whole = "\n".join(lines)
    names = {index: "".join(people(case)[index].name.split()) for index in first_listings(case)}
    absent = tuple(index for index, name in names.items() if name and name not in whole)
    if not names or len(absent) == len(names):
        return
    failing = "\n".join(line for line in lines if _FAILED.search(line))
    failed = tuple(index for index, name in names.items() if name and name in failing)
    places = tuple(Place(path) for path, _ in documents)
    for found, zh, en in (
        (absent, "评价记录中未识别到以下人员的结果", "no result is seen in the assessment records for"),
        (failed, "评价记录中结果不合格或缺考", "failed or absent in the assessment records"),
    ):
        if found:
            who, who_en = (
                listed((names[i] for i in found), 10, more="等{count}人"),
                listed((names[i] for i in found), 10, mark=", ", more=" and others ({count} in all)"),
            )
            yield info(CODE, f"{zh}：{who}", f"{en}: {who_en}", subject="评价记录", observed=len(found), evidence=places, trainees=found)
