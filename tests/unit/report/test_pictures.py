from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from services.domain.facts import Frame
from services.report.pictures import FilePictures
from tests.unit.report import world


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> FilePictures:
    folder = tmp_path_factory.mktemp("claim")
    files = world.files(folder)
    for name in ("scan.pdf", "scan.tiff"):
        first, second = (Image.new("RGB", (600, 800), shade) for shade in ("white", "#c0ffc0"))
        first.save(folder / name, save_all=True, append_images=[second])
    files |= {"sign_in_sheets/scan.pdf": folder / "scan.pdf", "sign_in_sheets/scan.tiff": folder / "scan.tiff", "photos/gone.jpg": folder / "gone.jpg"}
    files[f"faces/enrolled/{world.id_number(0)}.jpg"] = folder / "p0.jpg"
    return FilePictures.of(world.case(), files)


def opened(data: bytes | None) -> Image.Image:
    assert data is not None and len(data) <= 40_000
    return Image.open(BytesIO(data)).convert("RGB")


def reddish(image: Image.Image) -> int:
    red, green, blue = np.moveaxis(np.asarray(image), 2, 0)
    return int(((red > 150) & (green < 110) & (blue < 110)).sum())


def test_a_row_is_cut_out_with_its_neighbours_and_outlined(pictures: FilePictures) -> None:
    image = opened(pictures.crop(world.SHEETS[0][0], 1, world.row_box(5, 14)))
    assert image.width > 3 * image.height
    assert reddish(image) > image.width


def test_without_a_box_the_whole_page_is_shown(pictures: FilePictures) -> None:
    image = opened(pictures.crop(world.SHEETS[0][0], None, None))
    assert max(image.size) == 640 and reddish(image) == 0


@pytest.mark.parametrize("file", ["sign_in_sheets/scan.pdf", "sign_in_sheets/scan.tiff"])
def test_the_page_asked_for_is_shown(pictures: FilePictures, file: str) -> None:
    middle = np.asarray(opened(pictures.crop(file, 2, None)), dtype=int)[200, 200]
    assert middle[1] - middle[0] > 40
    assert pictures.crop(file, 3, None) is None


def test_boxes_at_and_over_the_edge_do_no_harm(pictures: FilePictures) -> None:
    for box in ((0.0, 0.0, 1.0, 1.0), (0.99, 0.99, 0.01, 0.01), (0.0, 0.5, 0.0, 0.0), (0.9, 0.9, 0.5, 0.5)):
        assert opened(pictures.crop(world.SHEETS[0][0], 1, box)).width > 20


def test_thumbnails_are_small(pictures: FilePictures) -> None:
    data = pictures.thumbnail("photos/现场照片_1.jpg")
    assert max(opened(data).size) <= 240 and len(data or b"") <= 14_000


def test_the_nearest_frame_is_shown(pictures: FilePictures) -> None:
    frames = {f.seconds: f.jpeg for e in world.evidence() if e.file.kind == "video" for f in e.facts.frames}  # type: ignore[union-attr]
    assert pictures.frame("videos/实训.mp4", 70.0) == frames[65.0]
    assert pictures.frame("videos/other.mp4", 1.0) is None


def test_frames_kept_without_their_picture_are_passed_over() -> None:
    kept = {"v.mp4": [Frame(t, b"jpeg%d" % t if t % 20 == 0 else b"", None) for t in range(0, 100, 5)]}
    pictures = FilePictures({}, kept)
    assert pictures.frame("v.mp4", 49.0) == b"jpeg40"
    assert pictures.thumbnail("v.mp4") == b"jpeg40"
    assert pictures.frame("v.mp4", 99.0) == b"jpeg80"
    assert pictures.frame("v.mp4", 150.0) is None  # past the end


def test_missing_and_broken_files_show_nothing(pictures: FilePictures) -> None:
    for file in ("photos/损坏.jpg", "photos/gone.jpg", "photos/never.jpg"):
        assert pictures.crop(file, 1, None) is None
        assert pictures.thumbnail(file) is None


def test_a_file_is_found_by_its_masked_name(pictures: FilePictures) -> None:
    number = world.id_number(0)
    assert pictures.thumbnail(f"faces/enrolled/{number[:4]}**********{number[-4:]}.jpg") is not None


def test_noise_is_made_to_fit(tmp_path: Path) -> None:
    noise = Image.effect_noise((900, 900), 120).convert("RGB")
    noise.save(tmp_path / "noise.png")
    data = FilePictures({"photos/noise.png": tmp_path / "noise.png"}).crop("photos/noise.png", 1, None)
    assert data is not None and len(data) <= 40_000
