"""What people said of rows of sheets, put over what was read: the machine's reading of a row gives way, its doubts about pasted and reused sheets don't."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from services.domain.case import DoubtKind, RowStatus, SheetRowMatch
from services.domain.identity import normalise_number
from services.domain.review import STRANGER, Correction
from services.verify.match.directory import Directory
from services.verify.match.variants import normalise_name

Corrections = Mapping[tuple[str, int, int], Correction]
"""(file, page, row) -> correction."""
_SETTLED = frozenset((DoubtKind.NAME_AMBIGUOUS, DoubtKind.ID_MISMATCH, DoubtKind.PERSON_TWICE))


def corrected(
    row: SheetRowMatch, state: tuple[bool | None, ...], correction: Correction, directory: Directory
) -> tuple[SheetRowMatch, tuple[bool | None, ...]]:
    """The row and the state of its signature cells as a person sees them. A person who is on no list any more leaves the row as it was read."""
    person = _person(correction.id_number, directory)
    if person is None and correction.id_number != STRANGER:
        return row, state
    dropped = _SETTLED | ({DoubtKind.SIGNATURE_UNCLEAR} if correction.signed is not None else set())
    doubts = tuple(d for d in row.doubts if d not in dropped)
    if correction.signed is not None:
        state = (correction.signed,) * len(state)
    signed = tuple((header, bool(s)) for (header, _), s in zip(row.signed, state, strict=True))
    same = replace(row, confidence=1.0, candidates=(), doubts=doubts, signed=signed, id_text=None, corrected_by=correction.by)
    if person is None:
        return replace(same, status=RowStatus.UNKNOWN, id_number=None, trainee=None), state
    who = directory.people[person]
    return replace(same, status=RowStatus.MATCHED, name=who.shown, id_number=who.id_number or None, trainee=who.trainee), state


def _person(key: str, directory: Directory) -> int | None:
    """By ID number, or by name among the trainees for one without a number."""
    if key.startswith("name:"):
        named = [i for i in directory.by_name.get(normalise_name(key.removeprefix("name:")), ()) if directory.people[i].trainee is not None]
        return named[0] if len(named) == 1 else None
    return directory.by_id.get(normalise_number(key))
