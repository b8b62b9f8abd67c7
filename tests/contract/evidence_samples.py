"""One small sound file of every kind of evidence, as bytes."""

from __future__ import annotations

import io
import tempfile
from datetime import datetime
from pathlib import Path

import openpyxl
from docx import Document
from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from services.domain.claim import SHANGHAI
from services.domain.evidence import EvidenceKind
from tests.factories import id_number
from tests.generators.faces import PEOPLE, portrait
from tests.generators.faces import jpeg as face_jpeg
from tests.generators.fonts import load, printed_faces
from tests.generators.footage import hand_held
from tests.generators.photos import exif_bytes, training_photo

_WHEN = datetime(2021, 11, 8, 9, 0, tzinfo=SHANGHAI)
_PLAN = ("数控车工岗前培训方案", "企业名称：长春样例制造有限公司", "培训时间：2021年11月8日至11月9日，共16学时")
_INVOICE = ("吉林增值税电子普通发票", "发票代码：022002100111", "发票号码：45678901", "开票日期：2021年11月9日", "价税合计（小写）¥960.00")


def sample(kind: EvidenceKind) -> tuple[str, bytes]:
    """A file name and the bytes of a sound file of the kind."""
    return {
        EvidenceKind.PLAN: _docx,
        EvidenceKind.NOTICE: lambda: ("通知.pdf", _pdf(_PLAN)),
        EvidenceKind.ASSESSMENT: _workbook,
        EvidenceKind.APPLICATION: lambda: ("申报书.txt", "\n".join(_PLAN).encode("gb18030")),
        EvidenceKind.INVOICE: lambda: ("发票.pdf", _pdf(_INVOICE)),
        EvidenceKind.SIGN_IN_SHEET: _sheet,
        EvidenceKind.PHOTO: _photo,
        EvidenceKind.VIDEO: _video,
        EvidenceKind.LEARNING_LOG: _log,
        EvidenceKind.FACE: lambda: (f"{id_number(0)}.jpg", face_jpeg(portrait(PEOPLE[0]))),
    }[kind]()


def _docx() -> tuple[str, bytes]:
    document = Document()
    for line in _PLAN:
        document.add_paragraph(line)
    data = io.BytesIO()
    document.save(data)
    return "方案.docx", data.getvalue()


def _pdf(lines: tuple[str, ...]) -> bytes:
    data = io.BytesIO()
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(data, pagesize=A4)
    canvas.setFont("STSong-Light", 14)
    for number, line in enumerate(lines):
        canvas.drawString(90, 740 - 40 * number, line)
    canvas.save()
    return data.getvalue()


def _workbook() -> tuple[str, bytes]:
    book = openpyxl.Workbook()
    for row in (["数控车工岗前培训技能评价记录"], ["序号", "姓名", "成绩", "评价结果"], [1, "王小明", 91, "合格"], [2, "李建国", 84, "合格"]):
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return "评价记录.xlsx", data.getvalue()


def _sheet() -> tuple[str, bytes]:
    """A printed sheet of two people, one of whom has signed."""
    page = Image.new("RGB", (1000, 560), "white")
    draw = ImageDraw.Draw(page)
    face, index = printed_faces()[0]
    font = load(face, 30, index)
    draw.text((280, 30), "数控车工岗前培训签到表", fill=20, font=font)
    draw.text((60, 90), "日期：2021年11月8日 上午", fill=20, font=font)
    edges, rows = (60, 160, 360, 640, 940), (("序号", "姓名", "部门", "签名"), ("1", "王小明", "机加车间", "王小明"), ("2", "李建国", "机加车间", ""))
    for k in range(len(rows) + 1):
        draw.line((edges[0], 150 + 80 * k, edges[-1], 150 + 80 * k), fill=20, width=3)
    for x in edges:
        draw.line((x, 150, x, 150 + 80 * len(rows)), fill=20, width=3)
    for k, row in enumerate(rows):
        for x, text in zip(edges, row, strict=False):
            draw.text((x + 20, 170 + 80 * k), text, fill=20, font=font)
    data = io.BytesIO()
    page.save(data, "PNG")
    return "1108上午.png", data.getvalue()


def _photo() -> tuple[str, bytes]:
    data = io.BytesIO()
    training_photo(7, size=(640, 480)).save(data, "JPEG", quality=85, exif=exif_bytes(_WHEN, gps=(43.88, 125.32)))
    return "现场.jpg", data.getvalue()


def _video() -> tuple[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        return "录像.mp4", hand_held(Path(folder) / "a.mp4", 4, 3, size=(320, 180), fps=10, recorded_at=_WHEN).read_bytes()


def _log() -> tuple[str, bytes]:
    lines = ["学员姓名,证件号码,课程名称,进入时间,退出时间,学习时长(分钟)"]
    lines += [
        f"王小明,{id_number(0)},机械制图,2021-11-08 19:00:00,2021-11-08 19:45:00,45",
        f"李建国,{id_number(1)},机械制图,2021-11-08 19:05:00,2021-11-08 19:50:00,45",
    ]
    return "学习记录.csv", "\n".join(lines).encode("gb18030")
