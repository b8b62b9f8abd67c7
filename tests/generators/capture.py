"""What happens to a page on its way into a claim: scanner, phone camera, fax, compression; with the map of coordinates kept."""

from __future__ import annotations

import random
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Map = NDArray[np.float64]
"""Homography 3x3: page pixels -> picture pixels."""


def _warp(image: Pixels, matrix: Map, size: tuple[int, int], fill: tuple[int, int, int]) -> Pixels:
    warped = cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_AREA if matrix[0, 0] < 1 else cv2.INTER_LINEAR, borderValue=fill)
    return np.asarray(warped, np.uint8)


def _noise(image: Pixels, seed: int, sigma: float) -> Pixels:
    rng = np.random.default_rng(seed)
    grain = rng.normal(0, sigma, image.shape[:2]).astype(np.float32)[..., None]
    return np.clip(image + grain, 0, 255).astype(np.uint8)


def _jpeg(image: Pixels, quality: int) -> Pixels:
    ok, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not ok:
        raise RuntimeError("JPEG encoding failed")
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def _scale(image: Pixels, factor: float) -> tuple[Pixels, Map]:
    height, width = image.shape[:2]
    new = (round(width * factor), round(height * factor))
    return np.asarray(cv2.resize(image, new, interpolation=cv2.INTER_AREA), np.uint8), np.diag([new[0] / width, new[1] / height, 1.0])


def clean(image: Pixels, rng: random.Random) -> tuple[Pixels, Map]:
    return image, np.eye(3)


def scan(image: Pixels, rng: random.Random) -> tuple[Pixels, Map]:
    """A flat-bed scan: tilted by a degree at most, slightly soft and grey."""
    height, width = image.shape[:2]
    matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-1.2, 1.2), 1.0), [0, 0, 1]])
    page = _warp(image, matrix, (width, height), (250, 250, 250))
    page = np.asarray(cv2.GaussianBlur(page, (0, 0), rng.uniform(0.4, 0.8)), np.uint8)
    page = _noise(np.clip(page * rng.uniform(0.93, 1.0), 0, 255).astype(np.uint8), rng.randrange(2**32), 3)
    return _jpeg(page, rng.randint(72, 90)), matrix


def low_resolution(image: Pixels, rng: random.Random) -> tuple[Pixels, Map]:
    """A scan at about 90 dpi, strongly compressed."""
    page, tilt = scan(image, rng)
    page, small = _scale(page, rng.uniform(0.42, 0.52))
    return _jpeg(page, 60), small @ tilt


def jpeg_noise(image: Pixels, rng: random.Random) -> tuple[Pixels, Map]:
    """A scan that went through messengers: quality 18 to 30."""
    page, tilt = scan(image, rng)
    return _jpeg(page, rng.randint(18, 30)), tilt


def fax(image: Pixels, rng: random.Random) -> tuple[Pixels, Map]:
    """Black and white at fax resolution with specks and broken lines."""
    page, tilt = scan(image, rng)
    page, small = _scale(page, rng.uniform(0.6, 0.75))
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    noise = np.random.default_rng(rng.randrange(2**32))
    grey = np.where(grey.astype(np.float32) + noise.normal(0, 12, grey.shape) > 165, 255, 0).astype(np.uint8)
    specks = noise.random(grey.shape)
    grey[specks < 0.0006] = 0
    grey[specks > 0.9994] = 255
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8), small @ tilt


def _desk(size: tuple[int, int], seed: int) -> Pixels:
    """A wooden or grey table top, size (width, height)."""
    rng = np.random.default_rng(seed)
    width, height = size
    base = np.array(((60, 95, 140), (95, 100, 105), (45, 60, 80), (120, 140, 165))[int(rng.integers(4))], np.float32)
    grain = cv2.resize(rng.normal(0, 1, (height // 3 + 1, 12)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    blotch = cv2.resize(rng.normal(0, 1, (6, 6)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(base + (grain * 9 + blotch * 8)[..., None], 0, 255).astype(np.uint8)


def _light(image: Pixels, seed: int, depth: float) -> Pixels:
    """Uneven lighting: one corner darker by up to `depth`."""
    rng = np.random.default_rng(seed)
    height, width = image.shape[:2]
    field = cv2.resize(rng.random((2, 2)).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.clip(image * (1 - depth * field)[..., None], 0, 255).astype(np.uint8)


def photo(image: Pixels, rng: random.Random) -> tuple[Pixels, Map]:
    """A phone picture of the sheet on a desk: perspective, uneven light, colour cast, noise."""
    height, width = image.shape[:2]
    margin = 0.1
    size = (round(width * (1 + 2 * margin)), round(height * (1 + 2 * margin)))
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    shift = np.float32([[margin * width, margin * height]])
    reach = 0.07
    jitter = np.float32([[rng.uniform(-reach, reach) * width, rng.uniform(-reach, reach) * height] for _ in range(4)])
    angle = np.radians(rng.uniform(-4, 4))
    centre = corners.mean(0)
    turn = np.float32([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    target = (corners - centre) @ turn.T * 0.97 + centre + shift + jitter
    matrix = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
    desk = _desk(size, rng.randrange(2**32))
    sheet = cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_AREA)
    cover = cv2.warpPerspective(np.full((height, width), 255, np.uint8), matrix, size)
    edge = cv2.GaussianBlur(cover, (0, 0), 12).astype(np.float32)[..., None] / 255
    alpha = cover.astype(np.float32)[..., None] / 255
    picture = desk * (1 - 0.45 * edge) * (1 - alpha) + sheet * alpha
    cast = np.array([rng.uniform(0.82, 1.0), rng.uniform(0.92, 1.0), rng.uniform(0.94, 1.0)])
    picture = _light(np.clip(picture * cast, 0, 255).astype(np.uint8), rng.randrange(2**32), 0.35)
    picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 1.0)), np.uint8)
    picture = _noise(picture, rng.randrange(2**32), 4)
    return _jpeg(picture, rng.randint(75, 90)), np.asarray(matrix, np.float64)


def shadow(image: Pixels, rng: random.Random) -> tuple[Pixels, Map]:
    """A phone picture with the photographer's shadow across it."""
    picture, matrix = photo(image, rng)
    height, width = picture.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    x = rng.uniform(0.2, 0.8) * width
    points = np.array(
        [[x, 0], [width * rng.uniform(0.3, 1.2), 0], [width * rng.uniform(0.3, 1.2), height], [x + rng.uniform(-0.3, 0.3) * width, height]], np.int32
    )
    cv2.fillPoly(mask, [points], 255)
    soft = cv2.GaussianBlur(mask, (0, 0), width / 60).astype(np.float32)[..., None] / 255
    return np.clip(picture * (1 - rng.uniform(0.4, 0.6) * soft), 0, 255).astype(np.uint8), matrix


def fold(image: Pixels, rng: random.Random) -> tuple[Pixels, Map]:
    """A scan of a sheet that was folded: a light crease with a darker side."""
    page, tilt = scan(image, rng)
    height = page.shape[0]
    at = round(height * rng.uniform(0.35, 0.65))
    shade = np.ones((height, 1, 1), np.float32)
    shade[at : at + 90] = np.linspace(0.8, 1.0, len(shade[at : at + 90]))[:, None, None]
    page = np.clip(page * shade, 0, 255).astype(np.uint8)
    page[at - 1 : at + 2] = np.clip(page[at - 1 : at + 2].astype(np.int16) + 60, 0, 255).astype(np.uint8)
    return page, tilt


def curled(image: Pixels, rng: random.Random) -> tuple[Pixels, Map]:
    """A photo of a sheet that does not lie flat: its lines bow by up to 2 % of its height. The map is that of the flat sheet."""
    height, width = image.shape[:2]
    across, along = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    depth, tilt = rng.uniform(0.006, 0.02) * height * rng.choice((-1, 1)), rng.uniform(-0.5, 0.5)
    bow = depth * (np.sin(np.pi * across / width) - 2 / np.pi) * (1 + tilt * along / height)
    bent = cv2.remap(image, across, along + bow, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return photo(np.asarray(bent, np.uint8), rng)


def far_photo(image: Pixels, rng: random.Random) -> tuple[Pixels, Map]:
    """A 12-megapixel photo in which the sheet fills half of the frame, other papers and a pen beside it, slightly out of focus."""
    size = (3024, 4032) if image.shape[0] > image.shape[1] else (4032, 3024)
    height, width = image.shape[:2]
    scale = rng.uniform(0.66, 0.76) * min(size[0] / width, size[1] / height)
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    jitter = np.float32([[rng.uniform(-0.03, 0.03) * width, rng.uniform(-0.03, 0.03) * height] for _ in range(4)])
    angle = np.radians(rng.uniform(-7, 7))
    turn = np.float32([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.float32([size[0] * rng.uniform(0.45, 0.55), size[1] * rng.uniform(0.45, 0.55)])
    target = ((corners - corners.mean(0)) @ turn.T + jitter) * scale + middle
    matrix = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
    picture = _desk(size, rng.randrange(2**32))
    _clutter(picture, rng)
    sheet = cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_AREA)
    cover = cv2.warpPerspective(np.full((height, width), 255, np.uint8), matrix, size)
    picture = np.where(cover[..., None] > 127, sheet, picture).astype(np.uint8)
    picture = _light(picture, rng.randrange(2**32), 0.45)
    picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.8, 1.4)), np.uint8)
    return _jpeg(_noise(picture, rng.randrange(2**32), 5), rng.randint(70, 88)), np.asarray(matrix, np.float64)


def _clutter(picture: Pixels, rng: random.Random) -> None:
    """Another sheet at the edge, a coloured folder in a corner, a pen: drawn into the picture."""
    height, width = picture.shape[:2]
    for colour, x, y in (((222, 226, 228), rng.choice((-0.12, 0.86)), 0.1), (rng.choice(((160, 60, 30), (50, 50, 170), (60, 130, 60))), 0.7, -0.1)):
        left, top = int(width * x), int(height * y)
        box = cv2.boxPoints(((left + 0.15 * width, top + 0.1 * height), (0.3 * width, 0.25 * height), rng.uniform(-12, 12)))
        cv2.fillPoly(picture, [box.astype(np.int32)], colour)
    start = (int(width * rng.uniform(0.02, 0.1)), int(height * rng.uniform(0.75, 0.95)))
    cv2.line(picture, start, (start[0] + width // 7, start[1] + height // 30), (30, 30, 35), max(8, width // 120), cv2.LINE_AA)


def fingers(image: Pixels, rng: random.Random) -> tuple[Pixels, Map]:
    """A hand-held photo: fingers over one edge, the picture blurred by motion, strongly compressed."""
    picture, matrix = photo(image, rng)
    height, width = picture.shape[:2]
    left = rng.random() < 0.5
    for k in range(3):
        centre = (0 if left else width, int(height * (rng.uniform(0.35, 0.55) + 0.045 * k)))
        cv2.ellipse(picture, centre, (int(width * rng.uniform(0.07, 0.11)), int(height * 0.018)), rng.uniform(-8, 8), 0, 360, (120, 150, 205), -1, cv2.LINE_AA)
    length = rng.choice((3, 5))
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2 if rng.random() < 0.5 else range(length), range(length)] = 1 / length
    return _jpeg(np.asarray(cv2.filter2D(picture, -1, kernel), np.uint8), 40), matrix


def faint_gaps(image: Pixels, rng: random.Random) -> tuple[Pixels, Map]:
    """A worn copy: light streaks break the rules and pale patches take the ink."""
    height, width = image.shape[:2]
    noise = np.random.default_rng(rng.randrange(2**32))
    veil = cv2.resize(noise.random((14, 10)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    pale = np.clip((veil - 0.62) * 2.2, 0, 0.75)
    for _ in range(rng.randint(4, 9)):
        x = int(noise.integers(0, width))
        pale[:, x : x + int(noise.integers(4, 26))] = 0.95
    for _ in range(rng.randint(2, 6)):
        y = int(noise.integers(0, height))
        pale[y : y + int(noise.integers(3, 9))] = 0.9
    page = (image + (255 - image.astype(np.float32)) * pale[..., None]).astype(np.uint8)
    return scan(page, rng)


def creased(image: Pixels, rng: random.Random) -> tuple[Pixels, Map]:
    """A photo under a lamp of a sheet folded twice: a crease each way that shifts the lines a little and shades one side."""
    height, width = image.shape[:2]
    across, along = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    y, x = height * rng.uniform(0.4, 0.6), width * rng.uniform(0.4, 0.6)
    lift = np.maximum(0, 1 - np.abs(along - y) / (0.05 * height)) * rng.uniform(2, 7)
    side = np.maximum(0, 1 - np.abs(across - x) / (0.05 * width)) * rng.uniform(2, 7)
    page = cv2.remap(image, across + side, along + lift, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    shade = 1 - 0.22 * np.clip((along - y) / (0.08 * height), 0, 1) * np.clip(1.4 - (along - y) / (0.3 * height), 0, 1)
    page = np.clip(np.asarray(page, np.float32) * shade[..., None], 0, 255).astype(np.uint8)
    centre = (rng.uniform(0, width), rng.uniform(0, height))
    lamp = np.exp(-((across - centre[0]) ** 2 + (along - centre[1]) ** 2) / (2 * (0.55 * height) ** 2))
    return photo(np.clip(page * (0.62 + 0.4 * lamp)[..., None], 0, 255).astype(np.uint8), rng)


def tinted(image: Pixels, rng: random.Random) -> tuple[Pixels, Map]:
    """A scan of coloured paper."""
    colour = np.array(rng.choice(((190, 215, 250), (235, 240, 200), (200, 235, 215), (180, 240, 245))), np.float32) / 255
    return scan((image * colour).astype(np.uint8), rng)


def _rotated(turns: int, inner: Callable[[Pixels, random.Random], tuple[Pixels, Map]]) -> Callable[[Pixels, random.Random], tuple[Pixels, Map]]:
    """`inner`, then turned clockwise by `turns` quarters."""

    def capture(image: Pixels, rng: random.Random) -> tuple[Pixels, Map]:
        picture, matrix = inner(image, rng)
        for _ in range(turns):
            height = picture.shape[0]
            matrix = np.array([[0, -1, height], [1, 0, 0], [0, 0, 1]], np.float64) @ matrix
            picture = np.ascontiguousarray(np.rot90(picture, -1))
        return picture, matrix

    return capture


CAPTURES: dict[str, Callable[[Pixels, random.Random], tuple[Pixels, Map]]] = {
    "clean": clean,
    "scan": scan,
    "photo": photo,
    "shadow": shadow,
    "fold": fold,
    "low_resolution": low_resolution,
    "fax": fax,
    "jpeg_noise": jpeg_noise,
    "rotated_90": _rotated(1, scan),
    "rotated_180": _rotated(2, scan),
    "rotated_270": _rotated(3, scan),
    "photo_rotated_90": _rotated(1, photo),
    "photo_rotated_180": _rotated(2, photo),
    "curled": curled,
    "far_photo": far_photo,
    "fingers": fingers,
    "faint_gaps": faint_gaps,
    "creased": creased,
    "tinted": tinted,
    "far_photo_rotated_270": _rotated(3, far_photo),
}


def box_after(box: tuple[float, float, float, float], matrix: Map, width: int, height: int) -> list[float]:
    """A box in page pixels as [x, y, w, h] in fractions of the picture, by the bounds of its mapped corners."""
    x, y, w, h = box
    corners = np.float64([[x, y, 1], [x + w, y, 1], [x + w, y + h, 1], [x, y + h, 1]]) @ matrix.T
    points = corners[:, :2] / corners[:, 2:]
    low = np.clip(points.min(0) / (width, height), 0, 1)
    high = np.clip(points.max(0) / (width, height), 0, 1)
    return [round(float(v), 5) for v in (*low, *(high - low))]
