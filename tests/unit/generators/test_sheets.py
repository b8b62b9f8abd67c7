"""The maker of test sheets: the same seed gives the same page, boxes hold their ink, files can be opened."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pillow_heif
import pypdfium2
import pytest
from PIL import Image, ImageSequence

from services.domain.identity import id_number_problem
from tests.generators.capture import CAPTURES
from tests.generators.fonts import handwriting_fonts
from tests.generators.layouts import LAYOUT_NAMES
from tests.generators.people import make_people, near_name
from tests.generators.sheet_files import write_sheet
from tests.generators.sheets import RowSpec, SheetSpec, render_sheet, rows_for

PEOPLE = make_people(60, random.Random(1))
DAYS = (date(2021, 11, 8), date(2021, 11, 9))


def spec(**known: object) -> SheetSpec:
    rows = (
        *rows_for(PEOPLE[:5], random.Random(2)),
        RowSpec(PEOPLE[5], signed=False),
        RowSpec(PEOPLE[6], signed=False, mark="请假"),
        RowSpec(PEOPLE[7], crossed_out=True),
    )
    return SheetSpec(rows, days=DAYS, blank_rows=1, **known)  # type: ignore[arg-type]


def boxes(truth: dict[str, object]) -> Iterator[list[float]]:
    for row in truth["rows"]:  # type: ignore[attr-defined]
        yield row["box"]
        yield from row["cells"].values()


def test_people_have_valid_distinct_id_numbers() -> None:
    assert all(id_number_problem(p.id_number) is None for p in PEOPLE)
    assert len({p.id_number for p in PEOPLE}) == len(PEOPLE)
    assert all(2 <= len(p.name) <= 4 for p in PEOPLE)
    assert all(near_name(p.name, random.Random(k)) != p.name for k, p in enumerate(PEOPLE))


def test_there_are_at_least_four_hands() -> None:
    assert len(handwriting_fonts()) >= 4


@pytest.mark.parametrize("layout", LAYOUT_NAMES)
def test_every_layout_lists_its_rows(layout: str) -> None:
    picture, truth = render_sheet(spec(layout=layout, capture="clean"), random.Random(3))
    assert [r["status"] for r in truth["rows"]] == ["matched"] * 7 + ["crossed_out", "empty"]
    assert all(0 <= v <= 1 for box in boxes(truth) for v in box)
    for row in truth["rows"][:5]:
        assert all(row["signed"].values())
        assert ink(picture, row["box"]) > 0.01
    assert not any(truth["rows"][5]["signed"].values())
    assert truth["rows"][6]["mark"] == ("请假" if truth["rows"][6]["signed"] else None)


@pytest.mark.parametrize("capture", ["scan", "fax", "photo", "rotated_90", "rotated_180"])
def test_boxes_follow_every_capture(capture: str) -> None:
    assert capture in CAPTURES
    picture, truth = render_sheet(spec(layout="in_out", capture=capture), random.Random(4))
    assert picture.size == (truth["width"], truth["height"])
    signed, unsigned = truth["rows"][0]["cells"][4], truth["rows"][5]["cells"][4]
    assert ink(picture, inner(signed)) > ink(picture, inner(unsigned)) + 0.015


def inner(box: list[float]) -> list[float]:
    return [box[0] + box[2] * 0.15, box[1] + box[3] * 0.2, box[2] * 0.7, box[3] * 0.6]


def ink(picture: Image.Image, box: list[float]) -> float:
    """Share of a box that is clearly darker than its paper."""
    grey = np.asarray(picture.convert("L"), float)
    height, width = grey.shape
    x, y, w, h = box
    part = grey[int(y * height) : int((y + h) * height) + 1, int(x * width) : int((x + w) * width) + 1]
    return float((part < np.percentile(part, 80) * 0.72).mean())


def test_the_same_seed_gives_the_same_page() -> None:
    first, second = (render_sheet(spec(capture="photo"), random.Random(5))[0] for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_the_same_ink_gives_the_same_strokes_on_another_page() -> None:
    rows = (RowSpec(PEOPLE[0], ink=77),)
    pages = [render_sheet(SheetSpec(rows, days=DAYS, layout="printed", capture="clean"), random.Random(seed)) for seed in (6, 6)]
    assert pages[0][0].tobytes() == pages[1][0].tobytes()


@pytest.mark.parametrize(("ending", "pages"), [("pdf", 2), ("tif", 2), ("heic", 1), ("jpg", 1), ("png", 1), ("webp", 1)])
def test_files_hold_their_pages(tmp_path: Path, ending: str, pages: int) -> None:
    path = tmp_path / f"sheet.{ending}"
    truths = write_sheet([spec()] * pages, path, random.Random(7))
    assert [t["page"] for t in truths] == list(range(1, pages + 1))
    if ending == "pdf":
        assert len(pypdfium2.PdfDocument(path)) == pages
    elif ending == "heic":
        assert pillow_heif.open_heif(path).size == (truths[0]["width"], truths[0]["height"])
    else:
        assert len(list(ImageSequence.Iterator(Image.open(path)))) == pages


def test_a_born_digital_pdf_has_its_text(tmp_path: Path) -> None:
    truth = write_sheet(spec(), tmp_path / "born.pdf", random.Random(8), born_digital=True)[0]
    text = pypdfium2.PdfDocument(tmp_path / "born.pdf")[0].get_textpage().get_text_range()
    assert "2021年11月8日" in text
    assert all(r["name"] in text and r["id_number"] in text for r in truth["rows"][:5])


def test_a_form_that_holds_one_page_refuses_two(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds one page"):
        write_sheet([spec(), spec()], tmp_path / "a.jpg", random.Random(9))
