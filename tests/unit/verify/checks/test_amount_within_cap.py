"""Three thousand a person and project."""

from decimal import Decimal

from services.domain.finding import Outcome
from services.verify.checks.amount_within_cap import CODE, amount_within_cap
from tests.factories import make_case, person, run, said


def test_the_border():
    people = [person(0, amount=Decimal("3000.00")), person(1, amount=Decimal("3000.01"))]
    assert said(run(amount_within_cap, make_case(trainees=people))) == [(CODE, Outcome.UNMET, (1,))]


def test_other_documents_have_caps_of_their_own():
    results = run(amount_within_cap, make_case(project={"training_type": "岗位技能提升培训"}, trainees=[person(0, amount=Decimal(5000))]))
    assert [r.outcome for r in results] == [Outcome.NOT_APPLICABLE]
