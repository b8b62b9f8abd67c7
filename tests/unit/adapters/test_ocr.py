"""Reading text in pictures by either engine."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from services.adapters.ocr import ENGINES, Gray, engine, find_text, read_page, upside_down
from services.adapters.ocr.ctc import best_path, compress, one_hot
from tests.generators.fonts import load, printed_faces


def line(text: str, size: int = 36) -> Gray:
    """One printed line, dark on white."""
    font = load(printed_faces()[0][0], size, printed_faces()[0][1])
    width = int(font.getlength(text)) + 24
    picture = Image.new("L", (width, size + 24), 255)
    ImageDraw.Draw(picture).text((12, 4), text, fill=20, font=font)
    return np.asarray(picture, dtype=np.uint8)


def page_with(*texts: str) -> Image.Image:
    page = Image.new("RGB", (900, 140 * len(texts) + 80), "white")
    for index, text in enumerate(texts):
        page.paste(Image.fromarray(line(text)).convert("RGB"), (60, 60 + 140 * index))
    return page


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_engines_read_names_and_numbers(name: str) -> None:
    readings = engine(name).read([line("培训签到表"), line("220105199001011779"), np.full((48, 90), 255, np.uint8)], posteriors=True)
    assert [r.text for r in readings] == ["培训签到表", "220105199001011779", ""]
    assert all(r.confidence > 0.7 for r in readings[:2])
    assert readings[0].posteriors is not None
    assert {"培", "签", "表"} <= set(readings[0].posteriors.symbols)


def test_order_is_kept_whatever_the_widths() -> None:
    texts = ["培训签到表", "王蕾", "机械制图与公差配合", "刘征"]
    assert [r.text for r in engine().read([line(t) for t in texts])] == texts


def test_an_unknown_engine_is_named() -> None:
    with pytest.raises(ValueError, match="rapidocr"):
        engine("nonesuch")


def test_lines_of_a_page_in_order() -> None:
    lines = read_page(page_with("培训签到表", "日期：2021年11月8日"), engine())
    assert [entry.text.replace(":", "：") for entry in lines] == ["培训签到表", "日期：2021年11月8日"]
    assert lines[0].box[1] < lines[1].box[1]
    assert all(0 <= v <= 1 for entry in lines for v in entry.box)


def test_text_is_found_and_its_top_known() -> None:
    gray = np.asarray(page_with("长春市职业技能提升行动").convert("L"), dtype=np.uint8)
    (quad,) = find_text(gray)
    assert quad[:, 0].min() == pytest.approx(70, abs=25)
    crop = line("长春市职业技能提升行动")
    right, wrong = upside_down([crop, np.ascontiguousarray(crop[::-1, ::-1])])
    assert right < 0.5 < wrong


def test_posteriors_keep_the_best_path_and_drop_long_blanks() -> None:
    alphabet = ["", *"甲乙丙", " "]
    probs = np.full((12, 5), 0.0001, np.float32)
    probs[:, 0] = 0.9996
    for step, symbol in ((3, 1), (4, 1), (8, 2)):
        probs[step] = 0.0001
        probs[step, symbol] = 0.9996
    assert best_path(probs, alphabet) == ("甲乙", pytest.approx(0.9996))
    kept = compress(probs, alphabet)
    assert kept.steps == 6, "blank, 甲, 甲, blank, 乙, blank"
    best = np.frombuffer(kept.indices, "<u2").reshape(kept.steps, -1)[:, 0]
    assert [kept.symbols[i] for i in best] == ["", "甲", "甲", "", "乙", ""]
    assert kept.floor < np.log(0.0002)


def test_known_text_is_its_own_posterior() -> None:
    known = one_hot("张张")
    best = np.frombuffer(known.indices, "<u2").reshape(known.steps, -1)[:, 0]
    assert [known.symbols[i] for i in best] == ["张", "", "张", ""]
