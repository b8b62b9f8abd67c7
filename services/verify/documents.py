"""What a document says of itself: its project, occupation, days, people and codes, held against the claim. Pure."""

from __future__ import annotations

import re
import unicodedata

from rapidfuzz import fuzz

from services.domain.case import Case
from services.domain.facts import DocumentFacts
from services.domain.identity import uscc_problem

_LABEL = re.compile(r"(?:培训项目(?:名称)?|(?<![核价考试费])项目名称|培训班?名称)[ \t]*[:：\t][ \t]*([^\n\t:：]{3,60})")
"""A line that says which project it is about; 课程名称 is none: a project has many courses."""
_HEADER = re.compile(r"时间|日期|人数|学时|课时|类型|讲师|教师|地点|内容|序号|备注|单位|方式|对象|负责人|标准|金额|数量|姓名")
"""Words of a table's next column, which are no project's name."""
_HEADLINE = re.compile(r"(.{2,40}?)(?:培训班|培训项目|培训)(?:的|实施|工作|年度)*(?:方案|计划|通知|评价|考核|成绩|记录)")
_NAMED = re.compile(r"\W|关于|开展|组织|举办|实施|培训|项目|课程|方案|计划|通知|的|年|度|第|期|班|[\d一二三四五六七八九十]")
_OCCUPATIONS = re.compile(
    "车工|钳工|焊工|电工|铣工|磨工|镗工|刨工|铸造工|锻造工|冲压工|涂装工|装配工|装调工|钣金工|起重工|模具工|机修工|维修工|热处理工|电镀工|管工|架子工|瓦工|木工|油漆工|钢筋工|"
    "叉车|行车工|天车工|锅炉工|制冷工|化验员|检验员|质检员|仓库?管理?员|保管员|驾驶员|司机|安全员|焊接|切削|机器人|食品检验|乳品|饲料|屠宰|护理员|育婴员|保育员|厨师|烹调师"
)
"""Occupations of industry as the national classification and shop floors call them: for telling that a name means another one."""
_COUNT = re.compile(r"(?:培训|参训|参加|学员|计划)?(?:人数|总人数)[^\d\n]{0,6}(\d{1,5})\s*人?")
_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{18}(?![0-9A-Z])")
_CODE_LABEL = re.compile(r"(?:统一社会信用代码|社会信用代码|信用代码|注册号)[^0-9A-Za-z]{0,12}([0-9A-Za-z][0-9A-Za-z \-]{12,30})")
_MISREAD = str.maketrans("OISZ", "0152")


def packed(text: str) -> str:
    """A text without blanks and full-width forms."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def mentions_project(case: Case, facts: DocumentFacts, same: int) -> bool:
    """Whether the project's name stands in the text, as it is or nearly so (likeness in percent)."""
    name, text = packed(case.claim.project.name), packed(facts.text)
    return name in text or (len(name) >= 4 and fuzz.partial_ratio(name, text[:20_000]) >= same)


def mentions_days(case: Case, facts: DocumentFacts) -> bool:
    """Whether the text has a day of the training, or its first day without the year."""
    start, end = case.claim.project.start, case.claim.project.end
    return any(start <= day <= end for day in facts.dates) or f"{start.month}月{start.day}日" in packed(facts.text)


def named_projects(facts: DocumentFacts) -> list[str]:
    """The projects that the text names outright."""
    return [name.strip() for name in _LABEL.findall(facts.text) if not _HEADER.search(name)]


def headline_project(case: Case, facts: DocumentFacts, other: int) -> list[str]:
    """The project a headline names, where it is clearly another and every date of the document is of other days too."""
    if not facts.dates or mentions_days(case, facts):
        return []
    head = "\n".join([line.strip() for line in facts.text.splitlines() if line.strip()][:5])
    names = [name.replace(case.claim.enterprise.name, "") for name in _HEADLINE.findall(head)]
    if any(likeness(name, case.claim.project.name) >= other for name in names):
        return []
    return [name for name in names if len(_NAMED.sub("", packed(name))) >= 2]


def likeness(name: str, project: str) -> float:
    """Likeness of two project names in percent, the words that all of them share left out."""
    one, two = _NAMED.sub("", packed(name)), _NAMED.sub("", packed(project))
    if not one or not two:
        return float(fuzz.ratio(packed(name), packed(project)))
    return 100.0 if one in two or two in one else float(fuzz.ratio(one, two))


def other_occupation(case: Case, name: str) -> bool:
    """Whether a project's name means an occupation, and not the claim's."""
    project = case.claim.project
    theirs, ours = set(_OCCUPATIONS.findall(packed(name))), set(_OCCUPATIONS.findall(packed(f"{project.name} {project.occupation or ''}")))
    return bool(theirs) and bool(ours) and not theirs & ours


def stated_people(facts: DocumentFacts) -> tuple[int, ...]:
    """The numbers of people that the text states."""
    return tuple(dict.fromkeys(int(number) for number in _COUNT.findall(packed(facts.text)) if int(number)))


def printed_codes(facts: DocumentFacts) -> tuple[str, ...]:
    """Unified social credit codes in the text: valid ones, else what stands behind the label. Letters that no code has are read as digits."""
    text = unicodedata.normalize("NFKC", facts.text).upper()
    labelled = ["".join(re.findall(r"[0-9A-Z]", code))[:18] for code in _CODE_LABEL.findall(text)]
    candidates = [code.translate(_MISREAD) for code in (*labelled, *_CODE.findall(text))]
    valid = tuple(dict.fromkeys(code for code in candidates if len(code) == 18 and uscc_problem(code) is None))
    return valid or tuple(dict.fromkeys(code.translate(_MISREAD) for code in labelled if len(code) >= 15))
