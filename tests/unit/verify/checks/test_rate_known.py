"""Types that other documents pay."""

import pytest

from services.domain.finding import Outcome
from services.verify.checks.rate_known import rate_known
from tests.factories import make_case, run


@pytest.mark.parametrize(
    ("stated", "outcome"),
    [("岗前培训", Outcome.MET), ("岗位技能提升培训", Outcome.UNCLEAR), ("瑜伽培训", Outcome.NOT_APPLICABLE), (None, Outcome.NOT_APPLICABLE)],
)
def test_rate(stated, outcome):
    (result,) = run(rate_known, make_case(project={"training_type": stated}))
    assert result.outcome is outcome
    assert (result.code == "claim.rate_unknown") is (outcome is Outcome.UNCLEAR)
