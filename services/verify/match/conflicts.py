"""A person who signed for a session of this claim and, at the same time, for one of another claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.domain.case import DoubtKind, SessionPresence, TimeConflict
from services.domain.claim import Claim, Session, Trainees
from services.domain.index import Elsewhere, OtherClaim, PresenceEntry
from services.verify.match.day_parts import overlap, span_of


def submitted_before(other: OtherClaim, claim: Claim) -> bool:
    """True if `other` was submitted before `claim`: by time, then by number; a claim without a time comes last."""
    return submission_order(other) < submission_order(claim)


def submission_order(claim: Claim | OtherClaim) -> tuple[bool, float, str]:
    """What claims are sorted by to have the first submitted first."""
    return claim.submitted_at is None, claim.submitted_at.timestamp() if claim.submitted_at else 0.0, claim.claim_no


def time_conflicts(
    claim: Claim, sessions: Sequence[Session], trainees: Trainees, presences: Sequence[Sequence[SessionPresence]], elsewhere: Sequence[Elsewhere[PresenceEntry]]
) -> tuple[TimeConflict, ...]:
    """One conflict for each of our counted presences that overlaps a presence of the same person in another claim."""
    theirs: dict[str, list[Elsewhere[PresenceEntry]]] = {}
    for entry in elsewhere:
        theirs.setdefault(entry.entry.id_number, []).append(entry)
    found = []
    for trainee, mine in enumerate(presences):
        for presence in mine:
            if presence.doubts:
                continue
            span = span_of(sessions[presence.session])
            for other in theirs.get(trainees.people[trainee].id_number, ()):
                if overlap(span, (other.entry.start, other.entry.end)):
                    first = not submitted_before(other.claim, claim)
                    found.append(TimeConflict(trainee, presence.session, other.claim.claim_no, presence.place, other.entry.place, counts_here=first))
    return tuple(found)


def mark_conflicts(presences: Sequence[Sequence[SessionPresence]], conflicts: Sequence[TimeConflict]) -> tuple[tuple[SessionPresence, ...], ...]:
    """The presences, those that count only in an earlier claim marked."""
    lost = {(c.trainee, c.session) for c in conflicts if not c.counts_here}
    return tuple(
        tuple(replace(p, doubts=(*p.doubts, DoubtKind.TIME_CONFLICT)) if (trainee, p.session) in lost else p for p in mine)
        for trainee, mine in enumerate(presences)
    )
