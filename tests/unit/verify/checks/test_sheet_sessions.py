from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.domain.case import SheetDate
from services.domain.finding import Outcome
from services.verify.checks.sheet_sessions import sheet_sessions
from tests.factories import make_case

CASE = make_case()


def found(case):  # type: ignore[no-untyped-def]
    return [(r.outcome, r.code) for r in sheet_sessions(case)]


def test_met_when_every_session_has_a_sheet() -> None:
    assert found(CASE) == [(Outcome.MET, None)]


def test_a_session_without_sheet_costs_everybody_its_hours() -> None:
    without = tuple(item for item in CASE.evidence if item.file.path != "sign_in_sheets/3.jpg")
    (result,) = sheet_sessions(replace(CASE, attendance=CASE.attendance[:3], evidence=without))
    assert (result.outcome, result.code, result.trainees) == (Outcome.UNMET, "sheet.session_uncovered", (0, 1, 2))
    assert result.subject == "2021-11-09下午"


def test_a_sheet_that_cannot_be_read_may_be_the_missing_one() -> None:
    (result,) = sheet_sessions(replace(CASE, attendance=CASE.attendance[:3]))
    assert (result.outcome, result.code, result.evidence[0].file) == (Outcome.UNCLEAR, "sheet.session_uncovered", "sign_in_sheets/3.jpg")


def test_without_any_sheet_another_clause_speaks() -> None:
    assert found(replace(CASE, attendance=())) == [(Outcome.NOT_APPLICABLE, None)]


def test_a_schedule_taken_from_sheets_is_covered_by_them() -> None:
    assert found(replace(CASE, attendance=CASE.attendance[:1], schedule_assumed=True)) == [(Outcome.MET, None)]


def test_a_date_outside_the_training() -> None:
    stray = replace(CASE.attendance[0], date=date(2021, 11, 20), session=None, date_known=SheetDate.OUTSIDE)
    (result,) = sheet_sessions(replace(CASE, attendance=(*CASE.attendance, stray)))
    assert (result.outcome, result.code, result.observed) == (Outcome.UNMET, "sheet.date_outside_training", "2021-11-20")


def test_unreadable_dates_leave_their_possible_sessions_open() -> None:
    blurred = [
        replace(page, date=None, session=None, date_known=SheetDate.UNREADABLE, possible_sessions=(2, 3), date_text="2021年11月?日")
        for page in CASE.attendance[2:]
    ]
    results = list(sheet_sessions(replace(CASE, attendance=(*CASE.attendance[:2], *blurred))))
    assert [r.code for r in results] == ["sheet.date_unreadable"] * 2 + ["sheet.session_uncovered"] * 2
    assert {r.outcome for r in results} == {Outcome.UNCLEAR}
    assert "2021-11-09上午" in results[0].message.zh  # type: ignore[union-attr]


def test_a_day_whose_half_cannot_be_told_is_said_so() -> None:
    page = CASE.attendance[2]
    either = replace(page, session=None, part=None, date_known=SheetDate.PART_UNREADABLE, possible_sessions=(2, 3), date_text="2021年11月9日只午")
    results = list(sheet_sessions(replace(CASE, attendance=(*CASE.attendance[:2], either))))
    assert [(r.outcome, r.code) for r in results] == [(Outcome.UNCLEAR, "sheet.date_unreadable")] + [(Outcome.UNCLEAR, "sheet.session_uncovered")] * 2
    assert results[0].message is not None
    assert "2021-11-09上午还是下午无法辨认（识别为“2021年11月9日只午”）" in results[0].message.zh
    assert "morning or the afternoon of 2021-11-09" in results[0].message.en


def test_a_date_given_to_the_one_open_session_is_still_for_a_human() -> None:
    given = replace(CASE.attendance[3], date=None, date_known=SheetDate.ASSIGNED)
    assert found(replace(CASE, attendance=(*CASE.attendance[:3], given))) == [(Outcome.UNCLEAR, "sheet.date_unreadable")]


def test_a_page_with_two_sessions_of_one_day_is_told_once() -> None:
    pages = [replace(CASE.attendance[0], date=date(2021, 12, 1), session=None, part=part, date_known=SheetDate.OUTSIDE) for part in ("am", "pm")]
    assert found(replace(CASE, attendance=(*CASE.attendance, *pages))) == [(Outcome.UNMET, "sheet.date_outside_training")]
