"""What sessions leave of the claimed hours is learnt online."""

from decimal import Decimal

import pytest

from services.domain.case import OnlineTime
from services.domain.claim import Mode
from services.domain.finding import Outcome
from services.verify.checks.online_hours_unscheduled import CODE, online_hours_unscheduled
from tests.factories import make_case, person, record, run, said

MIXED = {"class_hours": Decimal(20), "modes": (Mode.THEORY, Mode.ONLINE)}


def case_with(verified, unclear=0.0, **project):
    who = [person(0, class_hours=Decimal(20), amount=Decimal(400))]
    return make_case(project={**MIXED, **project}, trainees=who, records=(record(0, 1, 2, 3, online=OnlineTime(verified + unclear, verified, unclear)),))


@pytest.mark.parametrize(
    ("verified", "unclear", "outcome"),
    [(180, 0, None), (179, 0, Outcome.UNMET), (179, 1, Outcome.UNCLEAR), (0, 0, Outcome.UNMET), (179, 0.5, Outcome.UNMET)],
)
def test_four_hours_are_left_to_online_learning(verified, unclear, outcome):
    results = run(online_hours_unscheduled, case_with(float(verified), unclear))
    assert said(results) == ([] if outcome is None else [(CODE, outcome, (0,))])


def test_nothing_left_nothing_needed():
    case = make_case(project={"modes": (Mode.THEORY, Mode.ONLINE)})
    assert [r.outcome for r in run(online_hours_unscheduled, case)] == [Outcome.MET]


def test_training_of_one_kind_is_not_its_business():
    assert [r.outcome for r in run(online_hours_unscheduled, case_with(0.0, modes=(Mode.THEORY,)))] == [Outcome.NOT_APPLICABLE]
    purely = make_case(project={"modes": (Mode.ONLINE,)}, sessions=[])
    assert [r.outcome for r in run(online_hours_unscheduled, purely)] == [Outcome.NOT_APPLICABLE]
