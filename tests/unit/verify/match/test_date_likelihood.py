"""A date that is hardly legible, told by the days that the training has."""

from __future__ import annotations

from datetime import date

import pytest

from services.domain.case import SheetDate
from services.domain.facts import DateReading
from services.verify.match.date_likelihood import SaidHalf, likeliest_day, said_half
from services.verify.match.stated_days import stated_day
from tests.generators.facts import claim, posteriors, session

DAYS = [date(2021, 11, day) for day in (8, 9, 10, 11, 12)]
FULL = claim(*(session(day, "08:30", "11:30") for day in DAYS))


@pytest.mark.parametrize(
    "written", ["日期：2021年11月9日", "日期:2021-11-09上午", "时间：2021.11.9 课程：钳工", "2021/11/9下午", "日期：11月9日", "日期：11.9", "20211109"]
)
def test_every_way_of_writing_a_day(written: str) -> None:
    found = likeliest_day(posteriors(written), DAYS)
    assert found is not None
    assert (found.day, found.probability > 0.95) == (date(2021, 11, 9), True)


@pytest.mark.parametrize(
    ("written", "half"),
    [
        ("日期：11月9日上午", SaidHalf("am", written=True)),
        ("日期:2021-11-09下午 课程：钳工", SaidHalf("pm", written=True)),
        ("日期：2021年11月9日", SaidHalf(None, written=False)),
        ("日期：2021年11月9日 中午", SaidHalf(None, written=False)),
        ("日期：2021年11月9日上午 课程：端午节安全", SaidHalf("am", written=True)),
        ("日期：2021年11月9日 课程：端午节安全", SaidHalf(None, written=False)),
    ],
)
def test_the_half_of_the_day_behind_it(written: str, half: SaidHalf) -> None:
    assert said_half(posteriors(written)) == half


def test_a_half_of_the_day_that_is_smudged_is_taken_if_clearly_likelier() -> None:
    assert said_half(posteriors("日期：11月9日只午", instead={8: {"只": 0.6, "上": 0.3}})) == SaidHalf("am", written=True)
    assert said_half(posteriors("日期：11月9日只午", instead={8: {"只": 0.5, "上": 0.2, "下": 0.2}})) == SaidHalf(None, written=True)
    assert said_half(posteriors("日期：11月9日只午", instead={8: {"只": 0.99, "下": 0.001}})) == SaidHalf(None, written=True)


def test_a_digit_that_could_be_two_is_told_by_the_schedule() -> None:
    blurred = posteriors("2021年11月1日", instead={8: {"1": 0.5, "12": 0.0, "9": 0.4}})
    found = likeliest_day(blurred, DAYS)
    assert found is not None
    assert found.day == date(2021, 11, 9)


def test_a_day_outside_the_training_that_stands_there_plainly_is_found() -> None:
    found = likeliest_day(posteriors("日期：2021年10月9日"), DAYS)
    assert found is not None
    assert (found.day, found.probability > 0.9) == (date(2021, 10, 9), True)
    short = likeliest_day(posteriors("日期：12月3日"), DAYS)
    assert short is not None
    assert (short.day, short.probability > 0.9) == (date(2021, 12, 3), True)


def test_what_is_no_day_is_none() -> None:
    assert likeliest_day(posteriors("日期：车间会议室二楼"), DAYS) is None
    assert likeliest_day(posteriors(""), DAYS) is None


def test_a_reading_that_dropped_a_digit_is_weighed_again() -> None:
    line = posteriors("日期：2021年11月12日", instead={9: {"1": 0.45, "": 0.5}})
    assert stated_day(DateReading(date(2021, 1, 12), "2021年1月12日", 0.9, posteriors=line), FULL) == (date(2021, 11, 12), SheetDate.READ)
    assert stated_day(DateReading(date(2021, 11, 12), "2021年11月12日", 0.99), FULL) == (date(2021, 11, 12), SheetDate.READ)
    assert stated_day(None, FULL) == (None, SheetDate.UNREADABLE)


@pytest.mark.parametrize("written", ["日期：202H-12", "日期:2021/W/12", "日期：Λ月12日", "日期：2021年川月12日"])
def test_an_eleven_read_as_something_of_two_strokes_is_told_by_the_day(written: str) -> None:
    found = likeliest_day(posteriors(written), DAYS)
    assert found is not None
    assert (found.day, found.probability > 0.95) == (date(2021, 11, 12), True)


def test_a_smudge_that_fits_several_days_is_left_to_a_human() -> None:
    smudged = posteriors("日期：2021年11月W日")
    found = likeliest_day(smudged, [date(2021, 11, 11), date(2021, 11, 12)])
    assert found is not None and found.day == date(2021, 11, 11)
    neither = likeliest_day(smudged, [date(2021, 11, 8), date(2021, 11, 9)])
    assert neither is None or neither.probability < 0.95


def test_a_line_that_no_day_explains_says_no_day_outside_the_training() -> None:
    assert likeliest_day(posteriors("日期：202K-1S"), DAYS) is None
