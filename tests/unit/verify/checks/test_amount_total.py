"""The total is the sum."""

from decimal import Decimal

import pytest

from services.domain.finding import Outcome
from services.verify.checks.amount_total import CODE, amount_total
from tests.factories import make_case, person, run, said


@pytest.mark.parametrize(
    ("claimed", "outcome"),
    [("960.00", Outcome.MET), ("960", Outcome.MET), ("960.01", Outcome.UNMET), ("959.99", Outcome.UNMET), (None, Outcome.MET)],
)
def test_total(claimed, outcome):
    (result,) = run(amount_total, make_case(claim={"claimed_amount": None if claimed is None else Decimal(claimed)}))
    assert result.outcome is outcome


def test_blank_amounts_are_unclear_and_named():
    assert said(run(amount_total, make_case(trainees=[person(0), person(1, amount=None)]))) == [(CODE, Outcome.UNCLEAR, (1,))]


def test_no_list_is_unclear():
    assert said(run(amount_total, make_case(trainees=None))) == [(CODE, Outcome.UNCLEAR, ())]
