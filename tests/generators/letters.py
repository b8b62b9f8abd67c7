"""Commitment letters as pictures: with and without a red round seal and a signature, and with red things that are no seal."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
LINES = (
    "我单位长春样例制造有限公司",
    "统一社会信用代码为：91220101MA0Y2XQW66",
    "郑重承诺如下：",
    "一、提供给市人社局、市财政局的所有资料均合法、真实、有效；",
    "二、遵守国家法律、法规、规章和政策规定；",
    "三、若发生违法失信行为，将依法承担相应责任；",
    "四、自觉接受政府、行业组织、社会公众、新闻舆论的监督；",
)


@dataclass(frozen=True, slots=True)
class Letter:
    """`seal`: its diameter in millimetres, None without. `extra`: red things that are no seal (header, disc, table, chop, text)."""

    seal: int | None = 42
    signed: bool = True
    extra: tuple[str, ...] = ()
    faint: float = 1.0


def draw_letter(letter: Letter, rng: random.Random, width: int = 1240) -> Image.Image:
    """An A4 page, `width` pixels wide."""
    mm = width / 210
    page = Image.new("RGB", (width, round(297 * mm)), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(FONT, round(5 * mm))
    draw.text((width * 0.38, 20 * mm), "企业承诺书", font=ImageFont.truetype(FONT, round(8 * mm)), fill="black")
    for number, line in enumerate(LINES):
        draw.text((20 * mm, (45 + 14 * number) * mm), line, font=font, fill=(30, 30, 30))
    draw.text((110 * mm, 190 * mm), "承诺单位（加盖公章）", font=font, fill="black")
    draw.text((110 * mm, 210 * mm), "法定代表人签字：", font=font, fill="black")
    draw.line((152 * mm, 217 * mm, 195 * mm, 217 * mm), fill="black", width=2)
    draw.text((130 * mm, 228 * mm), "2021年11月2日", font=font, fill="black")
    _extras(draw, letter.extra, mm, font)
    if letter.signed:
        _scrawl(draw, (154 * mm, 205 * mm), 9 * mm, rng)
    if letter.seal:
        page.paste(*_placed(_seal(round(letter.seal * mm), rng, letter.faint), (rng.uniform(110, 135) * mm, rng.uniform(170, 190) * mm)))
    return page


def _extras(draw: ImageDraw.ImageDraw, extra: tuple[str, ...], mm: float, font: ImageFont.FreeTypeFont) -> None:
    red = (210, 20, 25)
    if "header" in extra:
        draw.text((25 * mm, 5 * mm), "长春样例制造有限公司文件", font=ImageFont.truetype(FONT, round(13 * mm)), fill=red)
        draw.line((15 * mm, 38 * mm, 195 * mm, 38 * mm), fill=red, width=6)
    if "disc" in extra:
        draw.ellipse((20 * mm, 240 * mm, 55 * mm, 275 * mm), fill=red)
    if "table" in extra:
        draw.rectangle((20 * mm, 235 * mm, 70 * mm, 280 * mm), outline=red, width=4)
    if "chop" in extra:
        draw.rectangle((80 * mm, 240 * mm, 98 * mm, 258 * mm), outline=red, width=5)
        draw.text((82 * mm, 242 * mm), "王建\n国印", font=font, fill=red)
    if "text" in extra:
        draw.text((20 * mm, 150 * mm), "请务必加盖公章后上传", font=font, fill=red)


def _seal(size: int, rng: random.Random, faint: float) -> Image.Image:
    big = Image.new("L", (size * 2, size * 2), 0)
    draw, middle = ImageDraw.Draw(big), size
    draw.ellipse((4, 4, 2 * size - 4, 2 * size - 4), outline=255, width=max(4, size // 22))
    star = [(middle + (0.32 if k % 2 == 0 else 0.13) * size * math.sin(k * math.pi / 5), middle - (0.32 if k % 2 == 0 else 0.13) * size * math.cos(k * math.pi / 5))
            for k in range(10)]  # fmt: skip
    draw.polygon(star, fill=255)
    font = ImageFont.truetype(FONT, max(10, size // 5))
    for k, sign in enumerate("长春样例制造有限公司"):
        angle = math.radians(-126 + 28 * k)
        glyph = Image.new("L", (size // 3, size // 3), 0)
        ImageDraw.Draw(glyph).text((size // 24, 0), sign, font=font, fill=255)
        turned = glyph.rotate(-math.degrees(angle), resample=Image.Resampling.BICUBIC)
        at = (round(middle + 0.72 * size * math.sin(angle) - size / 6), round(middle - 0.72 * size * math.cos(angle) - size / 6))
        big.paste(255, (*at, at[0] + turned.width, at[1] + turned.height), turned)
    mask = big.rotate(rng.uniform(-25, 25), resample=Image.Resampling.BICUBIC).resize((size, size)).filter(ImageFilter.GaussianBlur(0.6))
    wear = Image.effect_noise((max(2, size // 6), max(2, size // 6)), 60).resize((size, size))
    mask = Image.composite(mask, Image.new("L", mask.size, 0), wear.point(lambda v: 255 if v > 85 else 90))
    return mask.point(lambda v: round(v * 0.85 * faint))


def _placed(mask: Image.Image, at: tuple[float, float]) -> tuple[Image.Image, tuple[int, int], Image.Image]:
    return Image.new("RGB", mask.size, (205, 25, 30)), (round(at[0]), round(at[1])), mask


def _scrawl(draw: ImageDraw.ImageDraw, at: tuple[float, float], size: float, rng: random.Random) -> None:
    for k in range(3):
        points = [(at[0] + k * size * 1.1 + rng.uniform(0, size), at[1] + rng.uniform(0, size)) for _ in range(6)]
        draw.line(points, fill=(20, 20, 60), width=max(2, round(size / 14)), joint="curve")
