"""Plan, notice and assessment records are about the project that is claimed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.domain.case import Case, Evidence
from services.domain.evidence import Place
from services.domain.facts import DocumentFacts
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.documents import headline_project, likeness, mentions_days, mentions_project, named_projects, other_occupation, packed, stated_people
from services.verify.results import info, met, not_applicable, unclear, unmet

CODE = "documents.wrong_project"
_TITLE = re.compile(
    r"培训|方案|计划|通知|安排|课程|学时|评价|考核|成绩|考试|测评|鉴定|得分|分数|合格|结果|学员|姓名|技能|理论|实操"
    r"|training|plan|notice|schedule|course|assessment|exam|score|result|grade|pass|name",
    re.IGNORECASE,
)
"""Words of the titles and headers of such documents."""


@check
def documents_fit(case: Case, *, same: int, other: int) -> Iterator[Result]:
    """Plan, notice, assessment: the claim's project, 七(一). Likeness of names in percent: from `same` on it is the project, below `other` clearly another.

    Many honest plans never repeat the project's exact name. So a document is held against a claim only where it names another project
    outright and has neither the claim's project nor, unless it is one of another occupation, its days.
    """
    documents = [(item, item.facts) for item in case.of("plan", "notice", "assessment") if isinstance(item.facts, DocumentFacts)]
    if not documents:
        yield not_applicable()
        return
    findings = [result for item, facts in documents for result in (*_document(case, item, facts, same, other), *_people(case, item, facts))]
    yield from findings or (met(),)


def _document(case: Case, item: Evidence, facts: DocumentFacts, same: int, other: int) -> Iterator[Result]:
    file, place, project = item.file.path, (Place(item.file.path),), case.claim.project.name
    if not packed(facts.text):
        yield unclear(CODE, f"{file}中没有可识读的文字，无法核对是否为“{project}”的材料，请人工查看", f"no text can be read in {file}: check that it is about “{project}”",
                      subject=file, expected=project, evidence=place, confidence=0.6)  # fmt: skip
        return
    if mentions_project(case, facts, same):
        return
    named = named_projects(facts)
    foreign = [name for name in named if likeness(name, project) < other]
    outright = bool(foreign) and len(foreign) == len(named)
    if outright and (not mentions_days(case, facts) or all(other_occupation(case, name) for name in foreign)):
        yield unmet(CODE, f"{file}写明的项目为“{foreign[0]}”，与申报项目“{project}”不符", f"{file} is about “{foreign[0]}”, not about “{project}”", subject=file,
                    expected=project, observed=foreign[0], evidence=place)  # fmt: skip
    elif foreign := foreign or headline_project(case, facts, other):
        yield unclear(CODE, f"{file}写明的项目“{foreign[0]}”与申报项目“{project}”不一致，请人工核对", f"{file} names “{foreign[0]}”, the claim “{project}”: check by eye",
                      subject=file, expected=project, observed=foreign[0], evidence=place)  # fmt: skip
    elif not (named or _TITLE.search(facts.text) or packed(case.claim.enterprise.name) in packed(facts.text)):
        yield unclear(CODE, f"{file}中未见申报项目“{project}”的名称或日期，请人工核对是否为本项目材料", f"{file} shows neither name nor dates of “{project}”: check by eye",
                      subject=file, expected=project, evidence=place, confidence=0.7)  # fmt: skip


def _people(case: Case, item: Evidence, facts: DocumentFacts) -> Iterator[Result]:
    """Another number of people than is claimed for: plans count ahead, so that this is told, no more."""
    declared, stated = case.claim.project.trainee_count, stated_people(facts)
    if declared and stated and declared not in stated:
        yield info("documents.headcount_differs", f"{item.file.path}写明{'、'.join(map(str, stated[:5]))}人，申报{declared}人", f"{item.file.path} speaks of {', '.join(map(str, stated[:5]))} people, {declared} are declared",
                   subject=item.file.path, expected=declared, observed=list(stated[:5]), evidence=(Place(item.file.path),))  # fmt: skip
