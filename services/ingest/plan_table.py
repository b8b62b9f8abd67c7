"""附件1, the plan table of a year as enterprises fill it -> one draft claim for each project, with the materials it promises.

The table has a title (2021年度××企业培训计划), a header in two rows (备证材料 spans a column for each material) and notes below; columns
are told by what they say, not by where they stand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from services.adapters.tabular import Row, cell_text, read_tables
from services.domain.claim import Claim, RejectedRow
from services.domain.dates import parse_date
from services.domain.errors import ClaimUnreadable, FileUnreadable
from services.domain.text import Message
from services.ingest.claim_json import parse_claim

_ROLES: dict[str, tuple[str, ...]] = {
    "number": ("序号", "编号"),
    "training_type": ("培训类型", "培训类别"),
    "name": ("项目名称", "培训项目", "培训项目名称"),
    "start": ("开始时间", "开始日期", "开班时间"),
    "end": ("结束时间", "结束日期", "结业时间"),
    "class_hours": ("时长", "学时", "时长学时", "课时"),
    "trainee_count": ("参训学员数量", "参训人数", "培训人数", "学员数量", "人数"),
    "category": ("参训学员类型", "学员类型", "人员类别"),
    "rate": ("补贴标准",),
    "amount": ("可获得补贴金额", "补贴金额", "预计补贴金额"),
    "plan": ("培训方案",),
    "notice": ("培训通知",),
    "sign_in_sheet": ("签到表", "签到簿"),
    "media": ("影像资料",),
    "assessment": ("评价记录", "技能评价记录"),
    "invoice": ("培训发票", "发票"),
    "learning_log": ("线上学习记录",),
}
_MATERIALS = ("plan", "notice", "sign_in_sheet", "media", "assessment", "invoice", "learning_log")
_NEEDED = ("name", "start", "end")
_SEARCH_ROWS = 20
_MOST_ROWS = 2_000
_TICKED = re.compile(r"[√✓✔☑■●vVyY1是有]")
_TITLE = re.compile(r"(\d{4})\s*年度\s*(.*?)\s*(?:企业)?培训(?:计划|方案)")
_END = re.compile(r"^(?:备\s*注|注\s*[:：]|说明|填表人|合\s*计|总\s*计)")


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One project of the plan: the draft claim and the claim.json it stands for."""

    row: int
    claim: Claim
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PlanTable:
    """A plan table. `year` and `enterprise` as its title says, None where it does not."""

    year: int | None
    enterprise: str | None
    rows: tuple[PlanRow, ...]
    rejected: tuple[RejectedRow, ...]


def read_plan(path: Path, name: str, *, enterprise: Mapping[str, Any] | None = None) -> PlanTable:
    """The plan of a file (xlsx, xls, csv). `enterprise`: fields of `claim.json`'s enterprise; without a name the title's is taken.

    Raises FileUnreadable where no sheet holds such a table, and the other evidence errors of unreadable files.
    """
    for table in read_tables(path, name, max_rows=_MOST_ROWS):
        rows = list(islice(table.rows, _MOST_ROWS))
        header = _header(rows)
        if header is not None:
            return _plan(rows, *header, dict(enterprise or {}))
    raise FileUnreadable(
        Message(
            f"{name}中没有培训计划表：应有“项目名称”“开始时间”“结束时间”等列（附件1）",
            f"{name} has no plan table: columns 项目名称, 开始时间, 结束时间 are needed (附件1)",
        )
    )


def _header(rows: Sequence[Row]) -> tuple[int, dict[str, int]] | None:
    """The index of the first body row and the columns by role; the header's second row names the materials."""
    for index, (_, cells) in enumerate(rows[:_SEARCH_ROWS]):
        columns = _columns(cells)
        if not all(role in columns for role in _NEEDED):
            continue
        below = _columns(rows[index + 1][1]) if index + 1 < len(rows) else {}
        second = any(role in below for role in _MATERIALS)
        return index + (2 if second else 1), {**columns, **({r: c for r, c in below.items() if r not in columns} if second else {})}
    return None


def _columns(cells: Sequence[Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        word = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", cell_text(cell)))
        for role, names in _ROLES.items():
            if word in names:
                found.setdefault(role, index)
    return found


def _plan(rows: Sequence[Row], first: int, columns: Mapping[str, int], enterprise: dict[str, Any]) -> PlanTable:
    year, titled = _title(rows[:first])
    if titled and not enterprise.get("name"):
        enterprise["name"] = titled
    taken: list[PlanRow] = []
    refused: list[RejectedRow] = []
    for number, cells in rows[first:]:
        lead = next((cell_text(c) for c in cells if cell_text(c)), "")
        if _END.match(lead):
            break
        values = {role: cells[index] if index < len(cells) else None for role, index in columns.items()}
        if not any(cell_text(value) for role, value in values.items() if role != "number"):
            continue
        try:
            taken.append(_draft(number, len(taken) + 1, values, year, enterprise))
        except ClaimUnreadable as error:
            refused.append(RejectedRow(number, error.message))
    return PlanTable(year, titled, tuple(taken), tuple(refused))


def _title(rows: Sequence[Row]) -> tuple[int | None, str | None]:
    for _, cells in rows:
        found = _TITLE.search(" ".join(dict.fromkeys(cell_text(c) for c in cells if cell_text(c))))
        if found:
            name = re.sub(r"[×xX*＊_\s]", "", found[2])
            return int(found[1]), name or None
    return None, None


def _draft(row: int, order: int, values: Mapping[str, Any], year: int | None, enterprise: Mapping[str, Any]) -> PlanRow:
    """Raises ClaimUnreadable naming what is missing or of the wrong form."""
    number = re.sub(r"\D", "", cell_text(values.get("number"))) or str(order)
    project: dict[str, Any] = {
        "name": cell_text(values.get("name")) or None,
        "training_type": cell_text(values.get("training_type")) or None,
        "start": _day(values.get("start"), year),
        "end": _day(values.get("end"), year),
        "class_hours": cell_text(values.get("class_hours")) or None,
        "trainee_count": re.sub(r"\s*[人名]$", "", cell_text(values.get("trainee_count"))) or None,
    }
    ticked = [name for name in _MATERIALS if _TICKED.search(unicodedata.normalize("NFKC", cell_text(values.get(name))))]
    raw: dict[str, Any] = {
        "claim_no": f"计划-{year or _year(project['start'])}-{int(number):03d}",
        "enterprise": dict(enterprise),
        "project": {key: value for key, value in project.items() if value is not None},
        "promised_materials": ticked,
        "plan": {key: cell_text(values.get(key)) for key in ("category", "rate") if cell_text(values.get(key))},
    }
    if amount := cell_text(values.get("amount")):
        raw["claimed_amount"] = amount
    return PlanRow(row, parse_claim(raw, raw["claim_no"]), raw)


def _day(value: Any, year: int | None) -> str | None:
    """A day in ISO form; one without a year is of the plan's."""
    text = cell_text(value)
    day = parse_date(value)
    if day is None and year is not None and (found := re.fullmatch(r"(\d{1,2})[月./-](\d{1,2})日?", text)):
        day = parse_date(f"{year}-{found[1]}-{found[2]}")
    return day.isoformat() if day else text or None


def _year(day: str | None) -> str:
    return day[:4] if day else "0000"
