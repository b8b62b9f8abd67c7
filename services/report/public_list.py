"""The list that is published every month, 四(三): the enterprises that train by themselves, and each one's plan table, as a workbook."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.domain.claim import Claim
from services.report.export.xlsx import Book, Column

_ENTERPRISES = [
    Column("序号", 6, "number"), Column("企业名称", 40), Column("统一社会信用代码", 24), Column("培训项目数", 12, "number"),
    Column("参训学员数量", 14, "number"), Column("可获得补贴金额", 18, "money"),
]  # fmt: skip
_MATERIALS = {
    "plan": "培训方案", "notice": "培训通知", "sign_in_sheet": "签到表", "media": "影像资料", "assessment": "评价记录", "invoice": "培训发票", "learning_log": "线上学习记录",
}  # fmt: skip
_PLANS = [
    Column("企业名称", 34), Column("序号", 6, "number"), Column("培训类型", 20), Column("项目名称", 34), Column("开始时间", 12, "day"), Column("结束时间", 12, "day"),
    Column("时长（学时）", 12, "number"), Column("参训学员数量", 12, "number"), Column("可获得补贴金额", 16, "money"), *(Column(name, 9) for name in _MATERIALS.values()),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Month:
    year: int
    month: int

    @classmethod
    def of(cls, text: str) -> Month:
        """2021-11. Raises ValueError."""
        year, month = text.split("-")
        date(int(year), int(month), 1)
        return cls(int(year), int(month))

    def touches(self, claim: Claim) -> bool:
        """Whether some of the claim's training lies in the month."""
        first, last = date(self.year, self.month, 1), date(self.year, self.month, monthrange(self.year, self.month)[1])
        return claim.project.start <= last and claim.project.end >= first


def of_month(claims: Iterable[Claim], month: Month) -> list[Claim]:
    """The claims with training in the month, by enterprise and day."""
    return sorted((c for c in claims if month.touches(c)), key=lambda c: (c.enterprise.name, c.enterprise.uscc or "", c.project.start, c.claim_no))


def public_list(claims: Sequence[Claim]) -> bytes:
    """A workbook with 企业名单 and 培训计划表 of the claims, which are in order. No person is named in it."""
    book = Book()
    book.sheet("企业名单", _ENTERPRISES, _enterprises(claims))
    book.sheet("培训计划表", _PLANS, (_plan(claim, number) for claim, number in _numbered(claims)))
    return book.bytes()


def _key(claim: Claim) -> tuple[str, str | None]:
    return claim.enterprise.name, claim.enterprise.uscc


def _enterprises(claims: Sequence[Claim]) -> Iterator[list[Any]]:
    groups: dict[tuple[str, str | None], list[Claim]] = {}
    for claim in claims:
        groups.setdefault(_key(claim), []).append(claim)
    for number, ((name, uscc), own) in enumerate(groups.items(), 1):
        amounts = [c.claimed_amount for c in own if c.claimed_amount is not None]
        yield [number, name, uscc, len(own), sum(c.project.trainee_count or 0 for c in own), sum(amounts, Decimal(0)) if amounts else None]


def _numbered(claims: Sequence[Claim]) -> Iterator[tuple[Claim, int]]:
    seen: dict[tuple[str, str | None], int] = {}
    for claim in claims:
        seen[_key(claim)] = seen.get(_key(claim), 0) + 1
        yield claim, seen[_key(claim)]


def _plan(claim: Claim, number: int) -> list[Any]:
    project, promised = claim.project, set(claim.promised_materials or ())
    ticks = ["√" if name in promised else "" for name in _MATERIALS]
    day = project.start.isoformat(), project.end.isoformat()
    return [claim.enterprise.name, number, project.training_type, project.name, *day, project.class_hours, project.trainee_count, claim.claimed_amount, *ticks]
