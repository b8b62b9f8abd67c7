"""Tables of people: the insured roster and the trainees, from xlsx, xls, csv or JSON.

A wrong row is refused with its number and the reason, the others are taken. A trainee is never refused for a wrong ID
number: whether they may be paid is judged, not filtered.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from services.adapters.table_header import find_header
from services.adapters.tabular import Table, cell_text, is_lossy_number, read_tables, with_header
from services.domain.claim import Insured, RejectedRow, Roster, Trainee, Trainees
from services.domain.errors import FileUnreadable
from services.domain.identity import id_number_problem, normalise_number
from services.domain.text import Message
from services.ingest import fields
from services.ingest.fields import WrongForm

_PERSON = {
    "name": ("姓名", "员工姓名", "职工姓名", "学员姓名", "人员姓名", "name"),
    "id_number": ("身份证号", "身份证号码", "公民身份号码", "证件号码", "证件号", "身份证", "id_number", "id number", "id"),
    "_id_type": ("证件类型", "id_type"),
    "category": ("人员类别", "人员类型", "用工形式", "用工性质", "参训学员类型", "类别", "category"),
    "employee_no": ("工号", "员工编号", "职工编号", "员工号", "employee_no", "employee no"),
    "department": ("部门", "所属部门", "车间", "班组", "department"),
    "phone": ("联系电话", "手机号码", "手机号", "电话", "手机", "联系方式", "phone", "mobile"),
    "account": ("账号", "学习账号", "平台账号", "account", "username"),
}
_TRAINEE = {
    **_PERSON,
    "class_hours": ("学时", "培训学时", "课时", "申报学时", "class_hours", "class hours", "hours"),
    "amount": ("补贴金额", "申请补贴金额", "申报金额", "补贴金额(元)", "金额", "amount"),
    "_rate": ("补贴标准", "rate"),
}
_INSURED = {
    **_PERSON,
    "insured_from": (
        "参保开始",
        "参保开始日期",
        "参保开始时间",
        "参保起始",
        "参保起始日期",
        "参保日期",
        "参保时间",
        "开始日期",
        "起始日期",
        "insured_from",
        "from",
    ),
    "insured_to": ("参保结束", "参保结束日期", "参保结束时间", "参保终止", "参保终止日期", "参保截止", "停保日期", "结束日期", "终止日期", "insured_to", "to"),
}
_TOTALS = re.compile(r"^(合计|总计|小计|共计|备注|说明|注|填表人|制表人|审核人|total)\s*[:：]?.*$", re.IGNORECASE)
_MONTH = re.compile(r"^\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?\s*$")
_STILL = re.compile(r"^(至今|在保|参保中|长期|无|-+|—+|/|9999.*)$")


@dataclass(frozen=True, slots=True)
class _Record:
    """One row: role -> raw value."""

    row: int
    table: str
    values: Mapping[str, Any]

    def text(self, role: str) -> str | None:
        return cell_text(self.values.get(role)) or None


_LOSSY = Message(
    "身份证号被表格软件存成了数字，末几位已丢失；请改为文本格式重新填写",
    "the ID number was stored as a number and lost its last digits; fill it in again as text",
)


class _Refused(Exception):
    def __init__(self, reason: Message) -> None:
        super().__init__(reason.en)
        self.reason = reason


def read_trainees(path: Path, name: str) -> Trainees:
    """The people the subsidy is claimed for. Raises a FileUnreadable or another EvidenceError if there is no such table in the file."""
    return _trainees(_records(path, name, _TRAINEE, "学员"), name)


def read_roster(path: Path, name: str) -> Roster:
    """The insured roster; a person may have several rows, one for each period. Raises an EvidenceError as `read_trainees`."""
    return _roster(_records(path, name, _INSURED, "参保人员"), name)


def trainees_from_json(untrusted: object, name: str = "trainees.json") -> Trainees:
    """Trainees from a list of objects with Chinese or English keys; rows count from 1. Raises FileUnreadable."""
    return _trainees(_json_records(untrusted, _TRAINEE, name), name)


def roster_from_json(untrusted: object, name: str = "roster.json") -> Roster:
    """A roster from a list of objects with Chinese or English keys; rows count from 1. Raises FileUnreadable."""
    return _roster(_json_records(untrusted, _INSURED, name), name)


def _trainees(records: Iterable[_Record], name: str) -> Trainees:
    people: list[Trainee] = []
    rejected: list[RejectedRow] = []
    for record in records:
        lossy = is_lossy_number(record.values.get("id_number"))
        if lossy:
            rejected.append(RejectedRow(record.row, _LOSSY, record.table))
            record = replace(record, values={**record.values, "id_number": None})
        try:
            common = _person(record)
        except _Refused as refused:
            rejected.append(RejectedRow(record.row, refused.reason, record.table))
            continue
        numbers: dict[str, Any] = {}
        for role, parse, what in (("class_hours", fields.hours, "学时"), ("amount", fields.money, "补贴金额")):
            try:
                numbers[role] = _optional(record, role, parse)
            except WrongForm as wrong:
                numbers[role] = None
                shown = fields.shown(record.text(role))
                reason = Message(f"{what}{shown}不是{wrong.expected.zh}，按未填写处理", f"{role} {shown} is not {wrong.expected.en}; taken as not filled in")
                rejected.append(RejectedRow(record.row, reason, record.table))
        people.append(Trainee(row=record.row, **common, **numbers))
    return Trainees(name, tuple(people), tuple(rejected))


def _roster(records: Iterable[_Record], name: str) -> Roster:
    people: list[Insured] = []
    rejected: list[RejectedRow] = []
    for record in records:
        try:
            common = _person(record)
            _usable_for_insurance(record, common)
            since, until = _period(record)
        except _Refused as refused:
            rejected.append(RejectedRow(record.row, refused.reason, record.table))
            continue
        people.append(Insured(row=record.row, insured_from=since, insured_to=until, **common))
    return Roster(name, tuple(people), tuple(rejected))


def _person(record: _Record) -> dict[str, Any]:
    raw_id = record.values.get("id_number")
    if is_lossy_number(raw_id):
        raise _Refused(_LOSSY)
    name = re.sub(r"\s+", "", record.text("name") or "") if not re.search(r"[A-Za-z]", record.text("name") or "") else (record.text("name") or "").strip()
    number = normalise_number(record.text("id_number"))
    if not name and not number:
        raise _Refused(Message("姓名和身份证号均为空", "neither a name nor an ID number"))
    optional = {role: record.text(role) for role in ("category", "employee_no", "department", "phone", "account")}
    return {"name": name, "id_number": number, **optional}


def _usable_for_insurance(record: _Record, person: Mapping[str, Any]) -> None:
    if not person["name"]:
        raise _Refused(Message("姓名为空", "the name is missing"))
    problem = id_number_problem(person["id_number"])
    if problem is not None:
        raise _Refused(problem)


def _period(record: _Record) -> tuple[date | None, date | None]:
    until_text = record.text("insured_to")
    try:
        since = _optional(record, "insured_from", _first_day)
        until = None if until_text and _STILL.match(until_text) else _optional(record, "insured_to", _last_day)
    except WrongForm as wrong:
        raise _Refused(
            Message(f"参保起止日期无法识别，应为{wrong.expected.zh}", f"a date of insurance cannot be read: {wrong.expected.en} is expected")
        ) from wrong
    if since and until and until < since:
        raise _Refused(Message(f"参保结束（{until}）早于参保开始（{since}）", f"the insurance ends ({until}) before it begins ({since})"))
    return since, until


def _first_day(raw: Any) -> date:
    """A day; of a month without a day (2019年7月, 2019-07) its first."""
    month = _MONTH.match(str(raw))
    return fields.day(f"{month[1]}-{month[2]}-1") if month else fields.day(raw)


def _last_day(raw: Any) -> date:
    """A day; of a month without a day its last."""
    if not _MONTH.match(str(raw)):
        return fields.day(raw)
    first = _first_day(raw)
    return first.replace(day=monthrange(first.year, first.month)[1])


def _optional(record: _Record, role: str, parse: Any) -> Any:
    raw = record.values.get(role)
    return None if fields.absent(raw) else parse(raw)


def _records(path: Path, name: str, synonyms: Mapping[str, tuple[str, ...]], whom: str) -> Iterator[_Record]:
    """The rows of every table that has a name or ID number column. Raises FileUnreadable if no table has."""
    found = False
    for table in read_tables(path, name):
        headed = _with_people(table, synonyms)
        if headed is None:
            continue
        found = True
        header, rows = headed
        for number, cells in rows:
            values = {role: header.get(cells, role) for role in header.columns}
            record = _Record(number, table.name, values)
            if not any(cell_text(v) for v in values.values()):
                continue
            first = next((cell_text(c) for c in cells if cell_text(c)), "")
            if record.text("id_number") is None and _TOTALS.match(re.sub(r"\s", "", record.text("name") or first)):
                continue
            yield record
    if not found:
        raise FileUnreadable(
            Message(
                f"{name} 中没有找到{whom}表：表头应有“姓名”和“身份证号”列",
                f"no table of people in {name}: a header with 姓名 (name) and 身份证号 (id_number) is expected",
            )
        )


def _with_people(table: Table, synonyms: Mapping[str, tuple[str, ...]]) -> Any:
    return with_header(table.rows, synonyms, ("name", "id_number"))


def _json_records(untrusted: object, synonyms: Mapping[str, tuple[str, ...]], name: str) -> Iterator[_Record]:
    rows = untrusted.get("people") if isinstance(untrusted, dict) else untrusted
    if not isinstance(rows, list):
        raise FileUnreadable(Message("应为人员对象的列表", "a list of objects, one a person, is expected"))
    for number, raw in enumerate(rows, 1):
        if not isinstance(raw, dict):
            yield _Record(number, name, {})
            continue
        keys = [str(key) for key in raw]
        header = find_header([keys], synonyms, ())
        values = {role: raw[keys[column]] for role, column in header.columns.items()} if header else {}
        yield _Record(number, name, {role: v for role, v in values.items() if not isinstance(v, dict | list)})
