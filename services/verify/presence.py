"""At which offline sessions a trainee was: certainly, perhaps (a human has to say), or signed in vain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.domain.case import Case, DoubtKind, RowStatus, SessionPresence
from services.domain.claim import Mode
from services.verify.timetable import overlap

VOID = frozenset({DoubtKind.SIGNATURE_COPIED, DoubtKind.SHEET_REUSED, DoubtKind.PERSON_TWICE, DoubtKind.TIME_CONFLICT})
"""Doubts that void a signature; all others wait for a human."""

Row = tuple[str, int | None, int | None]
"""File, page and row of a sheet."""


@dataclass(frozen=True, slots=True)
class Presences:
    """Sessions (indices) of one trainee; no session is in two of the sets."""

    certain: frozenset[int]
    waiting: frozenset[int]
    void: frozenset[int]


def presences_of(case: Case, index: int) -> Presences:
    """The offline sessions that a trainee's signatures speak of."""
    sessions = case.sessions
    mine = [p for p in case.records[index].presences if sessions[p.session].mode is not Mode.ONLINE]
    lost = {c.session for c in case.conflicts if c.trainee == index and not c.counts_here}
    undated: dict[Row, set[int]] = _undated_rows(case, index)
    if not lost and not undated and not [p for p in mine if p.doubts]:
        return Presences(frozenset([p.session for p in mine]), frozenset(), frozenset())
    certain: set[int] = set()
    waiting: set[int] = set()
    void: set[int] = set()
    for presence in mine:
        doubts = _standing_doubts(case, presence, mine)
        if presence.session in lost or doubts & VOID:
            void.add(presence.session)
        elif DoubtKind.DATE_UNREADABLE in doubts:
            undated.setdefault((presence.place.file, presence.place.page, presence.place.row), set()).add(presence.session)
        else:
            (waiting if doubts else certain).add(presence.session)
    waiting -= certain
    waiting |= _best_days(case, undated, certain | waiting)
    return Presences(frozenset(certain), frozenset(waiting), frozenset(void - certain - waiting))


def _standing_doubts(case: Case, presence: SessionPresence, mine: Sequence[SessionPresence]) -> set[DoubtKind]:
    """The doubts of a presence. Two sessions of this claim at the same time count once, whichever of them bears the mark."""
    doubts = set(presence.doubts)
    here = case.sessions[presence.session]
    if DoubtKind.TIME_CONFLICT in doubts and any(p.session != presence.session and overlap(case.sessions[p.session], here) for p in mine):
        doubts.discard(DoubtKind.TIME_CONFLICT)
    return doubts


def _undated_rows(case: Case, index: int) -> dict[Row, set[int]]:
    """The trainee's signed rows on pages whose day cannot be read, with the offline sessions each may belong to."""
    enough = any if case.rules.signatures == "any" else all
    rows: dict[Row, set[int]] = {}
    for page in case.attendance:
        if not page.undated:
            continue
        for row in page.rows:
            good = row.trainee == index and row.status is RowStatus.MATCHED and not set(row.doubts) & VOID
            if good and row.signed and enough(signed for _, signed in row.signed):
                rows[(page.file, page.page, row.row)] = {s for s in page.possible_sessions if not case.sessions[s].online}
    return rows


def _best_days(case: Case, undated: dict[Row, set[int]], taken: set[int]) -> set[int]:
    """One session at most for each undated row: the longest still free, so that the open amount is not understated."""
    used: set[int] = set()
    for _, sessions in sorted(undated.items(), key=lambda item: (len(item[1]), str(item[0]))):
        free = sorted(sessions - taken - used, key=lambda s: (-case.sessions[s].class_hours, s))
        used |= set(free[:1])
    return used
