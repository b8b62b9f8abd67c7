"""Changchun is 2201…"""

import pytest

from services.domain.finding import Effect, Outcome
from services.verify.checks.enterprise_area import enterprise_area
from tests.factories import make_case, run


@pytest.mark.parametrize(
    ("area", "outcome", "effect"),
    [
        ("220100", Outcome.MET, Effect.NONE),
        ("220183", Outcome.MET, Effect.NONE),
        ("220200", Outcome.UNMET, Effect.EXCLUDES),
        ("110101", Outcome.UNMET, Effect.EXCLUDES),
        ("", Outcome.UNCLEAR, Effect.NONE),
        (None, Outcome.UNCLEAR, Effect.NONE),
    ],
)
def test_area(area, outcome, effect):
    (result,) = run(enterprise_area, make_case(enterprise={"area_code": area}), prefixes=("2201",))
    assert (result.outcome, result.effect) == (outcome, effect)
