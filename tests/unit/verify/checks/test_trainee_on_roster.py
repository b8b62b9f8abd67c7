"""On the roster, by number."""

from services.domain.finding import Effect, Outcome
from services.verify.checks.trainee_on_roster import CODE, trainee_on_roster
from tests.factories import effects, id_number, make_case, person, run, said


def test_all_on_it():
    assert [r.outcome for r in run(trainee_on_roster, make_case())] == [Outcome.MET]


def test_a_stranger():
    results = run(trainee_on_roster, make_case(trainees=[person(0), person(8)]))
    assert said(results) == [(CODE, Outcome.UNMET, (1,))]
    assert effects(results) == {Effect.EXCLUDES}


def test_same_name_with_another_number_is_a_hint_without_the_number():
    results = run(trainee_on_roster, make_case(trainees=[person(0, id_number=id_number(20))]))
    (finding,) = [r for r in results if r.code]
    assert finding.outcome is Outcome.UNMET
    assert "**" in finding.message.zh
    assert id_number(0) not in str(finding)


def test_an_impossible_number_is_another_findings_business():
    assert said(run(trainee_on_roster, make_case(trainees=[person(0, id_number="123")]))) == []


def test_no_roster_withholds_all():
    results = run(trainee_on_roster, make_case(roster=None))
    assert said(results) == [(CODE, Outcome.UNCLEAR, ())]
    assert effects(results) == {Effect.WITHHOLDS}
