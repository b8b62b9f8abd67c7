"""Whose training is supported."""

import pytest

from services.domain.finding import Effect, Outcome
from services.verify.checks.trainee_category import CODE, trainee_category
from tests.factories import effects, insured, make_case, person, run, said


@pytest.mark.parametrize("category", ["参保职工", "劳务派遣工", " 外包工 "])
def test_supported(category):
    assert said(run(trainee_category, make_case(trainees=[person(0, category=category)]))) == []


def test_unsupported_waits_for_a_human():
    results = run(trainee_category, make_case(trainees=[person(0), person(1, category="实习生")]))
    assert said(results) == [(CODE, Outcome.UNMET, (1,))]
    assert effects(results) == {Effect.WITHHOLDS}


def test_the_roster_stands_in():
    people = [person(0, category=None), person(1, category=None), person(2, category=None)]
    roster = [insured(0), insured(1, category="退休返聘"), insured(2, category=None)]
    results = run(trainee_category, make_case(trainees=people, roster=roster))
    assert said(results) == [(CODE, Outcome.UNMET, (1,)), (CODE, Outcome.UNCLEAR, (2,))]
    assert effects(results) == {Effect.WITHHOLDS}
