"""Red seals and signatures on letters."""

from __future__ import annotations

import io
import random
from pathlib import Path

import docx
import numpy as np
import pytest
from PIL import Image

from services.verify.readers import ReaderContext
from services.verify.readers.document import read_document
from services.verify.readers.document.marks import seen_marks
from tests.generators.capture import CAPTURES
from tests.generators.letters import Letter, draw_letter


def captured(letter: Letter, how: str, seed: int = 7) -> Image.Image:
    rng = random.Random(seed)
    pixels, _ = CAPTURES[how](np.asarray(draw_letter(letter, rng))[..., ::-1].copy(), rng)
    return Image.fromarray(np.ascontiguousarray(pixels[..., ::-1]))


@pytest.mark.parametrize("how", ["clean", "scan", "photo", "low_resolution"])
def test_a_seal_is_found_where_it_is(how: str) -> None:
    marks = seen_marks(captured(Letter(extra=("header",)), how))
    assert len(marks.seals) == 1 and marks.coloured
    x, y, w, h = marks.seals[0]
    assert 0.3 < x < 0.85 and 0.4 < y < 0.8 and 0.1 < w < 0.35 and 0.07 < h < 0.3


@pytest.mark.parametrize("extra", [("header", "text"), ("disc",), ("table", "chop"), ()])
def test_other_red_things_are_no_seal(extra: tuple[str, ...]) -> None:
    assert seen_marks(captured(Letter(None, extra=extra), "scan")).seals == ()


def test_a_grey_page_says_nothing_about_seals() -> None:
    marks = seen_marks(captured(Letter(), "scan").convert("L").convert("RGB"))
    assert (marks.seals, marks.coloured) == ((), False)


@pytest.mark.parametrize("signed", [True, False])
def test_ink_where_one_signs(signed: bool) -> None:
    page = draw_letter(Letter(signed=signed), random.Random(3))
    label = ("法定代表人签字：", (110 / 210, 210 / 297, 40 / 210, 7 / 297))
    assert seen_marks(page, [label]).signed == (signed,)
    assert seen_marks(page, [("法定代表人签字：王建国", label[1])]).signed == (True,)
    assert seen_marks(page, [("承诺单位", label[1])]).signed == ()


def test_a_scanned_letter_is_read_with_its_seal_and_signature(tmp_path: Path) -> None:
    path = tmp_path / "承诺书.png"
    draw_letter(Letter(), random.Random(5)).save(path)
    facts = read_document(path, ReaderContext(path.name))
    assert "承诺书" in facts.text and "91220101MA0Y2XQW66" in facts.text
    assert [seal.page for seal in facts.seals] == [1] and facts.colour_pages == 1
    assert facts.signed == ((1, True),)


@pytest.mark.parametrize("sealed", [True, False])
def test_a_seal_pasted_into_a_word_document(tmp_path: Path, sealed: bool) -> None:
    letter = docx.Document()
    letter.add_paragraph("企业承诺书（加盖公章）")
    if sealed:
        seal = draw_letter(Letter(44), random.Random(2)).crop((560, 900, 1240, 1500))
        data = io.BytesIO()
        seal.save(data, "PNG")
        letter.add_picture(io.BytesIO(data.getvalue()))
    letter.save(str(tmp_path / "letter.docx"))
    facts = read_document(tmp_path / "letter.docx", ReaderContext("letter.docx"))
    assert (bool(facts.seals), facts.colour_pages, facts.text_source) == (sealed, 1, "text")
