from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
import zxingcpp

from services.domain.finding import Judgement
from services.domain.text import Message
from services.report.compile import compile_report
from services.report.export import FORMATS, render, write_reports
from services.report.export.album import Album
from services.report.export.pdf import pdf
from services.report.export.xlsx import xlsx
from services.report.pictures import FilePictures, NoPictures
from tests.unit.report import world


def hostile() -> Judgement:
    judgement = world.judgement()
    bad = replace(judgement.findings[0], subject='=HYPERLINK("http://evil")', message=Message("+1+1 \x01 http://evil", "@SUM(A1)"))
    return replace(judgement, findings=(bad, *judgement.findings[1:]))


def test_all_formats_are_written(tmp_path: Path) -> None:
    case = world.case()
    report = compile_report(case, world.judgement(), generated_at=world.AT)
    written = write_reports(report, tmp_path / "out" / "deep", FilePictures.of(case, world.files(tmp_path / "files")))
    assert set(written) == set(FORMATS)
    assert sorted(p.name for p in (tmp_path / "out" / "deep").iterdir()) == ["report.html", "report.json", "report.pdf", "report.xlsx"]
    assert json.loads(written["json"].read_text(encoding="utf-8")) == json.loads(json.dumps(report.to_json()))
    document = pypdfium2.PdfDocument(written["pdf"])
    text = "".join(document[i].get_textpage().get_text_bounded() for i in range(len(document)))
    for words in ("不通过", "有效视频时长不足", "王建国", "第 1 页", "无法显示"):
        assert words in text
    assert document[0].get_size() == pytest.approx((595.3, 841.9), abs=1)


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="docx"):
        write_reports(compile_report(world.case(), world.judgement()), tmp_path, NoPictures(), formats=("docx",))


def test_the_pdf_opens_nothing_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>SECRET</text></svg>')
    page = f'<img src="file://{secret}"><img src="http://127.0.0.1:9/x.png"><p>hello</p>'
    module = __import__("services.report.export.pdf", fromlist=["html"])
    monkeypatch.setattr(module, "html", lambda *_, **__: page)
    made = module.pdf(compile_report(world.case(), world.judgement()), Album())
    text = pypdfium2.PdfDocument(made)[0].get_textpage().get_text_bounded()
    assert "hello" in text and "SECRET" not in text


def test_the_workbook_is_typed_and_harmless() -> None:
    report = compile_report(world.case(), hostile(), generated_at=world.AT)
    book = openpyxl.load_workbook(BytesIO(xlsx(report)))
    assert book.sheetnames[:6] == ["概要", "条款", "发现", "学员", "签到", "证据"]
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert all(cell.data_type != "f" and cell.hyperlink is None for row in sheet.iter_rows() for cell in row)
    people = list(book["学员"].iter_rows(min_row=2, values_only=True))
    assert len(people) == 12
    assert people[0][1] == "王建国" and people[0][8] == 39.11 and people[0][10] == 782.2
    assert people[0][2] == "2201**********" + world.id_number(0)[-4:]
    assert book["学员"]["K2"].number_format == "#,##0.00"
    times = [row[2] for row in book["证据"].iter_rows(min_row=2, values_only=True)]
    assert datetime(2021, 11, 8, 9, 12) in times
    assert book["签到"]["C2"].value == datetime(2021, 11, 8)
    assert any("=HYPERLINK" in str(row[6]) for row in book["发现"].iter_rows(min_row=2, values_only=True))
    assert book["签到"].max_row - 1 == sum(len(a["rows"]) for a in report.attendance)


def test_render_gives_bytes_of_every_format() -> None:
    report = compile_report(*world.clean())
    assert render(report, "json", Album()).startswith(b"{") and render(report, "html", Album()).startswith(b"<!DOCTYPE html>")
    assert render(report, "xlsx", Album()).startswith(b"PK") and pdf(report, Album()).startswith(b"%PDF")


def test_the_pdf_leads_back_to_the_claim_by_its_code(tmp_path: Path) -> None:
    address = "https://hezheng.example.gov.cn/claims/clm_0b6d1f3c9a7e4d2b8c5f6a10"
    report = compile_report(world.case(), world.judgement(), generated_at=world.AT)
    written = write_reports(report, tmp_path, NoPictures(), formats=("pdf", "html"), address=address)
    page = pypdfium2.PdfDocument(written["pdf"])[0].render(scale=3).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(page)] == [address]
    assert "二维码" not in written["html"].read_text(encoding="utf-8"), "whoever reads it on the screen is there already"
