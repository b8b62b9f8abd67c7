"""Sessions at the same time, and the best of them."""

from datetime import date, time
from decimal import Decimal
from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from services.domain.claim import Mode, Session
from services.verify.timetable import chosen, days_between, months_before, overlap, total_hours, training_days
from tests.factories import make_case, session

DAY = date(2021, 11, 8)


def at(start, end, hours=1):
    return Session(date=DAY, class_hours=Decimal(hours), start=time(start), end=time(end))


def test_touching_sessions_do_not_overlap():
    assert not overlap(at(8, 10), at(10, 12))
    assert overlap(at(8, 11), at(10, 12))
    assert not overlap(session(DAY, "am"), session(date(2021, 11, 9), "am"))


def test_without_hours_it_cannot_be_told():
    assert not overlap(Session(DAY, Decimal(4)), Session(DAY, Decimal(4)))
    assert chosen((Session(DAY, Decimal(4)), Session(DAY, Decimal(4))), (0, 1)) == (0, 1)


def test_the_day_or_its_two_halves():
    plan = (at(8, 11, 4), at(8, 16, 7), at(13, 16, 4))
    assert chosen(plan, (0, 1, 2)) == (0, 2)
    assert chosen(plan, (0, 1)) == (1,)


plans = st.lists(st.tuples(st.integers(8, 14), st.integers(1, 6), st.integers(1, 8)).map(lambda t: at(t[0], t[0] + t[1], t[2])), max_size=7)


@given(plans)
def test_no_other_choice_has_more_hours(plan):
    options = chain.from_iterable(combinations(range(len(plan)), n) for n in range(len(plan) + 1))
    best = max(sum(plan[i].class_hours for i in o) for o in options if not any(overlap(plan[a], plan[b]) for a, b in combinations(o, 2)))
    assert total_hours(plan, range(len(plan))) == best


@given(plans, st.data())
def test_one_more_session_never_takes_hours_away(plan, data):
    some = data.draw(st.sets(st.sampled_from(range(len(plan))))) if plan else set()
    assert total_hours(plan, some) <= total_hours(plan, range(len(plan)))


def test_training_days():
    assert training_days(make_case()) == (date(2021, 11, 8), date(2021, 11, 9))
    assert training_days(make_case(project={"end": date(2021, 11, 20)})) == (date(2021, 11, 8), date(2021, 11, 9))
    assert training_days(make_case(project={"end": date(2021, 11, 20), "modes": (Mode.ONLINE,)})) == (date(2021, 11, 8), date(2021, 11, 9), date(2021, 11, 20))
    assert training_days(make_case(sessions=[])) == (date(2021, 11, 8), date(2021, 11, 9))


def test_calendar():
    assert months_before(date(2021, 11, 8), 12) == date(2020, 11, 8)
    assert months_before(date(2024, 2, 29), 12) == date(2023, 2, 28)
    assert months_before(date(2021, 3, 31), 1) == date(2021, 2, 28)
    assert months_before(date(2021, 1, 31), 1) == date(2020, 12, 31)
    assert days_between(date(2021, 11, 8), date(2021, 11, 9)) == 2
