"""Stored JSON of claims to values of the domain in one pass, through msgspec: what is read again for every judgement.

It reads what `codec` writes, at about the cost of parsing the JSON alone. Whatever it does not take (an older form, a class with types
of its own), `codec` reads the slow way: nothing is decided here about what is valid.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Callable
from dataclasses import MISSING, fields
from functools import cache
from typing import Any, TypeVar

import msgspec

from services.domain.batch import Verification
from services.domain.case import Case, Evidence, FileProblem
from services.domain.claim import Claim, Roster, Trainees
from services.domain.evidence import EvidenceFile
from services.domain.facts import Facts
from services.domain.finding import Judgement
from services.domain.index import InvoiceEntry, MediaEntry, PresenceEntry, SubsidyEntry

T = TypeVar("T")
_CLASSES = (Roster, Trainees, Claim, Judgement, Verification, PresenceEntry, SubsidyEntry, MediaEntry, InvoiceEntry)


class _Envelope(msgspec.Struct):
    v: int
    value: msgspec.Raw


class _Tag(msgspec.Struct):
    facts: str


class _Evidence(msgspec.Struct):
    """`Evidence` with its facts still as text: of which class they are is told by a field of theirs."""

    file: EvidenceFile
    facts: msgspec.Raw
    problems: tuple[FileProblem, ...] = ()


_FRONT, _TAG_BYTES = re.compile(rb'\{"facts":"([A-Za-z]+)"[,}]'), 64
_envelopes = msgspec.json.Decoder(_Envelope)
_tags: msgspec.json.Decoder[_Tag | None] = msgspec.json.Decoder(_Tag | None)


def loads_fast(cls: type[T], text: str | bytes, version: int) -> T | None:
    """A value of the domain; None where it has to be read the slow way."""
    try:
        decode = _decoder(cls)  # type: ignore[arg-type]
        return None if decode is None else decode(text, version)
    except (msgspec.MsgspecError, UnicodeError, KeyError):
        return None


def facts_fast(text: str | bytes, version: int) -> Facts | None:
    """Facts of a file; None where they have to be read the slow way, or there are none."""
    try:
        stored = _envelopes.decode(text)
        return _facts(stored.value) if stored.v == version else None
    except (msgspec.MsgspecError, UnicodeError, KeyError):
        return None


@cache
def _decoder(cls: type[T]) -> Callable[[str | bytes, int], T | None] | None:
    if cls is Case:
        return _case_decoder()  # type: ignore[return-value]
    if cls not in _CLASSES:
        return None
    wire = _with_version(cls)

    def decode(text: str | bytes, version: int) -> T | None:
        stored = wire.decode(text)
        return stored.value if stored.v == version else None

    return decode


def _with_version(value: Any) -> msgspec.json.Decoder[Any]:
    """Of the stored form as a whole, so that the text is gone through once."""
    return msgspec.json.Decoder(msgspec.defstruct("_Stored", [("v", int), ("value", value)]))


def _case_decoder() -> Callable[[str | bytes, int], Case | None]:
    hints = typing.get_type_hints(Case) | {"evidence": tuple[_Evidence, ...]}
    listed = sorted(fields(Case), key=lambda field: field.default is not MISSING)
    members = [(f.name, hints[f.name]) if f.default is MISSING else (f.name, hints[f.name], f.default) for f in listed]
    wire = _with_version(msgspec.defstruct("_Case", members))

    def decode(text: str | bytes, version: int) -> Case | None:
        stored = wire.decode(text)
        if stored.v != version:
            return None
        read = {field.name: getattr(stored.value, field.name) for field in listed}
        return Case(**{**read, "evidence": tuple(Evidence(e.file, _facts(e.facts), e.problems) for e in stored.value.evidence)})

    return decode


def _facts(raw: msgspec.Raw) -> Facts | None:
    """Facts by the class they name, in front as `codec` writes it or anywhere. Raises KeyError for one that is not known."""
    front = _FRONT.match(memoryview(raw)[:_TAG_BYTES])
    tag = _Tag(front[1].decode()) if front is not None else _tags.decode(raw)
    return None if tag is None else _facts_decoders()[tag.facts].decode(raw)


@cache
def _facts_decoders() -> dict[str, msgspec.json.Decoder[Any]]:
    return {kind.__name__: msgspec.json.Decoder(kind) for kind in typing.get_args(Facts)}
