from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.claim import SHANGHAI
from services.domain.facts import TimeWitness, Watermark
from services.verify.readers.photo.clock import stated

NINE = datetime(2021, 11, 9, 9, 30, tzinfo=SHANGHAI)
DAY = NINE.date()


def exif(at: datetime = NINE, *, zone: bool = False) -> TimeWitness:
    return TimeWitness("exif.original", at, zone)


def stamp(at: datetime | None = NINE, day: date = DAY) -> Watermark:
    return Watermark(day, at, None, None, None, (), 0.99, (0.0, 0.0, 0.1, 0.1))


def test_without_a_witness_nothing_is_stated() -> None:
    found = stated((), None)
    assert (found.taken_at, found.source, found.agreement, found.confidence) == (None, None, None, None)


def test_witnesses_of_two_kinds_that_agree_are_trusted_most() -> None:
    alone, with_zone, both = stated((exif(),), None), stated((exif(zone=True),), None), stated((exif(),), stamp())
    assert alone.agreement == "single" and both.agreement == "agree"
    assert alone.confidence is not None and with_zone.confidence is not None and both.confidence is not None
    assert alone.confidence < with_zone.confidence < both.confidence


def test_contradiction_is_told_with_the_cameras_time_and_little_trust() -> None:
    found = stated((exif(),), stamp(NINE + timedelta(days=1), (NINE + timedelta(days=1)).date()))
    assert found.taken_at == NINE and found.agreement == "disagree" and found.confidence == 0.3 and len(found.witnesses) == 2


@pytest.mark.parametrize(("day", "agreement"), [(date(2021, 11, 9), "agree"), (date(2021, 11, 10), "disagree")])
def test_a_stamped_day_agrees_by_the_day(day: date, agreement: str) -> None:
    assert stated((exif(),), stamp(None, day)).agreement == agreement


def test_a_day_alone_is_no_moment() -> None:
    found = stated((), stamp(None))
    assert found.taken_at is None and found.agreement == "single" and found.witnesses[0].precision == 86_400


@given(st.integers(-12 * 4, 14 * 4), st.integers(-400, 400))
def test_satellites_tell_the_zone_of_a_clock_without_one(quarters: int, drift: int) -> None:
    satellites = datetime(2021, 11, 9, 1, 30, tzinfo=UTC)
    wall = (satellites + timedelta(minutes=15 * quarters, seconds=drift)).replace(tzinfo=SHANGHAI)
    found = stated((exif(wall), TimeWitness("gps", satellites, True)), None)
    assert found.agreement == "agree" and found.taken_at is not None and abs(found.taken_at - satellites) <= timedelta(seconds=400)
    assert found.taken_at.replace(tzinfo=None) == wall.replace(tzinfo=None)


def test_a_clock_with_an_offset_is_held_to_it() -> None:
    found = stated((exif(NINE + timedelta(hours=3), zone=True), TimeWitness("gps", NINE.astimezone(UTC), True)), None)
    assert found.agreement == "disagree" and found.source == "exif"


def test_when_the_file_was_changed_says_little_and_contradicts_nobody() -> None:
    changed = TimeWitness("exif.modified", NINE + timedelta(days=30))
    assert stated((exif(), changed), None).agreement == "single"
    assert stated((changed,), None).source == "exif"


@pytest.mark.parametrize(("hours", "agreement"), [(0, "agree"), (5, "disagree")])
def test_one_clock_written_with_its_offset_and_without_does_not_contradict_itself(hours: int, agreement: str) -> None:
    wall = datetime(2021, 11, 9, 1, 30)
    original = TimeWitness("exif.original", wall.replace(tzinfo=UTC), True)
    digitized = TimeWitness("exif.digitized", wall.replace(tzinfo=SHANGHAI) + timedelta(hours=hours), False)
    found = stated((original, digitized), None)
    assert found.taken_at == NINE and found.agreement == agreement
