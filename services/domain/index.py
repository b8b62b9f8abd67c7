"""What a claim leaves behind for other claims to be compared with: who was where, who was paid, which media and invoices were shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from services.domain.evidence import Place


@dataclass(frozen=True, slots=True)
class PresenceEntry:
    """A person signed for a session. Stored under a keyed fingerprint of the ID number, never the number itself."""

    id_number: str
    start: datetime
    end: datetime
    session: int
    place: Place


@dataclass(frozen=True, slots=True)
class SubsidyEntry:
    """A subsidy claimed for a person; `date` is the day that decides its year (the training's first). `certain` False: all of it waits for a human."""

    id_number: str
    occupation: str | None
    level: str | None
    project: str | None
    date: date | None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class MediaEntry:
    """A file whose facts may be compared (photo, video, sheet, face …): `reader` and `version` name the stored facts of `sha256`."""

    kind: str
    file: str
    sha256: str
    reader: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a photo or video is found again by: `hashes` of 32 bytes each, `words` of 4 bytes each, made from the facts that `reader` saw."""

    sha256: str
    reader: str
    version: int
    hashes: bytes
    words: bytes


@dataclass(frozen=True, slots=True)
class InvoiceEntry:
    """An invoice by its number (with its code before it, where it has one)."""

    number: str
    place: Place


@dataclass(frozen=True, slots=True)
class ClaimIndex:
    presences: tuple[PresenceEntry, ...] = ()
    subsidies: tuple[SubsidyEntry, ...] = ()
    media: tuple[MediaEntry, ...] = ()
    invoices: tuple[InvoiceEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherClaim:
    """Another claim of the store. `order` grows with the order in which claims came in."""

    id: str
    claim_no: str
    enterprise: str
    uscc: str | None
    submitted_at: datetime | None
    order: int


_E = TypeVar("_E")


@dataclass(frozen=True, slots=True)
class Elsewhere(Generic[_E]):
    """An entry of another claim."""

    claim: OtherClaim
    entry: _E
