"""Portraits and snapshots of people who do not exist, with faces that a face detector finds.

The heads are preview renderings of the MakeHuman assets (https://github.com/makehumancommunity/makehuman-assets), released
under CC0 1.0; see `face_parts/LICENSE.md`. Hair, clothes, room, light and camera are drawn here.
"""

from __future__ import annotations

import random
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

PARTS = Path(__file__).with_name("face_parts")
PEOPLE = ("zhang", "wang", "liu", "chen", "zhao")
"""Faces that the face model tells apart (0.6 or more between any two of them, 0.2 or less between takes of one)."""
LOOK_ALIKE = "sun"
"""To the model this woman and zhang are nearly one person, as happens with faces it was not trained on."""
_HEADS: dict[str, tuple[str, tuple[int, int, int] | None, int, float]] = {
    # rendering, hair, hairline in pixels from its top, width
    "zhang": ("middleage_asian_male", (30, 27, 26), 28, 1.06),
    "wang": ("middleage_caucasian_male", (58, 42, 30), 30, 1.2),
    "liu": ("old_caucasian_female", (150, 146, 140), 28, 0.9),
    "chen": ("young_african_male", (22, 20, 20), 28, 1.0),
    "zhao": ("attention01", None, 0, 1.0),
    "sun": ("young_asian_female", (38, 28, 24), 27, 0.9),
}
_WALLS = ((198, 205, 208), (222, 214, 198), (176, 190, 186), (205, 198, 212), (150, 160, 172), (228, 228, 224))
_COATS = ((44, 62, 92), (92, 96, 100), (40, 84, 74), (120, 52, 48), (66, 66, 74), (196, 190, 176))


def _head(person: str, scale: int) -> Image.Image:
    name, hair, line, _ = _HEADS[person]
    head = Image.open(PARTS / f"{name}.png").convert("RGBA").resize((128 * scale, 128 * scale), Image.Resampling.BICUBIC)
    if hair is None:
        return head
    # hair: the part of the skull above a line that falls towards the ears, a little thicker than the skull
    mask = head.getchannel("A").filter(ImageFilter.MaxFilter(2 * scale + 1))
    skull = np.asarray(mask, dtype=np.float32) / 255
    y, x = np.mgrid[0 : 128 * scale, 0 : 128 * scale] / scale
    columns = np.nonzero(skull[40 * scale] > 0.5)[0] / scale
    middle, half = (columns[0] + columns[-1]) / 2, (columns[-1] - columns[0]) / 2
    edge = line + 24 * np.clip(np.abs(x - middle) / half, 0, 1) ** 4
    strands = 1 + 0.12 * np.sin((x - middle) * 2.1 + y * 0.3) * np.sin(x * 0.9)
    alpha = np.clip((edge - y) / 3, 0, 1) * skull
    layer = np.dstack([np.clip(np.array(hair)[None, None] * strands[..., None], 0, 255), alpha * 255]).astype(np.uint8)
    grown = Image.fromarray(layer, "RGBA").filter(ImageFilter.GaussianBlur(0.5 * scale))
    head.alpha_composite(grown)
    return head


def portrait(person: str, seed: int = 0, *, size: tuple[int, int] = (480, 600)) -> Image.Image:
    """An enrolment picture: frontal, even light, plain wall. `seed` varies light and camera a little."""
    return _take(person, random.Random(f"{person} portrait {seed}"), size, tilt=1.0, shift=0.01, wall=_WALLS[seed % 2], coat=_COATS[0])


def snapshot(person: str, seed: int, *, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A webcam picture during learning: another place, distance, tilt and light for every seed."""
    rng = random.Random(f"{person} snapshot {seed}")
    return _take(person, rng, size, tilt=6.0, shift=0.12, wall=rng.choice(_WALLS), coat=rng.choice(_COATS))


def _take(
    person: str, rng: random.Random, size: tuple[int, int], *, tilt: float, shift: float, wall: tuple[int, int, int], coat: tuple[int, int, int]
) -> Image.Image:
    width, height = size
    scene = Image.new("RGBA", size, (*wall, 255))
    _room(scene, rng, plain=shift < 0.05)
    side = int(min(width * 0.9, height * 0.78) * rng.uniform(1 - shift, 1 + shift / 2))
    wide = int(side * _HEADS[person][3])
    head = _head(person, 4).resize((wide, side), Image.Resampling.LANCZOS).rotate(rng.uniform(-tilt, tilt), Image.Resampling.BICUBIC)
    x = (width - wide) // 2 + int(rng.uniform(-shift, shift) * width)
    y = int(height * 0.06 + rng.uniform(0, shift) * height)
    draw = ImageDraw.Draw(scene)
    middle, neck = x + wide // 2, y + int(side * 0.9)
    draw.ellipse((middle - side * 0.85, neck - side * 0.02, middle + side * 0.85, neck + side * 1.6), fill=(*coat, 255))
    scene.alpha_composite(head, (max(0, x), max(0, y)), (max(0, -x), max(0, -y)))
    light = 6 if shift < 0.05 else 14
    grey = np.asarray(scene.convert("RGB"), dtype=np.float32)
    ramp = np.linspace(1 - rng.uniform(0, 0.12), 1 + rng.uniform(0, 0.12), width, dtype=np.float32)[None, :, None]
    noise = np.random.default_rng(rng.randrange(2**32)).normal(0, rng.uniform(1, light / 3), grey.shape).astype(np.float32)
    picture = Image.fromarray(np.clip(grey * ramp + noise, 0, 255).astype(np.uint8))
    return ImageEnhance.Brightness(picture).enhance(rng.uniform(1 - light / 100, 1 + light / 100))


def _room(scene: Image.Image, rng: random.Random, *, plain: bool) -> None:
    draw = ImageDraw.Draw(scene)
    width, height = scene.size
    if plain:
        return
    for _ in range(rng.randrange(4, 8)):
        x, y = rng.randrange(-width // 6, width), rng.randrange(-height // 6, height)
        w, h = rng.randrange(width // 8, width // 2), rng.randrange(height // 8, height)
        shade = rng.randrange(90, 235)
        draw.rectangle((x, y, x + w, y + h), fill=(shade, shade - rng.randrange(20), shade - rng.randrange(30), 255))


def empty_room(seed: int = 0, *, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A snapshot with nobody in it."""
    scene = Image.new("RGBA", size, (*_WALLS[seed % len(_WALLS)], 255))
    _room(scene, random.Random(seed), plain=False)
    return scene.convert("RGB")


def near_copy(picture: Image.Image, *, quality: int = 55, scale: float = 0.8) -> Image.Image:
    """The same picture resized and recompressed."""
    buffer = BytesIO()
    picture.resize((int(picture.width * scale), int(picture.height * scale)), Image.Resampling.LANCZOS).save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def jpeg(picture: Image.Image, quality: int = 88) -> bytes:
    """The picture as a JPEG file."""
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
