"""Removing a claim's personal data for good. What stays says that there was a claim and how it was decided, not about whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select

from services.adapters.repository import tables as t
from services.adapters.repository.base import Part

STAYS = frozenset(("claims", "accesses", "batch_claims", "proposals", "decisions"))
"""Tables that name a claim and keep their rows: what was claimed and decided, by whom, and who looked at it."""
_FINISHED = ("approved", "rejected")


@dataclass(frozen=True, slots=True)
class Purged:
    """Rows removed by table, and the hashes of originals that no other claim has."""

    rows: dict[str, int]
    orphans: tuple[str, ...]
    uploads: tuple[str, ...]


class PurgeStore(Part):
    def past_term(self, before: datetime) -> list[str]:
        """Claims that were decided for good and have not changed since that moment, and still have something to remove."""
        something = exists().where(t.documents.c.claim_id == t.claims.c.id)
        query = select(t.claims.c.id).where(t.claims.c.status.in_(_FINISHED), t.claims.c.updated_at < before, something).order_by(t.claims.c.seq)
        with self.database.reading() as connection:
            return list(connection.execute(query).scalars())

    def claim_numbered(self, name: str) -> list[str]:
        """The ids of the claims of that id or number."""
        with self.database.reading() as connection:
            return list(connection.execute(select(t.claims.c.id).where((t.claims.c.id == name) | (t.claims.c.claim_no == name))).scalars())

    def purge_claim(self, claim_id: str) -> Purged:
        """Remove everything that hangs on the claim except what STAYS; facts and fingerprints of files that no other claim has too."""
        from services.adapters.schema import metadata  # it names this package's tables too

        rows: dict[str, int] = {}
        with self.database.writing() as connection:
            if self.database.sqlite:  # else what is deleted stays in free pages, sealed, until something is written over it
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
            hashes = set(connection.execute(select(t.evidence.c.sha256).where(t.evidence.c.claim_id == claim_id)).scalars())
            uploads = tuple(connection.execute(select(t.uploads.c.id).where(t.uploads.c.claim_id == claim_id)).scalars())
            for table in metadata.sorted_tables:
                if "claim_id" in table.c and table.name not in STAYS:
                    rows[table.name] = connection.execute(delete(table).where(table.c.claim_id == claim_id)).rowcount
            orphans = tuple(sorted(hashes - self._kept(sorted(hashes))))
            for name in ("facts", "fingerprints"):
                of_files = metadata.tables[name]
                rows[name] = sum(connection.execute(delete(of_files).where(of_files.c.sha256 == sha256)).rowcount for sha256 in orphans)
        return Purged({name: count for name, count in rows.items() if count}, orphans, uploads)

    def _kept(self, hashes: Sequence[str]) -> set[str]:
        """Those that some claim still has."""
        with self.database.reading() as connection:
            found = (connection.execute(select(t.evidence.c.sha256).where(t.evidence.c.sha256 == sha256).limit(1)).scalar() for sha256 in hashes)
            return {sha256 for sha256 in found if sha256 is not None}
