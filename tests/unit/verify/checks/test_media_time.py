from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.domain.claim import SHANGHAI
from services.domain.facts import TimeWitness, Watermark
from services.domain.finding import Outcome
from services.verify.checks.media_time import media_time
from tests.factories import make_case, photo, video

NOON = datetime(2021, 11, 8, 12, 0, tzinfo=SHANGHAI)


def found(*media):  # type: ignore[no-untyped-def]
    return [(r.outcome, r.code) for r in media_time(make_case(evidence=media), burst_seconds=120, burst_photos=3)]


def test_met_within_the_training() -> None:
    assert found(photo(0), photo(1), photo(2), video()) == [(Outcome.MET, None)]


def test_days_are_those_of_shanghai() -> None:
    before, inside = datetime(2021, 11, 7, 15, 59, tzinfo=UTC), datetime(2021, 11, 7, 16, 1, tzinfo=UTC)
    assert found(photo(0, taken_at=before)) == [(Outcome.UNMET, "photo.taken_outside_training")]
    assert found(photo(0, taken_at=inside)) == [(Outcome.MET, None)]


def test_videos_from_other_days() -> None:
    assert found(video(0, recorded_at=NOON - timedelta(days=3))) == [(Outcome.UNMET, "video.recorded_outside_training")]


def test_unsure_clocks_are_unclear() -> None:
    assert found(photo(0, taken_at=NOON - timedelta(days=9), taken_at_source="watermark")) == [(Outcome.UNCLEAR, "photo.taken_outside_training")]
    local_written_as_utc = datetime(2021, 11, 9, 20, 0, tzinfo=UTC)
    assert found(video(0, recorded_at=local_written_as_utc)) == [(Outcome.UNCLEAR, "video.recorded_outside_training")]
    assert found(video(0, recorded_at=local_written_as_utc, recorded_at_source="quicktime")) == [(Outcome.UNMET, "video.recorded_outside_training")]


def test_the_first_hour_of_a_year_may_be_a_clock_that_was_never_set() -> None:
    began = datetime(2019, 1, 1, 0, 12, tzinfo=SHANGHAI)
    assert found(photo(0, taken_at=began)) == [(Outcome.UNCLEAR, "photo.taken_outside_training")]
    assert found(photo(0, taken_at=began + timedelta(hours=9))) == [(Outcome.UNMET, "photo.taken_outside_training")]
    borne_out = photo(0, taken_at=began, witnesses=(TimeWitness("exif.original", began), TimeWitness("gps", began, True)), time_agreement="agree")
    assert found(borne_out) == [(Outcome.UNMET, "photo.taken_outside_training")]


def test_a_second_witness_makes_a_containers_clock_sure() -> None:
    late = datetime(2021, 11, 9, 20, 0, tzinfo=UTC)
    assert found(video(0, recorded_at=late, time_agreement="agree")) == [(Outcome.UNMET, "video.recorded_outside_training")]


def test_a_videos_clocks_that_contradict_each_other_are_told() -> None:
    said = (TimeWitness("quicktime", NOON), TimeWitness("watermark", NOON - timedelta(days=60), precision=60.0))
    both = video(0, recorded_at=NOON, times=said, time_agreement="disagree")
    assert found(both) == [(Outcome.UNCLEAR, "video.recorded_outside_training"), (Outcome.MET, "video.witnesses_disagree")]


def test_the_witness_that_is_outside_is_the_one_that_is_named() -> None:
    later = NOON + timedelta(days=42)
    said = (TimeWitness("exif.original", NOON), TimeWitness("exif.digitized", NOON), TimeWitness("gps", later, True))
    outside, told = media_time(make_case(evidence=(photo(0, taken_at=NOON, witnesses=said, time_agreement="disagree"),)), burst_seconds=120, burst_photos=3)
    assert outside.outcome is Outcome.UNCLEAR and outside.observed == "2021-12-20" and "卫星显示的2021-12-20" in outside.message.zh
    assert told.message.zh.count("相机") == 1


def test_when_a_file_was_changed_is_not_when_the_photo_was_taken() -> None:
    changed = NOON + timedelta(days=23)
    case = make_case(evidence=(photo(0, taken_at=changed, witnesses=(TimeWitness("exif.modified", changed),), time_agreement="single"),))
    (result,) = media_time(case, burst_seconds=120, burst_photos=3)
    assert result.outcome is Outcome.UNCLEAR and "文件修改日期2021-12-01" in result.message.zh


def test_a_missing_time_is_told_not_held_against_anybody() -> None:
    assert found(photo(0, taken_at=None), video(0, recorded_at=None)) == [(Outcome.MET, "photo.time_missing")]


def test_burst() -> None:
    seconds = [0, 60, 120]
    assert found(*[photo(i, taken_at=NOON + timedelta(seconds=s)) for i, s in enumerate(seconds)]) == [(Outcome.MET, "photo.taken_in_burst")]
    assert found(*[photo(i, taken_at=NOON + timedelta(seconds=s)) for i, s in enumerate([0, 60, 121])]) == [(Outcome.MET, None)]
    assert found(photo(0, taken_at=NOON), photo(1, taken_at=NOON)) == [(Outcome.MET, None)]


def test_not_applicable_without_media() -> None:
    assert found() == [(Outcome.NOT_APPLICABLE, None)]


def test_clocks_that_contradict_each_other_are_told_and_accuse_nobody() -> None:
    said = (TimeWitness("exif.original", NOON), TimeWitness("watermark", NOON - timedelta(days=60), precision=60.0))
    both = photo(0, taken_at=NOON, witnesses=said, time_agreement="disagree")
    assert found(both) == [(Outcome.UNCLEAR, "photo.taken_outside_training"), (Outcome.MET, "photo.witnesses_disagree")]
    near = photo(0, taken_at=NOON, witnesses=(said[0], TimeWitness("watermark", NOON + timedelta(hours=3))), time_agreement="disagree")
    assert found(near) == [(Outcome.MET, "photo.witnesses_disagree")]


def test_a_stamped_day_without_a_time_is_an_unsure_clock() -> None:
    day = NOON.replace(hour=0) - timedelta(days=9)
    stamp = Watermark(day.date(), None, None, None, None, ("2021-10-30",), 0.99, (0.0, 0.9, 0.2, 0.05))
    bare = photo(
        0, taken_at=None, taken_at_source=None, watermark=stamp, witnesses=(TimeWitness("watermark", day, precision=86_400.0),), time_agreement="single"
    )
    assert found(bare) == [(Outcome.UNCLEAR, "photo.taken_outside_training")]
