"""Portraits and snapshots with faces that a face detector finds: many takes of two people, and one face between them.

The two are public-domain portraits (US Navy, NASA) that matplotlib and scikit-image install with themselves; nothing is fetched.
Place, clothes, distance, tilt, light, lens and camera of every take are drawn here.
"""

from __future__ import annotations

import random
from functools import cache
from io import BytesIO

import numpy as np
from matplotlib.cbook import get_sample_data
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter
from skimage.data import astronaut

PEOPLE = ("astronaut", "admiral")
"""Two people that the face model tells apart: 0.6 or more between any two of their takes, 0.4 or less between takes of one."""
LOOK_ALIKE = "between"
"""A face blended from the two: to the model neither plainly the astronaut nor plainly another (0.5 to 0.6), and nearly the admiral."""
_SHARE = 0.5
"""Of the admiral in the blend."""
_FRAME = 512
"""Side of the square in which a head is kept: eyes level, 100 pixels apart, their middle at (256, 250)."""
_EYES = {"astronaut": ((203.5, 101.5), (247.0, 103.5)), "admiral": ((224.5, 191.5), (305.5, 189.5))}
_HEAD = {"astronaut": (174, 196), "admiral": (142, 206), "between": (142, 196)}
"""Half width and half height of the oval that is cut out of the portrait, in frame pixels."""
_WALLS = ((198, 205, 208), (222, 214, 198), (176, 190, 186), (205, 198, 212), (150, 160, 172), (228, 228, 224))
_COATS = ((44, 62, 92), (92, 96, 100), (40, 84, 74), (120, 52, 48), (66, 66, 74), (196, 190, 176))


@cache
def _framed(person: str) -> Image.Image:
    """The portrait turned, scaled and moved so that the eyes lie where every frame has them."""
    if person == LOOK_ALIKE:
        return Image.blend(_framed("astronaut"), _framed("admiral"), _SHARE)
    if person == "astronaut":
        source = Image.fromarray(astronaut())
    else:
        source = Image.open(str(get_sample_data("grace_hopper.jpg", asfileobj=False))).convert("RGB")
    (ax, ay), (bx, by) = _EYES[person]
    # from frame to source: one complex factor turns and scales
    turn = complex(bx - ax, by - ay) / 100
    origin = complex((ax + bx) / 2, (ay + by) / 2) - turn * complex(_FRAME / 2, 250)
    matrix = (turn.real, -turn.imag, origin.real, turn.imag, turn.real, origin.imag)
    return source.transform((_FRAME, _FRAME), Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)


def _head(person: str) -> Image.Image:
    """The head alone, with a soft edge."""
    wide, high = _HEAD[person]
    oval = Image.new("L", (_FRAME, _FRAME))
    middle = _FRAME // 2
    ImageDraw.Draw(oval).ellipse((middle - wide, middle - 18 - high, middle + wide, middle - 18 + high), fill=255)
    head = _framed(person).convert("RGBA")
    head.putalpha(oval.filter(ImageFilter.GaussianBlur(4)))
    return head


def portrait(person: str, seed: int = 0, *, size: tuple[int, int] = (480, 600)) -> Image.Image:
    """An enrolment picture: frontal, even light, plain wall. `seed` varies light and camera a little."""
    return _take(person, random.Random(f"{person} portrait {seed}"), size, wild=0.1, wall=_WALLS[seed % 2], coat=_COATS[0])


def snapshot(person: str, seed: int, *, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A webcam picture during learning: another place, distance, tilt and light for every seed."""
    rng = random.Random(f"{person} snapshot {seed}")
    return _take(person, rng, size, wild=1.0, wall=rng.choice(_WALLS), coat=rng.choice(_COATS))


def _take(person: str, rng: random.Random, size: tuple[int, int], *, wild: float, wall: tuple[int, int, int], coat: tuple[int, int, int]) -> Image.Image:
    """`wild`: how far everything varies, from 0 (a studio) to 1 (a webcam at home)."""
    width, height = size
    scene = Image.new("RGBA", size, (*wall, 255))
    if wild > 0.5:
        _room(scene, rng)
    side = int(min(width, height) * rng.uniform(0.85 - 0.2 * wild, 0.95 + 0.1 * wild))
    head = _turned(_head(person), rng, wild).resize((side, side), Image.Resampling.LANCZOS)
    head = head.rotate(rng.uniform(-9, 9) * wild, Image.Resampling.BICUBIC)
    x = (width - side) // 2 + int(rng.uniform(-0.12, 0.12) * wild * width)
    y = int(height * 0.04 + rng.uniform(0, 0.12) * wild * height)
    middle, neck = x + side // 2, y + int(side * 0.78)
    ImageDraw.Draw(scene).ellipse((middle - side * 0.6, neck, middle + side * 0.6, neck + side * 1.3), fill=(*coat, 255))
    scene.alpha_composite(head, (max(0, x), max(0, y)), (max(0, -x), max(0, -y)))
    return _shot(scene.convert("RGB"), rng, wild)


def _turned(head: Image.Image, rng: random.Random, wild: float) -> Image.Image:
    """Seen from a little to the side, above or below; half of the takes mirrored, as webcams do."""
    if rng.random() < 0.5:
        head = head.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    corners = [(0, 0), (0, _FRAME), (_FRAME, _FRAME), (_FRAME, 0)]
    reach = 0.05 * wild * _FRAME
    quad = [place + rng.uniform(-reach, reach) for corner in corners for place in corner]
    return head.transform(head.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)


def _shot(scene: Image.Image, rng: random.Random, wild: float) -> Image.Image:
    """Light from one side, its colour, the lens and the sensor."""
    pixels = np.asarray(scene.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.3) * wild)), dtype=np.float32)
    slope = rng.uniform(-0.35, 0.35) * wild
    light = np.linspace(1 - slope, 1 + slope, scene.width, dtype=np.float32)[None, :, None]
    warmth = rng.uniform(-0.08, 0.08) * wild
    tint = np.array([1 + warmth, 1, 1 - warmth], dtype=np.float32)
    noise = np.random.default_rng(rng.randrange(2**32)).normal(0, 1 + rng.uniform(0, 6) * wild, pixels.shape).astype(np.float32)
    picture = Image.fromarray(np.clip(pixels * light * tint + noise, 0, 255).astype(np.uint8))
    picture = ImageEnhance.Contrast(picture).enhance(rng.uniform(1 - 0.25 * wild, 1 + 0.15 * wild))
    return ImageEnhance.Brightness(picture).enhance(rng.uniform(1 - 0.25 * wild, 1 + 0.2 * wild))


def _room(scene: Image.Image, rng: random.Random) -> None:
    draw = ImageDraw.Draw(scene)
    width, height = scene.size
    for _ in range(rng.randrange(4, 8)):
        x, y = rng.randrange(-width // 6, width), rng.randrange(-height // 6, height)
        w, h = rng.randrange(width // 8, width // 2), rng.randrange(height // 8, height)
        shade = rng.randrange(90, 235)
        draw.rectangle((x, y, x + w, y + h), fill=(shade, shade - rng.randrange(20), shade - rng.randrange(30), 255))


def empty_room(seed: int = 0, *, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A snapshot with nobody in it."""
    scene = Image.new("RGBA", size, (*_WALLS[seed % len(_WALLS)], 255))
    _room(scene, random.Random(seed))
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
