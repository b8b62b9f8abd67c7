"""No more claimed than scheduled."""

from datetime import date
from decimal import Decimal

from services.domain.claim import Mode
from services.domain.finding import Outcome
from services.verify.checks.hours_within_schedule import CODE, hours_within_schedule
from tests.factories import make_case, person, run, said, session


def test_complete_claim():
    assert [r.outcome for r in run(hours_within_schedule, make_case())] == [Outcome.MET]


def test_a_trainee_above_the_project():
    case = make_case(trainees=[person(0), person(1, class_hours=Decimal("16.5")), person(2, class_hours=None)])
    assert said(run(hours_within_schedule, case)) == [(CODE, Outcome.UNMET, (1,))]


def test_a_project_above_its_sessions_names_all_who_claim_it():
    results = run(hours_within_schedule, make_case(project={"class_hours": Decimal(20)}, trainees=[person(i, class_hours=Decimal(20)) for i in range(3)]))
    assert said(results) == [(CODE, Outcome.UNMET, ()), (CODE, Outcome.UNMET, (0, 1, 2))]


def test_online_learning_without_fixed_hours_fills_the_gap():
    case = make_case(project={"class_hours": Decimal(20), "modes": (Mode.THEORY, Mode.ONLINE)})
    assert said(run(hours_within_schedule, case)) == []


def test_scheduled_online_sessions_count():
    plan = [session(date(2021, 11, 8), "day", "8"), session(date(2021, 11, 9), "day", "8", Mode.ONLINE)]
    assert said(run(hours_within_schedule, make_case(sessions=plan))) == []


def test_no_schedule_is_unclear():
    assert said(run(hours_within_schedule, make_case(sessions=[]))) == [(CODE, Outcome.UNCLEAR, ())]
