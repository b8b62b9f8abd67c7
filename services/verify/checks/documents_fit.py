"""Plan, notice and assessment records are about the project that is claimed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from rapidfuzz import fuzz

from services.domain.case import Case, Evidence
from services.domain.evidence import Place
from services.domain.facts import DocumentFacts
from services.domain.finding import Result
from services.verify.checks import check
from services.verify.results import met, not_applicable, unclear, unmet

_LABEL = re.compile(r"(?:培训项目(?:名称)?|(?<![核价考试费])项目名称|培训班?名称)[ \t]*[:：\t][ \t]*([^\n\t:：]{3,60})")
"""A line that says which project it is about; 课程名称 is none: a project has many courses."""
_HEADER = re.compile(r"时间|日期|人数|学时|课时|类型|讲师|教师|地点|内容|序号|备注|单位|方式|对象|负责人|标准|金额|数量|姓名")
"""Words of a table's next column, which are no project's name."""
_HEADLINE = re.compile(r"(.{2,40}?)(?:培训班|培训项目|培训)(?:的|实施|工作|年度)*(?:方案|计划|通知|评价|考核|成绩|记录)")
_TITLE = re.compile(
    r"培训|方案|计划|通知|安排|课程|学时|评价|考核|成绩|考试|测评|鉴定|得分|分数|合格|结果|学员|姓名|技能|理论|实操"
    r"|training|plan|notice|schedule|course|assessment|exam|score|result|grade|pass|name",
    re.IGNORECASE,
)
"""Words of the titles and headers of such documents."""
_NAMED = re.compile(r"\W|关于|开展|组织|举办|实施|培训|项目|课程|方案|计划|通知|的|年|度|第|期|班|[\d一二三四五六七八九十]")


@check
def documents_fit(case: Case, *, same: int, other: int) -> Iterator[Result]:
    """Plan, notice, assessment: the claim's project, 七(一). Likeness of names in percent: from `same` on it is the project, below `other` clearly another.

    Many honest plans never repeat the project's exact name. So a document is held against a claim only where it names
    another project outright and has neither the claim's project, nor its days.
    """
    documents = [item for item in case.of("plan", "notice", "assessment") if isinstance(item.facts, DocumentFacts)]
    if not documents:
        yield not_applicable()
        return
    findings = [result for item in documents if (result := _document(case, item, same, other))]
    yield from findings or (met(),)


def _document(case: Case, item: Evidence, same: int, other: int) -> Result | None:
    facts, file = item.facts, item.file.path
    if not isinstance(facts, DocumentFacts):
        return None
    place = (Place(file),)
    project = case.claim.project.name
    if not _packed(facts.text):
        return unclear("documents.wrong_project", f"{file}中没有可识读的文字，无法核对是否为“{project}”的材料，请人工查看", f"no text can be read in {file}: check that it is about “{project}”",
                       subject=file, expected=project, evidence=place, confidence=0.6)  # fmt: skip
    if _mentions(case, facts, same):
        return None
    named = [name.strip() for name in _LABEL.findall(facts.text) if not _HEADER.search(name)]
    foreign = [name for name in named if _likeness(name, project) < other]
    if foreign and len(foreign) == len(named) and not _mentions_days(case, facts):
        return unmet("documents.wrong_project", f"{file}写明的项目为“{foreign[0]}”，与申报项目“{project}”不符", f"{file} is about “{foreign[0]}”, not about “{project}”", subject=file,
                     expected=project, observed=foreign[0], evidence=place)  # fmt: skip
    foreign = foreign or _foreign_headline(case, facts, other)
    if foreign:
        return unclear("documents.wrong_project", f"{file}写明的项目“{foreign[0]}”与申报项目“{project}”不一致，请人工核对", f"{file} names “{foreign[0]}”, the claim “{project}”: check by eye",
                       subject=file, expected=project, observed=foreign[0], evidence=place)  # fmt: skip
    if named or _TITLE.search(facts.text) or _packed(case.claim.enterprise.name) in _packed(facts.text):
        return None
    return unclear("documents.wrong_project", f"{file}中未见申报项目“{project}”的名称或日期，请人工核对是否为本项目材料", f"{file} shows neither name nor dates of “{project}”: check by eye",
                   subject=file, expected=project, evidence=place, confidence=0.7)  # fmt: skip


def _foreign_headline(case: Case, facts: DocumentFacts, other: int) -> list[str]:
    """The project a headline names, where it is clearly another and every date of the document is of other days too."""
    if not facts.dates or _mentions_days(case, facts):
        return []
    head = "\n".join([line.strip() for line in facts.text.splitlines() if line.strip()][:5])
    names = [name.replace(case.claim.enterprise.name, "") for name in _HEADLINE.findall(head)]
    if any(_likeness(name, case.claim.project.name) >= other for name in names):
        return []
    return [name for name in names if len(_NAMED.sub("", _packed(name))) >= 2]


def _mentions(case: Case, facts: DocumentFacts, same: int) -> bool:
    """Whether the project's name stands in the text, as it is or nearly so."""
    name, text = _packed(case.claim.project.name), _packed(facts.text)
    if name in text:
        return True
    return len(name) >= 4 and fuzz.partial_ratio(name, text[:20_000]) >= same


def _mentions_days(case: Case, facts: DocumentFacts) -> bool:
    """Whether the text has a day of the training, or its first day without the year."""
    start, end = case.claim.project.start, case.claim.project.end
    return any(start <= day <= end for day in facts.dates) or f"{start.month}月{start.day}日" in _packed(facts.text)


def _likeness(name: str, project: str) -> float:
    """Likeness of two project names in percent, the words that all of them share left out."""
    one, two = _NAMED.sub("", _packed(name)), _NAMED.sub("", _packed(project))
    if not one or not two:
        return float(fuzz.ratio(_packed(name), _packed(project)))
    return 100.0 if one in two or two in one else float(fuzz.ratio(one, two))


def _packed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
