"""GB 11643."""

import pytest

from services.domain.finding import Effect, Outcome
from services.verify.checks.trainee_id import CODE, trainee_id
from tests.factories import effects, id_number, make_case, person, run, said


def test_valid_numbers():
    assert [r.outcome for r in run(trainee_id, make_case())] == [Outcome.MET]


@pytest.mark.parametrize("number", ["", "22010119700115", id_number(1)[:17] + ("0" if id_number(1)[17] != "0" else "1"), "220101197013151018"])
def test_invalid_number(number):
    results = run(trainee_id, make_case(trainees=[person(0), person(1, id_number=number)]))
    assert said(results) == [(CODE, Outcome.UNMET, (1,))]
    assert effects(results) == {Effect.EXCLUDES}
    (finding,) = [r for r in results if r.code]
    assert not number or number not in f"{finding.message} {finding.subject} {finding.observed}"


def test_no_list_is_unclear():
    assert said(run(trainee_id, make_case(trainees=None))) == [(CODE, Outcome.UNCLEAR, ())]
