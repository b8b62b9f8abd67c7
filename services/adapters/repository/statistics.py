"""Sums over the claims of a month, reckoned in the database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, text

from services.adapters.repository import review_tables as r
from services.adapters.repository import tables as t
from services.adapters.repository.base import Part
from services.domain.claim import SHANGHAI
from services.domain.review import DecisionState

_MOST = 50


@dataclass(frozen=True, slots=True)
class EnterpriseSum:
    enterprise: str
    claims: int
    claimed: Decimal
    supported: Decimal


@dataclass(frozen=True, slots=True)
class MonthSums:
    """Claims by the month of their submission (of those without one, of their creation). Money in CNY; claims without an amount add nothing."""

    claims: int
    claimed: Decimal
    supported: Decimal
    approved: Decimal
    """What was decided to be paid, of the claims approved by now."""
    by_status: dict[str, int]
    by_verdict: dict[str, int]
    by_day: dict[str, int]
    by_code: dict[str, int]
    by_enterprise: list[EnterpriseSum]

    @property
    def gap(self) -> Decimal:
        return self.claimed - self.supported


class StatisticsStore(Part):
    def newest_claim(self, enterprises: Collection[str] | None = None) -> datetime | None:
        """When the newest claim came in; only those of these credit codes."""
        c = t.claims.c
        query = select(func.max(func.coalesce(c.submitted_at, c.created_at)))
        if enterprises is not None:
            query = query.where(c.uscc.in_(sorted(enterprises)))
        with self.database.reading() as connection:
            return connection.execute(query).scalar()

    def month_sums(self, start: datetime, end: datetime, enterprises: Collection[str] | None = None) -> MonthSums:
        """Of the claims from `start` until before `end`; only those of these credit codes."""
        where = _within(start, end, enterprises)
        c = t.claims.c
        claimed = func.coalesce(func.sum(case((c.claimed_fen >= 0, c.claimed_fen), else_=0)), 0)
        supported = func.coalesce(func.sum(case((c.gap_fen >= 0, c.claimed_fen - c.gap_fen), else_=0)), 0)
        with self.database.reading() as connection:
            total = connection.execute(select(func.count(), claimed, supported).where(*where)).one()
            by_status = _counts(connection.execute(select(c.status, func.count()).where(*where).group_by(c.status)))
            by_verdict = _counts(connection.execute(select(c.verdict, func.count()).where(*where, c.verdict.is_not(None)).group_by(c.verdict)))
            moments = connection.execute(select(func.coalesce(c.submitted_at, c.created_at)).where(*where)).scalars()
            by_day: dict[str, int] = {}
            for moment in moments:
                day = moment.astimezone(SHANGHAI).date().isoformat()
                by_day[day] = by_day.get(day, 0) + 1
            codes = select(text("v.code"), func.count()).select_from(t.claims).join(text("verification_codes v"), text("v.claim_id = claims.id"))
            by_code = _counts(connection.execute(codes.where(*where).group_by(text("v.code")).order_by(func.count().desc(), text("v.code"))))
            largest = func.sum(case((c.gap_fen >= 0, c.gap_fen), else_=0)).desc()
            rows = connection.execute(
                select(c.enterprise, func.count(), claimed, supported).where(*where).group_by(c.enterprise).order_by(largest).limit(_MOST)
            )
            by_enterprise = [EnterpriseSum(row[0], row[1], _yuan(row[2]), _yuan(row[3])) for row in rows]
            p = r.proposals.c
            paid = select(p.amount).join(t.claims, c.id == p.claim_id)
            paid = paid.where(*where, c.status == "approved", p.decision == "approve", p.state == DecisionState.FINAL.value, p.amount.is_not(None))
            approved = sum((Decimal(amount) for amount in connection.execute(paid).scalars()), Decimal("0.00"))
        return MonthSums(int(total[0]), _yuan(total[1]), _yuan(total[2]), approved, by_status, by_verdict, dict(sorted(by_day.items())), by_code, by_enterprise)


def _within(start: datetime, end: datetime, enterprises: Collection[str] | None) -> list[ColumnElement[bool]]:
    moment = func.coalesce(t.claims.c.submitted_at, t.claims.c.created_at)
    where: list[ColumnElement[bool]] = [moment >= start, moment < end]
    if enterprises is not None:
        where.append(t.claims.c.uscc.in_(sorted(enterprises)))
    return where


def _counts(rows: Any) -> dict[str, int]:
    return {row[0]: int(row[1]) for row in rows}


def _yuan(fen: Any) -> Decimal:
    return (Decimal(int(fen)) / 100).quantize(Decimal("0.01"))
