"""Corrections of rows, opinions on findings, assignments and saved views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update

from services.adapters import codec
from services.adapters.repository import review_tables as r
from services.adapters.repository import tables as t
from services.adapters.repository.base import Part, new_id, now, upsert
from services.domain.facts import Facts
from services.domain.review import Correction, CorrectionRecord, OpinionRecord, RowPlace

_MOST_VIEWS = 30


@dataclass(frozen=True, slots=True)
class Assignment:
    user_id: str
    name: str


@dataclass(frozen=True, slots=True)
class SavedView:
    id: str
    name: str
    query: str


class ReviewStore(Part):
    def add_correction(self, claim_id: str, correction: Correction, *, actor: str, machine: Mapping[str, Any]) -> str:
        """Keep a correction; an earlier one of the same row is withdrawn by it. Its id."""
        correction_id, at, place = new_id("cor"), now(), correction.place
        body = {
            "id_number": correction.id_number,
            "signed": correction.signed,
            "by": correction.by,
            "reason": correction.reason,
            "machine": dict(machine),
        }
        values = {"id": correction_id, "claim_id": claim_id, "sha256": place.sha256, "page": place.page, "row": place.row, "actor": actor}
        with self.database.writing() as connection:
            connection.execute(update(r.corrections).where(*self._same(claim_id, place)).values(withdrawn_at=at))
            sealed = self._seal(codec.dumps(body), f"corrections/{claim_id}/{correction_id}")
            connection.execute(insert(r.corrections).values(**values, body=sealed, created_at=at))
        return correction_id

    def withdraw_correction(self, claim_id: str, place: RowPlace) -> bool:
        """Whether there was one in force."""
        with self.database.writing() as connection:
            return connection.execute(update(r.corrections).where(*self._same(claim_id, place)).values(withdrawn_at=now())).rowcount > 0

    def corrections(self, claim_id: str | None = None, *, in_force: bool = True) -> list[tuple[str, CorrectionRecord]]:
        """(claim, correction) in the order they were made: of a claim, or of all claims."""
        query = select(r.corrections).order_by(r.corrections.c.seq)
        if claim_id is not None:
            query = query.where(r.corrections.c.claim_id == claim_id)
        if in_force:
            query = query.where(r.corrections.c.withdrawn_at.is_(None))
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        found = []
        for row in rows:
            body = codec.loads_plain(self._open(row.body, f"corrections/{row.claim_id}/{row.id}"))
            correction = Correction(RowPlace(row.sha256, row.page, row.row), body["id_number"], body["signed"], body["by"], body["reason"])
            found.append((row.claim_id, CorrectionRecord(row.id, correction, body["machine"], row.actor, row.created_at, row.withdrawn_at)))
        return found

    def put_opinion(self, claim_id: str, key: str, code: str, opinion: str, reason: str, *, critical: bool, actor: str, name: str) -> str:
        """What a person thinks of a finding; an earlier opinion on it is withdrawn by it. Its id."""
        opinion_id, at = new_id("opn"), now()
        body = self._seal(codec.dumps({"reason": reason, "name": name}), f"opinions/{claim_id}/{opinion_id}")
        values = {"id": opinion_id, "claim_id": claim_id, "finding": key, "code": code, "opinion": opinion, "critical": critical, "actor": actor}
        with self.database.writing() as connection:
            self._withdraw_opinion(claim_id, key)
            connection.execute(insert(r.opinions).values(**values, body=body, created_at=at))
        return opinion_id

    def withdraw_opinion(self, claim_id: str, key: str) -> bool:
        with self.database.writing():
            return self._withdraw_opinion(claim_id, key)

    def opinions(self, claim_id: str) -> dict[str, OpinionRecord]:
        """Those in force, by the finding's key."""
        query = select(r.opinions).where(r.opinions.c.claim_id == claim_id, r.opinions.c.withdrawn_at.is_(None)).order_by(r.opinions.c.seq)
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        found = {}
        for row in rows:
            body = codec.loads_plain(self._open(row.body, f"opinions/{claim_id}/{row.id}"))
            found[row.finding] = OpinionRecord(
                row.id, row.finding, row.code, row.opinion, row.critical, body["reason"], row.actor, body["name"], row.created_at
            )
        return found

    def assign(self, claim_id: str, user_id: str | None, name: str = "") -> None:
        """Give a claim to somebody to look after; None: to nobody."""
        with self.database.writing() as connection:
            if user_id is None:
                connection.execute(delete(r.assignments).where(r.assignments.c.claim_id == claim_id))
            else:
                upsert(connection, r.assignments, ("claim_id",), {"claim_id": claim_id, "user_id": user_id, "name": name, "created_at": now()})

    def assignment(self, claim_id: str) -> Assignment | None:
        with self.database.reading() as connection:
            row = connection.execute(select(r.assignments).where(r.assignments.c.claim_id == claim_id)).one_or_none()
        return None if row is None else Assignment(row.user_id, row.name)

    def save_view(self, user_id: str, name: str, query: str) -> bool:
        """Keep a way of looking at the queue under a name; False: the user has too many already."""
        with self.database.writing() as connection:
            connection.execute(delete(r.saved_views).where(r.saved_views.c.user_id == user_id, r.saved_views.c.name == name))
            if len(connection.execute(select(r.saved_views.c.id).where(r.saved_views.c.user_id == user_id)).all()) >= _MOST_VIEWS:
                return False
            connection.execute(insert(r.saved_views).values(id=new_id("view"), user_id=user_id, name=name, query=query, created_at=now()))
        return True

    def drop_view(self, user_id: str, view_id: str) -> None:
        with self.database.writing() as connection:
            connection.execute(delete(r.saved_views).where(r.saved_views.c.user_id == user_id, r.saved_views.c.id == view_id))

    def saved_views(self, user_id: str) -> list[SavedView]:
        with self.database.reading() as connection:
            rows = connection.execute(select(r.saved_views).where(r.saved_views.c.user_id == user_id).order_by(r.saved_views.c.name)).all()
        return [SavedView(row.id, row.name, row.query) for row in rows]

    def latest_facts(self, sha256: str, reader: str) -> Facts | None:
        """What the newest version of a reader saw in these bytes."""
        query = select(t.facts).where(t.facts.c.sha256 == sha256, t.facts.c.reader == reader).order_by(t.facts.c.version.desc()).limit(1)
        with self.database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        stored = codec.loads_plain(self._open(row.body, f"facts/{sha256}/{reader}/{row.version}"))
        return codec.facts_loads(stored["facts"])

    def _withdraw_opinion(self, claim_id: str, key: str) -> bool:
        where = (r.opinions.c.claim_id == claim_id, r.opinions.c.finding == key, r.opinions.c.withdrawn_at.is_(None))
        with self.database.writing() as connection:
            return connection.execute(update(r.opinions).where(*where).values(withdrawn_at=now())).rowcount > 0

    @staticmethod
    def _same(claim_id: str, place: RowPlace) -> tuple[Any, ...]:
        c = r.corrections.c
        return (c.claim_id == claim_id, c.sha256 == place.sha256, c.page == place.page, c.row == place.row, c.withdrawn_at.is_(None))
