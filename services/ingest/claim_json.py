"""claim.json -> `domain.claim.Claim`. Required fields end the claim when wrong; optional ones are named and taken as absent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, time
from decimal import Decimal
from typing import Any, TypeVar

from services.domain.claim import SHANGHAI, Claim, Enterprise, PaidSubsidy, Project, Venue
from services.domain.errors import ClaimUnreadable, FieldProblem
from services.domain.identity import normalise_number
from services.domain.text import Message
from services.ingest import fields
from services.ingest.fields import WrongForm
from services.ingest.sessions_json import parse_sessions

T = TypeVar("T")

_MATERIALS = {
    "plan": "plan", "培训方案": "plan", "方案": "plan",
    "notice": "notice", "培训通知": "notice", "通知": "notice",
    "sign_in_sheet": "sign_in_sheet", "sign_in_sheets": "sign_in_sheet", "签到表": "sign_in_sheet", "签到簿": "sign_in_sheet",
    "media": "media", "影像资料": "media", "视频影像": "media", "photo": "photo", "photos": "photo", "照片": "photo", "video": "video", "videos": "video", "视频": "video",
    "assessment": "assessment", "assessments": "assessment", "评价记录": "assessment", "技能评价记录": "assessment",
    "learning_log": "learning_log", "learning_logs": "learning_log", "线上学习记录": "learning_log",
    "invoice": "invoice", "invoices": "invoice", "培训发票": "invoice", "发票": "invoice",
    "application": "application", "申报材料": "application", "face": "face", "faces": "face", "人脸": "face",
}  # fmt: skip


def load_claim(raw: bytes, folder_name: str) -> Claim:
    """The claim from the bytes of claim.json. Raises ClaimUnreadable with the line where the text is no JSON or a field is wrong."""
    text = _decode(raw)
    if fields.has_too_many_values(text):
        raise ClaimUnreadable(Message("claim.json 中的值过多", "there are too many values in claim.json"))
    try:
        untrusted = fields.sound(json.loads(text, parse_float=Decimal, parse_constant=_no_constant))
    except json.JSONDecodeError as error:
        raise ClaimUnreadable(
            Message(
                f"claim.json 第{error.lineno}行第{error.colno}列不是有效的 JSON（{error.msg}）",
                f"claim.json is no JSON at line {error.lineno}, column {error.colno}: {error.msg}",
            ),
            line=error.lineno,
        ) from error
    except (ValueError, RecursionError) as error:
        raise ClaimUnreadable(Message(f"claim.json 不是有效的 JSON：{error}", f"claim.json is no valid JSON: {error}")) from error
    try:
        return parse_claim(untrusted, folder_name)
    except ClaimUnreadable as error:
        if error.problems:
            error.line = _line_of(text, error.problems[0].field)
        raise


def parse_claim(untrusted: object, folder_name: str) -> Claim:
    """The claim from parsed JSON. Raises ClaimUnreadable naming every required field that is missing or wrong."""
    if not isinstance(untrusted, dict):
        raise ClaimUnreadable(
            Message("claim.json 的最外层应为对象 {…}", "claim.json must hold one object {…}"),
            (FieldProblem("claim.json", fields.shown(untrusted), Message("对象 {…}", "an object {…}")),),
        )
    required: list[FieldProblem] = []
    optional: list[FieldProblem] = []
    take = _Taker(untrusted, required, optional)
    project = _project(take)
    enterprise = _enterprise(take)
    if project is None or enterprise is None:
        listed = "；".join(f"{p.field}：现为 {p.found}，应为 {p.expected.zh}" for p in required)
        raise ClaimUnreadable(
            Message(f"claim.json 必填字段有误：{listed}", "claim.json has wrong required fields: " + "; ".join(map(str, required))), tuple(required)
        )
    paid = take.optional("paid_this_year", _paid(optional))
    return Claim(
        claim_no=take.optional("claim_no", fields.text) or folder_name,
        enterprise=enterprise,
        project=project,
        policy=take.optional("policy", fields.text),
        sessions=parse_sessions(untrusted.get("sessions"), project.class_hours, optional),
        promised_materials=take.optional("promised_materials", _materials),
        claimed_amount=take.optional("claimed_amount", fields.money),
        submitted_at=take.optional("submitted_at", _moment),
        paid_this_year=paid,
        problems=tuple(optional),
    )


class _Taker:
    """Takes fields by dotted name out of untrusted JSON, noting what is wrong."""

    def __init__(self, untrusted: dict[str, Any], required: list[FieldProblem], optional: list[FieldProblem]) -> None:
        self.root, self.required_problems, self.optional_problems = untrusted, required, optional

    def _raw(self, name: str) -> Any:
        value: Any = self.root
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value

    def required(self, name: str, parse: Callable[[Any], T]) -> T | None:
        raw = self._raw(name)
        if fields.absent(raw):
            self.required_problems.append(FieldProblem(name, "无（缺少） / missing", fields.expected(parse)))
            return None
        try:
            return parse(raw)
        except WrongForm as wrong:
            self.required_problems.append(FieldProblem(name, fields.shown(raw), wrong.expected))
            return None

    def optional(self, name: str, parse: Callable[[Any], T]) -> T | None:
        raw = self._raw(name)
        if fields.absent(raw):
            return None
        try:
            return parse(raw)
        except WrongForm as wrong:
            self.optional_problems.append(FieldProblem(name, fields.shown(raw), wrong.expected))
            return None


def _enterprise(take: _Taker) -> Enterprise | None:
    name = take.required("enterprise.name", fields.text)
    if name is None:
        return None
    return Enterprise(
        name=name,
        uscc=take.optional("enterprise.uscc", lambda v: normalise_number(fields.text(v))),
        employees=take.optional("enterprise.employees", fields.count),
        industrial=take.optional("enterprise.industrial", fields.flag),
        area_code=take.optional("enterprise.area_code", fields.text),
    )


def _project(take: _Taker) -> Project | None:
    name = take.required("project.name", fields.text)
    start = take.required("project.start", fields.day)
    end = take.required("project.end", fields.day)
    hours = take.required("project.class_hours", fields.hours)
    if start and end and end < start:
        take.required_problems.append(FieldProblem("project.end", end.isoformat(), Message(f"不早于开始日期 {start}", f"a day not before the start {start}")))
        return None
    if name is None or start is None or end is None or hours is None:
        return None
    return Project(
        name=name,
        start=start,
        end=end,
        class_hours=hours,
        training_type=take.optional("project.training_type", fields.text),
        occupation=take.optional("project.occupation", fields.text),
        level=take.optional("project.level", fields.text),
        modes=take.optional("project.modes", fields.modes) or (),
        trainee_count=take.optional("project.trainee_count", fields.count),
        venue=take.optional("project.venue", _venue),
    )


def _venue(raw: Any) -> Venue:
    if isinstance(raw, str):
        return Venue(name=raw.strip())
    if not isinstance(raw, dict):
        raise WrongForm(Message('对象 {"name", "lat", "lon"}', 'an object {"name", "lat", "lon"}'))
    lat = None if fields.absent(raw.get("lat")) else fields.degrees(raw["lat"], 90)
    lon = None if fields.absent(raw.get("lon")) else fields.degrees(raw["lon"], 180)
    return Venue(name=None if fields.absent(raw.get("name")) else fields.text(raw["name"]), lat=lat, lon=lon)


def _materials(raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise WrongForm(Message("材料名称的列表", "a list of names of materials"))
    taken = []
    for item in raw:
        name = _MATERIALS.get(fields.text(item))
        if name is None:
            raise WrongForm(
                Message(
                    f"材料名称（{'、'.join(sorted(set(_MATERIALS.values())))}）的列表",
                    f"a list of materials out of {', '.join(sorted(set(_MATERIALS.values())))}",
                )
            )
        taken.append(name)
    return tuple(taken)


def _moment(raw: Any) -> datetime:
    moment = fields.moment_or_none(raw)
    if moment is not None:
        fields.day(moment.date().isoformat())  # at the ends of the calendar a moment cannot be told in another zone
        return moment
    return datetime.combine(fields.day(raw), time(0, 0), SHANGHAI)


def _paid(problems: list[FieldProblem]) -> Callable[[Any], tuple[PaidSubsidy, ...]]:
    """A wrong entry is named and left out; the others are taken."""

    def parse(raw: Any) -> tuple[PaidSubsidy, ...]:
        if not isinstance(raw, list):
            raise WrongForm(Message("已享受补贴的列表", "a list of subsidies already paid"))
        taken = []
        for index, item in enumerate(raw):
            place = f"paid_this_year[{index}]"
            if not isinstance(item, dict) or fields.absent(item.get("id_number")):
                problems.append(FieldProblem(place, fields.shown(item), Message("含 id_number 的对象", "an object with id_number")))
                continue
            when = None
            if not fields.absent(item.get("date")):
                try:
                    when = fields.day(item["date"])
                except WrongForm as wrong:
                    problems.append(FieldProblem(f"{place}.date", fields.shown(item["date"]), wrong.expected))
            optional = {k: None if fields.absent(item.get(k)) else str(item[k]).strip() for k in ("occupation", "level", "project")}
            taken.append(PaidSubsidy(id_number=normalise_number(item["id_number"]), date=when, **optional))
        return tuple(taken)

    return parse


def _decode(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16") if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ClaimUnreadable(Message("claim.json 的文字编码无法识别，请用 UTF-8 保存", "the encoding of claim.json is unknown; save it as UTF-8"))


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _line_of(text: str, field: str) -> int | None:
    """The line of a dotted field in the text, found key after key; the line of its parent when it is missing."""
    at, line = 0, None
    for part in re.findall(r"[^.\[\]]+", field):
        found = re.compile(rf'"{re.escape(part)}"\s*:').search(text, at)
        if found is None:
            break
        at, line = found.end(), text.count("\n", 0, found.start()) + 1
    return line
