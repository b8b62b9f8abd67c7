"""Pages to sessions: dates without a year, parts of day, unreadable and foreign dates, claims without a schedule."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from services.domain.case import DoubtKind, SheetDate
from services.domain.claim import Claim, Mode
from services.domain.facts import DateReading, SheetFacts
from services.verify.match.attendance import Attendance, attend
from services.verify.match.stated_days import resolve_date
from tests.generators.facts import claim, page, posteriors, rules, session, trainees

D8, D9, D10 = date(2021, 11, 8), date(2021, 11, 9), date(2021, 11, 10)
PEOPLE = trainees(("王建国", "220102198001011235"))
FULL = claim(session(D8, "08:30", "11:30", course="机械制图"), session(D8, "13:30", "16:30", course="车工操作"), session(D9, "08:30", "11:30"))


def signed(**known: object) -> SheetFacts:
    return SheetFacts((page(["姓名", "签名"], [["王建国", True]], **known),))


def of(claimed: Claim, *sheets: SheetFacts) -> Attendance:
    return attend([(f"{i}.jpg", s) for i, s in enumerate(sheets)], claimed, PEOPLE, None, rules())


def sessions(found: Attendance) -> list[int | None]:
    return [s.session for s in found.sheets]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11月8日", (D8, SheetDate.READ)),
        ("11.9", (D9, SheetDate.READ)),
        ("12月24日", (date(2021, 12, 24), SheetDate.OUTSIDE)),
        ("月8日", (None, SheetDate.UNREADABLE)),
    ],
)
def test_a_missing_year_is_the_trainings(text: str, expected: tuple[date | None, SheetDate]) -> None:
    assert resolve_date(DateReading(None, text, 0.95), FULL) == expected


def test_a_training_over_new_year_finds_its_years() -> None:
    winter = claim(start=date(2021, 12, 28), end=date(2022, 1, 5))
    assert resolve_date(DateReading(None, "1月4日", 0.9), winter) == (date(2022, 1, 4), SheetDate.READ)
    assert resolve_date(DateReading(None, "12月29日", 0.9), winter) == (date(2021, 12, 29), SheetDate.READ)


def test_a_faint_date_outside_is_unreadable_rather_than_outside() -> None:
    assert resolve_date(DateReading(date(2027, 11, 8), "2027年11月8日", 0.6), FULL) == (None, SheetDate.UNREADABLE)
    assert resolve_date(DateReading(date(2020, 11, 8), "2020年11月8日", 0.99), FULL) == (date(2020, 11, 8), SheetDate.OUTSIDE)


def test_parts_of_day_and_courses_tell_sessions() -> None:
    assert sessions(of(FULL, signed(part="am"))) == [0]
    assert sessions(of(FULL, signed(part="pm"))) == [1]
    assert sessions(of(FULL, signed())) == [0, 1]
    assert sessions(of(FULL, signed(course="车工操作"))) == [1]
    assert sessions(of(FULL, signed(part="day", course="车工操作"))) == [0, 1]


def test_a_day_without_a_session_counts_for_none() -> None:
    found = of(FULL, signed(day=D10))
    assert (found.sheets[0].session, found.sheets[0].date, found.sheets[0].date_known) == (None, D10, SheetDate.READ)
    assert found.presences[0] == ()


def test_a_day_outside_the_training_counts_for_none() -> None:
    found = of(FULL, signed(day=date(2021, 12, 1)))
    assert (found.sheets[0].session, found.sheets[0].date_known) == (None, SheetDate.OUTSIDE)
    assert found.presences[0] == ()


def test_an_unreadable_date_is_given_the_only_session_left() -> None:
    found = of(FULL, signed(part="am"), signed(part="pm"), signed(day=None))
    assert sessions(found) == [0, 1, 2]
    assert (found.sheets[2].date_known, found.sheets[2].date) == (SheetDate.ASSIGNED, D9)
    assert [p.doubts for p in found.presences[0]] == [(), (), ()]


def half_smudged() -> SheetFacts:
    """A sheet of the 8th; whether of its morning or its afternoon cannot be told."""
    line = posteriors("日期：2021年11月8日只午", instead={13: {"只": 0.5, "上": 0.2, "下": 0.2}})
    return signed(date=DateReading(D8, "2021年11月8日", 0.99, (0.1, 0.1, 0.2, 0.05), posteriors=line))


def test_a_smudged_half_of_a_day_waits_for_a_human() -> None:
    found = of(FULL, half_smudged())
    assert [(s.date, s.part, s.session, s.date_known, s.possible_sessions) for s in found.sheets] == [(D8, None, None, SheetDate.PART_UNREADABLE, (0, 1))]
    assert {(p.session, p.doubts) for p in found.presences[0]} == {(0, (DoubtKind.DATE_UNREADABLE,)), (1, (DoubtKind.DATE_UNREADABLE,))}


def test_a_smudged_half_is_the_one_that_no_other_sheet_is_of() -> None:
    found = of(FULL, half_smudged(), signed(date=DateReading(D8, "2021年11月8日", 1.0, (0, 0, 1, 1)), part="pm"))
    assert [(s.part, s.session, s.date_known) for s in found.sheets] == [("am", 0, SheetDate.ASSIGNED), ("pm", 1, SheetDate.READ)]


def test_two_smudged_halves_are_not_given_one_session() -> None:
    afternoon = signed(date=DateReading(D8, "2021年11月8日", 1.0, (0, 0, 1, 1)), part="pm")
    for other in (half_smudged(), signed()):
        found = of(FULL, half_smudged(), afternoon, other)
        assert found.sheets[0].date_known is SheetDate.PART_UNREADABLE
        assert found.sheets[0].session is None


def test_a_smudged_half_of_a_day_with_one_session_changes_nothing() -> None:
    morning = claim(session(D8, "08:30", "11:30"))
    assert [(s.session, s.date_known) for s in of(morning, half_smudged()).sheets] == [(0, SheetDate.READ)]


def test_with_two_sessions_left_it_waits_for_a_human() -> None:
    found = of(FULL, signed(part="am"), signed(day=None))
    assert (found.sheets[1].session, found.sheets[1].date_known, found.sheets[1].possible_sessions) == (None, SheetDate.UNREADABLE, (1, 2))
    assert [(p.session, p.doubts) for p in found.presences[0]] == [(0, ()), (1, (DoubtKind.DATE_UNREADABLE,)), (2, (DoubtKind.DATE_UNREADABLE,))]


def test_two_undated_sheets_are_not_given_one_session() -> None:
    found = of(FULL, signed(part="am"), signed(part="pm"), signed(day=None), signed(day=None))
    assert sessions(found) == [0, 1, None, None]


def test_online_sessions_have_no_sheets() -> None:
    online = claim(session(D8, "08:30", "11:30", mode=Mode.ONLINE), session(D8, "13:30", "16:30"))
    assert sessions(of(online, signed())) == [1]


def test_a_page_that_goes_on_without_a_date_is_of_the_page_before() -> None:
    first = page(["姓名", "签名"], [["王建国", False]])
    second = page(["姓名", "签名"], [["王建国", True]], number=2, day=None, title=None)
    found = of(FULL, SheetFacts((first, second)))
    assert [(s.page, s.session) for s in found.sheets] == [(1, 0), (1, 1), (2, 0), (2, 1)]
    assert [p.place.page for p in found.presences[0]] == [2, 2]


def test_without_a_schedule_dated_sheets_share_the_hours() -> None:
    found = of(claim(hours="40"), signed(day=D8), signed(day=D9), signed(day=D10), signed(day=D10))
    assert found.schedule_assumed
    assert [s.date for s in found.sessions] == [D8, D9, D10]
    assert sum(s.class_hours for s in found.sessions) >= 40
    assert sum(s.class_hours for s in found.sessions) - 40 < Decimal("1e-20")
    assert sessions(found) == [0, 1, 2, 2]
    assert [p.session for p in found.presences[0]] == [0, 1, 2]


def test_without_a_schedule_mornings_and_afternoons_are_sessions() -> None:
    found = of(claim(), signed(part="am"), signed(part="pm"), signed(day=date(2021, 12, 24)))
    assert [(s.date, s.part) for s in found.sessions] == [(D8, "am"), (D8, "pm")]
    assert sessions(found) == [0, 1, None]


def test_without_a_schedule_one_undated_sheet_is_of_the_only_day() -> None:
    found = of(claim(start=D8, end=D8), signed(day=None))
    assert (found.sheets[0].date, found.sheets[0].date_known, found.sheets[0].session) == (D8, SheetDate.ASSIGNED, 0)
    several = of(claim(), signed(day=None))
    assert several.sheets[0].date_known is SheetDate.UNREADABLE
    assert [p.doubts for p in several.presences[0]] == [(DoubtKind.DATE_UNREADABLE,)]


def test_a_claim_without_sheets_or_schedule_has_no_sessions() -> None:
    found = of(claim())
    assert (found.sessions, found.schedule_assumed, found.sheets) == ((), False, ())


@pytest.mark.parametrize(
    ("headers", "days"),
    [
        (("11月8日", "11月9日"), [D8, D9]),
        (("11.8上午", "11.9"), [D8, D9]),
        (("周一（8日）", "周二（9日）"), [D8, D9]),
        (("12月24日", "11月9日"), [D9, date(2021, 12, 24)]),
    ],
)
def test_columns_dated_without_a_year_are_of_the_trainings_days(headers: tuple[str, str], days: list[date]) -> None:
    plan = claim(session(D8, "08:30", "11:30"), session(D9, "08:30", "11:30"))
    found = of(plan, SheetFacts((page(["姓名", *headers], [["王建国", True, False]], day=None),)))
    assert [s.date for s in found.sheets] == days
    assert [s.date_known for s in found.sheets] == [SheetDate.READ if d in (D8, D9) else SheetDate.OUTSIDE for d in days]
    if days == [D8, D9]:
        assert sessions(found) == [0, 1]
        assert [p.session for p in found.presences[0]] == [0]


def test_times_and_numbers_in_headers_are_no_days() -> None:
    found = of(FULL, SheetFacts((page(["姓名", "签到8:30-11:30", "签退（10-12点）"], [["王建国", True, True]], part="am"),)))
    assert sessions(found) == [0]


def test_a_columns_day_that_the_training_has_twice_is_unreadable() -> None:
    long = claim(session(D8, "08:30", "11:30"), session(date(2021, 12, 8), "08:30", "11:30"), end=date(2021, 12, 12))
    found = of(long, SheetFacts((page(["姓名", "8日"], [["王建国", True]], day=None),)))
    assert [s.date_known for s in found.sheets] == [SheetDate.UNREADABLE]


def test_a_day_outside_that_only_lacks_a_digit_is_left_to_a_human() -> None:
    assert resolve_date(DateReading(date(2021, 1, 8), "2021-1-8", 0.98), FULL) == (None, SheetDate.UNREADABLE)
    assert resolve_date(DateReading(date(2021, 1, 8), "2021-1-8", 1.0), FULL) == (date(2021, 1, 8), SheetDate.OUTSIDE)
    assert resolve_date(DateReading(date(2021, 10, 8), "2021-10-8", 0.98), FULL) == (date(2021, 10, 8), SheetDate.OUTSIDE)
