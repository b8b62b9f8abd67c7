"""A plan or a notice."""

import pytest

from services.domain.case import FileProblem
from services.domain.evidence import EvidenceKind
from services.domain.finding import Outcome
from services.domain.text import Message
from services.verify.checks.plan_or_notice import plan_or_notice
from tests.factories import document, evidence, make_case, run

BROKEN = (FileProblem("file.encrypted", Message("文件已加密", "it is encrypted")),)


@pytest.mark.parametrize("kind", [EvidenceKind.PLAN, EvidenceKind.NOTICE])
def test_one_of_either_is_enough(kind):
    assert run(plan_or_notice, make_case(evidence=(document("x/a.pdf", kind),)))[0].outcome is Outcome.MET


def test_none():
    (result,) = run(plan_or_notice, make_case(evidence=(document("assessments/a.pdf", EvidenceKind.ASSESSMENT),)))
    assert (result.code, result.outcome) == ("documents.plan_or_notice_missing", Outcome.UNMET)


def test_only_broken_ones_are_unclear_and_named():
    (result,) = run(plan_or_notice, make_case(evidence=(evidence("plan/a.pdf", EvidenceKind.PLAN, problems=BROKEN),)))
    assert result.outcome is Outcome.UNCLEAR
    assert result.evidence[0].file == "plan/a.pdf"
    assert "已加密" in result.message.zh


def test_a_good_one_beside_a_broken_one():
    files = (evidence("plan/a.pdf", EvidenceKind.PLAN, problems=BROKEN), document("notice/b.docx", EvidenceKind.NOTICE))
    assert run(plan_or_notice, make_case(evidence=files))[0].outcome is Outcome.MET


def test_one_that_was_turned_away_at_the_door_is_not_missing():
    case = make_case(evidence=(), intake_problems=(("培训方案/大.pdf", FileProblem("file.too_large", Message("文件过大", "it is too large"))),))
    (result,) = run(plan_or_notice, case)
    assert (result.outcome, result.evidence[0].file) == (Outcome.UNCLEAR, "培训方案/大.pdf")
