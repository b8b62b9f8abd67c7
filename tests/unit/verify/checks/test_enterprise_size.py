"""5000 employees or more."""

from datetime import date

import pytest

from services.domain.finding import Effect, Outcome
from services.verify.checks.enterprise_size import CODE, enterprise_size
from tests.factories import effects, insured, make_case, run, said


@pytest.mark.parametrize(("employees", "outcome"), [(5000, Outcome.MET), (8200, Outcome.MET), (4999, Outcome.UNMET), (0, Outcome.UNMET)])
def test_declared_head_count(employees, outcome):
    results = run(enterprise_size, make_case(enterprise={"employees": employees}), minimum=5000)
    assert [r.outcome for r in results] == [outcome]


def test_too_small_costs_everybody_the_money():
    results = run(enterprise_size, make_case(enterprise={"employees": 4999}), minimum=5000)
    assert said(results) == [(CODE, Outcome.UNMET, ())]
    assert effects(results) == {Effect.EXCLUDES}
    assert (results[0].expected, results[0].observed) == (5000, 4999)


def test_roster_stands_in_for_a_missing_head_count():
    roster = [insured(0), insured(1), insured(2, insured_from=date(2021, 11, 9)), insured(3, insured_to=date(2021, 11, 7)), insured(1)]
    case = make_case(enterprise={"employees": None}, roster=roster)
    assert run(enterprise_size, case, minimum=2)[0].outcome is Outcome.MET
    assert run(enterprise_size, case, minimum=3)[0].observed == 2


def test_neither_is_unclear_and_leaves_the_money():
    results = run(enterprise_size, make_case(enterprise={"employees": None}, roster=None), minimum=5000)
    assert said(results) == [(CODE, Outcome.UNCLEAR, ())]
    assert effects(results) == {Effect.NONE}
