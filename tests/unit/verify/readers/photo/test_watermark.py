from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from services.domain.claim import SHANGHAI
from services.verify.readers import ReaderContext
from services.verify.readers.photo import read
from services.verify.readers.photo.watermark import parsed, read_watermark
from tests.generators.photos import exif_bytes, save_photo, training_photo
from tests.generators.watermarks import stamped

LOW = (0.04, 0.8, 0.3, 0.04)


def line(text: str, row: int = 0) -> tuple[str, float, tuple[float, float, float, float]]:
    return text, 0.98, (0.04, 0.8 + 0.045 * row, 0.3, 0.04)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021-11-09 09:30", (2021, 11, 9, 9, 30, 0)),
        ("2021-11-0909:30:07", (2021, 11, 9, 9, 30, 7)),
        ("2021.11.9 9:30", (2021, 11, 9, 9, 30, 0)),
        ("拍摄时间：2021年11月9日 15:56", (2021, 11, 9, 15, 56, 0)),
        ("2021/11/09 下午3:05", (2021, 11, 9, 15, 5, 0)),
        ("2021.11.9星期二 9:30", (2021, 11, 9, 9, 30, 0)),
        ("2021.11.19:30", (2021, 11, 1, 9, 30, 0)),
        ("２０２１－１１－０９　０９：３０", (2021, 11, 9, 9, 30, 0)),
    ],
)
def test_stamps_are_written_in_many_ways(text: str, moment: tuple[int, ...]) -> None:
    stamp = parsed([line(text)])
    assert stamp is not None and stamp.taken_at == datetime(*moment, tzinfo=SHANGHAI)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize("text", ["2021-13-45 09:30", "电话 0431-2021119", "09:30", "培训班第21期", ""])
def test_what_has_no_date_is_no_stamp(text: str) -> None:
    assert parsed([line(text)]) is None


@pytest.mark.parametrize("text", ["2021-08-1安全生产培训班", "2021-08-1 09:30", "2021.11.109:30", "2021-11-1第三车间"])
def test_a_date_that_lost_a_digit_or_a_space_is_not_guessed(text: str) -> None:
    assert parsed([line(text)]) is None


def test_a_day_without_a_time_or_with_two_states_the_day_only() -> None:
    bare, twice = parsed([line("2021-11-09")]), parsed([line("2021-11-09 09:30"), line("10:45", 1)])
    assert bare is not None and (bare.date, bare.taken_at) == (date(2021, 11, 9), None)
    assert twice is not None and twice.taken_at is None


def test_two_days_are_no_single_statement() -> None:
    assert parsed([line("2021-11-09"), line("2021-11-10", 1)]) is None


def test_place_and_coordinates_belong_to_the_block_of_the_date() -> None:
    lines = [line("时间：2021-11-09 09:30:05"), line("地点：长春市汽车产业开发区", 1), line("经度：125.320001", 2), line("纬度：43.880002", 3)]
    far = ("长春市南关区解放大路", 0.99, (0.7, 0.1, 0.2, 0.03))
    stamp = parsed([*lines, far])
    assert stamp is not None and stamp.place == "长春市汽车产业开发区" and (stamp.latitude, stamp.longitude) == (43.880002, 125.320001)
    assert len(stamp.text) == 4 and stamp.box[3] == pytest.approx(0.175)


@pytest.mark.parametrize("style", ["panel", "corner"])
def test_a_stamped_photo_is_read(style: str) -> None:
    made = stamped(training_photo(21, size=(1280, 960)), style, 21)
    stamp = read_watermark(made.picture.convert("L"), "rapidocr")
    assert stamp is not None and stamp.taken_at is not None and stamp.taken_at.replace(tzinfo=None) == made.moment
    assert stamp.place == made.place


def test_a_stamp_stands_in_for_stripped_metadata_and_contradicts_a_wrong_clock(tmp_path: Path) -> None:
    made = stamped(training_photo(22, size=(1280, 960)), "lines", 22)
    stripped = read(save_photo(made.picture, tmp_path / "a.jpg"), ReaderContext("a.jpg"))
    assert stripped.taken_at == made.moment.replace(tzinfo=SHANGHAI) and stripped.taken_at_source == "watermark"
    assert (stripped.latitude, stripped.longitude) == made.coordinates and stripped.position_source == "watermark"
    other = read(save_photo(made.picture, tmp_path / "b.jpg", exif=exif_bytes(datetime(2021, 1, 1, 12, 0))), ReaderContext("b.jpg"))
    assert other.taken_at_source == "exif" and other.time_agreement == "disagree" and {w.source for w in other.witnesses} >= {"exif.original", "watermark"}
