"""Assessment records."""

from services.domain.evidence import EvidenceKind
from services.domain.finding import Outcome
from services.verify.checks.assessment_records import assessment_records
from tests.factories import document, make_case, run


def test_present():
    assert run(assessment_records, make_case())[0].outcome is Outcome.MET


def test_missing():
    (result,) = run(assessment_records, make_case(evidence=()))
    assert (result.code, result.outcome) == ("documents.assessment_missing", Outcome.UNMET)


def told(text):
    case = make_case(evidence=(document("assessments/a.xlsx", EvidenceKind.ASSESSMENT, text),))
    return [(r.code, r.outcome, r.trainees) for r in run(assessment_records, case)[1:]]


def test_who_has_no_result_is_told():
    assert told("王小明\t92\n李建国\t81\n张 伟\t77") == []
    assert told("王小明\t92\n李建国\t81") == [("documents.assessment_incomplete", Outcome.MET, (2,))]
    assert told("王小明\t92\n李建国\t81\n张伟\t不合格") == [("documents.assessment_incomplete", Outcome.MET, (2,))]


def test_records_without_names_say_nothing():
    assert told("本次培训考核合格率100%") == []
