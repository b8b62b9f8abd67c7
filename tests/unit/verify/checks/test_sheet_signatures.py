from __future__ import annotations

from dataclasses import replace

from services.domain.case import DoubtKind, Reuse, ReuseKind
from services.domain.evidence import Place, Related
from services.domain.finding import Outcome
from services.verify.checks.sheet_signatures import sheet_signatures
from tests.factories import make_case

CASE = make_case()
HERE = Place("sign_in_sheets/1.jpg", page=1, row=2, box=(0.5, 0.2, 0.1, 0.02))
THERE = Place("sign_in_sheets/0.jpg", page=1, row=2)


def found(case):  # type: ignore[no-untyped-def]
    return [(r.outcome, r.code, r.trainees) for r in sheet_signatures(case)]


def test_met_without_copies() -> None:
    assert found(CASE) == [(Outcome.MET, None, ())]


def test_a_copy_names_the_trainee_of_its_row() -> None:
    case = replace(CASE, reuse=(Reuse(ReuseKind.SIGNATURE, HERE, THERE),))
    (result,) = sheet_signatures(case)
    assert (result.outcome, result.code, result.trainees) == (Outcome.UNMET, "sheet.signature_copied", (1,))
    assert result.evidence == (HERE, THERE) and result.related == (Related(case.claim.claim_no, THERE.file),)


def test_an_unsure_copy_is_unclear() -> None:
    assert found(replace(CASE, reuse=(Reuse(ReuseKind.SIGNATURE, HERE, THERE, certain=False),))) == [(Outcome.UNCLEAR, "sheet.signature_copied", (1,))]


def test_the_claim_that_was_first_is_not_the_copy() -> None:
    mine, theirs = (Reuse(ReuseKind.SIGNATURE, HERE, THERE, claim_no="CC-2", first=first) for first in (True, False))
    assert found(replace(CASE, reuse=(mine,))) == [(Outcome.MET, None, ())]
    assert found(replace(CASE, reuse=(theirs,))) == [(Outcome.UNMET, "sheet.signature_copied", (1,))]


def test_a_doubted_row_is_told_once() -> None:
    page = CASE.attendance[1]
    rows = (page.rows[0], replace(page.rows[1], doubts=(DoubtKind.SIGNATURE_COPIED,)), page.rows[2])
    doubted = replace(CASE, attendance=(CASE.attendance[0], replace(page, rows=rows)))
    assert found(doubted) == [(Outcome.UNMET, "sheet.signature_copied", (1,))]
    assert len(found(replace(doubted, reuse=(Reuse(ReuseKind.SIGNATURE, HERE, THERE),)))) == 1


def test_not_applicable_without_sheets() -> None:
    assert found(make_case(attendance=())) == [(Outcome.NOT_APPLICABLE, None, ())]
