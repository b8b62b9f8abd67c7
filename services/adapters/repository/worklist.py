"""The reviewer's list of claims: filtered, searched and sorted in the database, so that it stays quick with very many."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from services.adapters.repository import review_tables as r
from services.adapters.repository import tables as t
from services.adapters.repository.base import Part
from services.adapters.repository.records import STATUSES, ClaimSummary

SORTS = {
    "oldest": (t.claims.c.seq, False),
    "newest": (t.claims.c.seq, True),
    "claimed": (t.claims.c.claimed_fen, True),
    "gap": (t.claims.c.gap_fen, True),
    "score": (t.claims.c.score_rank, False),
}
"""Name -> (column, largest first). `gap` is what is claimed beyond what is supported; unknown amounts and scores are -1."""
VERDICTS = ("pass", "review", "fail")


@dataclass(frozen=True, slots=True)
class Worklist:
    """Which claims, in which order. `text` is looked for in number, enterprise and project; `assigned`: a user's id, `nobody` or None for all.

    `enterprises`: credit codes that the caller is bound to; None: all.
    """

    status: str | None = "verified"
    verdict: str | None = None
    text: str = ""
    assigned: str | None = None
    sort: str = "oldest"
    enterprises: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A claim in the list. `assigned`: the name of who looks after it."""

    claim: ClaimSummary
    criticals: int
    warnings: int
    assigned: str | None
    cursor: str


_FIELDS = tuple(f.name for f in fields(ClaimSummary) if f.name != "cursor")


class WorklistStore(Part):
    def worklist(self, wanted: Worklist, *, after: str | None = None, limit: int = 50) -> list[Listed]:
        """A page of the list, following the cursor `after`. A cursor of another sorting or of no claim begins at the front."""
        column, descending = SORTS[wanted.sort]
        seq = t.claims.c.seq
        query = select(
            *(t.claims.c[name] for name in _FIELDS), seq, column.label("rank"), t.claims.c.criticals, t.claims.c.warnings, r.assignments.c.name.label("who")
        )
        query = self._filtered(query.outerjoin(r.assignments, r.assignments.c.claim_id == t.claims.c.id), wanted)
        place = _cursor(after)
        if place is not None:
            value, last = place
            query = query.where(
                or_(column < value if descending else column > value, and_(column == value, seq > last))
                if column is not seq
                else _beyond(seq, last, descending)
            )
        query = query.order_by(column.desc() if descending else column, *([] if column is seq else [seq])).limit(limit)
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        return [
            Listed(
                ClaimSummary(cursor=str(row.seq), **{name: getattr(row, name) for name in _FIELDS}),
                row.criticals,
                row.warnings,
                row.who,
                f"{row.rank}:{row.seq}",
            )
            for row in rows
        ]

    def worklist_counts(self, enterprises: Collection[str] | None = None) -> dict[str, int]:
        """How many claims there are in each status."""
        query = select(t.claims.c.status, func.count()).group_by(t.claims.c.status)
        if enterprises is not None:
            query = query.where(t.claims.c.uscc.in_(sorted(enterprises)))
        with self.database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def _filtered(self, query: Any, wanted: Worklist) -> Any:
        where: list[ColumnElement[bool]] = []
        if wanted.status in STATUSES:
            where.append(t.claims.c.status == wanted.status)
        if wanted.verdict in VERDICTS:
            where.append(t.claims.c.verdict == wanted.verdict)
        if wanted.enterprises is not None:
            where.append(t.claims.c.uscc.in_(sorted(wanted.enterprises)))
        if wanted.assigned == "nobody":
            where.append(r.assignments.c.user_id.is_(None))
        elif wanted.assigned:
            where.append(r.assignments.c.user_id == wanted.assigned)
        for word in wanted.text.replace("\0", "").split()[:5]:
            where.append(or_(*(c.icontains(word, autoescape=True) for c in (t.claims.c.claim_no, t.claims.c.enterprise, t.claims.c.project))))
        return query.where(*where)


def _beyond(column: ColumnElement[Any], last: int, descending: bool) -> ColumnElement[bool]:
    return column < last if descending else column > last


def _cursor(untrusted: str | None) -> tuple[float, int] | None:
    if not untrusted:
        return None
    value, _, seq = untrusted.partition(":")
    try:
        place = float(value), int(seq)
    except ValueError:
        return None
    return place if abs(place[0]) < 2**62 and 0 <= place[1] < 2**62 else None
