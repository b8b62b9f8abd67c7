from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from services.domain.case import DoubtKind
from services.domain.finding import Outcome
from services.verify.checks.sheet_headcount import sheet_headcount
from tests.factories import make_case, person, presence, record

FIVE = tuple(person(i) for i in range(5))


def found(*records):  # type: ignore[no-untyped-def]
    case = replace(make_case(trainees=FIVE), records=records)
    return [(r.outcome, r.code, r.expected, r.observed) for r in sheet_headcount(case, share=Decimal("0.8"))]


def test_four_of_five_are_enough() -> None:
    everywhere = record(0, 1, 2, 3)
    assert found(*[everywhere] * 4, record()) == [(Outcome.MET, None, None, None)]


def test_three_of_five_are_too_few_for_that_session() -> None:
    everywhere, not_last = record(0, 1, 2, 3), record(0, 1, 2)
    assert found(*[everywhere] * 3, not_last, not_last) == [(Outcome.UNMET, "sheet.headcount_short", 4, 3)]


def test_doubtful_rows_make_it_unclear() -> None:
    everywhere = record(0, 1, 2, 3)
    doubtful = record(0, 1, 2, presence(3, DoubtKind.NAME_AMBIGUOUS))
    assert found(*[everywhere] * 3, doubtful, record(0, 1, 2)) == [(Outcome.UNCLEAR, "sheet.headcount_short", 4, 3)]


def test_who_signed_in_vain_is_told_by_another_finding() -> None:
    void = record(0, 1, 2, presence(3, DoubtKind.SHEET_REUSED))
    assert found(*[void] * 5) == [(Outcome.MET, None, None, None)]
    assert found(*[void] * 3, record(0, 1, 2), record(0, 1, 2)) == [(Outcome.UNMET, "sheet.headcount_short", 4, 0)]


def test_somebody_listed_twice_counts_once() -> None:
    case = make_case(trainees=(*FIVE[:4], person(0)))
    case = replace(case, records=(*[record(0, 1, 2, 3)] * 4, record()))
    assert [r.outcome for r in sheet_headcount(case, share=Decimal("1"))] == [Outcome.MET]


def test_not_applicable_without_sheets_or_trainees() -> None:
    for case in (make_case(attendance=()), make_case(trainees=None)):
        assert [r.outcome for r in sheet_headcount(case, share=Decimal("0.8"))] == [Outcome.NOT_APPLICABLE]
