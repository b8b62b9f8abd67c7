"""Twenty yuan a class hour."""

from decimal import Decimal

from services.domain.finding import Outcome
from services.verify.checks.amount_within_rate import CODE, amount_within_rate
from tests.factories import make_case, person, run, said


def test_the_border():
    people = [person(0, amount=Decimal("320.00")), person(1, amount=Decimal("320.01")), person(2, amount=None)]
    assert said(run(amount_within_rate, make_case(trainees=people))) == [(CODE, Outcome.UNMET, (1,))]


def test_own_hours_else_the_projects():
    people = [person(0, class_hours=Decimal("16.5"), amount=Decimal("330.00")), person(1, class_hours=None, amount=Decimal("321"))]
    assert said(run(amount_within_rate, make_case(trainees=people))) == [(CODE, Outcome.UNMET, (1,))]


def test_no_rate_no_comparison():
    results = run(amount_within_rate, make_case(project={"training_type": "岗位技能提升培训"}))
    assert [r.outcome for r in results] == [Outcome.NOT_APPLICABLE]


def test_no_list_is_unclear():
    assert said(run(amount_within_rate, make_case(trainees=None))) == [(CODE, Outcome.UNCLEAR, ())]
