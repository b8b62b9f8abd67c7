"""Layouts of sign-in sheets as enterprises use them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Column:
    """`field` is the person's attribute printed in it (None: nothing). `hand`: written by hand. `role` as in domain.facts.ColumnRole.

    A signature column may stand for a `day` and a `part` of its own.
    """

    header: str
    role: str
    weight: float
    field: str | None = None
    hand: bool = False
    day: date | None = None
    part: str | None = None
    wraps: bool = False
    """Text too wide for the cell goes on in a second line."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`rules`: grid | horizontal | none. `sides`: people side by side on one line. `title_inside`: title and date in merged cells of the table."""

    name: str
    columns: tuple[Column, ...]
    rules: str = "grid"
    sides: int = 1
    title_inside: bool = False
    landscape: bool = False
    header: bool = True

    @property
    def signature_columns(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.role == "signature")


_NO = Column("序号", "number", 0.6, "number")
_NAME = Column("姓名", "name", 1.3, "name")
_HAND_NAME = Column("姓名", "name", 1.6, "name", hand=True)
_ID = Column("身份证号", "id_number", 2.7, "id_number")
_DEPARTMENT = Column("部门", "department", 1.5, "department")
_PHONE = Column("联系电话", "phone", 1.8, "phone")
_STAFF_NO = Column("工号", "employee_no", 1.0, "employee_no")
_REMARK = Column("备注", "remark", 0.8)


def _sign(header: str, weight: float = 1.5, day: date | None = None, part: str | None = None) -> Column:
    return Column(header, "signature", weight, day=day, part=part)


_FIXED = (
    Layout("in_out", (_NO, _NAME, _ID, _DEPARTMENT, _sign("签到"), _sign("签退"))),
    Layout("printed", (_NO, _NAME, _DEPARTMENT, _sign("签名", 2.0), _REMARK)),
    Layout("signature_only", (_NO, _sign("签 名", 2.4), _REMARK)),
    Layout("two_sides", (_NO, _NAME, _sign("签名", 1.8)), sides=2),
    Layout("two_sides_hand", (_NO, _sign("签名", 2.0)), sides=2),
    Layout("handwritten", (_NO, _HAND_NAME, replace(_DEPARTMENT, hand=True), _REMARK)),
    Layout("handwritten_id", (_NO, _HAND_NAME, replace(_ID, hand=True, weight=3.4), _sign("签到", 1.6))),
    Layout("merged_title", (_NO, _NAME, replace(_DEPARTMENT, header="单位"), _sign("本人签字", 1.8)), title_inside=True),
    Layout("horizontal", (_NO, _NAME, _ID, _sign("签名", 1.8)), rules="horizontal"),
    Layout("no_rules", (_NO, _NAME, _DEPARTMENT, _sign("签到", 1.8)), rules="none"),
    Layout("staff", (_NO, _STAFF_NO, _NAME, _PHONE, _sign("签名", 1.7))),
    Layout("masked", (_NO, _NAME, replace(_ID, field="masked_id"), _sign("签到"), _sign("签退"))),
    Layout("am_pm", (_NO, _NAME, _STAFF_NO, _sign("上午", part="am"), _sign("下午", part="pm"))),
    Layout("wrapped", (_NO, _NAME, replace(_DEPARTMENT, header="部门及岗位", weight=1.1, field="department", wraps=True), _PHONE, _sign("签名", 1.7))),
    Layout("headless", (_NO, _NAME, _DEPARTMENT, _sign("签名", 1.8)), header=False),
)
LAYOUTS = {layout.name: layout for layout in _FIXED}
LAYOUT_NAMES = (*LAYOUTS, "several_days")


def several_days(days: tuple[date, ...], parts: bool = False) -> Layout:
    """A column for each day (with `parts`: two, 上午 and 下午)."""
    columns: list[Column] = [_NO, _NAME]
    for day in days:
        label = f"{day.month}月{day.day}日"
        if parts:
            columns += [_sign(label + "上午", 1.3, day, "am"), _sign(label + "下午", 1.3, day, "pm")]
        else:
            columns.append(_sign(label, 1.3, day))
    return Layout("several_days", tuple(columns), landscape=len(columns) > 6)


def layout(name: str, days: tuple[date, ...] = ()) -> Layout:
    """The layout of a name; `several_days` needs the days."""
    return several_days(days) if name == "several_days" else LAYOUTS[name]
