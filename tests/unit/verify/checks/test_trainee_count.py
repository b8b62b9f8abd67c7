"""As many as declared."""

import pytest

from services.domain.finding import Outcome
from services.verify.checks.trainee_count import trainee_count
from tests.factories import make_case, run


@pytest.mark.parametrize(("declared", "outcome"), [(3, Outcome.MET), (4, Outcome.UNMET), (2, Outcome.UNMET), (None, Outcome.UNCLEAR)])
def test_count(declared, outcome):
    (result,) = run(trainee_count, make_case(project={"trainee_count": declared}))
    assert result.outcome is outcome


def test_no_list_is_unclear():
    (result,) = run(trainee_count, make_case(trainees=None))
    assert (result.code, result.outcome) == ("claim.trainee_count_mismatch", Outcome.UNCLEAR)
