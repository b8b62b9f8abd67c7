"""Which signatures count, wait, or are void."""

from dataclasses import replace
from datetime import date

import pytest

from services.domain.case import DoubtKind, RowStatus, SheetAttendance, SheetDate, SheetRowMatch, TimeConflict
from services.domain.claim import Mode
from services.domain.evidence import Place
from services.verify.presence import presences_of
from tests.factories import BOX, RULES, make_case, person, presence, record, session

DAY = date(2021, 11, 8)


def sets(case, index=0):
    at = presences_of(case, index)
    return sorted(at.certain), sorted(at.waiting), sorted(at.void)


def one(*presences, **fields):
    return make_case(trainees=[person(0)], records=(record(*presences),), **fields)


@pytest.mark.parametrize("doubt", [DoubtKind.SIGNATURE_COPIED, DoubtKind.SHEET_REUSED, DoubtKind.PERSON_TWICE, DoubtKind.TIME_CONFLICT])
def test_void_doubts(doubt):
    assert sets(one(0, presence(1, doubt))) == ([0], [], [1])


@pytest.mark.parametrize("doubt", [DoubtKind.NAME_AMBIGUOUS, DoubtKind.ID_MISMATCH, DoubtKind.SIGNATURE_UNCLEAR, DoubtKind.DATE_UNREADABLE])
def test_waiting_doubts(doubt):
    assert sets(one(0, presence(1, doubt))) == ([0], [1], [])


def test_a_void_doubt_outweighs_a_waiting_one():
    assert sets(one(presence(1, DoubtKind.ID_MISMATCH, DoubtKind.SIGNATURE_COPIED))) == ([], [], [1])


def test_a_clean_signature_elsewhere_heals_the_session():
    assert sets(one(presence(1, DoubtKind.PERSON_TWICE), presence(1, row=9))) == ([1], [], [])
    assert sets(one(presence(1, DoubtKind.ID_MISMATCH), presence(1, row=9))) == ([1], [], [])


def test_online_sessions_are_not_signed_for():
    plan = [session(DAY, "am"), session(DAY, "pm", mode=Mode.ONLINE)]
    assert sets(one(0, 1, sessions=plan)) == ([0], [], [])


def test_a_conflict_with_an_earlier_claim_takes_the_session():
    conflict = TimeConflict(0, 1, "X", Place("a"), Place("b"), counts_here=False)
    assert sets(one(0, 1, conflicts=(conflict,))) == ([0], [], [1])
    assert sets(one(0, presence(1, DoubtKind.TIME_CONFLICT), conflicts=(conflict,))) == ([0], [], [1])


def test_sessions_of_this_claim_at_once_are_left_to_the_timetable():
    plan = [session(DAY, "am"), session(DAY, "day", "8")]
    assert sets(one(0, presence(1, DoubtKind.TIME_CONFLICT), sessions=plan)) == ([0, 1], [], [])


def undated(*rows, possible=(1, 2)):
    return SheetAttendance("sign_in_sheets/x.jpg", 1, None, None, None, tuple(rows), SheetDate.UNREADABLE, possible_sessions=possible)


def row(number, trainee=0, signed=(("签名", True),), status=RowStatus.MATCHED, doubts=()):
    return SheetRowMatch(number, BOX, status, "王小明", None, 0.99, signed=signed, trainee=trainee, doubts=doubts)


def test_an_undated_page_may_be_one_of_its_sessions_not_all():
    assert sets(one(0, attendance=(undated(row(1)),))) == ([0], [1], [])


def test_it_is_one_page_whether_seen_as_page_or_as_presences():
    doubts = [presence(s, DoubtKind.DATE_UNREADABLE, file="sign_in_sheets/x.jpg") for s in (1, 2)]
    assert sets(one(0, *doubts)) == ([0], [1], [])
    assert sets(one(0, *doubts, attendance=(undated(row(1)),))) == ([0], [1], [])


def test_it_waits_for_a_session_that_is_still_free():
    assert sets(one(0, 1, attendance=(undated(row(1)),))) == ([0, 1], [2], [])
    assert sets(one(0, 1, 2, attendance=(undated(row(1)),))) == ([0, 1, 2], [], [])


def test_rows_of_undated_pages_must_be_signed_in_every_column():
    both = (("签到", True), ("签退", False))
    assert sets(one(0, attendance=(undated(row(1, signed=both)),))) == ([0], [], [])
    assert sets(one(0, attendance=(undated(row(1, signed=both)),), rules=replace(RULES, signatures="any"))) == ([0], [1], [])
    for bad in (row(1, signed=()), row(1, trainee=None), row(1, status=RowStatus.CROSSED_OUT), row(1, doubts=(DoubtKind.SIGNATURE_COPIED,))):
        assert sets(one(0, attendance=(undated(bad),))) == ([0], [], [])
