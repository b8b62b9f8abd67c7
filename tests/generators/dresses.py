"""The ways in which a used photo is dressed up as a new one: fixed ones (`TRANSFORMS`), and each with a range (`DRESSES`)."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance

from tests.generators.photos import COURSES, colour, font


def _jpeg(image: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")


def _crop(image: Image.Image, keep: float, at: tuple[float, float] = (0.5, 0.5)) -> Image.Image:
    w, h = round(image.width * keep), round(image.height * keep)
    x, y = round((image.width - w) * at[0]), round((image.height - h) * at[1])
    return image.crop((x, y, x + w, y + h))


def _border(image: Image.Image, share: float) -> Image.Image:
    pad = round(image.width * share)
    framed = Image.new("RGB", (image.width + 2 * pad, image.height + 2 * pad), (255, 255, 255))
    framed.paste(image, (pad, pad))
    return framed


def _tilt(image: Image.Image, degrees: float) -> Image.Image:
    turned = image.rotate(degrees, Image.Resampling.BICUBIC)
    return _crop(turned, 1 - abs(degrees) * 0.025)


def stamp(image: Image.Image, text: str) -> Image.Image:
    """A watermark camera's lines of text at the bottom left."""
    copy = image.copy()
    ImageDraw.Draw(copy).multiline_text((image.width * 0.03, image.height * 0.86), text, font=font(image.width // 36), fill=(255, 255, 255))
    return copy


def _banner(image: Image.Image, share: float) -> Image.Image:
    copy = image.copy()
    draw = ImageDraw.Draw(copy)
    height = round(image.height * share)
    draw.rectangle([0, image.height - height, image.width, image.height], fill=(20, 60, 160))
    draw.text((image.width * 0.1, image.height - height * 0.85), "职业技能提升行动", font=font(round(height * 0.6)), fill=(255, 255, 255))
    return copy


def _perspective(image: Image.Image, rng: np.random.Generator, most: float) -> Image.Image:
    """As seen from a little aside."""
    w, h = image.size
    corners = [(0, 0), (0, h), (w, h), (w, 0)]
    moved = [(x + w * rng.uniform(0, most) * (1 if x == 0 else -1), y + h * rng.uniform(0, most) * (1 if y == 0 else -1)) for x, y in corners]
    return image.transform((w, h), Image.Transform.PERSPECTIVE, seen_from(corners, moved), Image.Resampling.BICUBIC)


def seen_from(corners: Sequence[tuple[float, float]], moved: Sequence[tuple[float, float]]) -> list[float]:
    """Pillow's eight coefficients of the perspective in which four corners show what lies at four other points."""
    rows = [row for (x, y), (u, v) in zip(corners, moved, strict=True) for row in ([x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y])]
    return [float(v) for v in np.linalg.solve(np.array(rows, dtype=np.float64), np.array(moved, dtype=np.float64).reshape(-1))]


def _off_a_screen(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Photographed off a monitor: aside, with the screen's dots beating against the sensor's, a gloss and other tones."""
    seen = np.asarray(_perspective(image.resize((1000, round(1000 * image.height / image.width))), rng, 0.05), dtype=np.float32)
    ys, xs = np.mgrid[0 : seen.shape[0], 0 : seen.shape[1]].astype(np.float32)
    angle, period = rng.uniform(0, 3.14), rng.uniform(5, 14)
    beat = np.sin((xs * np.cos(angle) + ys * np.sin(angle)) * 6.28 / period + 2 * np.sin(ys / rng.uniform(60, 160)))
    gloss = 40 * np.exp(-(((xs - rng.uniform(0, 1000)) / 260) ** 2 + ((ys - rng.uniform(0, 700)) / 220) ** 2))
    toned = 255 * (seen / 255) ** rng.uniform(0.8, 1.25) * rng.uniform(0.8, 1.0) + rng.uniform(2, 6) * beat[..., None] + gloss[..., None]
    return Image.fromarray((toned * rng.uniform(0.94, 1.06, 3) + rng.normal(0, 3, toned.shape)).clip(0, 255).astype(np.uint8))


def _frame(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A border of some width and colour, not always even."""
    left, top, right, bottom = (round(image.width * rng.uniform(0.03, 0.1)) for _ in range(4))
    framed = Image.new("RGB", (image.width + left + right, image.height + top + bottom), colour(rng, 0, 256))
    framed.paste(image, (left, top))
    return framed


def _strip(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A banner across the top or the bottom."""
    copy = image.copy()
    draw = ImageDraw.Draw(copy)
    height = round(image.height * rng.uniform(0.08, 0.14))
    top = 0 if rng.random() < 0.4 else image.height - height
    draw.rectangle([0, top, image.width, top + height], fill=colour(rng, 0, 256))
    draw.text(
        (image.width * rng.uniform(0.03, 0.3), top + height * 0.12), str(rng.choice(COURSES)) + "培训", font=font(round(height * 0.6)), fill=(255, 255, 255)
    )
    return copy


def dress_up(name: str, image: Image.Image, seed: int) -> Image.Image:
    """The picture as a used one is handed in again, as a JPEG of some quality; how exactly hangs on the seed. Names: `DRESSES`."""
    rng = np.random.default_rng([seed, sum(map(ord, name))])
    return _jpeg(DRESSES[name](image, rng), int(rng.integers(70, 93)) if name != "q30" else 30)


def _mirrored(image: Image.Image) -> Image.Image:
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def _resized(image: Image.Image, scale: float) -> Image.Image:
    return image.resize((max(16, round(image.width * scale)), max(16, round(image.height * scale))), Image.Resampling.LANCZOS)


def _at(rng: np.random.Generator) -> tuple[float, float]:
    return float(rng.random()), float(rng.random())


_TURNS = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)
DRESSES: dict[str, Callable[[Image.Image, np.random.Generator], Image.Image]] = {
    "resize": lambda i, r: _resized(i, r.uniform(0.35, 0.8)),
    "q30": lambda i, r: i,
    "brightness": lambda i, r: ImageEnhance.Contrast(ImageEnhance.Brightness(i).enhance(r.choice([0.7, 0.8, 1.2, 1.3]))).enhance(r.uniform(0.85, 1.2)),
    "overlay": lambda i, r: stamp(i, f"2021-{r.integers(1, 12):02d}-{r.integers(1, 28):02d} 09:3{r.integers(10)}\n长春市 汽车产业开发区"),
    "mirror": lambda i, r: _mirrored(i),
    "quarter turn": lambda i, r: i.transpose(_TURNS[r.integers(3)]),
    "crop to 90 %": lambda i, r: _crop(i, 0.9, _at(r)),
    "crop to 80 %": lambda i, r: _crop(i, 0.8, _at(r)),
    "border": _frame,
    "tilt 4 degrees": lambda i, r: _tilt(i, r.choice([-4.0, 4.0])),
    "banner": _strip,
    "mirror and crop to 80 %": lambda i, r: _crop(_mirrored(i), 0.8, _at(r)),
    "turn and crop to 80 %": lambda i, r: _crop(i.transpose(_TURNS[r.integers(3)]), 0.8, _at(r)),
    "crop to 60 %": lambda i, r: _crop(i, 0.6, _at(r)),
    "tilt 8 degrees": lambda i, r: _tilt(i, r.choice([-8.0, 8.0])),
    "off a screen": _off_a_screen,
}
"""Every way of dressing up a used photo, each with a range: name -> (picture, chance) -> picture."""

TRANSFORMS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "same": lambda i: i,
    "q30": lambda i: _jpeg(i, 30),
    "resize": lambda i: _jpeg(i.resize((i.width * 2 // 5, i.height * 2 // 5), Image.Resampling.LANCZOS), 85),
    "brighter": lambda i: _jpeg(ImageEnhance.Brightness(i).enhance(1.25), 85),
    "darker": lambda i: _jpeg(ImageEnhance.Brightness(i).enhance(0.75), 85),
    "contrast": lambda i: _jpeg(ImageEnhance.Contrast(i).enhance(1.3), 85),
    "stamp": lambda i: _jpeg(stamp(i, "2021-11-09 09:30\n长春市 汽车产业开发区"), 85),
    "mirror": lambda i: _jpeg(i.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 85),
    "turn90": lambda i: _jpeg(i.transpose(Image.Transpose.ROTATE_90), 85),
    "turn180": lambda i: _jpeg(i.transpose(Image.Transpose.ROTATE_180), 85),
    "turn270": lambda i: _jpeg(i.transpose(Image.Transpose.ROTATE_270), 85),
    "banner": lambda i: _jpeg(_banner(i, 0.12), 85),
    "border": lambda i: _jpeg(_border(i, 0.06), 85),
    "crop95": lambda i: _jpeg(_crop(i, 0.95), 85),
    "crop90": lambda i: _jpeg(_crop(i, 0.90, (0.2, 0.7)), 85),
    "crop80": lambda i: _jpeg(_crop(i, 0.80, (0.7, 0.3)), 85),
    "tilt2": lambda i: _jpeg(_tilt(i, 2), 85),
    "tilt4": lambda i: _jpeg(_tilt(i, -4), 85),
}
"""Every way of dressing up a used photo, by name."""
