"""What a claim's last judgement was made from and came to, and how the claim stands now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, insert, or_, select

from services.adapters import codec
from services.adapters.batches import tables as b
from services.adapters.repository import tables as t
from services.adapters.repository.base import Part, now, upsert
from services.adapters.repository.review_tables import corrections
from services.domain.batch import Verification
from services.domain.case import Case
from services.domain.claim import Roster


@dataclass(frozen=True, slots=True)
class ClaimState:
    """A claim as it stands: its status, a fingerprint of what was handed in, and the roster version that is in force for it.

    `own_roster`: that version belongs to the claim alone, so no other can be in force.
    """

    status: str
    material: str
    roster_id: str | None
    own_roster: bool
    uscc: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with its last judgement's record (`key`: its fingerprint) and the case that was judged, both still sealed; None: there is none."""

    state: ClaimState
    key: str | None
    verification: bytes | None
    case: bytes | None


def _state_query() -> Select[Any]:
    """How claims stand; built once, for building it takes longer than running it."""
    claim = t.claims.c.id
    own = select(t.rosters.c.id).where(t.rosters.c.claim_id == claim).limit(1).correlate(t.claims).scalar_subquery()
    newest = (
        select(t.rosters.c.id)
        .where(t.rosters.c.uscc == t.claims.c.uscc, t.rosters.c.claim_id.is_(None))
        .order_by(t.rosters.c.seq.desc())
        .limit(1)
        .correlate(t.claims)
        .scalar_subquery()
    )
    handed_in = [
        select(func.max(t.documents.c.updated_at)).where(t.documents.c.claim_id == claim, t.documents.c.name == name).correlate(t.claims).scalar_subquery()
        for name in ("claim", "trainees")
    ]
    counted = [
        select(asked).select_from(table).where(table.c.claim_id == claim).correlate(t.claims).scalar_subquery()
        for table in (t.evidence, t.intake_problems, corrections)
        for asked in (func.count(), func.max(table.c.seq))
    ]
    counted.append(select(func.max(corrections.c.withdrawn_at)).where(corrections.c.claim_id == claim).correlate(t.claims).scalar_subquery())
    return select(claim, t.claims.c.status, t.claims.c.uscc, own, newest, *handed_in, *counted).where(claim.in_(bindparam("claims", expanding=True)))


def _judged_query() -> Select[Any]:
    case = t.documents.alias()
    judged = t.claims.outerjoin(b.verifications, b.verifications.c.claim_id == t.claims.c.id)
    judged = judged.outerjoin(case, (case.c.claim_id == t.claims.c.id) & (case.c.name == "case"))
    return _state_query().add_columns(b.verifications.c.key, b.verifications.c.body, case.c.body).select_from(judged)


_STATE, _JUDGED = _state_query(), _judged_query()


def _state(row: Sequence[Any]) -> ClaimState:
    _, status, uscc, own_id, newest_id, *material = row
    fingerprint = hashlib.sha256(repr([str(part) for part in material]).encode()).hexdigest()
    return ClaimState(status, fingerprint, own_id or newest_id, own_id is not None, uscc)


class ProvenanceStore(Part):
    def put_verification(self, claim_id: str, verification: Verification, case: Case) -> None:
        """Keep what the judgement of a claim was made from; replaces that of the judgement before."""
        project, brief = case.claim.project, verification.brief
        text = codec.dumps(verification)
        values: dict[str, Any] = {"claim_id": claim_id, "policy_id": verification.provenance.policy_id, "verdict": brief.verdict}
        values |= {"training_start": project.start, "training_end": project.end, "updated_at": now()}
        values |= {"key": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), "body": self._seal(text, f"verifications/{claim_id}")}
        codes = {finding.code for finding in brief.findings}
        people = {self._vault.blind(t.id_number) for t in (case.trainees.people if case.trainees else ()) if t.id_number}
        with self.database.writing() as connection:
            upsert(connection, b.verifications, ("claim_id",), values)
            for table, column, kept in ((b.verification_codes, "code", codes), (b.verification_people, "person", people)):
                mine = table.c.claim_id == claim_id
                if set(connection.execute(select(table.c[column]).where(mine)).scalars()) != kept:
                    connection.execute(delete(table).where(mine))
                    if kept:
                        connection.execute(insert(table), [{"claim_id": claim_id, column: value} for value in sorted(kept)])

    def verification(self, claim_id: str) -> tuple[Verification, str] | None:
        """The last judgement in short, and the fingerprint of its record; None: judged by a program that kept none."""
        with self.database.reading() as connection:
            row = connection.execute(select(b.verifications.c.body, b.verifications.c.key).where(b.verifications.c.claim_id == claim_id)).one_or_none()
        return None if row is None else (codec.loads(Verification, self._open_bytes(row.body, f"verifications/{claim_id}")), row.key)

    def verification_key(self, claim_id: str) -> str | None:
        """The fingerprint of the record of the last judgement; inside a transaction the claim is held until its end."""
        with self.database.writing() as connection:
            connection.execute(select(t.claims.c.seq).where(t.claims.c.id == claim_id).with_for_update())
            return connection.execute(select(b.verifications.c.key).where(b.verifications.c.claim_id == claim_id)).scalar()

    def sharing(self, claim_id: str, id_numbers: Iterable[str]) -> set[str]:
        """Other judged claims with one of these people among their trainees."""
        people = sorted({self._vault.blind(number) for number in id_numbers})
        found: set[str] = set()
        with self.database.reading() as connection:
            for start in range(0, len(people), 500):
                c = b.verification_people.c
                found |= set(connection.execute(select(c.claim_id).where(c.person.in_(people[start : start + 500]), c.claim_id != claim_id)).scalars())
        return found

    def without_verification(self, limit: int) -> list[str]:
        """Judged claims whose judgement's record is missing."""
        query = (
            select(t.claims.c.id)
            .join(t.documents, (t.documents.c.claim_id == t.claims.c.id) & (t.documents.c.name == "judgement"))
            .outerjoin(b.verifications, b.verifications.c.claim_id == t.claims.c.id)
            .where(b.verifications.c.claim_id.is_(None))
            .limit(limit)
        )
        with self.database.reading() as connection:
            return list(connection.execute(query).scalars())

    def state(self, claim_id: str) -> ClaimState | None:
        """How a claim stands; None: it is gone."""
        with self.database.reading() as connection:
            row = connection.execute(_STATE, {"claims": [claim_id]}).one_or_none()
        return None if row is None else _state(row)

    def judged(self, claim_ids: Sequence[str]) -> dict[str, Judged]:
        """How claims stand, and what they were judged from and to; those that are gone are left out."""
        with self.database.reading() as connection:
            rows = connection.execute(_JUDGED, {"claims": list(claim_ids)}).all()
        return {row[0]: Judged(_state(row[:-3]), *row[-3:]) for row in rows}

    def opened(self, claim_id: str, judged: Judged) -> tuple[Verification, Case] | None:
        """The record of a claim's last judgement and the case that was judged; None where one of them is missing."""
        if judged.verification is None or judged.case is None:
            return None
        verification = codec.loads(Verification, self._open_bytes(judged.verification, f"verifications/{claim_id}"))
        return verification, codec.loads(Case, self._open_bytes(judged.case, f"documents/{claim_id}/case"))

    def roster_by_id(self, roster_id: str) -> Roster | None:
        """A roster version; None: it is gone (a claim's own, replaced)."""
        with self.database.reading() as connection:
            body = connection.execute(select(t.rosters.c.body).where(t.rosters.c.id == roster_id)).scalar()
        return None if body is None else codec.loads(Roster, self._open_bytes(body, f"rosters/{roster_id}"))

    def roster_exists(self, roster_id: str) -> bool:
        with self.database.reading() as connection:
            return connection.execute(select(t.rosters.c.seq).where(t.rosters.c.id == roster_id)).scalar() is not None

    def roster_owner(self, roster_id: str) -> str | None:
        """The credit code of the enterprise whose roster this is."""
        with self.database.reading() as connection:
            return connection.execute(select(t.rosters.c.uscc).where(t.rosters.c.id == roster_id)).scalar()

    def facts_versions(self, contents: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """The newest stored version of each (content, reader)."""
        wanted = list(contents)
        found: dict[tuple[str, str], int] = {}
        with self.database.reading() as connection:
            for start in range(0, len(wanted), 200):
                some = [(t.facts.c.sha256 == sha) & (t.facts.c.reader == reader) for sha, reader in wanted[start : start + 200]]
                query = select(t.facts.c.sha256, t.facts.c.reader, func.max(t.facts.c.version)).where(or_(*some)).group_by(t.facts.c.sha256, t.facts.c.reader)
                rows: list[Any] = list(connection.execute(query))
                found |= {(row[0], row[1]): row[2] for row in rows}
        return found
