"""Stamps of Chinese watermark cameras: a clock with date and place, a digital camera's orange date, lines with coordinates, a panel.

`HELD_OUT_STYLES` are for measuring only: other places, sizes, fonts and ways to set letters off than what the reader was made with.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.generators.photos import font

_PLACES = ("长春市汽车产业开发区东风大街", "吉林省长春市绿园区景阳大路", "长春市朝阳区人民大街1486号", "长春职业技术学校实训楼", "吉林市船营区解放大路")
_WEEKDAYS = "一二三四五六日"
STYLES = ("clock", "corner", "lines", "panel", "date only")
HELD_OUT_STYLES = ("one row", "right", "outlined", "small", "typewriter")
_MONO = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf"
_SERIF = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"


@dataclass(frozen=True, slots=True)
class Stamped:
    picture: Image.Image
    moment: datetime
    place: str | None
    coordinates: tuple[float, float] | None


def stamped(picture: Image.Image, style: str, seed: int) -> Stamped:
    """The picture with a stamp of a style; time, place and size hang on the seed."""
    rng = np.random.default_rng([seed, (*STYLES, *HELD_OUT_STYLES).index(style)])
    moment = datetime(2021, int(rng.integers(1, 13)), int(rng.integers(1, 29)), int(rng.integers(7, 19)), int(rng.integers(60)), int(rng.integers(60)))
    place = str(rng.choice(_PLACES))
    coordinates = (round(43.8 + rng.random() * 0.2, 6), round(125.2 + rng.random() * 0.2, 6))
    copy = picture.convert("RGB")
    size = round(copy.width / rng.uniform(24, 40))
    _DRAWN[style](ImageDraw.Draw(copy, "RGBA"), copy.size, size, moment, place, coordinates)
    said = moment if style in ("lines", "small") else moment.replace(second=0)
    return Stamped(copy, said, None if style in ("corner", "date only", "small", "typewriter") else place, coordinates if style == "lines" else None)


def _write(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, colour: tuple[int, int, int] = (255, 255, 255)) -> None:
    draw.text((at[0] + size / 18, at[1] + size / 18), text, font=font(size), fill=(0, 0, 0, 130))
    draw.text(at, text, font=font(size), fill=colour)


def _clock(draw, box, size, moment, place, _where) -> None:  # type: ignore[no-untyped-def]
    x, y = box[0] * 0.035, box[1] - 4.6 * size
    _write(draw, (x, y), f"{moment:%H:%M}", 2 * size)
    draw.rectangle([x + 5.6 * size, y + 0.4 * size, x + 5.7 * size, y + 2.4 * size], fill=(255, 190, 40))
    _write(draw, (x + 6 * size, y + 0.3 * size), f"{moment:%Y.%m.%d}", size)
    _write(draw, (x + 6 * size, y + 1.5 * size), f"星期{_WEEKDAYS[moment.weekday()]} 晴 3℃", size)
    _write(draw, (x, y + 2.9 * size), place, size)


def _corner(draw, box, size, moment, _place, _where) -> None:  # type: ignore[no-untyped-def]
    text = f"{moment:%Y/%m/%d %H:%M}"
    _write(draw, (box[0] * 0.97 - draw.textlength(text, font=font(size)), box[1] - 1.9 * size), text, size, (255, 140, 20))


def _lines(draw, box, size, moment, place, where) -> None:  # type: ignore[no-untyped-def]
    rows = (f"时间：{moment:%Y-%m-%d %H:%M:%S}", f"地点：{place}", f"经度：{where[1]:.6f}", f"纬度：{where[0]:.6f}")
    for k, text in enumerate(rows):
        _write(draw, (box[0] * 0.03, box[1] - (len(rows) - k + 0.4) * 1.3 * size), text, size)


def _panel(draw, box, size, moment, place, _where) -> None:  # type: ignore[no-untyped-def]
    rows = ("施工记录", f"拍摄时间：{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}", f"拍摄地点：{place}")
    x, top = box[0] * 0.03, box[1] - 5.6 * size
    draw.rounded_rectangle([x, top, x + 19 * size, box[1] - 0.6 * size], radius=size // 3, fill=(20, 60, 140, 150))
    for k, text in enumerate(rows):
        _write(draw, (x + 0.6 * size, top + (0.4 + 1.5 * k) * size), text, size)


def _date_only(draw, box, size, moment, _place, _where) -> None:  # type: ignore[no-untyped-def]
    _write(draw, (box[0] * 0.03, box[1] * 0.03), f"{moment:%Y-%m-%d}", size)


def _one_row(draw, box, size, moment, place, _where) -> None:  # type: ignore[no-untyped-def]
    x, y = box[0] * 0.025, box[1] - 3.4 * size
    _write(draw, (x, y), f"{moment:%H:%M} | {moment:%Y-%m-%d} 星期{_WEEKDAYS[moment.weekday()]}", size)
    _write(draw, (x, y + 1.6 * size), place, round(0.8 * size))


def _right(draw, box, size, moment, place, _where) -> None:  # type: ignore[no-untyped-def]
    letters = ImageFont.truetype(_SERIF, round(0.9 * size))
    for k, text in enumerate((place, f"{moment:%Y.%m.%d %H:%M}")):
        draw.text((box[0] * 0.975, box[1] - (2.9 - 1.3 * k) * size), text, font=letters, fill=(255, 255, 255, 225), anchor="ra")


def _outlined(draw, box, size, moment, place, _where) -> None:  # type: ignore[no-untyped-def]
    for k, text in enumerate((f"{moment:%Y年%m月%d日 %H:%M}", f"地址：{place}")):
        at = (box[0] * 0.03, box[1] * 0.03 + 1.4 * k * size)
        draw.text(at, text, font=font(size), fill=(255, 255, 255), stroke_width=max(1, size // 14), stroke_fill=(0, 0, 0))


def _small(draw, box, _size, moment, _place, _where) -> None:  # type: ignore[no-untyped-def]
    size = round(box[0] / 52)
    _write(draw, (box[0] * 0.02, box[1] - 2.2 * size), f"{moment:%Y-%m-%d %H:%M:%S}", size)


def _typewriter(draw, box, size, moment, _place, _where) -> None:  # type: ignore[no-untyped-def]
    letters = ImageFont.truetype(_MONO, size)
    draw.text((box[0] * 0.97, box[1] * 0.04), f"{moment:%Y-%m-%d %H:%M}", font=letters, fill=(255, 225, 40), anchor="ra")


_DRAWN = {
    "clock": _clock,
    "corner": _corner,
    "lines": _lines,
    "panel": _panel,
    "date only": _date_only,
    "one row": _one_row,
    "right": _right,
    "outlined": _outlined,
    "small": _small,
    "typewriter": _typewriter,
}
