"""Header cells: what a column holds, and which day or part of a day a signature column stands for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.domain.facts import ColumnRole

_ROLES: tuple[tuple[ColumnRole, str], ...] = (
    (ColumnRole.DATE, r"^(签到|签退|到达|离开|培训|上课)?(日期|时间)$|^date$|^time$"),
    (ColumnRole.SIGNATURE, r"签到|签退|签名|签字|簽|签收|签章|手签|本人签|画押|签$|signature|^sign|check-?(in|out)"),
    (ColumnRole.EMPLOYEE_NO, r"工号|员工编号|员工号|职工号|职工编号|人员编号|学号|人事编号|(employee|staff)(no|number|id)"),
    (ColumnRole.ID_NUMBER, r"身份证|身份号|证件号|身份证件|公民身份|证号|id(no|number|card)"),
    (ColumnRole.PHONE, r"电话|手机|联系方式|联络方式|phone|mobile|^tel"),
    (ColumnRole.NAME, r"姓名|名字|^name$|fullname|^姓.?名$|参训人员$|学员$|人员$"),
    (ColumnRole.NUMBER, r"^(序号|编号|序|号|no|nr|№|#|序列|顺序号|序列号|number)$"),
    (ColumnRole.DEPARTMENT, r"部门|单位|班组|车间|科室|公司|工段|department|unit|team"),
    (ColumnRole.REMARK, r"备注|说明|remark|note|comment"),
    (ColumnRole.OTHER, r"性别|年龄|工种|岗位|职务|职称|学历|民族|籍贯|级别|等级|成绩|学时|课程"),
)
_DAY = re.compile(r"(?<![\d.])(?:(?P<year>(?:19|20)\d{2})[年./\-])?(?P<month>1[0-2]|0?[1-9])[月./\-](?P<day>3[01]|[12]\d|0?[1-9])[日号曰]?(?!\d)")
_NO_DAY = re.compile(r"[×%+=]|[a-z]{3}|[a-z]{2}\d")
"""A measured value (CA19.4×10-12) looks like a day and is none."""
_DAY_ALONE = re.compile(r"^(?P<day>3[01]|[12]\d|0?[1-9])[日号曰]")
_PARTS = (("am", r"上午|早上|早晨|^am$|morning|\bam\b"), ("pm", r"下午|晚上|晚间|夜|^pm$|afternoon|evening|\bpm\b"), ("day", r"全天|整天|全日|allday"))


@dataclass(frozen=True)
class Heading:
    """A column's header as understood. `month_day`: a date without (or with: `year`) its year; month 0: only the day stands there."""

    text: str
    role: ColumnRole | None
    year: int | None = None
    month_day: tuple[int, int] | None = None
    part: str | None = None


def normalise(text: str) -> str:
    """Without blanks, full-width forms and colons at the end."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).strip(":：")


def _without_rules(plain: str) -> str:
    """A rule beside a header is read as a stroke before or behind it: 序号| is 序号."""
    return plain.strip("|¦丨_'`,·") or plain


def understand(text: str) -> Heading:
    """The role of a header cell; role None: it is no header that sheets have."""
    plain = _without_rules(normalise(text))
    if re.search(r"[:：].", plain):  # a label with its value stands above a table, not in its header
        return Heading(plain, None)
    low = plain.lower().rstrip(".")
    part = part_of_day(plain)
    found = None if _NO_DAY.search(low) else _DAY.search(plain)
    alone = None if found else _DAY_ALONE.match(plain)
    year = int(found["year"]) if found and found["year"] else None
    month_day = (int(found["month"]), int(found["day"])) if found else (0, int(alone["day"])) if alone else None
    role = next((role for role, pattern in _ROLES if re.search(pattern, low)), None)
    if role is None and len(plain) == 2 and (plain[0] == "姓" or plain[1] == "名"):
        role = ColumnRole.NAME
    if role in (None, ColumnRole.DATE) and (month_day is not None or part is not None) and len(plain) <= 16:
        role = ColumnRole.SIGNATURE
    return Heading(plain, role, year, month_day, part)


def part_of_day(text: str) -> str | None:
    """am, pm or day where the text says so; am and pm together are a day."""
    found = [name for name, pattern in _PARTS if re.search(pattern, text, re.IGNORECASE)]
    if "day" in found or {"am", "pm"} <= set(found):
        return "day"
    return found[0] if found else None


def dated(heading: Heading, others: Sequence[date], neighbours: Sequence[Heading]) -> date | None:
    """The header's date; year (and month, where it gives only the day) from dates elsewhere on the page or in other headers."""
    if heading.month_day is None:
        return None
    month, day = heading.month_day
    month = month or next((h.month_day[0] for h in neighbours if h.month_day and h.month_day[0]), 0) or next((d.month for d in others), 0)
    year = heading.year or next((h.year for h in neighbours if h.year), None) or next((d.year for d in others), None)
    if not year or not month:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def roles_by_contents(columns: Sequence[Sequence[str]]) -> list[ColumnRole]:
    """Roles of columns without a header, from what stands in them (best strings, empty ones included)."""
    roles = [_by_contents(texts) for texts in columns]
    names = [i for i, role in enumerate(roles) if role is ColumnRole.NAME]
    for later in names[1:]:
        roles[later] = ColumnRole.SIGNATURE
    if ColumnRole.SIGNATURE not in roles:
        after = [i for i, role in enumerate(roles) if role is ColumnRole.OTHER and (not names or i > names[0])]
        if after:
            roles[after[-1] if not _mostly_empty(columns[after[-1]]) else after[0]] = ColumnRole.SIGNATURE
    return roles


def _by_contents(texts: Sequence[str]) -> ColumnRole:
    filled = [normalise(t) for t in texts if normalise(t)]
    if not filled:
        return ColumnRole.OTHER

    def share(pattern: str) -> float:
        return sum(bool(re.fullmatch(pattern, t)) for t in filled) / len(filled)

    if share(r"\d{1,3}[.、]?") > 0.6:
        return ColumnRole.NUMBER
    if share(r"\d{4,6}[\d*xX]{8,14}") > 0.5:
        return ColumnRole.ID_NUMBER
    if share(r"1[3-9][\d*]{9}") > 0.5:
        return ColumnRole.PHONE
    if share(r"[A-Za-z]{0,4}\d{3,9}") > 0.6:
        return ColumnRole.EMPLOYEE_NO
    if share(r"[\u3400-\u9fff·]{2,4}") > 0.5 and share(r".*[部科室组厂司间处队班]") < 0.4 and len(set(filled)) > 0.6 * len(filled):
        return ColumnRole.NAME
    if share(r".*[部科室组厂司间处队班]") >= 0.4:
        return ColumnRole.DEPARTMENT
    return ColumnRole.OTHER


def _mostly_empty(texts: Sequence[str]) -> bool:
    return sum(bool(normalise(t)) for t in texts) < 0.3 * len(texts)
