"""Pictures: upright, bounded, in the formats that claims hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from services.adapters.images import frames, open_image, size
from services.domain.errors import FileEmpty, FileTooLarge, FileUnreadable


@pytest.fixture
def picture() -> Image.Image:
    """60 x 40, red on the left, blue on the right."""
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:, :30, 0] = 255
    pixels[:, 30:, 2] = 255
    return Image.fromarray(pixels)


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "heic", "tiff"])
def test_orientation_is_applied(tmp_path: Path, picture: Image.Image, extension: str) -> None:
    file = tmp_path / f"a.{extension}"
    picture.save(file, exif=exif(6))
    if extension == "heic":  # the writer turns the pixels itself
        assert set(open_image(file).size) == {40, 60}
        return
    upright = open_image(file)
    assert upright.mode == "RGB"
    assert upright.size == size(file) == (40, 60)
    red, _, blue = upright.getpixel((20, 10))
    assert red > 200 > 60 > blue, "what was on the left is on top"
    assert [frame.size for frame in frames(file)] == [(40, 60)]


def test_every_frame_of_a_tiff(tmp_path: Path, picture: Image.Image) -> None:
    file = tmp_path / "fax.tif"
    picture.convert("1").save(file, save_all=True, append_images=[picture.convert("L").rotate(90, expand=True), picture])
    assert [frame.size for frame in frames(file)] == [(60, 40), (40, 60), (60, 40)]
    with pytest.raises(FileTooLarge, match="3 pages"):
        list(frames(file, max_frames=2))


def test_reduced_decoding_keeps_the_longer_side(tmp_path: Path) -> None:
    big = Image.effect_noise((1600, 1200), 40).convert("RGB")
    for name in ("a.jpg", "a.png"):
        big.save(tmp_path / name)
        small = open_image(tmp_path / name, at_most=500)
        assert 500 <= max(small.size) < 1001
        assert abs(small.width / small.height - 4 / 3) < 0.02


def test_depth_palette_and_transparency(tmp_path: Path) -> None:
    Image.fromarray(np.linspace(0, 65535, 600).reshape(20, 30).astype(np.uint16)).save(tmp_path / "deep.png")
    low, high = open_image(tmp_path / "deep.png").convert("L").getextrema()
    assert (low, high) == (0, 255)
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    assert open_image(tmp_path / "clear.png").getpixel((5, 5)) == (255, 255, 255)
    Image.new("CMYK", (10, 10), (0, 255, 255, 0)).save(tmp_path / "press.jpg")
    assert open_image(tmp_path / "press.jpg").mode == "RGB"


def test_refusals_say_what_to_do(tmp_path: Path, picture: Image.Image) -> None:
    picture.resize((600, 400)).save(tmp_path / "a.jpg")
    whole = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "eps.jpg").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n")
    (tmp_path / "none.jpg").write_bytes(b"")
    for name, error in (("cut.jpg", FileUnreadable), ("eps.jpg", FileUnreadable), ("none.jpg", FileEmpty)):
        with pytest.raises(error) as raised:
            open_image(tmp_path / name)
        assert "上传" in raised.value.message.zh
    with pytest.raises(FileTooLarge, match="600 x 400"):
        open_image(tmp_path / "a.jpg", max_pixels=1000)


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    Image.new("1", (40_000, 40_000)).save(tmp_path / "bomb.png")
    with pytest.raises(FileTooLarge):
        open_image(tmp_path / "bomb.png")
