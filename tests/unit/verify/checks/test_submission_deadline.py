"""Five working days, by China's holidays and make-up days, on the clock of Shanghai."""

from datetime import UTC, date, datetime

import pytest

from services.domain.claim import SHANGHAI
from services.domain.finding import Outcome
from services.verify.checks.submission_deadline import submission_deadline
from tests.factories import make_case, run


def outcome(end, submitted):
    return run(submission_deadline, make_case(project={"start": min(end, date(2021, 1, 4)), "end": end}, claim={"submitted_at": submitted}), working_days=5)[0]


@pytest.mark.parametrize(
    ("end", "day5", "day6"),
    [
        (date(2021, 11, 12), date(2021, 11, 19), date(2021, 11, 20)),  # Friday to Friday
        (date(2021, 11, 8), date(2021, 11, 15), date(2021, 11, 16)),  # Monday
        (date(2021, 9, 28), date(2021, 10, 11), date(2021, 10, 12)),  # National Day: 29, 30, 8, 9 (Saturday worked), 11
        (date(2021, 9, 30), date(2021, 10, 13), date(2021, 10, 14)),
        (date(2021, 2, 5), date(2021, 2, 18), date(2021, 2, 19)),  # Spring Festival: 7 (Sunday worked), 8, 9, 10, 18
    ],
)
def test_fifth_day_is_in_time_and_the_next_is_late(end, day5, day6):
    assert outcome(end, datetime(day5.year, day5.month, day5.day, 23, 59, 59, tzinfo=SHANGHAI)).outcome is Outcome.MET
    late = outcome(end, datetime(day6.year, day6.month, day6.day, tzinfo=SHANGHAI))
    assert late.outcome is Outcome.UNMET
    assert late.expected == str(day5)


def test_the_day_is_that_of_shanghai():
    assert outcome(date(2021, 11, 12), datetime(2021, 11, 19, 15, 59, tzinfo=UTC)).outcome is Outcome.MET
    assert outcome(date(2021, 11, 12), datetime(2021, 11, 19, 16, 0, tzinfo=UTC)).outcome is Outcome.UNMET


def test_on_the_last_day_itself_is_in_time():
    assert outcome(date(2021, 11, 12), datetime(2021, 11, 12, 18, tzinfo=SHANGHAI)).outcome is Outcome.MET


def test_no_time_of_submission_is_unclear():
    assert outcome(date(2021, 11, 12), None).outcome is Outcome.UNCLEAR


def test_a_year_without_known_holidays_is_unclear():
    assert outcome(date(2099, 3, 2), datetime(2099, 4, 2, tzinfo=SHANGHAI)).outcome is Outcome.UNCLEAR
