"""The types of 三(一)."""

import pytest

from services.domain.finding import Outcome
from services.verify.checks.training_type import training_type
from tests.factories import make_case, run


@pytest.mark.parametrize(
    ("stated", "outcome"),
    [
        ("岗前培训", Outcome.MET),
        (" 岗前 培训", Outcome.MET),
        ("岗位技能提升培训", Outcome.MET),
        ("瑜伽培训", Outcome.UNMET),
        ("", Outcome.UNCLEAR),
        (None, Outcome.UNCLEAR),
    ],
)
def test_training_type(stated, outcome):
    (result,) = run(training_type, make_case(project={"training_type": stated}))
    assert result.outcome is outcome
