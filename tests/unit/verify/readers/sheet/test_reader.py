"""Whole sheets through the reader."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageOps
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from services.domain.errors import EvidenceError, FileEmpty, FileUnreadable
from services.domain.evidence import EvidenceKind
from services.domain.facts import ColumnRole, SheetFacts
from services.verify.readers import ReaderContext, reader_for
from services.verify.readers.sheet import read
from tests.generators.fonts import FontsMissing, handwriting_fonts
from tests.generators.people import make_people
from tests.generators.sheet_files import save_pictures
from tests.generators.sheets import SheetSpec, render_sheet, rows_for

_spec = importlib.util.spec_from_file_location("sheet_drawings", Path(__file__).with_name("conftest.py"))
assert _spec is not None and _spec.loader is not None
drawings = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(drawings)
grid_page, LEFT, TOP, ROW = drawings.grid_page, drawings.LEFT, drawings.TOP, drawings.ROW

Read = Callable[..., SheetFacts]
HEADING = ("培训签到表", "日期：2021年11月8日上午   课程：机械制图   地点：第一教室")
ROWS = (
    ("序号", "姓名", "工号", "签到"),
    ("1", "张海飞", "A10111", "张海飞"),
    ("2", "王建国", "A10137", ""),
    ("3", "刘思远", "A10058", "请假"),
    ("4", "", "", ""),
)
WIDTHS = (140, 300, 320, 420)


def test_a_ruled_sheet(read_pages: Read) -> None:
    (page,) = read_pages(grid_page(HEADING, ROWS, WIDTHS)).pages
    assert page.legible
    assert (page.title, page.part, page.course, page.place) == ("培训签到表", "am", "机械制图", "第一教室")
    assert page.date is not None and page.date.value == date(2021, 11, 8)
    assert page.fingerprint is not None and len(page.fingerprint) == 64
    (table,) = page.tables
    assert [(c.header, c.role) for c in table.columns] == [
        ("序号", ColumnRole.NUMBER),
        ("姓名", ColumnRole.NAME),
        ("工号", ColumnRole.EMPLOYEE_NO),
        ("签到", ColumnRole.SIGNATURE),
    ]
    assert [row.row for row in table.rows] == [1, 2, 3, 4]
    assert [row.cells[1].text for row in table.rows] == ["张海飞", "王建国", "刘思远", ""]
    assert [row.cells[2].text for row in table.rows] == ["A10111", "A10137", "A10058", ""]
    assert [row.cells[3].signed for row in table.rows] == [True, False, False, False]
    assert [row.cells[3].mark for row in table.rows] == [None, None, "请假", None]
    assert [row.empty for row in table.rows] == [False, False, False, True]
    assert not any(row.crossed_out for row in table.rows)
    signature = table.rows[0].cells[3]
    assert signature.posteriors is not None and signature.ink is not None and len(signature.ink) == 96 * 32 // 8


def test_boxes_are_fractions_of_the_page_as_shown(read_pages: Read) -> None:
    page = grid_page(HEADING, ROWS, WIDTHS)
    table = read_pages(page).pages[0].tables[0]
    x, y, w, h = table.rows[1].box
    assert (x, y) == pytest.approx((LEFT / 1654, (TOP + 2 * ROW) / 2339), abs=0.006)
    assert (w, h) == pytest.approx((sum(WIDTHS) / 1654, ROW / 2339), abs=0.006)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_pages_keep_their_places(read_pages: Read, turn: int) -> None:
    upright = grid_page(HEADING, ROWS, WIDTHS)
    page = read_pages(upright.rotate(-turn, expand=True)).pages[0]
    assert (page.width, page.height) == ((2339, 1654) if turn != 180 else (1654, 2339))
    (table,) = page.tables
    assert [row.cells[1].text for row in table.rows[:3]] == ["张海飞", "王建国", "刘思远"]
    x, y, w, h = table.rows[0].box
    middle_x, middle_y = (LEFT + sum(WIDTHS) / 2) / 1654, (TOP + 1.5 * ROW) / 2339
    expected = {90: (1 - middle_y, middle_x), 180: (1 - middle_x, 1 - middle_y), 270: (middle_y, 1 - middle_x)}[turn]
    assert (x + w / 2, y + h / 2) == pytest.approx(expected, abs=0.006)


def test_people_side_by_side_are_numbered_left_first(read_pages: Read) -> None:
    rows = (("序号", "姓名", "签名") * 2, ("1", "张海飞", "张海飞", "3", "刘思远", "刘思远"), ("2", "王建国", "", "4", "陈立军", "陈立军"))
    left, right = read_pages(grid_page(HEADING, rows, (120, 240, 330) * 2)).pages[0].tables
    assert [(r.row, r.cells[1].text, r.cells[2].signed) for r in (*left.rows, *right.rows)] == [
        (1, "张海飞", True),
        (2, "王建国", False),
        (3, "刘思远", True),
        (4, "陈立军", True),
    ]


def test_columns_for_days_take_the_year_of_the_page(read_pages: Read) -> None:
    rows = (("序号", "姓名", "11月8日上午", "11月8日下午", "11月9日"), ("1", "张海飞", "张海飞", "", "张海飞"), ("2", "王建国", "", "王建国", ""))
    table = read_pages(grid_page(("培训签到表", "填表日期：2021-11-12"), rows, (120, 240, 330, 330, 330))).pages[0].tables[0]
    assert [(c.header, c.date, c.part) for c in table.columns[2:]] == [
        ("11月8日上午", date(2021, 11, 8), "am"),
        ("11月8日下午", date(2021, 11, 8), "pm"),
        ("11月9日", date(2021, 11, 9), None),
    ]
    assert [[row.cells[i].signed for i in (2, 3, 4)] for row in table.rows] == [[True, False, True], [False, True, False]]


def test_a_page_without_header_goes_on_with_the_columns_before(read_pages: Read) -> None:
    second = grid_page((), (("4", "陈立军", "A10201", "陈立军"), ("5", "赵玉兰", "A10202", "")), WIDTHS)
    pages = read_pages(grid_page(HEADING, ROWS, WIDTHS), second).pages
    assert [page.page for page in pages] == [1, 2]
    table = pages[1].tables[0]
    assert [c.header for c in table.columns] == ["序号", "姓名", "工号", "签到"]
    assert [(r.row, r.cells[1].text, r.cells[3].signed) for r in table.rows] == [(1, "陈立军", True), (2, "赵玉兰", False)]


@pytest.mark.parametrize("rules", ["level", "none"])
def test_sheets_without_plumb_rules(read_pages: Read, rules: str) -> None:
    table = read_pages(grid_page(HEADING, ROWS[:4], WIDTHS, rules=rules)).pages[0].tables[0]
    assert [c.header for c in table.columns] == ["序号", "姓名", "工号", "签到"]
    assert [(r.cells[1].text, r.cells[3].signed, r.cells[3].mark) for r in table.rows] == [
        ("张海飞", True, None),
        ("王建国", False, None),
        ("刘思远", False, "请假"),
    ]


def test_ditto_marks_long_departments_and_a_lost_rule(read_pages: Read) -> None:
    departments = ("焊装车间", "同上", "", "二车间", "同上", "同上", "物流部", "设备部")
    names = ("张海飞", "王建国", "刘思远", "陈立军", "赵玉兰", "李晓明", "周大伟", "孙国强")
    rows = (
        ("序号", "姓名", "部门", "签名"),
        *((str(k), name, part, "同上" if k == 5 else name) for k, (name, part) in enumerate(zip(names, departments, strict=True), 1)),
    )
    page = grid_page(HEADING, rows, (120, 240, 330, 330))
    draw = ImageDraw.Draw(page)
    draw.rectangle((LEFT + 8, TOP + 4 * ROW - 4, LEFT + 1012, TOP + 4 * ROW + 4), fill="white")
    drawings.text(draw, LEFT + 380, TOP + 3 * ROW + 4, "第一机械加工车间", 24)
    drawings.text(draw, LEFT + 380, TOP + 3 * ROW + 40, "数控工段甲班组", 24)
    table = read_pages(page).pages[0].tables[0]
    assert [row.cells[1].text for row in table.rows] == list(names)
    assert [row.cells[2].text for row in table.rows] == [
        "焊装车间",
        "焊装车间",
        "第一机械加工车间数控工段甲班组",
        "二车间",
        "二车间",
        "二车间",
        "物流部",
        "设备部",
    ]
    assert (table.rows[4].cells[3].signed, table.rows[4].cells[3].mark) == (False, "同上")


def test_a_header_that_comes_again_is_no_person(read_pages: Read) -> None:
    rows = (*ROWS[:3], ROWS[0], ("3", "刘思远", "A10058", "刘思远"), ("4", "陈立军", "A10201", ""))
    table = read_pages(grid_page(HEADING, rows, WIDTHS)).pages[0].tables[0]
    assert [(row.row, row.cells[1].text, row.cells[3].signed) for row in table.rows] == [
        (1, "张海飞", True),
        (2, "王建国", False),
        (3, "刘思远", True),
        (4, "陈立军", False),
    ]


@pytest.mark.parametrize("ending", ["webp", "heic", "bmp"])
def test_pictures_of_every_kind(tmp_path: Path, ending: str) -> None:
    save_pictures([grid_page((), ROWS[:3], WIDTHS).crop((60, 220, 1400, 640))], tmp_path / f"a.{ending}")
    (page,) = read(tmp_path / f"a.{ending}", ReaderContext(f"a.{ending}")).pages
    assert [row.cells[1].text for row in page.tables[0].rows] == ["张海飞", "王建国"]


def test_a_crossed_out_row_still_names_its_person(read_pages: Read) -> None:
    page = grid_page(HEADING, ROWS, WIDTHS)
    y = TOP + 2.5 * ROW
    ImageDraw.Draw(page).line((LEFT + 150, y - 3, LEFT + 1100, y + 5), fill=(20, 20, 60), width=4)
    rows = read_pages(page).pages[0].tables[0].rows
    assert [row.crossed_out for row in rows] == [False, True, False, False]
    assert len(rows) == 4 and "王" in rows[1].cells[1].text


def test_strokes_and_ticks_are_marks(read_pages: Read) -> None:
    page = grid_page(HEADING, ROWS, WIDTHS)
    draw = ImageDraw.Draw(page)
    x, y = LEFT + 800, TOP + 2 * ROW
    draw.line((x + 20, y + 58, x + 120, y + 16), fill=(30, 30, 30), width=4)
    rows = read_pages(page).pages[0].tables[0].rows
    assert (rows[1].cells[3].signed, rows[1].cells[3].mark) == (False, "/")


def test_the_other_engine_reads_the_same_rows(read_pages: Read) -> None:
    facts = read_pages(grid_page(HEADING, ROWS[:3], WIDTHS), engine="tesseract")
    assert facts.engine == "tesseract"
    assert [(r.cells[2].text[-2:], r.cells[3].signed) for r in facts.pages[0].tables[0].rows] == [("11", True), ("37", False)]


def test_born_digital_text_is_taken_as_it_is(tmp_path: Path) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=A4)
    canvas.setFont("STSong-Light", 13)
    canvas.drawString(60, 780, "培训签到表 日期：2021.11.08")
    for r, row in enumerate((("序号", "姓名", "身份证号", "签名"), ("1", "张㼆昇", "220105199001011779", ""), ("2", "王建国", "220105199203031234", ""))):
        for c, (content, x) in enumerate(zip(row, (60, 120, 220, 400), strict=True)):
            canvas.rect(x, 730 - 30 * r, (60, 100, 180, 140)[c], 30)
            canvas.drawString(x + 8, 740 - 30 * r, content)
    canvas.save()
    (page,) = read(tmp_path / "a.pdf", ReaderContext("a.pdf")).pages
    assert page.date is not None and page.date.value == date(2021, 11, 8)
    rows = page.tables[0].rows
    assert [(r.cells[1].text, r.cells[1].confidence) for r in rows] == [("张㼆昇", 1.0), ("王建国", 1.0)]
    assert [r.cells[2].text for r in rows] == ["220105199001011779", "220105199203031234"]
    assert [r.cells[3].signed for r in rows] == [False, False]


@pytest.mark.parametrize("name", ["noise", "white", "photo"])
def test_what_is_no_sheet_is_illegible_not_a_crash(read_pages: Read, name: str) -> None:
    picture = {
        "noise": Image.effect_noise((900, 1200), 90).convert("RGB"),
        "white": Image.new("RGB", (1654, 2339), "white"),
        "photo": ImageOps.colorize(Image.radial_gradient("L").resize((1200, 900)), "navy", "khaki"),
    }[name]
    (page,) = read_pages(picture).pages
    assert not page.legible
    assert page.tables == ()


def test_damaged_files_are_refused_with_a_reason(tmp_path: Path) -> None:
    for name, content, error in (
        ("a.jpg", b"", FileEmpty),
        ("b.jpg", b"\xff\xd8\xff\xe0 no picture", FileUnreadable),
        ("c.pdf", b"%PDF-1.7 no", FileUnreadable),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(error) as raised:
            read(tmp_path / name, ReaderContext(name))
        assert isinstance(raised.value, EvidenceError) and raised.value.message.zh


def test_the_reader_is_known_for_its_kind() -> None:
    assert reader_for(EvidenceKind.SIGN_IN_SHEET).name == "sheet"


@pytest.mark.parametrize(("layout", "capture"), [("in_out", "photo"), ("two_sides", "shadow"), ("signature_only", "rotated_180")])
def test_handwritten_sheets_keep_rows_and_signatures(tmp_path: Path, layout: str, capture: str) -> None:
    try:
        handwriting_fonts()
    except FontsMissing as missing:
        pytest.skip(str(missing))
    rng = random.Random(11)
    rows = rows_for(make_people(12, rng), rng, unsigned=0.1, crossed=0.1)
    picture, truth = render_sheet(SheetSpec(rows, days=(date(2021, 11, 8),), part="pm", layout=layout, capture=capture), random.Random(3))
    picture.save(tmp_path / "a.jpg", quality=92)
    (page,) = read(tmp_path / "a.jpg", ReaderContext("a.jpg")).pages
    found = [(table, row) for table in page.tables for row in table.rows]
    assert [row.row for _, row in found] == [row["row"] for row in truth["rows"]]
    for (table, row), expected in zip(found, truth["rows"], strict=True):
        assert row.box[1] == pytest.approx(expected["box"][1], abs=0.012)
        assert row.crossed_out == (expected["status"] == "crossed_out")
        for column in table.columns:
            if column.role is ColumnRole.SIGNATURE:
                assert row.cells[column.index].signed in (expected["signed"][column.header], None)


def test_strokes_across_level_rules_make_no_table_of_their_own(read_pages: Read) -> None:
    names = ("张海飞", "王建国", "刘思远", "陈立军", "赵玉兰", "李晓明", "周大伟", "孙国强", "高志勇", "何文静")
    page = grid_page(HEADING, (ROWS[0], *((str(k), name, f"A1{k:04d}", name) for k, name in enumerate(names, start=1))), WIDTHS, rules="level")
    draw = ImageDraw.Draw(page)
    left = LEFT + sum(WIDTHS[:3]) + 30
    for x in range(left, left + 100, 25):  # a hand whose strokes stand upright from rule to rule, in two rows
        draw.line((x, TOP + 2 * ROW, x, TOP + 4 * ROW), fill=25, width=4)
    table = read_pages(page).pages[0].tables[0]
    assert [c.header for c in table.columns] == ["序号", "姓名", "工号", "签到"]
    assert [row.cells[1].text for row in table.rows] == list(names)
