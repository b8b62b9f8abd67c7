"""Training within 2021."""

from datetime import date

import pytest

from services.domain.finding import Effect, Outcome
from services.verify.checks.policy_window import policy_window
from tests.factories import make_case, run


@pytest.mark.parametrize(
    ("start", "end", "outcome"),
    [
        (date(2021, 1, 1), date(2021, 12, 31), Outcome.MET),
        (date(2020, 12, 31), date(2021, 1, 8), Outcome.UNMET),
        (date(2021, 12, 30), date(2022, 1, 1), Outcome.UNMET),
        (date(2022, 3, 1), date(2022, 3, 5), Outcome.UNMET),
    ],
)
def test_window(start, end, outcome):
    (result,) = run(policy_window, make_case(project={"start": start, "end": end}), first=date(2021, 1, 1), last=date(2021, 12, 31))
    assert result.outcome is outcome
    assert result.effect is (Effect.EXCLUDES if outcome is Outcome.UNMET else Effect.NONE)
