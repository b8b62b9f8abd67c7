from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from services.domain.claim import SHANGHAI
from services.domain.facts import TimeWitness, Watermark
from services.verify.readers.video.clock import stated
from services.verify.readers.video.labels import labels

NINE = datetime(2021, 11, 9, 9, 30, tzinfo=SHANGHAI)
LASTS = 300.0


def quicktime(at: datetime = NINE) -> TimeWitness:
    return TimeWitness("quicktime", at, True)


def container(at: datetime = NINE) -> TimeWitness:
    return TimeWitness("container", at, True)


DAY = NINE.date()


def stamp(at: datetime | None = NINE, day: date = DAY) -> Watermark:
    return Watermark(day, at, None, None, None, (), 0.99, (0.0, 0.0, 0.1, 0.1))


def test_without_a_witness_nothing_is_stated() -> None:
    found = stated((), None, 0.0, LASTS)
    assert (found.recorded_at, found.source, found.agreement, found.confidence) == (None, None, None, None)


def test_the_cameras_own_clock_comes_first_and_the_containers_utc_agrees() -> None:
    found = stated((quicktime(), container(NINE + timedelta(seconds=LASTS))), None, 0.0, LASTS)
    assert (found.recorded_at, found.source, found.agreement) == (NINE, "quicktime", "agree")


def test_a_container_that_holds_the_local_time_is_told_by_a_stamp() -> None:
    local_as_utc = container(NINE + timedelta(hours=8))  # the figures 09:30, said to be UTC
    found = stated((local_as_utc,), stamp(), 0.0, LASTS)
    assert (found.recorded_at, found.source, found.agreement, found.confidence) == (NINE, "watermark", "agree", 0.97)


def test_a_stamped_day_chooses_between_a_containers_two_readings() -> None:
    evening = datetime(2021, 11, 9, 20, 0, tzinfo=UTC)  # the 10th in Shanghai if it is UTC, the 9th if it is local
    as_local = stated((container(evening),), stamp(None, date(2021, 11, 9)), 0.0, LASTS)
    assert (as_local.recorded_at, as_local.agreement) == (datetime(2021, 11, 9, 20, 0, tzinfo=SHANGHAI), "agree")
    as_utc = stated((container(evening),), stamp(None, date(2021, 11, 10)), 0.0, LASTS)
    assert (as_utc.recorded_at, as_utc.agreement) == (evening, "agree")


@pytest.mark.parametrize("later", [timedelta(hours=3), timedelta(days=40)])
def test_a_copy_that_was_written_later_contradicts_nobody(later: timedelta) -> None:
    found = stated((quicktime(), container(NINE + later)), None, 0.0, LASTS)
    assert (found.recorded_at, found.agreement, found.confidence) == (NINE, "single", 0.9)


def test_a_file_written_before_it_was_recorded_is_a_contradiction() -> None:
    found = stated((quicktime(), container(NINE - timedelta(days=2))), None, 0.0, LASTS)
    assert (found.recorded_at, found.agreement, found.confidence) == (NINE, "disagree", 0.3)


def test_a_stamp_of_another_day_is_a_contradiction_and_the_camera_is_named() -> None:
    other = NINE - timedelta(days=60)
    found = stated((quicktime(),), stamp(other, other.date()), 0.0, LASTS)
    assert (found.source, found.agreement) == ("quicktime", "disagree") and len(found.witnesses) == 2


def test_a_stamp_counts_from_the_frame_it_stands_in() -> None:
    assert stated((), stamp(), 150.0, LASTS).recorded_at == NINE - timedelta(seconds=150)


def test_a_stamped_day_alone_is_no_moment() -> None:
    found = stated((), stamp(None), 0.0, LASTS)
    assert found.recorded_at is None and found.agreement == "single" and found.witnesses[0].precision == 86_400


def test_labels_state_every_clock_of_a_header() -> None:
    tags = {"creation_time": "2021-11-09T01:35:00.000000Z", "com.apple.quicktime.creationdate": "2021-11-09T09:30:00+0800", "date": "2021-11-09 09:31:00"}
    times = labels({"format": {"tags": tags}}).times
    assert [(w.source, w.at, w.zone_known) for w in times] == [
        ("quicktime", NINE, True),
        ("local", NINE + timedelta(minutes=1), False),
        ("container", NINE + timedelta(minutes=5), True),
    ]
    written_by_a_camera = labels({"format": {"tags": {"creation_time": "2021-11-09 09:30:00"}}}).times
    assert [(w.source, w.at, w.zone_known) for w in written_by_a_camera] == [("local", NINE, False)]
    assert labels({"format": {"tags": {"creation_time": "1904-01-01T00:00:00Z", "date": "2021"}}}).times == ()
