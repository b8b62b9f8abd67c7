"""Fields and rows of the wrong form."""

from dataclasses import replace

from services.domain.claim import RejectedRow
from services.domain.errors import FieldProblem
from services.domain.finding import Outcome
from services.domain.text import Message
from services.verify.checks.claim_fields import CODE, claim_fields
from tests.factories import make_case, run, said


def test_well_formed():
    assert [r.outcome for r in run(claim_fields, make_case())] == [Outcome.MET]


def test_each_field_and_row_is_named():
    case = make_case(claim={"problems": (FieldProblem("enterprise.employees", "'many'", Message("应为整数", "a whole number")),)})
    refused = (RejectedRow(7, Message("缺少姓名", "no name")),)
    case = replace(case, trainees=replace(case.trainees, rejected=refused), roster=replace(case.roster, rejected=refused))
    results = run(claim_fields, case)
    assert said(results) == [(CODE, Outcome.UNMET, ())] * 3
    assert [r.subject for r in results if r.code] == ["enterprise.employees", "trainees.xlsx 7", "roster.xlsx 7"]
    assert [r.evidence[0].row for r in results if r.code] == [None, 7, 7]


def test_many_refused_rows_are_told_together():
    case = make_case()
    refused = tuple(RejectedRow(n, Message("缺少姓名", "no name")) for n in range(2, 102))
    results = [r for r in run(claim_fields, replace(case, roster=replace(case.roster, rejected=refused))) if r.code]
    assert len(results) == 21
    assert results[-1].observed == 80
