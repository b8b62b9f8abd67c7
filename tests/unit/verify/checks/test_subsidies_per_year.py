"""Three a year."""

from datetime import date

import pytest

from services.domain.case import OtherSubsidy
from services.domain.claim import PaidSubsidy
from services.domain.finding import Effect, Outcome
from services.verify.checks.subsidies_per_year import CODE, subsidies_per_year
from tests.factories import effects, id_number, make_case, run, said


def paid(index, number, year=2021):
    return PaidSubsidy(id_number(index), "焊工", "五级", f"项目{number}", date(year, 3, number + 1))


def known(index, number, **fields):
    return OtherSubsidy(
        **{"trainee": index, "occupation": "焊工", "level": "五级", "project": f"申报{number}", "date": date(2021, 5, 1), "claim_no": f"C{number}", **fields}
    )


@pytest.mark.parametrize(("before", "over"), [(0, False), (2, False), (3, True), (4, True)])
def test_third_and_fourth(before, over):
    case = make_case(claim={"paid_this_year": tuple(paid(1, n) for n in range(before))})
    results = run(subsidies_per_year, case, maximum=3)
    assert said(results) == ([(CODE, Outcome.UNMET, (1,))] if over else [])
    assert effects(results) <= {Effect.EXCLUDES}


def test_declared_and_known_claims_add_up_and_one_in_both_is_one():
    case = make_case(claim={"paid_this_year": (paid(0, 1), paid(0, 2))}, subsidies=(known(0, 1, project=" 项目1"), known(0, 1, claim_no=None, project="项目2")))
    assert said(run(subsidies_per_year, case, maximum=3)) == []
    case = make_case(claim={"paid_this_year": (paid(0, 1), paid(0, 2))}, subsidies=(known(0, 1),))
    (finding,) = [r for r in run(subsidies_per_year, case, maximum=3) if r.code]
    assert (finding.observed, finding.related[0].claim_no) == (4, "C1")


def test_another_year_does_not_count():
    case = make_case(claim={"paid_this_year": tuple(paid(0, n, 2020) for n in range(5))})
    assert said(run(subsidies_per_year, case, maximum=3)) == []


def test_no_list_is_unclear_and_leaves_the_money():
    results = run(subsidies_per_year, make_case(claim={"paid_this_year": None}), maximum=3)
    assert said(results) == [(CODE, Outcome.UNCLEAR, ())]
    assert effects(results) == {Effect.NONE}


def test_a_declared_subsidy_stands_for_one_known_claim_of_its_name_not_for_several():
    case = make_case(claim={"paid_this_year": (paid(0, 1),)}, subsidies=tuple(known(0, n, project="项目1") for n in (1, 2, 3)))
    assert said(run(subsidies_per_year, case, maximum=3)) == [(CODE, Outcome.UNMET, (0,))]
    case = make_case(claim={"paid_this_year": (paid(0, 1),)}, subsidies=tuple(known(0, n, project="项目1") for n in (1, 2)))
    assert said(run(subsidies_per_year, case, maximum=3)) == []
