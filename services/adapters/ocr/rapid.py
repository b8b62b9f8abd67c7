"""PP-OCRv6 on ONNX Runtime, the models being those in the rapidocr wheel.

The recogniser is run directly on crops, because the per-step probabilities are wanted and not only the string. One thread per session:
reading runs one process per core.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from services.adapters.ocr.ctc import best_path, compress
from services.adapters.ocr.interface import Gray, OcrReading, OcrUnavailable
from services.domain.text import Message

_HEIGHT = 48
_STEP = 8
"""Widths are rounded up to a multiple of this: the recogniser looks at every so many pixels."""
_BATCH_PIXELS = 4 * 320
"""Twice as many cost a fifth more each: the probabilities of 18,710 symbols a step no longer fit the processor's cache."""
_MAX_WIDTH = 2400
_MIN_WIDTH = 32


def _model(part: str) -> Path:
    spec = importlib.util.find_spec("rapidocr")
    folder = Path(spec.origin).parent / "models" if spec and spec.origin else None
    found = sorted(folder.glob(f"*{part}*.onnx")) if folder else []
    if not found:
        raise OcrUnavailable(
            Message(f"缺少文字识别模型（{part}），请重新安装rapidocr", f"the OCR model ({part}) of the rapidocr package is missing; reinstall rapidocr>=3.10")
        )
    return found[-1]


@cache
def _session(part: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # Finding text, one large picture at a time, takes a fifth less time out of memory that is kept, and no more of it at the most.
    options.enable_cpu_mem_arena = part == "det"
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(_model(part), options, providers=["CPUExecutionProvider"])


def _run(part: str, batch: NDArray[np.float32]) -> NDArray[np.float32]:
    session = _session(part)
    output: NDArray[np.float32] = session.run(None, {session.get_inputs()[0].name: batch})[0]
    return output


@cache
def _alphabet() -> list[str]:
    """Blank first, then the characters that the model's metadata lists, the space last."""
    listed = _session("rec").get_modelmeta().custom_metadata_map["character"].splitlines()
    return ["", *listed, " "]


class RapidEngine:
    """Reads crops in batches of equal width: filling up to the widest of a batch would cost a third more, and a crop's reading would hang
    on its neighbours."""

    name = "rapidocr"

    def read(self, crops: Sequence[Gray], *, posteriors: bool = False) -> list[OcrReading]:
        """One reading per crop, in order."""
        scaled = [_to_height(crop) for crop in crops]
        order = sorted(range(len(scaled)), key=lambda i: scaled[i].shape[1])
        readings: dict[int, OcrReading] = {}
        start = 0
        while start < len(order):
            end = start + 1
            width = _padded(scaled[order[start]])
            while end < len(order) and _padded(scaled[order[end]]) == width and (end + 1 - start) * width <= _BATCH_PIXELS:
                end += 1
            batch = order[start:end]
            for index, probs in zip(batch, _recognise([scaled[i] for i in batch]), strict=True):
                text, confidence = best_path(probs, _alphabet())
                readings[index] = OcrReading(text.strip(), confidence, compress(probs, _alphabet()) if posteriors else None)
            start = end
        return [readings[i] for i in range(len(scaled))]


def _to_height(crop: Gray) -> Gray:
    height, width = crop.shape[:2]
    target = int(np.clip(round(width * _HEIGHT / max(1, height)), _MIN_WIDTH // 2, _MAX_WIDTH))
    shrinking = height > _HEIGHT
    return np.asarray(cv2.resize(crop, (target, _HEIGHT), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC), dtype=np.uint8)


def _padded(crop: Gray) -> int:
    return -(-max(_MIN_WIDTH, int(crop.shape[1])) // _STEP) * _STEP


def _recognise(crops: list[Gray]) -> list[NDArray[np.float32]]:
    """Per crop the probabilities [steps, symbols]; all crops are of one padded width."""
    width = _padded(crops[0])
    batch = np.zeros((len(crops), 3, _HEIGHT, width), np.float32)
    for row, crop in zip(batch, crops, strict=True):
        row[:, :, : crop.shape[1]] = crop.astype(np.float32) / 127.5 - 1.0
    return list(_run("rec", batch))


def find_text(gray: Gray, *, side: int = 960, box_threshold: float = 0.5) -> list[NDArray[np.float32]]:
    """Where lines of text are: corners [4, 2] in pixels, clockwise from the top left of the text's long side lying flat.

    `side`: the longer side, in pixels, at which the detector looks.
    """
    height, width = gray.shape[:2]
    scale = min(1.0, side / max(height, width))
    small_w, small_h = (max(32, round(v * scale / 32) * 32) for v in (width, height))
    small = cv2.resize(gray, (small_w, small_h), interpolation=cv2.INTER_AREA)
    tensor = np.repeat((small.astype(np.float32) / 127.5 - 1.0)[None, None], 3, axis=1)
    heat = _run("det", tensor)[0, 0]
    mask = cv2.dilate((heat > 0.3).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    back = np.array([width / small_w, height / small_h], np.float32)
    quads = [_quad(contour, heat, box_threshold) for contour in contours[:2000]]
    return [quad * back for quad in quads if quad is not None]


def _quad(contour: NDArray[Any], heat: NDArray[np.float32], threshold: float) -> NDArray[np.float32] | None:
    """The text's rectangle grown by the detector's shrink ratio; None for noise."""
    (cx, cy), (w, h), angle = cv2.minAreaRect(contour)
    if min(w, h) < 3:
        return None
    x, y, bw, bh = cv2.boundingRect(contour)
    inside = np.zeros((bh, bw), np.uint8)
    cv2.fillPoly(inside, [np.asarray(contour - (x, y), dtype=np.int32)], 1)
    patch = heat[y : y + bh, x : x + bw]
    if float(patch[inside[: patch.shape[0], : patch.shape[1]] > 0].mean()) < threshold:
        return None
    grow = 2 * w * h * 1.6 / (2 * (w + h))
    corners = cv2.boxPoints(((cx, cy), (w + grow, h + grow), angle)).astype(np.float32)
    by_x = corners[np.argsort(corners[:, 0])]
    left, right = by_x[:2][np.argsort(by_x[:2, 1])], by_x[2:][np.argsort(by_x[2:, 1])]
    return np.array([left[0], right[0], right[1], left[1]], np.float32)


def upside_down(crops: Sequence[Gray]) -> list[float]:
    """For each crop of a line the probability that it stands on its head."""
    batch = np.zeros((len(crops), 3, 48, 192), np.float32)
    for row, crop in zip(batch, crops, strict=True):
        scaled = _to_height(crop)
        scaled = scaled if scaled.shape[1] <= 192 else np.asarray(cv2.resize(scaled, (192, 48)), dtype=np.uint8)
        row[:, :, : scaled.shape[1]] = scaled.astype(np.float32) / 127.5 - 1.0
    return [float(p[1]) for p in _run("cls", batch)] if len(crops) else []
