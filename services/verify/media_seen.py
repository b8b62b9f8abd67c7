"""What a claim's media leave in the store to be found by."""

from __future__ import annotations

from collections.abc import Sequence

from services.adapters.repository import Repository
from services.adapters.store import Store
from services.domain.case import Evidence
from services.domain.facts import Facts
from services.domain.index import Fingerprint, MediaEntry
from services.verify.match.fingerprints import fingerprint
from services.verify.readers import reader_for

_READERS = ("photo", "video")


def media_entries(evidence: Sequence[Evidence]) -> tuple[MediaEntry, ...]:
    """Every file that was read, with the reader whose facts are stored."""
    return tuple(_entry(item) for item in evidence if item.facts is not None)


def remember(repository: Repository, claim_id: str, evidence: Sequence[Evidence]) -> None:
    """Leave the claim's media for others before it is matched itself: of two claims matched at once, one then sees the other."""
    entries = media_entries(evidence)
    facts = {item.file.path: item.facts for item in evidence}
    found = [_fingerprint(e.sha256, e.reader, e.version, facts[e.file]) for e in entries if e.reader in _READERS and e.version is not None]
    with repository.transaction():
        repository.put_media(claim_id, entries)
        repository.put_fingerprints(one for one in found if one is not None)


def rebuild_index(store: Store) -> int:
    """Make the media index anew from the database; the number of its last entry. Facts of an older program get their fingerprints too."""
    for sha256, reader, version, facts in store.repository.without_fingerprint(_READERS):
        if (one := _fingerprint(sha256, reader, version, facts)) is not None:
            store.repository.put_fingerprints([one])
    return store.media_index.rebuild()


def _fingerprint(sha256: str, reader: str | None, version: int, facts: Facts | None) -> Fingerprint | None:
    made = None if facts is None else fingerprint(facts)
    return None if made is None or reader is None else Fingerprint(sha256, reader, version, *made)


def _entry(item: Evidence) -> MediaEntry:
    assert item.file.kind is not None
    reader = reader_for(item.file.kind)
    return MediaEntry(item.file.kind.value, item.file.path, item.file.sha256, reader.name, reader.version)
