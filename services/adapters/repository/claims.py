"""Claims and their whole documents: the claim itself, trainees, roster, case, judgement, report."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from services.adapters import codec
from services.adapters.repository import tables as t
from services.adapters.repository.base import Part, new_id, now, upsert
from services.adapters.repository.records import ClaimRecord, ClaimSummary, Status
from services.domain.case import Case
from services.domain.claim import Claim, Roster, Trainees
from services.domain.errors import HezhengError, NotFound
from services.domain.finding import Judgement
from services.domain.text import Message

_T = TypeVar("_T")
_UNRANKED = {"claimed_fen": -1, "gap_fen": -1, "score_rank": -1.0, "criticals": 0, "warnings": 0}
_SUMMARY = tuple(t.claims.c[name] for name in (*(f for f in ClaimSummary.__dataclass_fields__ if f != "cursor"), "seq"))


class ClaimExists(HezhengError):
    """A claim of that number by that enterprise is there already."""

    def __init__(self, claim_id: str, claim_no: str) -> None:
        super().__init__(Message(f"该企业的申报编号{claim_no}已存在", f"the enterprise has a claim {claim_no} already"))
        self.claim_id = claim_id


def no_claim(claim_id: str) -> NotFound:
    return NotFound(Message("没有该申报", f"there is no claim {claim_id[:60]}"))


def claim_key(claim: Claim) -> str:
    """Fingerprint of who claims what: the enterprise by credit code where it is known, else by name, and the claim's number."""
    who = claim.enterprise.uscc or f"name:{claim.enterprise.name}"
    return hashlib.sha256(f"{who}\n{claim.claim_no}".encode("utf-8", "surrogatepass")).hexdigest()


def _open_text(untrusted: str | None) -> str | None:
    """Text as any database takes it: without NUL and lone surrogates."""
    return None if untrusted is None else untrusted.replace("\0", "").encode("utf-8", "replace").decode()


def _ranks(report: dict[str, Any]) -> dict[str, Any]:
    """What the reviewer's list is sorted by; -1 where it is not known."""
    claimed, supported = (_fen(report["amount"].get(k)) for k in ("claimed", "supported"))
    found = Counter(f["severity"] for f in report["findings"] if f["outcome"] != "met")
    return {
        "claimed_fen": claimed,
        "gap_fen": max(0, claimed - supported) if min(claimed, supported) >= 0 else -1,
        "score_rank": report["score"]["value"],
        "criticals": found["critical"],
        "warnings": found["warning"],
    }


def _fen(amount: str | None) -> int:
    return -1 if amount is None else int(Decimal(amount) * 100)


def _summary(row: Row[Any]) -> ClaimSummary:
    values = dict(row._mapping)
    return ClaimSummary(cursor=str(values.pop("seq")), **values)


class ClaimStore(Part):
    def put_claim(self, claim: Claim, raw: dict[str, Any] | None = None, *, replace: bool = True) -> str:
        """Store a claim; its id. With `replace`, one of the same number and enterprise is emptied and filled anew, else ClaimExists."""
        with self.database.writing() as connection:
            same = select(t.claims.c.id).where(t.claims.c.claim_key == claim_key(claim))
            existing = connection.execute(same.with_for_update()).scalar()
            if existing is not None and not replace:
                raise ClaimExists(existing, claim.claim_no)
            claim_id = existing or new_id("clm")
            if existing is None:
                values = {"id": claim_id, "claim_key": claim_key(claim), "created_at": now()}
                connection.execute(insert(t.claims).values(**values, **self._columns(claim)))
            else:
                self._empty(connection, claim_id)
                connection.execute(update(t.claims).where(t.claims.c.id == claim_id).values(**self._columns(claim)))
            self._put(claim_id, "claim", codec.dumps(claim))
            if raw is not None:
                self._put(claim_id, "raw", codec.dumps(raw))
        return claim_id

    def change_claim(self, claim_id: str, claim: Claim, raw: dict[str, Any]) -> None:
        """What the claim says is another now; its material and its status stay. Raises NotFound, ClaimExists."""
        kept = (
            "status",
            "progress_done",
            "progress_total",
            "error",
            "verdict",
            "score",
            "score_low",
            "score_high",
            "claimed",
            "supported",
            "unclear",
            *_UNRANKED,
        )
        columns = {name: value for name, value in self._columns(claim).items() if name not in kept}
        with self.database.writing() as connection:
            other = connection.execute(select(t.claims.c.id).where(t.claims.c.claim_key == claim_key(claim), t.claims.c.id != claim_id)).scalar()
            if other is not None:
                raise ClaimExists(other, claim.claim_no)
            if connection.execute(update(t.claims).where(t.claims.c.id == claim_id).values(claim_key=claim_key(claim), **columns)).rowcount == 0:
                raise no_claim(claim_id)
            self._put(claim_id, "claim", codec.dumps(claim))
            self._put(claim_id, "raw", codec.dumps(raw))

    def find_claim(self, claim: Claim) -> str | None:
        """The id of the claim of the same number and enterprise."""
        with self.database.reading() as connection:
            return connection.execute(select(t.claims.c.id).where(t.claims.c.claim_key == claim_key(claim))).scalar()

    def claim(self, claim_id: str) -> ClaimRecord:
        """Raises NotFound."""
        summary = self.claim_summary(claim_id)
        claim = self._get(claim_id, "claim", Claim)
        if claim is None:
            raise no_claim(claim_id)
        return ClaimRecord(
            claim_id, claim, summary.status, summary.created_at, summary.updated_at, summary.progress_done, summary.progress_total, summary.error, summary
        )

    def claim_summary(self, claim_id: str) -> ClaimSummary:
        """Raises NotFound."""
        if not claim_id.isascii() or "\0" in claim_id:  # what PostgreSQL would not even look for
            raise no_claim(claim_id)
        with self.database.reading() as connection:
            row = connection.execute(select(*_SUMMARY).where(t.claims.c.id == claim_id)).one_or_none()
        if row is None:
            raise no_claim(claim_id)
        return _summary(row)

    def claims(self, *, after: str | None = None, limit: int = 50, status: str | None = None, enterprises: Collection[str] | None = None) -> list[ClaimSummary]:
        """The newest first, those that follow the cursor `after`; only those of these credit codes. Raises ValueError for a cursor that is none."""
        query = select(*_SUMMARY).order_by(t.claims.c.seq.desc()).limit(limit)
        if after is not None:
            query = query.where(t.claims.c.seq < int(after))
        if status is not None:
            query = query.where(t.claims.c.status == status)
        if enterprises is not None:
            query = query.where(t.claims.c.uscc.in_(sorted(enterprises)))
        with self.database.reading() as connection:
            return [_summary(row) for row in connection.execute(query)]

    def claims_by_number(self, claim_no: str) -> list[ClaimSummary]:
        """All claims of a number: two enterprises may use the same."""
        with self.database.reading() as connection:
            return [_summary(row) for row in connection.execute(select(*_SUMMARY).where(t.claims.c.claim_no == _open_text(claim_no)).limit(20))]

    def count_by_status(self) -> dict[str, int]:
        with self.database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(select(t.claims.c.status, func.count()).group_by(t.claims.c.status))}

    def delete_claim(self, claim_id: str) -> None:
        """The claim with everything that hangs on it, but not the originals."""
        with self.database.writing() as connection:
            connection.execute(delete(t.claims).where(t.claims.c.id == claim_id))

    def set_status(self, claim_id: str, status: Status, *, error: str | None = None) -> None:
        """Raises NotFound."""
        self._set(claim_id, status=status, error=error)

    def set_progress(self, claim_id: str, done: int, total: int) -> None:
        """Raises NotFound."""
        self._set(claim_id, progress_done=done, progress_total=total)

    def raw_claim(self, claim_id: str) -> dict[str, Any] | None:
        """The claim.json as it came."""
        text = self._text(claim_id, "raw")
        return None if text is None else codec.loads_plain(text)

    def put_trainees(self, claim_id: str, trainees: Trainees | None) -> None:
        self._put_or_drop(claim_id, "trainees", trainees)

    def trainees(self, claim_id: str) -> Trainees | None:
        return self._get(claim_id, "trainees", Trainees)

    def put_roster(self, uscc: str | None, claim_id: str | None, roster: Roster) -> str:
        """A new version of an enterprise's roster, or with `claim_id` a claim's own (replacing it); its id."""
        roster_id = new_id("ros")
        with self.database.writing() as connection:
            if claim_id is not None:
                connection.execute(delete(t.rosters).where(t.rosters.c.claim_id == claim_id))
            body = self._seal(codec.dumps(roster), f"rosters/{roster_id}")
            connection.execute(insert(t.rosters).values(id=roster_id, uscc=uscc, claim_id=claim_id, body=body, created_at=now()))
        return roster_id

    def roster(self, claim_id: str) -> Roster | None:
        """The claim's own roster, else the newest that its enterprise handed in by itself."""
        columns = select(t.rosters.c.id, t.rosters.c.body)
        own = columns.where(t.rosters.c.claim_id == claim_id)
        uscc = select(t.claims.c.uscc).where(t.claims.c.id == claim_id).scalar_subquery()
        newest = columns.where(t.rosters.c.uscc == uscc, t.rosters.c.claim_id.is_(None)).order_by(t.rosters.c.seq.desc()).limit(1)
        with self.database.reading() as connection:
            row = connection.execute(own).one_or_none() or connection.execute(newest).one_or_none()
        return None if row is None else codec.loads(Roster, self._open_bytes(row.body, f"rosters/{row.id}"))

    def newest_roster(self, uscc: str) -> tuple[str, Roster, datetime] | None:
        """What an enterprise handed in last by itself: version, roster, when."""
        query = select(t.rosters).where(t.rosters.c.uscc == uscc, t.rosters.c.claim_id.is_(None)).order_by(t.rosters.c.seq.desc()).limit(1)
        with self.database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (row.id, codec.loads(Roster, self._open_bytes(row.body, f"rosters/{row.id}")), row.created_at)

    def put_case(self, claim_id: str, case: Case) -> None:
        self._put(claim_id, "case", codec.dumps(case))

    def case(self, claim_id: str) -> Case | None:
        return self._get(claim_id, "case", Case)

    def put_judgement(self, claim_id: str, judgement: Judgement, *, reader_versions: tuple[tuple[str, int], ...] | None = None) -> None:
        """`reader_versions` are stored with it where the judgement does not carry them itself."""
        plain = codec.to_plain(judgement)
        if reader_versions is not None:
            plain["reader_versions"] = [list(pair) for pair in reader_versions]
        self._put(claim_id, "judgement", codec.dumps(plain))

    def judgement(self, claim_id: str) -> Judgement | None:
        return self._get(claim_id, "judgement", Judgement)

    def put_report(self, claim_id: str, report: dict[str, Any]) -> None:
        """The published report; its verdict, score and amounts go into the list of claims."""
        score, amount = report["score"], report["amount"]
        with self.database.writing():
            self._put(claim_id, "report", codec.dumps(report))
            self._set(
                claim_id,
                verdict=report["verdict"],
                score=score["value"],
                score_low=score["low"],
                score_high=score["high"],
                claimed=amount.get("claimed"),
                supported=amount.get("supported"),
                unclear=amount.get("unclear"),
                **_ranks(report),
            )

    def report_stamp(self, claim_id: str) -> datetime | None:
        """When the report was put there; None: there is none."""
        query = select(t.documents.c.updated_at).where(t.documents.c.claim_id == claim_id, t.documents.c.name == "report")
        with self.database.reading() as connection:
            return connection.execute(query).scalar()

    def report(self, claim_id: str) -> dict[str, Any] | None:
        text = self._text(claim_id, "report")
        return None if text is None else codec.loads_plain(text)

    def put_renderings(self, claim_id: str, renderings: dict[str, bytes]) -> None:
        """The report as files: format (html, pdf, xlsx) -> bytes."""
        with self.database.writing() as connection:
            for name, data in renderings.items():
                body = self._vault.seal(data, f"documents/{claim_id}/render.{name}")
                values = {"claim_id": claim_id, "name": f"render.{name}", "body": body, "updated_at": now()}
                upsert(connection, t.documents, ("claim_id", "name"), values)

    def rendering(self, claim_id: str, name: str) -> bytes | None:
        sealed = self._sealed(claim_id, f"render.{name}")
        return None if sealed is None else self._vault.open(sealed, f"documents/{claim_id}/render.{name}")

    # --- below: how it is kept ---

    def _columns(self, claim: Claim) -> dict[str, Any]:
        blank = dict.fromkeys(("error", "verdict", "score", "score_low", "score_high", "claimed", "supported", "unclear"))
        return (
            blank
            | _UNRANKED
            | {
                "claim_no": _open_text(claim.claim_no),
                "uscc": _open_text(claim.enterprise.uscc),
                "enterprise": _open_text(claim.enterprise.name),
                "project": _open_text(claim.project.name),
                "policy": _open_text(claim.policy),
                "submitted_at": claim.submitted_at,
                "status": "draft",
                "progress_done": 0,
                "progress_total": 0,
                "updated_at": now(),
            }
        )

    def _empty(self, connection: Connection, claim_id: str) -> None:
        for table in (t.documents, t.rosters, t.evidence, t.intake_problems, t.index_entries):
            connection.execute(delete(table).where(table.c.claim_id == claim_id))

    def _set(self, claim_id: str, **values: Any) -> None:
        with self.database.writing() as connection:
            if connection.execute(update(t.claims).where(t.claims.c.id == claim_id).values(updated_at=now(), **values)).rowcount == 0:
                raise no_claim(claim_id)

    def _put(self, claim_id: str, name: str, text: str) -> None:
        body = self._seal(text, f"documents/{claim_id}/{name}")
        with self.database.writing() as connection:
            upsert(connection, t.documents, ("claim_id", "name"), {"claim_id": claim_id, "name": name, "body": body, "updated_at": now()})

    def _put_or_drop(self, claim_id: str, name: str, value: Any) -> None:
        if value is not None:
            self._put(claim_id, name, codec.dumps(value))
            return
        with self.database.writing() as connection:
            connection.execute(delete(t.documents).where(t.documents.c.claim_id == claim_id, t.documents.c.name == name))

    def _sealed(self, claim_id: str, name: str) -> bytes | None:
        with self.database.reading() as connection:
            return connection.execute(select(t.documents.c.body).where(t.documents.c.claim_id == claim_id, t.documents.c.name == name)).scalar()

    def _text(self, claim_id: str, name: str) -> str | None:
        sealed = self._sealed(claim_id, name)
        return None if sealed is None else self._open(sealed, f"documents/{claim_id}/{name}")

    def _get(self, claim_id: str, name: str, cls: type[_T]) -> _T | None:
        sealed = self._sealed(claim_id, name)
        return None if sealed is None else codec.loads(cls, self._open_bytes(sealed, f"documents/{claim_id}/{name}"))
