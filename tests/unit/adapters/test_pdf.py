"""PDF pages as pictures and text with places."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from services.adapters.pdf import open_pdf
from services.domain.errors import FileEmpty, FileEncrypted, FileTooLarge, FileUnreadable

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))


def make(path: Path, pages: int = 1, turn: int = 0) -> Path:
    canvas = Canvas(str(path), pagesize=(600, 600))
    for number in range(pages):
        canvas.setFont("STSong-Light", 20)
        canvas.drawString(120, 450, f"姓名{number + 1}")
        canvas.drawString(360, 450, "张三丰")
        canvas.setPageRotation(turn)
        canvas.showPage()
    canvas.save()
    return path


def test_text_and_places(tmp_path: Path) -> None:
    with open_pdf(make(tmp_path / "a.pdf", pages=2)) as document:
        assert len(document) == 2
        first, second = document
        assert first.text().split() == ["姓名1", "张三丰"]
        assert [word.text for word in second.words()] == ["姓名2", "张三丰"]
        x, y, w, h = second.words()[1].box
        assert (x, y + h / 2) == pytest.approx((0.6, 0.24), abs=0.02)
        assert (w, h) == pytest.approx((0.1, 0.033), abs=0.02)
        assert first.image_share() == 0.0


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_boxes_lie_on_the_ink_of_turned_pages(tmp_path: Path, turn: int) -> None:
    with open_pdf(make(tmp_path / "a.pdf", turn=turn)) as document:
        page = document.page(1)
        picture = page.render(72).convert("L")
        boxes = [char.box for char in page.chars()]
    assert len(boxes) == 6
    for x, y, w, h in boxes:
        patch = picture.crop(tuple(round(v * 600) for v in (x, y, x + w, y + h)))
        assert patch.getextrema()[0] < 128, "ink where the character is said to be"


def test_render_stays_within_the_pixels_allowed(tmp_path: Path) -> None:
    with open_pdf(make(tmp_path / "a.pdf"), max_pixels=10_000) as document:
        picture = document.page(1).render(300)
    assert picture.mode == "RGB"
    assert picture.width * picture.height < 11_000


def test_a_scan_is_mostly_picture(tmp_path: Path) -> None:
    Image.new("RGB", (200, 200), "white").save(tmp_path / "scan.pdf")
    with open_pdf(tmp_path / "scan.pdf") as document:
        assert document.page(1).image_share() > 0.9
        assert document.page(1).words() == ()


def test_refusals(tmp_path: Path) -> None:
    locked = Canvas(str(tmp_path / "locked.pdf"), encrypt=StandardEncryption("secret"))
    locked.drawString(10, 10, "x")
    locked.save()
    (tmp_path / "none.pdf").write_bytes(b"")
    (tmp_path / "cut.pdf").write_bytes(make(tmp_path / "a.pdf").read_bytes()[:200])
    for name, error in (("locked.pdf", FileEncrypted), ("none.pdf", FileEmpty), ("cut.pdf", FileUnreadable)):
        with pytest.raises(error) as raised, open_pdf(tmp_path / name):
            pass
        assert "上传" in raised.value.message.zh
    with pytest.raises(FileTooLarge, match="3 pages"), open_pdf(make(tmp_path / "b.pdf", pages=3), max_pages=2):
        pass
