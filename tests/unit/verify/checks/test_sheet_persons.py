from __future__ import annotations

from dataclasses import replace

from services.domain.case import DoubtKind, RowCandidate, RowStatus
from services.domain.finding import Outcome
from services.verify.checks.sheet_persons import sheet_persons
from tests.factories import id_number, make_case

CASE = make_case()


def changed(**fields):  # type: ignore[no-untyped-def]
    """The usual claim with its first row of its first sheet changed."""
    page = CASE.attendance[0]
    rows = (replace(page.rows[0], **fields), *page.rows[1:])
    return list(sheet_persons(replace(CASE, attendance=(replace(page, rows=rows), *CASE.attendance[1:]))))


def test_met_when_every_row_is_a_trainee() -> None:
    assert [r.outcome for r in sheet_persons(CASE)] == [Outcome.MET]


def test_unknown_person_with_place_and_likeness() -> None:
    near = (RowCandidate("王小明", id_number(0), 0.31, 0),)
    (result,) = changed(status=RowStatus.UNKNOWN, name="王晓", id_number=None, trainee=None, candidates=near)
    assert (result.outcome, result.code, result.subject) == (Outcome.UNMET, "sheet.person_unknown", "王晓")
    assert result.evidence[0].row == 1 and result.evidence[0].box is not None
    assert "31%" in result.message.zh


def test_an_illegible_name_is_for_a_human() -> None:
    (result,) = changed(status=RowStatus.UNKNOWN, name=None, id_number=None, trainee=None)
    assert (result.outcome, result.code) == (Outcome.UNCLEAR, "sheet.person_unknown")


def test_without_lists_nobody_is_called_a_stranger() -> None:
    page = CASE.attendance[0]
    strange = replace(page, rows=tuple(replace(row, status=RowStatus.UNKNOWN, trainee=None, id_number=None) for row in page.rows))
    (result,) = sheet_persons(replace(CASE, attendance=(strange,), trainees=None, roster=None))
    assert (result.outcome, result.code) == (Outcome.UNCLEAR, "sheet.person_unknown") and "roster" in result.message.en
    results = list(sheet_persons(replace(CASE, attendance=(strange,), trainees=None)))
    assert {(r.outcome, r.code) for r in results} == {(Outcome.UNCLEAR, "sheet.person_unknown")} and len(results) == len(page.rows)


def test_somebody_of_the_roster_who_is_no_trainee() -> None:
    (result,) = changed(name="杨帆", id_number=id_number(5), trainee=None)
    assert (result.outcome, result.code) == (Outcome.UNMET, "sheet.person_not_trainee")
    assert id_number(5) not in result.message.zh + result.subject


def test_ambiguous_name_names_the_trainees_it_may_be() -> None:
    both = tuple(RowCandidate("张伟", id_number(i), 0.5, i) for i in (0, 2)) + (RowCandidate("张伟", id_number(5), 0.5, None),)
    (result,) = changed(status=RowStatus.AMBIGUOUS, name="张伟", id_number=None, trainee=None, candidates=both)
    assert (result.outcome, result.code, result.trainees) == (Outcome.UNCLEAR, "sheet.name_ambiguous", (0, 2))
    assert "50%" in result.message.zh and not any(id_number(i) in result.message.zh for i in (0, 2, 5))


def test_mismatched_id_number_is_masked() -> None:
    (result,) = changed(doubts=(DoubtKind.ID_MISMATCH,), id_text=id_number(7))
    assert (result.outcome, result.code, result.trainees) == (Outcome.UNMET, "sheet.id_mismatch", (0,))
    assert id_number(7) not in f"{result}" and id_number(0) not in f"{result}"
    assert result.observed == f"{id_number(7)[:4]}**********{id_number(7)[-4:]}"


def test_a_number_and_a_name_of_two_people_is_a_mismatch_not_an_ambiguous_name() -> None:
    both = tuple(RowCandidate(name, id_number(i), 0.5, i) for i, name in ((0, "王小明"), (1, "李建国")))
    (result,) = changed(status=RowStatus.AMBIGUOUS, id_number=None, trainee=None, candidates=both, doubts=(DoubtKind.ID_MISMATCH,), id_text=id_number(1))
    assert (result.outcome, result.code, result.trainees) == (Outcome.UNMET, "sheet.id_mismatch", (0, 1))


def test_person_twice() -> None:
    (result,) = changed(doubts=(DoubtKind.PERSON_TWICE,))
    assert (result.outcome, result.code, result.trainees) == (Outcome.UNMET, "sheet.person_twice", (0,))


def test_a_page_for_two_sessions_tells_each_row_once() -> None:
    page = replace(CASE.attendance[0], rows=(replace(CASE.attendance[0].rows[0], status=RowStatus.UNKNOWN, trainee=None, name="钱多"),))
    results = list(sheet_persons(replace(CASE, attendance=(page, replace(page, session=1, part="pm")))))
    assert [r.code for r in results] == ["sheet.person_unknown"]


def test_without_a_list_nobody_is_a_stranger_to_it() -> None:
    case = replace(make_case(trainees=None), attendance=(replace(CASE.attendance[0], rows=(replace(CASE.attendance[0].rows[0], trainee=None),)),))
    assert [r.outcome for r in sheet_persons(case)] == [Outcome.MET]


def test_not_applicable_without_rows() -> None:
    assert [r.outcome for r in sheet_persons(make_case(attendance=()))] == [Outcome.NOT_APPLICABLE]
