from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from services.domain.errors import EvidenceError, FileEmpty, FileEncrypted, FileTypeMismatch, FileUnreadable
from services.domain.evidence import EvidenceKind
from services.verify.readers import ReaderContext, reader_for
from services.verify.readers.document import MAX_CHARS, dates_in, read_document

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
PLAN = "数控车工岗前培训方案\n培训时间：2021年11月8日至12日\n培训人数：44人"


def read(path: Path, name: str | None = None):  # type: ignore[no-untyped-def]
    return read_document(path, ReaderContext(name or path.name))


def born_digital(path: Path, lines: list[str], **options: object) -> Path:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path), **options)
    canvas.setFont("STSong-Light", 14)
    for number, line in enumerate(lines):
        canvas.drawString(72, 760 - 24 * number, line)
    canvas.showPage()
    canvas.save()
    return path


def page(lines: list[str], size: tuple[int, int] = (1000, 700)) -> Image.Image:
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        draw.text((60, 50 + 70 * number), line, fill="black", font=ImageFont.truetype(FONT, 36))
    return picture


@pytest.mark.parametrize("kind", [EvidenceKind.PLAN, EvidenceKind.NOTICE, EvidenceKind.ASSESSMENT, EvidenceKind.INVOICE, EvidenceKind.APPLICATION])
def test_one_reader_for_all_kinds_of_documents(kind: EvidenceKind) -> None:
    assert reader_for(kind).read is read_document


def test_text_layer_of_a_pdf(tmp_path: Path) -> None:
    facts = read(born_digital(tmp_path / "plan.pdf", PLAN.splitlines()))
    assert "数控车工岗前培训方案" in facts.text
    assert (facts.pages, facts.text_source, facts.invoice) == (1, "text", None)
    assert facts.dates == (date(2021, 11, 8), date(2021, 11, 12))


def test_scanned_pdf_and_picture_are_read_by_ocr(tmp_path: Path) -> None:
    page(PLAN.splitlines()).save(tmp_path / "scan.pdf", resolution=100)
    page(PLAN.splitlines()).save(tmp_path / "scan.jpg")
    for name in ("scan.pdf", "scan.jpg"):
        facts = read(tmp_path / name)
        assert facts.text_source == "ocr"
        assert "岗前培训方案" in facts.text.replace(" ", "")
        assert date(2021, 11, 8) in facts.dates


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_pages_scanned_sideways_or_on_their_head(tmp_path: Path, angle: int) -> None:
    page(PLAN.splitlines()).rotate(angle, expand=True).save(tmp_path / "scan.png")
    assert "数控车工岗前培训方案" in read(tmp_path / "scan.png").text.replace(" ", "")


def test_invoice_picture_by_its_code(tmp_path: Path) -> None:
    picture = page(["电子发票（普通发票）", "发票号码：23222000000012345678", "*餐饮服务*餐费  1  500.00", "价税合计（小写）¥530.00"])
    code = zxingcpp.write_barcode_to_image(zxingcpp.create_barcode("01,32,,23222000000012345678,530.00,20211120,,1A2B", zxingcpp.BarcodeFormat.QRCode), scale=5)
    picture.paste(Image.fromarray(code), (700, 30))
    picture.save(tmp_path / "invoice.png")
    invoice = read(tmp_path / "invoice.png").invoice
    assert invoice is not None
    assert (invoice.number, invoice.date, invoice.amount, invoice.source) == ("23222000000012345678", date(2021, 11, 20), "530.00", "qr")
    assert any("餐饮服务" in item for item in invoice.items)


def test_born_digital_invoice_with_its_code(tmp_path: Path) -> None:
    text = "01,10,022002100111,45678901,943.40,20211119,12345678901234567890,9F2C"
    Image.fromarray(zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode), scale=4)).save(tmp_path / "code.png")
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(tmp_path / "invoice.pdf"))
    canvas.setFont("STSong-Light", 10)
    canvas.drawImage(str(tmp_path / "code.png"), 40, 740, 60, 60)
    for x, y, part in [
        (220, 780, "吉林增值税电子普通发票"),
        (60, 640, "*住宿服务*住宿费"),
        (300, 640, "943.40"),
        (60, 560, "价税合计（大写）壹仟圆整"),
        (300, 560, "（小写）¥1000.00"),
    ]:
        canvas.drawString(x, y, part)
    canvas.save()
    facts = read(tmp_path / "invoice.pdf")
    assert facts.text_source == "text" and facts.invoice is not None
    invoice = facts.invoice
    assert (invoice.code, invoice.number, invoice.date, invoice.amount) == ("022002100111", "45678901", date(2021, 11, 19), "1000.00")
    assert invoice.items == ("*住宿服务*住宿费",)


def test_word_with_text_tables_and_a_text_box(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("数控车工岗前培训评价记录")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip([c for row in table.rows for c in row.cells], ["姓名", "成绩", "王小明", "合格"], strict=True):
        cell.text = text
    document.add_paragraph("2021/11/12")
    document.save(str(tmp_path / "a.docx"))
    facts = read(tmp_path / "a.docx")
    assert facts.text.splitlines() == ["数控车工岗前培训评价记录", "姓名\t成绩", "王小明\t合格", "2021/11/12"]
    assert facts.table_rows == (("姓名", "成绩"), ("王小明", "合格"))
    assert facts.dates == (date(2021, 11, 12),)


def test_word_of_pasted_scans_is_read_by_ocr(tmp_path: Path) -> None:
    stream = io.BytesIO()
    page(["安全生产培训通知"], (600, 200)).save(stream, "PNG")
    document = docx.Document()
    document.add_picture(stream)
    document.save(str(tmp_path / "scan.docx"))
    facts = read(tmp_path / "scan.docx")
    assert facts.text_source == "ocr" and "安全生产培训通知" in facts.text.replace(" ", "")


def test_workbook_and_delimited_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["姓名", "成绩"])
    book.active.append(["王小明", 92])
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "a.csv").write_bytes("姓名,成绩\n王小明,92\n".encode("gb18030"))
    for name in ("a.xlsx", "a.csv"):
        facts = read(tmp_path / name)
        assert facts.table_rows == (("姓名", "成绩"), ("王小明", "92"))
        assert "王小明\t92" in facts.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_plain_text_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.txt").write_bytes(PLAN.encode(encoding))
    assert read(tmp_path / "a.txt").text.splitlines() == PLAN.splitlines()


def test_text_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("培训" * 150_000, encoding="utf-8")
    assert len(read(tmp_path / "a.txt").text) == MAX_CHARS


def test_bytes_decide_not_the_name(tmp_path: Path) -> None:
    born_digital(tmp_path / "plan.docx", PLAN.splitlines())
    assert "岗前培训" in read(tmp_path / "plan.docx").text


def _encrypted_pdf(path: Path) -> None:
    born_digital(path, ["secret"], encrypt=StandardEncryption("user", ownerPassword="owner"))


@pytest.mark.parametrize(
    ("name", "make", "error"),
    [
        ("a.pdf", lambda p: p.write_bytes(b""), FileEmpty),
        ("a.txt", lambda p: p.write_text(" \n "), FileEmpty),
        ("a.pdf", _encrypted_pdf, FileEncrypted),
        ("a.docx", lambda p: p.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")), FileEncrypted),
        ("a.doc", lambda p: p.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le")), FileUnreadable),
        ("a.pdf", lambda p: p.write_bytes(b"%PDF-1.7\n" + b"\x00" * 500), FileUnreadable),
        ("a.docx", lambda p: p.write_bytes(b"PK\x03\x04" + b"\x01" * 200), FileUnreadable),
        ("a.jpg", lambda p: p.write_bytes(b"\xff\xd8\xff\xe0" + b"\x00" * 100), FileUnreadable),
        ("a.pdf", lambda p: p.write_bytes(b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 200), FileTypeMismatch),
        ("a.txt", lambda p: p.write_bytes(bytes(range(256)) * 40), EvidenceError),
    ],
)
def test_bad_files_say_what_is_wrong(tmp_path: Path, name: str, make, error: type[EvidenceError]) -> None:  # type: ignore[no-untyped-def]
    make(tmp_path / name)
    with pytest.raises(error) as raised:
        read(tmp_path / name)
    assert raised.value.message.zh and raised.value.message.en


def test_dates_of_a_text() -> None:
    text = "2021-11-08、2021.11.9，20211110；2021年12月30日至1月2日；2021-13-40；电话13912345678；编号12021111299"
    assert list(dates_in(text)) == [date(2021, 11, 8), date(2021, 11, 9), date(2021, 11, 10), date(2021, 12, 30), date(2022, 1, 2)]
