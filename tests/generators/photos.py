"""Believable photos of training, drawn: rooms, machines and people with perspective, light, blur and sensor noise.

`training_photo(seed)` is one scene seen by one camera; `moment` lets time pass before the same fixed camera (people move),
`save_photo` writes it as a phone would. How used photos are dressed up as new ones: `tests.generators.dresses`.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import piexif
from PIL import Image, ImageDraw, ImageFilter, ImageFont

_FONTS = ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
COURSES = ("机械制图", "安全生产", "数控车工", "电工基础", "焊接工艺", "质量管理", "液压传动", "钳工实训", "消防演练", "设备维护")
Colour = tuple[int, int, int]


def font(size: int) -> ImageFont.FreeTypeFont:
    """A font that has Chinese characters, where the machine has one."""
    for path in _FONTS:
        if Path(path).exists():
            return ImageFont.truetype(path, size)
    raise FileNotFoundError("no font found; install fonts-noto-cjk")


def training_photo(seed: int, *, moment: float = 0.0, size: tuple[int, int] = (1600, 1200)) -> Image.Image:
    """One photo. Another `seed` is another room and view; another `moment` (minutes) the same fixed camera, with people moved."""
    width, height = size
    scene = np.random.default_rng(seed)
    canvas = Image.new("RGB", (1200, 900), colour(scene, 120, 220))
    draw = ImageDraw.Draw(canvas)
    _room(draw, scene)
    _walls(draw, scene)
    _furniture(draw, scene)
    _people(draw, scene, seed, moment)
    return _lens(canvas.resize((width, height), Image.Resampling.BICUBIC), scene, np.random.default_rng([seed, int(moment * 1000)]))


def colour(rng: np.random.Generator, low: int, high: int) -> Colour:
    r, g, b = (int(v) for v in rng.integers(low, high, 3))
    return r, g, b


def _room(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    horizon = int(rng.uniform(330, 560))
    vanish = int(rng.uniform(200, 1000))
    floor = colour(rng, 60, 170)
    draw.polygon([(0, 900), (0, horizon + 120), (vanish, horizon), (1200, horizon + 100), (1200, 900)], fill=floor)
    line = (max(0, floor[0] - 22), max(0, floor[1] - 22), max(0, floor[2] - 22))
    for x in range(-1600, 2900, int(rng.uniform(90, 220))):
        draw.line([(vanish, horizon), (x, 900)], fill=line, width=3)
    y = float(horizon + 15)
    while y < 900:
        draw.line([(0, y), (1200, y)], fill=line, width=2)
        y += (y - horizon) * 0.35 + 6
    side = colour(rng, 120, 230)
    left = rng.random() < 0.5
    edge = int(rng.uniform(80, 300))
    corner = [(0, 0), (edge, 90), (edge, horizon + 40), (0, horizon + 140)]
    draw.polygon(corner if left else [(1200 - x, y) for x, y in corner], fill=side)


def _walls(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    for _ in range(int(rng.integers(1, 5))):
        x, y, w, h = rng.uniform(50, 1000), rng.uniform(30, 160), rng.uniform(90, 240), rng.uniform(120, 260)
        draw.rectangle([x, y, x + w, y + h], fill=colour(rng, 190, 255), outline=colour(rng, 60, 140), width=8)
        draw.line([(x + w / 2, y), (x + w / 2, y + h)], fill=colour(rng, 60, 140), width=6)
    bx, by, bw, bh = rng.uniform(100, 700), rng.uniform(70, 180), rng.uniform(260, 480), rng.uniform(150, 250)
    dark = rng.random() < 0.5
    draw.rectangle([bx, by, bx + bw, by + bh], fill=(35, 75, 60) if dark else (240, 242, 245), outline=(90, 80, 60), width=10)
    ink = (230, 230, 220) if dark else (40, 50, 120)
    draw.text((bx + 25, by + 20), str(rng.choice(COURSES)), font=font(44), fill=ink)
    for i in range(int(rng.integers(2, 5))):
        draw.line([(bx + 25, by + 90 + 28 * i), (bx + rng.uniform(80, bw - 20), by + 90 + 28 * i + rng.uniform(-3, 3))], fill=ink, width=4)
    if rng.random() < 0.7:
        y = rng.uniform(5, 50)
        draw.rectangle([100, y, 1100, y + 52], fill=(190, 25, 30))
        draw.text((180, y + 2), f"{rng.choice(COURSES)}培训班第{int(rng.integers(1, 30))}期", font=font(38), fill=(255, 235, 120))


def _furniture(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    rows = int(rng.integers(2, 5))
    skew = rng.uniform(-60, 60)
    wood = colour(rng, 90, 210)
    for row in range(rows):
        y = 470 + row * (360 / rows) + rng.uniform(-12, 12)
        scale = 0.55 + 0.28 * row
        for k in range(int(rng.integers(2, 6))):
            x = -40 + k * 270 * scale + row * skew + rng.uniform(-25, 25)
            if rng.random() < 0.2:
                draw.rectangle([x, y - 130 * scale, x + 150 * scale, y + 90 * scale], fill=colour(rng, 60, 190), outline=(40, 40, 40), width=4)
                draw.ellipse([x + 40 * scale, y - 90 * scale, x + 110 * scale, y - 20 * scale], outline=(220, 220, 220), width=6)
            else:
                draw.polygon([(x, y), (x + 200 * scale, y), (x + 220 * scale, y + 34 * scale), (x - 12, y + 34 * scale)], fill=wood, outline=(60, 50, 40))
                draw.rectangle([x + 70 * scale, y - 14 * scale, x + 120 * scale, y + 8 * scale], fill=colour(rng, 200, 255))


def person(draw: ImageDraw.ImageDraw, x: float, y: float, scale: float, rng: np.random.Generator, lean: float = 0.0) -> None:
    """One seated or standing person with the neck at (x, y)."""
    coat, skin = colour(rng, 20, 220), (int(rng.integers(190, 235)), int(rng.integers(150, 190)), int(rng.integers(120, 160)))
    hair = colour(rng, 10, 60)
    head = 34 * scale
    draw.polygon([(x - 26 * scale, y), (x + 26 * scale, y), (x + 70 * scale, y + 190 * scale), (x - 70 * scale, y + 190 * scale)], fill=coat)
    draw.line([(x - 40 * scale, y + 40 * scale), (x - (70 - 40 * lean) * scale, y + 130 * scale)], fill=coat, width=int(24 * scale) + 1)
    cx, cy = x + 14 * lean * scale, y - head * 0.9
    draw.ellipse([cx - head * 0.8, cy - head, cx + head * 0.8, cy + head], fill=skin)
    draw.pieslice([cx - head * 0.85, cy - head * 1.1, cx + head * 0.85, cy + head * 0.7], 180, 360, fill=hair)
    if rng.random() < 0.6:
        for side in (-1, 1):
            draw.ellipse([cx + side * head * 0.3 - 3 * scale, cy - 2, cx + side * head * 0.3 + 3 * scale, cy + 5 * scale], fill=(30, 25, 25))


def _people(draw: ImageDraw.ImageDraw, rng: np.random.Generator, seed: int, moment: float) -> None:
    spots = [(rng.uniform(60, 1140), rng.uniform(0, 1), int(rng.integers(1 << 30))) for _ in range(int(rng.integers(5, 14)))]
    for x, depth, look in sorted(spots, key=lambda spot: spot[1]):
        phase = np.random.default_rng([seed, look, 7])
        a, b, lean = (float(v) for v in phase.uniform(0, 6.28, 3))
        walk = 90 if phase.random() < 0.35 else 14
        moved = x + walk * float(np.sin(a + moment * 2.3)) + walk * 0.5 * float(np.sin(b + moment * 5.1))
        person(
            draw,
            moved,
            390 + 330 * depth + 6 * float(np.sin(b + moment * 7)),
            0.55 + 0.95 * depth,
            np.random.default_rng(look),
            float(np.sin(lean + moment * 3)),
        )


def _lens(image: Image.Image, scene: np.random.Generator, shot: np.random.Generator) -> Image.Image:
    image = image.filter(ImageFilter.GaussianBlur(max(0.6, image.width / 1600 * scene.uniform(0.6, 1.4))))
    pixels = np.asarray(image, dtype=np.float32)
    height, width = pixels.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    light = 1.0 + scene.uniform(-0.3, 0.3) * (xs / width - 0.5) + scene.uniform(-0.3, 0.3) * (ys / height - 0.5)
    light -= 0.25 * ((xs / width - 0.5) ** 2 + (ys / height - 0.5) ** 2)
    texture = Image.fromarray(scene.normal(128, 28, (height // 12, width // 12)).clip(0, 255).astype(np.uint8)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    pixels = pixels * light[..., None] + (np.asarray(texture, dtype=np.float32)[..., None] - 128) * 0.35
    pixels *= np.asarray(scene.uniform(0.88, 1.1, 3), dtype=np.float32)
    pixels += shot.normal(0, 4.0, (height, width, 1)).astype(np.float32) + shot.normal(0, 1.5, pixels.shape).astype(np.float32)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def exif_bytes(
    taken_at: datetime | None = None,
    *,
    offset: str | None = "+08:00",
    subsec: str | None = None,
    gps: tuple[float, float] | None = None,
    make: str | None = "HUAWEI",
    model: str | None = "P40",
    software: str | None = None,
    orientation: int = 1,
) -> bytes:
    """EXIF as a phone writes it. `taken_at` is written as wall time; `offset` None leaves the offset out. `gps` is (latitude, longitude)."""
    zeroth: dict[int, object] = {piexif.ImageIFD.Orientation: orientation}
    exif: dict[int, object] = {}
    position: dict[int, object] = {}
    for tag, value in ((piexif.ImageIFD.Make, make), (piexif.ImageIFD.Model, model), (piexif.ImageIFD.Software, software)):
        if value:
            zeroth[tag] = value.encode()
    if taken_at is not None:
        stamp = taken_at.strftime("%Y:%m:%d %H:%M:%S").encode()
        zeroth[piexif.ImageIFD.DateTime] = stamp
        exif[piexif.ExifIFD.DateTimeOriginal] = exif[piexif.ExifIFD.DateTimeDigitized] = stamp
        if offset:
            exif[piexif.ExifIFD.OffsetTimeOriginal] = offset.encode()
        if subsec:
            exif[piexif.ExifIFD.SubSecTimeOriginal] = subsec.encode()
    if gps is not None:
        for value, ref_tag, tag, letters in ((gps[0], 1, 2, "NS"), (gps[1], 3, 4, "EW")):
            position[ref_tag] = letters[0 if value >= 0 else 1].encode()
            degrees, rest = divmod(abs(value) * 60, 60)
            minutes, seconds = int(rest), (rest - int(rest)) * 60
            position[tag] = ((int(degrees), 1), (minutes, 1), (round(seconds * 10000), 10000))
    return bytes(piexif.dump({"0th": zeroth, "Exif": exif, "GPS": position}))


def save_photo(image: Image.Image, path: Path, *, quality: int = 88, exif: bytes | None = None) -> Path:
    """Write a picture in the format of its extension; `exif` from `exif_bytes` (None: stripped, as chat apps do)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    extra: dict[str, object] = {"exif": exif} if exif else {}
    if path.suffix.lower() in {".jpg", ".jpeg", ".webp"}:
        extra["quality"] = quality
    image.save(path, **extra)  # type: ignore[arg-type]
    return path


def take_photo(
    path: Path, seed: int, taken_at: datetime | None, *, gps: tuple[float, float] | None = None, moment: float = 0.0, size: tuple[int, int] = (1600, 1200)
) -> Path:
    """The usual case in one call: a genuine JPEG with camera, time (wall time, +08:00) and place."""
    return save_photo(training_photo(seed, moment=moment, size=size), path, exif=exif_bytes(taken_at, gps=gps) if taken_at else None)


def phone_screenshot(seed: int, size: tuple[int, int] = (1080, 2340)) -> Image.Image:
    """A phone's screen showing a chat with a photo in it: status bar on top, no camera."""
    screen = Image.new("RGB", size, (237, 237, 237))
    draw = ImageDraw.Draw(screen)
    draw.rectangle([0, 0, size[0], 90], fill=(248, 248, 248))
    draw.text((60, 22), "10:24", font=font(40), fill=(20, 20, 20))
    draw.rectangle([size[0] - 130, 30, size[0] - 60, 62], outline=(20, 20, 20), width=4)
    draw.rectangle([size[0] - 124, 36, size[0] - 80, 56], fill=(20, 20, 20))
    draw.text((size[0] // 2 - 120, 110), "培训工作群", font=font(48), fill=(20, 20, 20))
    photo = training_photo(seed, size=(size[0] - 160, (size[0] - 160) * 3 // 4))
    screen.paste(photo, (80, 420))
    return screen
