"""GB 32100."""

import pytest

from services.domain.finding import Outcome
from services.verify.checks.enterprise_code import enterprise_code
from tests.factories import make_case, run


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("91220101MA0Y2XQW66", Outcome.MET),
        (" 91220101ma0y2xqw66 ", Outcome.MET),
        ("91220101MA0Y2XQW67", Outcome.UNMET),
        ("91220101MA0Y2XQW6", Outcome.UNMET),
        ("91220101MA0Y2XQWI6", Outcome.UNMET),
        (None, Outcome.UNCLEAR),
    ],
)
def test_code(code, outcome):
    (result,) = run(enterprise_code, make_case(enterprise={"uscc": code}))
    assert result.outcome is outcome
