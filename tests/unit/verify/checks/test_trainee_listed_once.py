"""Listed twice, paid once."""

from services.domain.finding import Effect, Outcome
from services.verify.checks.trainee_listed_once import CODE, trainee_listed_once
from tests.factories import effects, make_case, person, run, said


def test_the_second_and_third_listing_are_excluded():
    people = [person(0), person(1), person(0, name="王晓明"), person(0, id_number=person(0).id_number.lower() + " ")]
    results = run(trainee_listed_once, make_case(trainees=people))
    assert said(results) == [(CODE, Outcome.UNMET, (2,)), (CODE, Outcome.UNMET, (3,))]
    assert effects(results) == {Effect.EXCLUDES}


def test_namesakes_and_blank_numbers_are_no_duplicates():
    people = [person(0), person(1, name=person(0).name), person(2, id_number=""), person(3, id_number="")]
    assert said(run(trainee_listed_once, make_case(trainees=people))) == []
