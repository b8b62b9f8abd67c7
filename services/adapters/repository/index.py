"""What claims have in common with others: people, subsidies, media, invoices; each claim's entries are replaced wholesale."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select

from services.adapters import codec
from services.adapters.repository import tables as t
from services.adapters.repository.fingerprints import FingerprintStore
from services.domain.index import ClaimIndex, Elsewhere, InvoiceEntry, MediaEntry, OtherClaim, PresenceEntry, SubsidyEntry

_E = TypeVar("_E")
_CLAIM = (t.claims.c.id, t.claims.c.claim_no, t.claims.c.enterprise, t.claims.c.uscc, t.claims.c.submitted_at, t.claims.c.seq)
_KEYS_A_QUERY = 500
_RETURNED, _NOT_PAID = ("returned",), ("returned", "rejected")
"""What was given back shows nothing to other claims; what was rejected is paid nothing and counts nobody's attendance, but its evidence was shown."""


def _other(row: Any) -> OtherClaim:
    return OtherClaim(row.id, row.claim_no, row.enterprise, row.uscc, row.submitted_at, row.seq)


class IndexStore(FingerprintStore):
    def put_index(self, claim_id: str, index: ClaimIndex) -> None:
        """Replace what the claim leaves for others to be compared with."""
        rows = [
            {"claim_id": claim_id, "kind": kind, "key": key, "body": self._seal(text, f"index/{claim_id}/{kind}")} for kind, key, text in self._entries(index)
        ]
        with self.database.writing() as connection:
            connection.execute(delete(t.index_entries).where(t.index_entries.c.claim_id == claim_id))
            if rows:
                connection.execute(insert(t.index_entries), rows)

    def put_media(self, claim_id: str, media: Iterable[MediaEntry]) -> None:
        """Replace the media that the claim leaves for others: before it is matched, so that of two claims matched at once one sees the other."""
        rows = [
            {"claim_id": claim_id, "kind": "media", "key": entry.sha256, "body": self._seal(codec.dumps(entry), f"index/{claim_id}/media")} for entry in media
        ]
        with self.database.writing() as connection:
            connection.execute(delete(t.index_entries).where(t.index_entries.c.claim_id == claim_id, t.index_entries.c.kind == "media"))
            if rows:
                connection.execute(insert(t.index_entries), rows)

    def other_claims(self, claim_id: str) -> list[OtherClaim]:
        """All other claims, in the order they came in."""
        with self.database.reading() as connection:
            return [_other(row) for row in connection.execute(select(*_CLAIM).where(t.claims.c.id != claim_id).order_by(t.claims.c.seq))]

    def presences(self, claim_id: str, id_numbers: Iterable[str]) -> list[Elsewhere[PresenceEntry]]:
        """Sessions that these people signed in other claims."""
        return self._people(claim_id, "presence", id_numbers, PresenceEntry)

    def subsidies(self, claim_id: str, id_numbers: Iterable[str]) -> list[Elsewhere[SubsidyEntry]]:
        """Subsidies claimed for these people in other claims."""
        return self._people(claim_id, "subsidy", id_numbers, SubsidyEntry)

    def media(self, claim_id: str, kind: str | None = None, *, sha256: Iterable[str] | None = None) -> list[Elsewhere[MediaEntry]]:
        """Media of other claims: of one kind, with one of these hashes, or both."""
        found = self._find(claim_id, "media", sha256, MediaEntry)
        return [Elsewhere(claim, entry) for claim, _, entry in found if kind is None or entry.kind == kind]

    def invoices(self, claim_id: str, numbers: Iterable[str]) -> list[Elsewhere[InvoiceEntry]]:
        """Invoices of other claims with one of these numbers."""
        return [Elsewhere(claim, entry) for claim, _, entry in self._find(claim_id, "invoice", map(self._vault.blind, numbers), InvoiceEntry)]

    # --- below: how it is kept ---

    def _entries(self, index: ClaimIndex) -> Iterator[tuple[str, str, str]]:
        """(kind, key, text) of every entry; ID numbers only as keyed fingerprints."""
        for kind, entries in (("presence", index.presences), ("subsidy", index.subsidies)):
            for entry in entries:
                yield kind, self._vault.blind(entry.id_number), codec.dumps(dataclasses.replace(entry, id_number=""))
        for media in index.media:
            yield "media", media.sha256, codec.dumps(media)
        for invoice in index.invoices:
            yield "invoice", self._vault.blind(invoice.number), codec.dumps(invoice)

    def _people(self, claim_id: str, kind: str, id_numbers: Iterable[str], cls: type[_E]) -> list[Elsewhere[_E]]:
        who = {self._vault.blind(number): number for number in id_numbers}
        found = self._find(claim_id, kind, who, cls)
        return [Elsewhere(claim, dataclasses.replace(entry, id_number=who[key])) for claim, key, entry in found]  # type: ignore[type-var]

    def _find(self, claim_id: str, kind: str, keys: Iterable[str] | None, cls: type[_E]) -> list[tuple[OtherClaim, str, _E]]:
        entries = t.index_entries
        gone = _NOT_PAID if kind in ("presence", "subsidy") else _RETURNED
        query = (
            select(*_CLAIM, entries.c.key, entries.c.body)
            .join(t.claims, t.claims.c.id == entries.c.claim_id)
            .where(entries.c.kind == kind, entries.c.claim_id != claim_id, t.claims.c.status.not_in(gone))
            .order_by(t.claims.c.seq, entries.c.seq)
        )
        with self.database.reading() as connection:
            if keys is None:
                rows = list(connection.execute(query))
            else:
                wanted = sorted(set(keys))
                parts = (wanted[i : i + _KEYS_A_QUERY] for i in range(0, len(wanted), _KEYS_A_QUERY))
                rows = [row for part in parts for row in connection.execute(query.where(entries.c.key.in_(part)))]
        return [(_other(row), row.key, codec.loads(cls, self._open_bytes(row.body, f"index/{row.id}/{kind}"))) for row in rows]
