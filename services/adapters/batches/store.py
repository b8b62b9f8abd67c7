"""Batches: their order, the claims they go over in the order of submission, progress, and what became of each claim."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, exists, func, insert, literal, or_, select, update

from services.adapters import codec
from services.adapters.batches import tables as b
from services.adapters.repository import tables as t
from services.adapters.repository.base import Part, new_id, now, upsert
from services.domain.batch import OVER, BatchOrder, BatchState, Change, Selection, Totals
from services.domain.claim import SHANGHAI
from services.domain.errors import NotFound
from services.domain.text import Message

VERIFIED = ("verified", "approved", "rejected", "returned")
DECIDED = ("approved", "rejected", "returned")
_IDS_A_QUERY = 500


class RowState(StrEnum):
    WAITING = "waiting"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A batch and how far it is. `cursor` continues a list after it."""

    id: str
    state: BatchState
    order: BatchOrder
    total: int
    done: int
    totals: Totals
    reason: str | None
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    cursor: str

    @property
    def over(self) -> bool:
        return self.state in OVER


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One claim of a batch. `change` None: not done yet, or failed for `reason`. `touches`: what it leaves for other claims is another now."""

    number: int
    claim_id: str
    state: RowState
    decided: bool
    touches: bool
    change: Change | None = None
    reason: str | None = None


def no_batch(batch_id: str) -> NotFound:
    return NotFound(Message("没有该批次", f"there is no batch {batch_id[:60]}"))


class BatchStore(Part):
    def create(self, order: BatchOrder) -> str:
        batch_id, at = new_id("bat"), now()
        values = {"id": batch_id, "state": BatchState.QUEUED.value, "actor": order.actor, "ordered": codec.dumps(order), "total": 0, "done": 0}
        values |= {"totals": codec.dumps(Totals()), "created_at": at, "updated_at": at}
        with self.database.writing() as connection:
            connection.execute(insert(b.batches).values(**values))
        return batch_id

    def batch(self, batch_id: str) -> BatchRecord:
        """Raises NotFound."""
        row = None
        if batch_id.isascii() and "\0" not in batch_id:
            with self.database.reading() as connection:
                row = connection.execute(select(b.batches).where(b.batches.c.id == batch_id)).one_or_none()
        if row is None:
            raise no_batch(batch_id)
        return _record(row)

    def batches(self, *, after: str | None = None, limit: int = 50) -> list[BatchRecord]:
        """The newest first, those that follow the cursor."""
        query = select(b.batches).order_by(b.batches.c.seq.desc()).limit(limit)
        if after is not None:
            query = query.where(b.batches.c.seq < int(after))
        with self.database.reading() as connection:
            return [_record(row) for row in connection.execute(query)]

    def turn(self, batch_id: str, state: BatchState, *, since: Iterable[BatchState], reason: str | None = None) -> bool:
        """From one of the states `since` into another; False: it is in none of them."""
        values = {"state": state.value, "updated_at": now()} | ({"finished_at": now()} if state in OVER else {}) | ({"reason": reason} if reason else {})
        where = (b.batches.c.id == batch_id, b.batches.c.state.in_([s.value for s in since]))
        with self.database.writing() as connection:
            return connection.execute(update(b.batches).where(*where).values(**values)).rowcount > 0

    def fill(self, batch_id: str, selection: Selection) -> int:
        """Write down the claims selected, in the order of their submission; how many. Doing it twice changes nothing."""
        with self.database.writing() as connection:
            counted = select(func.count()).select_from(b.batch_claims).where(b.batch_claims.c.batch_id == batch_id)
            known = connection.execute(counted).scalar_one()
            if not known:
                first = func.row_number().over(order_by=(t.claims.c.submitted_at.is_(None), t.claims.c.submitted_at, t.claims.c.claim_no, t.claims.c.seq))
                decided = t.claims.c.status.in_(DECIDED)
                chosen = select(literal(batch_id), first - 1, t.claims.c.id, literal(RowState.WAITING.value), decided, literal(False))
                chosen = chosen.join(b.verifications, b.verifications.c.claim_id == t.claims.c.id).where(*_conditions(selection))
                names = ["batch_id", "number", "claim_id", "state", "decided", "touches"]
                connection.execute(insert(b.batch_claims).from_select(names, chosen))
                known = connection.execute(counted).scalar_one()
            connection.execute(update(b.batches).where(b.batches.c.id == batch_id).values(total=known, updated_at=now()))
        return known

    def matching(self, selection: Selection) -> int:
        """How many claims a selection means."""
        query = select(func.count()).select_from(t.claims).join(b.verifications, b.verifications.c.claim_id == t.claims.c.id)
        with self.database.reading() as connection:
            return connection.execute(query.where(*_conditions(selection))).scalar_one()

    def rows(
        self, batch_id: str, *, states: Sequence[RowState] = (), first: int = 0, last: int | None = None, limit: int | None = None, decided: bool | None = None
    ) -> list[BatchRow]:
        """The claims of a batch from number `first` to before `last`."""
        c = b.batch_claims.c
        query = select(b.batch_claims).where(c.batch_id == batch_id, c.number >= first).order_by(c.number)
        if last is not None:
            query = query.where(c.number < last)
        if states:
            query = query.where(c.state.in_([s.value for s in states]))
        if decided is not None:
            query = query.where(c.decided.is_(decided))
        with self.database.reading() as connection:
            return [self._row(row) for row in connection.execute(query.limit(limit))]

    def waiting_slices(self, batch_id: str, size: int) -> list[int]:
        """The first numbers of the slices of `size` that have claims waiting."""
        c = b.batch_claims.c
        slice_ = (c.number / size) if self.database.sqlite else func.div(c.number, size)
        query = select(slice_).where(c.batch_id == batch_id, c.state == RowState.WAITING.value).distinct()
        with self.database.reading() as connection:
            return sorted({int(number) * size for number in connection.execute(query).scalars()})

    def finished(self, batch_id: str) -> bool:
        """Whether no claim of the batch waits."""
        c = b.batch_claims.c
        query = select(c.number).where(c.batch_id == batch_id, c.state == RowState.WAITING.value).limit(1)
        with self.database.reading() as connection:
            return connection.execute(query).first() is None

    def touching(self, batch_id: str) -> list[BatchRow]:
        """Those that leave something else for other claims than before."""
        c = b.batch_claims.c
        with self.database.reading() as connection:
            return [self._row(row) for row in connection.execute(select(b.batch_claims).where(c.batch_id == batch_id, c.touches.is_(True)).order_by(c.number))]

    def numbers(self, batch_id: str, claim_ids: Iterable[str]) -> dict[str, int]:
        """The numbers of those of the claims that are in the batch."""
        c, wanted = b.batch_claims.c, sorted(claim_ids)
        found: dict[str, int] = {}
        with self.database.reading() as connection:
            for start in range(0, len(wanted), _IDS_A_QUERY):
                query = select(c.claim_id, c.number).where(c.batch_id == batch_id, c.claim_id.in_(wanted[start : start + _IDS_A_QUERY]))
                found |= {row.claim_id: row.number for row in connection.execute(query)}
        return found

    def hold(self, batch_id: str, numbers: Sequence[int]) -> dict[int, RowState]:
        """The states of rows, held against other workers until the transaction ends; empty: the batch goes no further now."""
        c = b.batch_claims.c
        with self.database.writing() as connection:
            state = connection.execute(select(b.batches.c.state).where(b.batches.c.id == batch_id).with_for_update()).scalar()
            if state != BatchState.RUNNING.value:
                return {}
            rows = connection.execute(select(c.number, c.state).where(c.batch_id == batch_id, c.number.in_(numbers)))
            return {row.number: RowState(row.state) for row in rows}

    def put_rows(self, batch_id: str, rows: Sequence[BatchRow], gained: Totals, newly: int) -> None:
        """Write down what became of claims, add to the totals and to the progress."""
        c = b.batch_claims.c
        with self.database.writing() as connection:
            if rows:
                where = (c.batch_id == bindparam("of_batch"), c.number == bindparam("of_number"))
                connection.execute(update(b.batch_claims).where(*where), [self._values(batch_id, row) for row in rows])
            so_far = connection.execute(select(b.batches.c.totals).where(b.batches.c.id == batch_id).with_for_update()).scalar_one()
            totals = codec.dumps(codec.loads(Totals, so_far).plus(gained))
            connection.execute(update(b.batches).where(b.batches.c.id == batch_id).values(done=b.batches.c.done + newly, totals=totals, updated_at=now()))

    def _values(self, batch_id: str, row: BatchRow) -> dict[str, Any]:
        plain = {"change": codec.to_plain(row.change) if row.change else None, "reason": row.reason}
        body = self._seal(codec.dumps(plain), f"batch_claims/{batch_id}/{row.number}")
        where = {"of_batch": batch_id, "of_number": row.number}
        return {**where, "state": row.state.value, "decided": row.decided, "touches": row.touches, "body": body}

    def put_file(self, batch_id: str, name: str, data: bytes) -> None:
        """The changes as a file (xlsx, json)."""
        body = self._vault.seal(data, f"batch_files/{batch_id}/{name}")
        with self.database.writing() as connection:
            upsert(connection, b.batch_files, ("batch_id", "name"), {"batch_id": batch_id, "name": name, "body": body})

    def has_file(self, batch_id: str, name: str) -> bool:
        where = (b.batch_files.c.batch_id == batch_id, b.batch_files.c.name == name)
        with self.database.reading() as connection:
            return connection.execute(select(b.batch_files.c.name).where(*where)).first() is not None

    def file(self, batch_id: str, name: str) -> bytes | None:
        with self.database.reading() as connection:
            body = connection.execute(select(b.batch_files.c.body).where(b.batch_files.c.batch_id == batch_id, b.batch_files.c.name == name)).scalar()
        return None if body is None else self._vault.open(body, f"batch_files/{batch_id}/{name}")

    def _row(self, row: Row[tuple[object, ...]]) -> BatchRow:
        change = reason = None
        if row.body is not None:
            plain = codec.loads_plain(self._open(row.body, f"batch_claims/{row.batch_id}/{row.number}"))
            change, reason = (codec.from_plain(Change, plain["change"]) if plain["change"] else None), plain["reason"]
        return BatchRow(row.number, row.claim_id, RowState(row.state), row.decided, row.touches, change, reason)


def _record(row: Row[tuple[object, ...]]) -> BatchRecord:
    return BatchRecord(
        row.id,
        BatchState(row.state),
        codec.loads(BatchOrder, row.ordered),
        row.total,
        row.done,
        codec.loads(Totals, row.totals),
        row.reason,
        row.created_at,
        row.updated_at,
        row.finished_at,
        str(row.seq),
    )


def _conditions(chosen: Selection) -> list[ColumnElement[bool]]:
    """Conditions over claims joined with their verifications. Days are those of Asia/Shanghai."""
    c, v = t.claims.c, b.verifications.c
    where: list[ColumnElement[bool]] = [c.status.in_(chosen.statuses or VERIFIED)]
    if chosen.policy is not None:
        where.append(v.policy_id == chosen.policy)
    if chosen.enterprise is not None:
        where.append(or_(c.uscc == chosen.enterprise, c.enterprise == chosen.enterprise))
    if chosen.submitted_from is not None:
        where.append(c.submitted_at >= datetime.combine(chosen.submitted_from, time(), SHANGHAI).astimezone(UTC))
    if chosen.submitted_to is not None:
        where.append(c.submitted_at < datetime.combine(chosen.submitted_to + timedelta(days=1), time(), SHANGHAI).astimezone(UTC))
    if chosen.training_from is not None:
        where.append(v.training_end >= chosen.training_from)
    if chosen.training_to is not None:
        where.append(v.training_start <= chosen.training_to)
    if chosen.verdicts:
        where.append(v.verdict.in_(chosen.verdicts))
    if chosen.codes:
        codes = b.verification_codes.c
        where.append(exists().where(and_(codes.claim_id == c.id, codes.code.in_(chosen.codes))))
    if chosen.ids:
        where.append(or_(c.id.in_(chosen.ids), c.claim_no.in_(chosen.ids)))
    return where
