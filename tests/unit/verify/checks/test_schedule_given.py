"""An assumed schedule is said, no more."""

from services.domain.finding import Outcome
from services.verify.checks.schedule_given import schedule_given
from tests.factories import make_case, run, said


def test_declared_schedule():
    assert [r.outcome for r in run(schedule_given, make_case())] == [Outcome.MET]


def test_assumed_schedule_is_an_info():
    assert said(run(schedule_given, make_case(schedule_assumed=True, claim={"sessions": ()}))) == [("claim.schedule_assumed", Outcome.MET, ())]


def test_none_at_all():
    assert [r.outcome for r in run(schedule_given, make_case(sessions=[]))] == [Outcome.NOT_APPLICABLE]
