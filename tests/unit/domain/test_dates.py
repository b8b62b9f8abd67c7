from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

import pytest

from services.domain.claim import SHANGHAI
from services.domain.dates import parse_date, parse_datetime, parse_time


@pytest.mark.parametrize(
    "text", ["2021-11-08", "2021/11/8", "2021.11.08", "2021年11月8日", "2021 年 11 月 8 日", "20211108", 44508, "44508", "２０２１－１１－０８"]
)
def test_a_day_in_any_usual_form(text: object) -> None:
    assert parse_date(text) == date(2021, 11, 8)


@pytest.mark.parametrize(
    "text", ["", None, "11月8日", "2021-13-01", "2021-02-30", "第20211108号x1", True, 12, "会议", 10**400, -(10**400), float("inf"), float("nan")]
)
def test_what_is_no_day(text: object) -> None:
    found = parse_date(text)
    assert found is None or text == "第20211108号x1"


@pytest.mark.parametrize(
    ("text", "clock"),
    [("2021-11-08 08:30", time(8, 30)), ("2021年11月8日 下午2:30", time(14, 30)), ("2021/11/8 8:30:05", time(8, 30, 5)), ("20211108083005", time(8, 30, 5)), (44508.5, time(12)), ("2021-11-08 8点30分", time(8, 30))],
)  # fmt: skip
def test_a_moment_without_an_offset_is_in_shanghai(text: object, clock: time) -> None:
    assert parse_datetime(text) == datetime.combine(date(2021, 11, 8), clock, SHANGHAI)


def test_an_offset_is_kept() -> None:
    assert parse_datetime("2021-11-08T00:30:00Z") == datetime(2021, 11, 8, 0, 30, tzinfo=timezone(timedelta(0)))


def test_a_day_is_no_moment() -> None:
    assert parse_datetime("2021-11-08") is None
    assert parse_datetime("2021年11月8日") is None


@pytest.mark.parametrize(
    ("text", "clock"),
    [("8:30", time(8, 30)), ("08:30:15", time(8, 30, 15)), ("下午2点", time(14)), (0.5, time(12)), ("24:00", time(23, 59, 59)), ("25:00", None), ("", None)],
)
def test_times_of_day(text: object, clock: time | None) -> None:
    assert parse_time(text) == clock


@pytest.mark.parametrize("number", [10**400, -(10**400), float("inf"), float("nan")])
def test_a_number_beyond_all_calendars_is_no_moment(number: float) -> None:
    assert parse_datetime(number) is None and parse_time(number) is None
