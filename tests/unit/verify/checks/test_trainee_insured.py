"""Insured on every training day."""

from datetime import date

import pytest

from services.domain.finding import Effect, Outcome
from services.verify.checks.trainee_insured import CODE, trainee_insured
from tests.factories import effects, insured, make_case, person, run, said

# The training is on 8 and 9 November 2021.


@pytest.mark.parametrize(
    ("first", "last", "ok"),
    [
        (date(2019, 3, 1), None, True),
        (date(2021, 11, 8), date(2021, 11, 9), True),
        (date(2021, 11, 9), None, False),
        (date(2019, 3, 1), date(2021, 11, 8), False),
        (date(2019, 3, 1), date(2021, 10, 31), False),
        (None, date(2021, 11, 7), False),
    ],
)
def test_border_days(first, last, ok):
    results = run(trainee_insured, make_case(trainees=[person(0)], roster=[insured(0, insured_from=first, insured_to=last)]))
    assert said(results) == ([] if ok else [(CODE, Outcome.UNMET, (0,))])
    assert effects(results) <= {Effect.EXCLUDES}


def test_two_periods_may_cover_the_training_together():
    roster = [insured(0, insured_to=date(2021, 11, 8)), insured(0, insured_from=date(2021, 11, 9))]
    assert said(run(trainee_insured, make_case(trainees=[person(0)], roster=roster))) == []


def test_no_first_day_is_unclear():
    results = run(trainee_insured, make_case(trainees=[person(0)], roster=[insured(0, insured_from=None)]))
    assert said(results) == [(CODE, Outcome.UNCLEAR, (0,))]
    assert effects(results) == {Effect.WITHHOLDS}


def test_a_stranger_is_another_findings_business():
    assert [r.outcome for r in run(trainee_insured, make_case(trainees=[person(9)]))] == [Outcome.NOT_APPLICABLE]


def test_days_between_sessions_do_not_matter():
    case = make_case(
        trainees=[person(0)],
        project={"end": date(2021, 11, 30)},
        roster=[insured(0, insured_to=date(2021, 11, 9))],
    )
    assert said(run(trainee_insured, case)) == []


def test_no_roster_withholds():
    results = run(trainee_insured, make_case(roster=None))
    assert said(results) == [(CODE, Outcome.UNCLEAR, ())]
    assert effects(results) == {Effect.WITHHOLDS}
