"""Eight class hours a day."""

from datetime import date, time
from decimal import Decimal

import pytest

from services.domain.claim import Mode
from services.domain.finding import Outcome
from services.verify.checks.hours_per_day import CODE, hours_per_day
from tests.factories import make_case, run, said, session

DAY = date(2021, 11, 8)


@pytest.mark.parametrize(("pm", "excess"), [("4", False), ("4.01", True), ("5", True)])
def test_scheduled_hours_of_a_day(pm, excess):
    results = run(hours_per_day, make_case(sessions=[session(DAY, "am", "4"), session(DAY, "pm", pm)]), maximum=Decimal(8))
    assert said(results) == ([(CODE, Outcome.UNMET, ())] if excess else [])


def test_parallel_groups_are_not_added_up():
    case = make_case(sessions=[session(DAY, "day", "8"), session(DAY, "day", "8", course="B"), session(DAY, "am", "4")])
    assert said(run(hours_per_day, case, maximum=Decimal(8))) == []


def test_the_evening_counts():
    case = make_case(sessions=[session(DAY, "day", "8"), session(DAY, "pm", "2", start=time(18), end=time(20))])
    (finding,) = [r for r in run(hours_per_day, case, maximum=Decimal(8)) if r.code]
    assert (finding.subject, finding.observed) == ("2021-11-08", "10")


@pytest.mark.parametrize(
    ("hours", "modes", "outcome"),
    [("17", (Mode.ONLINE,), Outcome.UNMET), ("16", (Mode.ONLINE,), Outcome.NOT_APPLICABLE), ("16", (), Outcome.UNCLEAR)],
)
def test_without_sessions_the_mean_speaks(hours, modes, outcome):
    (result,) = run(hours_per_day, make_case(sessions=[], project={"class_hours": Decimal(hours), "modes": modes}), maximum=Decimal(8))
    assert result.outcome is outcome
