"""What media are found again by: their hashes and the words of their local features, one row per content and reader's version.

The media index reads these rows in the order of their numbers. They name no person, so they are kept in the open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Column, Integer, LargeBinary, String, Table, UniqueConstraint, insert, select, text

from services.adapters import codec
from services.adapters.media_index import IndexedMedium
from services.adapters.repository import tables as t
from services.adapters.repository.base import Part
from services.domain.facts import Facts
from services.domain.index import Fingerprint

fingerprints = Table(
    "fingerprints",
    t.metadata,
    Column("seq", t.Serial, primary_key=True, autoincrement=True),
    Column("sha256", String(64), nullable=False),
    Column("reader", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    Column("words", LargeBinary, nullable=False),
    UniqueConstraint("sha256", "reader", "version"),
    sqlite_autoincrement=True,  # an index in files remembers numbers: they are never given twice
)

_LOCK = 0x48455A49
"""Key of the PostgreSQL advisory lock that lets numbers become visible in their order."""
_KEYS_A_QUERY = 500


class FingerprintStore(Part):
    """The source of the media index (`adapters.media_index.IndexSource`)."""

    def put_fingerprints(self, found: Iterable[Fingerprint]) -> None:
        """Add those that are not there yet."""
        with self.database.writing() as connection:
            if not self.database.sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            for one in found:
                key = (fingerprints.c.sha256 == one.sha256, fingerprints.c.reader == one.reader, fingerprints.c.version == one.version)
                if connection.execute(select(fingerprints.c.seq).where(*key)).first() is None:
                    values = {"sha256": one.sha256, "reader": one.reader, "version": one.version, "hashes": one.hashes, "words": one.words}
                    connection.execute(insert(fingerprints).values(**values))

    def indexed_after(self, number: int, limit: int) -> Sequence[IndexedMedium]:
        columns = (fingerprints.c.seq, fingerprints.c.hashes, fingerprints.c.words)
        with self.database.reading() as connection:
            rows = connection.execute(select(*columns).where(fingerprints.c.seq > number).order_by(fingerprints.c.seq).limit(limit)).all()
        return [IndexedMedium(row.seq, bytes(row.hashes), bytes(row.words)) for row in rows]

    def indexed_key(self, number: int) -> str | None:
        columns = (fingerprints.c.sha256, fingerprints.c.reader, fingerprints.c.version)
        with self.database.reading() as connection:
            row = connection.execute(select(*columns).where(fingerprints.c.seq == number)).first()
        return None if row is None else f"{row.sha256}/{row.reader}/{row.version}"

    def fingerprinted(self, numbers: Iterable[int]) -> dict[int, str]:
        """The SHA-256 of the media with these numbers."""
        wanted, found = sorted(set(numbers)), {}
        columns = (fingerprints.c.seq, fingerprints.c.sha256)
        with self.database.reading() as connection:
            for start in range(0, len(wanted), _KEYS_A_QUERY):
                query = select(*columns).where(fingerprints.c.seq.in_(wanted[start : start + _KEYS_A_QUERY]))
                found.update({row.seq: row.sha256 for row in connection.execute(query)})
        return found

    def without_fingerprint(self, readers: Iterable[str]) -> Iterator[tuple[str, str, int, Facts]]:
        """Stored facts of these readers that have none: (sha256, reader, version, facts), one at a time."""
        same = (fingerprints.c.sha256 == t.facts.c.sha256) & (fingerprints.c.reader == t.facts.c.reader) & (fingerprints.c.version == t.facts.c.version)
        keys = (t.facts.c.sha256, t.facts.c.reader, t.facts.c.version)
        missing = select(*keys).outerjoin(fingerprints, same).where(t.facts.c.reader.in_(list(readers)), fingerprints.c.seq.is_(None))
        with self.database.reading() as connection:
            rows = connection.execute(missing.order_by(t.facts.c.created_at)).all()
        for sha256, reader, version in rows:
            with self.database.reading() as connection:
                body = connection.execute(
                    select(t.facts.c.body).where(t.facts.c.sha256 == sha256, t.facts.c.reader == reader, t.facts.c.version == version)
                ).scalar_one()
            facts = codec.facts_loads(codec.loads_plain(self._open(body, f"facts/{sha256}/{reader}/{version}"))["facts"])
            if facts is not None:
                yield sha256, reader, version, facts
