"""Mainly industrial, as declared."""

import pytest

from services.domain.finding import Effect, Outcome
from services.verify.checks.enterprise_industrial import enterprise_industrial
from tests.factories import make_case, run


@pytest.mark.parametrize(
    ("industrial", "outcome", "effect"),
    [(True, Outcome.MET, Effect.NONE), (False, Outcome.UNMET, Effect.EXCLUDES), (None, Outcome.UNCLEAR, Effect.NONE)],
)
def test_industrial(industrial, outcome, effect):
    (result,) = run(enterprise_industrial, make_case(enterprise={"industrial": industrial}))
    assert (result.outcome, result.effect) == (outcome, effect)
