from __future__ import annotations

from dataclasses import replace

from services.domain.case import Case, DoubtKind, RowCandidate, RowStatus, SheetRowMatch
from services.domain.finding import Outcome, Result
from services.verify.checks.sheet_signed import sheet_signed
from tests.factories import make_case, person, presence, record

CASE = make_case()


def with_row(session: int, row: SheetRowMatch | None, base: Case = CASE) -> Case:
    """The first trainee's row on one sheet changed or taken away, and their presence with it."""
    pages = list(base.attendance)
    pages[session] = replace(pages[session], rows=(*((row,) if row else ()), *pages[session].rows[1:]))
    kept = tuple(p for p in base.records[0].presences if p.session != session)
    return replace(base, attendance=tuple(pages), records=(replace(base.records[0], presences=kept), *base.records[1:]))


def only(case: Case) -> Result:
    (result,) = sheet_signed(case)
    return result


ROW = CASE.attendance[0].rows[0]


def test_met_when_everybody_signed() -> None:
    assert only(CASE).outcome is Outcome.MET


def test_unsigned_row_with_its_mark() -> None:
    result = only(with_row(0, replace(ROW, signed=(("签名", False),), mark="请假")))
    assert (result.outcome, result.code, result.trainees, result.observed) == (Outcome.UNMET, "sheet.not_signed", (0,), 1)
    assert "2021-11-08上午（请假）" in result.message.zh  # type: ignore[union-attr]
    assert result.evidence[0].row == 1


def test_half_signed_row_names_the_column() -> None:
    assert "缺签退" in only(with_row(0, replace(ROW, signed=(("签到", True), ("签退", False))))).message.zh  # type: ignore[union-attr]


def test_nobody_of_that_name_on_the_sheet_and_several_sessions_in_one_finding() -> None:
    result = only(with_row(1, None, with_row(0, None)))
    assert result.observed == 2 and "签到表上无此人" in result.message.zh  # type: ignore[union-attr]
    assert {place.file for place in result.evidence} == {"sign_in_sheets/0.jpg", "sign_in_sheets/1.jpg"}


def test_unclear_ink_is_unclear() -> None:
    result = only(replace(CASE, records=(record(presence(0, DoubtKind.SIGNATURE_UNCLEAR), 1, 2, 3), *CASE.records[1:])))
    assert (result.outcome, result.code, result.trainees) == (Outcome.UNCLEAR, "sheet.not_signed", (0,))


def test_one_empty_column_settles_it_whatever_the_other_one_holds() -> None:
    row = replace(ROW, signed=(("签到", False), ("签退", False)), doubts=(DoubtKind.SIGNATURE_UNCLEAR,))
    assert only(with_row(0, row)).outcome is Outcome.UNMET


def test_other_doubts_and_ambiguous_names_are_told_elsewhere() -> None:
    reused = replace(CASE, records=(record(presence(0, DoubtKind.SHEET_REUSED), 1, 2, 3), *CASE.records[1:]))
    assert only(reused).outcome is Outcome.MET
    ambiguous = replace(ROW, status=RowStatus.AMBIGUOUS, trainee=None, candidates=(RowCandidate(ROW.name or "", ROW.id_number or "", 0.5, 0),))
    assert only(with_row(0, ambiguous)).outcome is Outcome.MET


def test_a_session_without_sheet_is_not_held_against_the_signers() -> None:
    case = replace(CASE, attendance=CASE.attendance[1:], records=tuple(record(1, 2, 3) for _ in CASE.records))
    assert only(case).outcome is Outcome.MET


def test_the_second_listing_of_a_person_is_not_held_for_absent() -> None:
    twice = make_case(trainees=(person(0), person(1), person(0)))
    assert only(replace(twice, records=(*twice.records[:2], record()))).outcome is Outcome.MET


def test_without_sheets_and_without_a_list() -> None:
    assert only(make_case(attendance=())).outcome is Outcome.NOT_APPLICABLE
    assert only(make_case(trainees=None)).outcome is Outcome.UNCLEAR
