from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import piexif
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from services.adapters.exif import read_notes
from tests.generators.photos import exif_bytes, save_photo

WHEN = datetime(2021, 11, 9, 9, 30)
CHINA = timezone(timedelta(hours=8))


@pytest.fixture
def picture() -> Image.Image:
    return Image.effect_noise((64, 48), 60).convert("RGB")


@pytest.mark.parametrize(("offset", "expected"), [("+08:00", CHINA), (None, CHINA), ("+00:00", UTC), ("-05:30", timezone(-timedelta(hours=5, minutes=30)))])
def test_time_carries_the_files_offset_or_shanghais(tmp_path: Path, picture: Image.Image, offset: str | None, expected: timezone) -> None:
    notes = read_notes(save_photo(picture, tmp_path / "a.jpg", exif=exif_bytes(WHEN, offset=offset, subsec="25")))
    first = notes.witnesses[0]
    assert first.source == "exif.original" and first.at == datetime(2021, 11, 9, 9, 30, 0, 250_000, tzinfo=expected)
    assert first.at.utcoffset() == expected.utcoffset(None) and first.zone_known is (offset is not None) and first.precision < 1


@pytest.mark.parametrize("place", [(43.88, 125.32), (-33.5, -70.25)])
def test_place_camera_and_program(tmp_path: Path, picture: Image.Image, place: tuple[float, float]) -> None:
    notes = read_notes(save_photo(picture, tmp_path / "a.webp", exif=exif_bytes(WHEN, gps=place, make="HUAWEI", model="HUAWEI P40", software="P40 10.1")))
    assert (notes.latitude, notes.longitude) == pytest.approx(place, abs=1e-5)
    assert notes.camera == "HUAWEI P40"
    assert notes.software == "P40 10.1" and notes.programs == ("P40 10.1",)


def test_satellite_time_stands_in_for_a_missing_clock(tmp_path: Path, picture: Image.Image) -> None:
    gps = {29: b"2021:11:09", 7: ((1, 1), (30, 1), (5, 1))}
    notes = read_notes(save_photo(picture, tmp_path / "a.jpg", exif=piexif.dump({"GPS": gps})))
    assert [(w.source, w.at) for w in notes.witnesses] == [("gps", datetime(2021, 11, 9, 1, 30, 5, tzinfo=UTC))]


@pytest.mark.parametrize("stamp", [b"0000:00:00 00:00:00", b"2021:13:45 99:00:00", b"1970:01:01 00:00:00", b"yesterday", b""])
def test_impossible_times_are_left_out(tmp_path: Path, picture: Image.Image, stamp: bytes) -> None:
    notes = read_notes(save_photo(picture, tmp_path / "a.jpg", exif=piexif.dump({"Exif": {piexif.ExifIFD.DateTimeOriginal: stamp}})))
    assert notes.witnesses == ()


def test_a_programs_chinese_name_is_read_as_it_was_written(tmp_path: Path, picture: Image.Image) -> None:
    assert read_notes(save_photo(picture, tmp_path / "a.jpg", exif=exif_bytes(WHEN, software="美图秀秀"))).software == "美图秀秀"
    assert (
        read_notes(save_photo(picture, tmp_path / "b.jpg", exif=piexif.dump({"0th": {piexif.ImageIFD.Software: "Caf\u00e9".encode("latin-1")}}))).software
        == "Café"
    )


def test_a_time_that_a_phone_was_never_given_is_no_witness(tmp_path: Path, picture: Image.Image) -> None:
    times = {piexif.ExifIFD.DateTimeOriginal: b"2021:11:09 09:30:00", piexif.ExifIFD.DateTimeDigitized: b"2002:12:08 12:00:00"}
    notes = read_notes(save_photo(picture, tmp_path / "a.jpg", exif=piexif.dump({"Exif": times})))
    assert [(w.source, w.at) for w in notes.witnesses] == [("exif.original", WHEN.replace(tzinfo=CHINA))]


def test_a_receiver_without_a_fix_states_neither_place_nor_time(tmp_path: Path, picture: Image.Image) -> None:
    nowhere = ((0, 1), (0, 1), (0, 1))
    gps = {1: b"N", 2: nowhere, 3: b"E", 4: nowhere, 29: b"2017:01:01", 7: nowhere}
    notes = read_notes(save_photo(picture, tmp_path / "a.jpg", exif=piexif.dump({"GPS": gps})))
    assert (notes.witnesses, notes.latitude, notes.longitude) == ((), None, None)


def test_a_place_in_degrees_and_minutes_alone_is_one(tmp_path: Path, picture: Image.Image) -> None:
    gps = {1: b"N", 2: ((48, 1), (5332358, 100000), (0, 0)), 3: b"E", 4: ((21, 1), (259507, 100000), (0, 0))}
    notes = read_notes(save_photo(picture, tmp_path / "a.jpg", exif=piexif.dump({"GPS": gps})))
    assert (notes.latitude, notes.longitude) == pytest.approx((48.888726, 21.043251), abs=1e-6)


def test_a_stripped_file_says_nothing(tmp_path: Path, picture: Image.Image) -> None:
    notes = read_notes(save_photo(picture, tmp_path / "a.jpg"))
    assert (notes.witnesses, notes.latitude, notes.camera, notes.software, notes.programs) == ((), None, None, None, ())


def test_programs_of_xmp_history_and_png_text(tmp_path: Path, picture: Image.Image) -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf xmp:CreatorTool="Snapseed 2.0"/><li stEvt:softwareAgent="Adobe Photoshop 22.0"/></x:xmpmeta>'
    picture.save(tmp_path / "a.jpg", xmp=xmp)
    assert read_notes(tmp_path / "a.jpg").programs == ("Snapseed 2.0", "Adobe Photoshop 22.0")
    text = PngInfo()
    text.add_text("Software", "GIMP 2.10")
    picture.save(tmp_path / "a.png", pnginfo=text)
    assert read_notes(tmp_path / "a.png").programs == ("GIMP 2.10",)


def test_broken_exif_is_no_crash(tmp_path: Path, picture: Image.Image) -> None:
    whole = exif_bytes(WHEN, gps=(43.88, 125.32))
    for cut in range(10, len(whole), 17):
        notes = read_notes(save_photo(picture, tmp_path / "a.jpg", exif=whole[:cut] + b"\xff" * (len(whole) - cut)))
        assert notes.format == "JPEG"
