from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from services.domain.case import DoubtKind, SessionPresence
from services.domain.claim import SHANGHAI, Claim, Enterprise, Project, Session, Trainee, Trainees
from services.domain.evidence import Place
from services.domain.index import Elsewhere, OtherClaim, PresenceEntry
from services.verify.match.conflicts import mark_conflicts, submitted_before, time_conflicts
from services.verify.match.day_parts import overlap, span_of

DAY = date(2021, 11, 8)
ID = "11010519491231002X"
TRAINEES = Trainees("trainees.xlsx", (Trainee(2, "张三", ID), Trainee(3, "李四", "")))


def _claim(submitted_at: datetime | None, claim_no: str = "B") -> Claim:
    return Claim(claim_no, Enterprise("厂"), Project("课", DAY, DAY, Decimal(8)), submitted_at=submitted_at)


def _at(hour: int) -> datetime:
    return datetime(2021, 11, 8, hour, tzinfo=SHANGHAI)


def _elsewhere(start: int, end: int, submitted_at: datetime | None, claim_no: str = "A") -> Elsewhere[PresenceEntry]:
    other = OtherClaim("clm_1", claim_no, "另一厂", None, submitted_at, 1)
    return Elsewhere(other, PresenceEntry(ID, _at(start), _at(end), 0, Place("sign_in_sheets/x.jpg", 1, 3)))


SESSIONS = (Session(DAY, Decimal(4), time(8, 30), time(11, 30)), Session(DAY, Decimal(4), part="pm"))
PRESENCES = ((SessionPresence(0, Place("s.jpg", 1, 1)), SessionPresence(1, Place("s.jpg", 1, 1))), ())


@pytest.mark.parametrize(
    ("theirs", "ours", "first"),
    [(_at(9), _at(10), True), (_at(10), _at(9), False), (None, _at(9), False), (_at(9), None, True), (_at(9), _at(9), True), (None, None, True)],
)
def test_who_was_first(theirs: datetime | None, ours: datetime | None, first: bool) -> None:
    """By the time of submission, then by the claim's number (A before B); no time comes last."""
    assert submitted_before(OtherClaim("x", "A", "厂", None, theirs, 1), _claim(ours)) is first


def test_only_the_overlapping_session_conflicts_and_only_the_later_claim_loses_it() -> None:
    for theirs, counts_here in ((_at(9), False), (_at(20), True)):
        found = time_conflicts(_claim(_at(10)), SESSIONS, TRAINEES, PRESENCES, [_elsewhere(10, 12, theirs)])
        assert [(c.trainee, c.session, c.claim_no, c.counts_here) for c in found] == [(0, 0, "A", counts_here)]
        marked = mark_conflicts(PRESENCES, found)
        assert (DoubtKind.TIME_CONFLICT in marked[0][0].doubts) is not counts_here
        assert marked[0][1].doubts == ()


def test_sessions_that_follow_each_other_do_not_conflict() -> None:
    assert time_conflicts(_claim(_at(10)), SESSIONS, TRAINEES, PRESENCES, [_elsewhere(12, 13, _at(9))]) == ()


def test_a_presence_in_doubt_claims_no_conflict() -> None:
    doubtful = ((SessionPresence(0, Place("s.jpg"), (DoubtKind.NAME_AMBIGUOUS,)),), ())
    assert time_conflicts(_claim(_at(10)), SESSIONS, TRAINEES, doubtful, [_elsewhere(9, 10, _at(9))]) == ()


def test_half_days_are_taken_as_working_hours() -> None:
    afternoon = span_of(SESSIONS[1])
    assert (afternoon[0].hour, afternoon[1].hour) == (13, 17)
    assert not overlap(span_of(SESSIONS[0]), afternoon)
