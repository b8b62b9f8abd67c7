"""The same occupation and level not within a year."""

from datetime import date

import pytest

from services.domain.claim import PaidSubsidy
from services.domain.finding import Effect, Outcome
from services.verify.checks.occupation_level_once import CODE, occupation_level_once
from tests.factories import effects, id_number, make_case, run, said


def case_with(occupation="车工", level="四级", day=date(2021, 3, 2), **claim):
    return make_case(claim={"paid_this_year": (PaidSubsidy(id_number(1), occupation, level, "前项目", day),), **claim})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Outcome.UNMET),
        ({"level": "中级工"}, Outcome.UNMET),
        ({"level": "4"}, Outcome.UNMET),
        ({"level": "Level 4"}, Outcome.UNMET),
        ({"day": None}, Outcome.UNMET),
        ({"day": date(2020, 11, 9)}, Outcome.UNMET),
        ({"day": date(2020, 11, 8)}, None),
        ({"level": "五级"}, None),
        ({"level": "高级技师"}, None),
        ({"occupation": "焊工"}, None),
        ({"occupation": "焊工", "level": None}, None),
        ({"level": None}, Outcome.UNCLEAR),
        ({"occupation": None}, Outcome.UNCLEAR),
    ],
)
def test_repetition(fields, expected):
    results = run(occupation_level_once, case_with(**fields), months=12)
    assert said(results) == ([] if expected is None else [(CODE, expected, (1,))])
    if expected is Outcome.UNMET:
        assert effects(results) == {Effect.EXCLUDES}


@pytest.mark.parametrize("project", [{"occupation": None}, {"level": None}])
def test_without_occupation_or_level_it_is_unclear(project):
    assert said(run(occupation_level_once, make_case(project=project), months=12)) == [(CODE, Outcome.UNCLEAR, ())]


def test_without_the_list_it_is_unclear():
    assert said(run(occupation_level_once, make_case(claim={"paid_this_year": None}), months=12)) == [(CODE, Outcome.UNCLEAR, ())]
