from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from PIL import Image

from services.adapters.docx import read_docx
from services.domain.errors import FileTooLarge, FileUnreadable

_BOX = """<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">
<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:t>盖章处</w:t></mc:Choice><mc:Fallback><w:t>盖章处</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>"""
_FORM = """<w:sdt xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:sdtContent><w:p><w:r><w:t>填写内容</w:t></w:r></w:p></w:sdtContent></w:sdt>"""


def made(path: Path, *paragraphs: str) -> docx.document.Document:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    return document


def test_reading_order_text_boxes_once_and_form_fields(tmp_path: Path) -> None:
    document = made(tmp_path, "第一行")
    body = document.element.body
    body.insert(1, parse_xml(_BOX))
    body.insert(2, parse_xml(_FORM))
    document.save(str(tmp_path / "a.docx"))
    assert read_docx(tmp_path / "a.docx").text.splitlines() == ["第一行", "盖章处", "填写内容"]


def test_merged_cells_once_and_pictures(tmp_path: Path) -> None:
    document = made(tmp_path)
    table = document.add_table(rows=2, cols=3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "合并"
    table.cell(0, 2).text = "右"
    stream = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(stream, "PNG")
    document.add_picture(stream)
    document.save(str(tmp_path / "a.docx"))
    content = read_docx(tmp_path / "a.docx")
    assert content.rows[0] == ("合并", "右")
    assert len(content.pictures) == 1 and content.pictures[0].startswith(b"\x89PNG")


def test_bounds(tmp_path: Path) -> None:
    made(tmp_path, "长" * 100, "长" * 100).save(str(tmp_path / "a.docx"))
    assert len(read_docx(tmp_path / "a.docx", max_chars=150).text) == 150
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as part:
        for _ in range(201):
            part.write(b" " * 1024**2)
    with pytest.raises(FileTooLarge):
        read_docx(tmp_path / "bomb.docx")


def test_archives_that_are_no_word_document(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("word/readme.txt", "no")
    (tmp_path / "b.docx").write_bytes(b"PK\x03\x04broken")
    made(tmp_path, "x").save(str(tmp_path / "c.docx"))
    whole = (tmp_path / "c.docx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(tmp_path / "d.docx", "w") as target:
        for name in source.namelist():
            target.writestr(name, b"<w:document" if name == "word/document.xml" else source.read(name))
    for name in ("a.docx", "b.docx", "d.docx"):
        with pytest.raises(FileUnreadable):
            read_docx(tmp_path / name)
