"""The Tesseract program (chi_sim + eng), one line per crop."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytesseract
from PIL import Image

from services.adapters.ocr.ctc import one_hot
from services.adapters.ocr.interface import Gray, OcrReading, OcrUnavailable
from services.domain.text import Message

_CONFIG = "--oem 1 --psm 7"
_TIMEOUT = 20.0


class TesseractEngine:
    """Reads each crop by one run of the program. Its posteriors are made from its string and word confidences, no more."""

    name = "tesseract"

    def __init__(self) -> None:
        try:
            languages = pytesseract.get_languages()
        except (pytesseract.TesseractNotFoundError, OSError) as error:
            raise OcrUnavailable(Message("未安装Tesseract（apt install tesseract-ocr）", "Tesseract is not installed (apt install tesseract-ocr)")) from error
        if "chi_sim" not in languages:
            raise OcrUnavailable(
                Message("Tesseract缺少简体中文数据（apt install tesseract-ocr-chi-sim）", "Tesseract lacks chi_sim (apt install tesseract-ocr-chi-sim)")
            )
        self._languages = "+".join(name for name in ("chi_sim", "eng") if name in languages)

    def read(self, crops: Sequence[Gray], *, posteriors: bool = False) -> list[OcrReading]:
        """One reading per crop, in order."""
        return [self._one(crop, posteriors) for crop in crops]

    def _one(self, crop: Gray, posteriors: bool) -> OcrReading:
        if crop.size == 0 or int(crop.max()) - int(crop.min()) < 16:
            return OcrReading("", 0.0)
        factor = max(1.0, 48 / crop.shape[0])
        larger = cv2.resize(crop, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
        framed = cv2.copyMakeBorder(larger, 12, 12, 12, 12, cv2.BORDER_CONSTANT, value=255)
        try:
            data = pytesseract.image_to_data(
                Image.fromarray(np.asarray(framed, dtype=np.uint8)), lang=self._languages, config=_CONFIG, timeout=_TIMEOUT, output_type=pytesseract.Output.DICT
            )
        except RuntimeError:  # pytesseract's only sign of its time limit: what took 20 s is no line of text
            return OcrReading("", 0.0)
        words = [(str(text), float(sure)) for text, sure in zip(data["text"], data["conf"], strict=True) if str(text).strip() and float(sure) >= 0]
        text = "".join(word for word, _ in words)
        confidence = sum(sure * len(word) for word, sure in words) / max(1, len(text)) / 100
        return OcrReading(text, confidence, one_hot(text, confidence) if posteriors and text else None)
