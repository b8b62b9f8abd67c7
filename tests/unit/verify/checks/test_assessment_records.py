"""Assessment records."""

from services.domain.finding import Outcome
from services.verify.checks.assessment_records import assessment_records
from tests.factories import make_case, run


def test_present():
    assert run(assessment_records, make_case())[0].outcome is Outcome.MET


def test_missing():
    (result,) = run(assessment_records, make_case(evidence=()))
    assert (result.code, result.outcome) == ("documents.assessment_missing", Outcome.UNMET)
