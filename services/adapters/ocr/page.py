"""Whole pages: find the lines, straighten each, read them in order."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from services.adapters.ocr.interface import Engine, Gray, OcrLine
from services.adapters.ocr.rapid import find_text


def crop_quad(gray: Gray, quad: NDArray[np.float32]) -> Gray:
    """The quadrilateral (corners clockwise from top left) as an upright rectangle."""
    top_left, top_right, bottom_right, bottom_left = quad
    width = int(max(math.dist(top_right, top_left), math.dist(bottom_right, bottom_left), 1))
    height = int(max(math.dist(bottom_left, top_left), math.dist(bottom_right, top_right), 1))
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), flat)
    crop = cv2.warpPerspective(gray, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(crop, dtype=np.uint8)


def read_page(image: Image.Image, engine: Engine, *, side: int = 1280, least: float = 0.3) -> list[OcrLine]:
    """Every line of text of an upright page, top to bottom, left to right; lines read with less than `least` are left out."""
    gray = np.asarray(image.convert("L"), dtype=np.uint8)
    quads = find_text(gray, side=side)
    readings = engine.read([crop_quad(gray, quad) for quad in quads]) if quads else []
    height, width = gray.shape
    lines = []
    for quad, reading in zip(quads, readings, strict=True):
        if not reading.text or reading.confidence < least:
            continue
        (x0, y0), (x1, y1) = quad.min(axis=0), quad.max(axis=0)
        lines.append(OcrLine(reading.text, reading.confidence, (float(x0 / width), float(y0 / height), float((x1 - x0) / width), float((y1 - y0) / height))))
    return _in_reading_order(lines)


def _in_reading_order(lines: list[OcrLine]) -> list[OcrLine]:
    """By line (vertical overlap of more than half of the lower one), then left to right."""
    ordered: list[OcrLine] = []
    rest = sorted(lines, key=lambda line: line.box[1] + line.box[3] / 2)
    while rest:
        first = rest[0]
        middle = first.box[1] + first.box[3] / 2
        beside = [line for line in rest if abs(line.box[1] + line.box[3] / 2 - middle) < 0.5 * min(line.box[3], first.box[3])]
        ordered += sorted(beside, key=lambda line: line.box[0])
        rest = [line for line in rest if line not in beside]
    return ordered
