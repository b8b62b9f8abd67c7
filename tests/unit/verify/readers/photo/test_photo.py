from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from services.adapters.exif import PictureNotes
from services.domain.claim import SHANGHAI
from services.domain.errors import FileEmpty, FileTooLarge, FileTypeMismatch, FileUnreadable
from services.domain.evidence import EvidenceKind
from services.verify.readers import Limits, ReaderContext, reader_for
from services.verify.readers.photo import edited_by, read, screenshot
from tests.generators.photos import exif_bytes, phone_screenshot, save_photo, take_photo, training_photo

WHEN = datetime(2021, 11, 9, 9, 30)


def test_a_phones_photo_tells_time_place_and_camera(tmp_path: Path) -> None:
    facts = read(take_photo(tmp_path / "IMG_1.jpg", 1, WHEN, gps=(43.88, 125.32), size=(1600, 1200)), ReaderContext("IMG_1.jpg"))
    assert (facts.width, facts.height) == (1600, 1200)
    assert facts.taken_at == WHEN.replace(tzinfo=SHANGHAI) and facts.taken_at_source == "exif"
    assert facts.latitude == pytest.approx(43.88) and facts.longitude == pytest.approx(125.32)
    assert facts.camera == "HUAWEI P40"
    assert facts.edited_by is None and facts.screenshot is None
    assert len(facts.hashes) == 8 and facts.hashes[0] == facts.hash and facts.hash_quality > 90
    assert len(facts.thumb) == 128 * 128 and len(facts.features) > 100 * 36


def test_orientation_is_applied_before_hashing(tmp_path: Path) -> None:
    upright = training_photo(2, size=(800, 600))
    plain = read(save_photo(upright, tmp_path / "a.jpg"), ReaderContext("a.jpg"))
    lying = upright.transpose(Image.Transpose.ROTATE_90)
    turned = read(save_photo(lying, tmp_path / "b.jpg", exif=exif_bytes(WHEN, orientation=6)), ReaderContext("b.jpg"))
    assert (turned.width, turned.height) == (800, 600)
    assert (int(plain.hash or "", 16) ^ int(turned.hash or "", 16)).bit_count() <= 10


@pytest.mark.parametrize(
    ("program", "editor"),
    [
        ("Adobe Photoshop 22.0 (Windows)", "Adobe Photoshop"),
        ("Adobe Photoshop Lightroom Classic 10.0", "Adobe Lightroom"),
        ("美图秀秀 9.1", "美图秀秀"),
        ("com.meitu.meituxiuxiu", "美图秀秀"),
        ("醒图", "醒图"),
        ("GIMP 2.10.22", "GIMP"),
        ("Snapseed 2.0", "Snapseed"),
        ("PicsArt", "PicsArt"),
        ("P40 10.1.0.176(C00E160R2P5)", None),
        ("16.1.1", None),
        ("MIUI 12.5", None),
        ("Microsoft Windows Photo Viewer 10.0", None),
    ],
)
def test_editors_are_told_from_firmware(program: str, editor: str | None) -> None:
    assert edited_by(PictureNotes("JPEG", camera="HUAWEI P40", programs=(program,))) == editor


def test_screenshots_are_told_by_the_screen_not_by_missing_metadata() -> None:
    size = (1080, 2340)
    shot = phone_screenshot(4)
    nothing = PictureNotes("PNG")
    assert screenshot("IMG_20211109.png", nothing, shot, size) is not None
    assert screenshot("Screenshot_20211109.jpg", nothing, training_photo(1, size=(400, 300)), (400, 300)) is not None
    assert screenshot("a.png", PictureNotes("PNG", comment="Screenshot"), training_photo(1, size=(400, 300)), (400, 300)) is not None
    assert screenshot("mmexport1636420000.jpg", nothing, training_photo(5, size=(540, 1170)), size) is None
    assert screenshot("IMG_20211109.png", PictureNotes("PNG", camera="HUAWEI P40"), shot, size) is None


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", FileEmpty),
        (b"%PDF-1.4\n%\xe2\xe3", FileTypeMismatch),
        ("培训照片说明".encode(), FileTypeMismatch),
        (b"PK\x03\x04aaaa", FileTypeMismatch),
        (b"GIF89a\0\0", FileTypeMismatch),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", FileTypeMismatch),
        (b"\xff\xd8\xff\xe0 broken", FileUnreadable),
        (b"%!PS-Adobe-3.0 EPSF", FileTypeMismatch),
    ],
)
def test_what_is_no_photo_is_named(tmp_path: Path, content: bytes, error: type[Exception]) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    with pytest.raises(error) as caught:
        read(path, ReaderContext("a.jpg"))
    assert caught.value.message.zh and caught.value.message.en.isascii()  # type: ignore[attr-defined]


def test_a_cut_off_photo_is_unreadable_also_after_a_whole_one(tmp_path: Path) -> None:
    whole = save_photo(training_photo(1, size=(400, 300)), tmp_path / "a.jpg")
    assert read(whole, ReaderContext("a.jpg")).faces == 0
    cut = tmp_path / "b.jpg"
    cut.write_bytes(whole.read_bytes()[:9000])
    with pytest.raises(FileUnreadable):
        read(cut, ReaderContext("b.jpg"))


def test_limits_hold_before_decoding(tmp_path: Path) -> None:
    path = save_photo(training_photo(1, size=(400, 300)), tmp_path / "a.jpg")
    with pytest.raises(FileTooLarge):
        read(path, ReaderContext("a.jpg", limits=Limits(pixels=100_000)))
    with pytest.raises(FileTooLarge):
        read(path, ReaderContext("a.jpg", limits=Limits(file_bytes=100)))


def test_it_is_the_reader_of_photos() -> None:
    assert reader_for(EvidenceKind.PHOTO).name == "photo"
