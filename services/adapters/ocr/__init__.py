"""Reading text in pictures: one interface, two engines.

`engine("rapidocr")` runs the PP-OCRv6 models of the rapidocr wheel on ONNX Runtime, `engine("tesseract")` the Tesseract program.
Finding where text is (`find_text`) is the same for both: Tesseract finds next to nothing on ruled Chinese pages.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from services.adapters.ocr.interface import Engine, Gray, OcrLine, OcrReading, OcrUnavailable
from services.adapters.ocr.page import crop_quad, read_page
from services.adapters.ocr.rapid import RapidEngine, find_text, upside_down
from services.adapters.ocr.tesseract import TesseractEngine

__all__ = ["ENGINES", "Engine", "Gray", "OcrLine", "OcrReading", "OcrUnavailable", "crop_quad", "engine", "find_text", "read_page", "upside_down"]

ENGINES: dict[str, Callable[[], Engine]] = {"rapidocr": RapidEngine, "tesseract": TesseractEngine}


@cache
def engine(name: str = "rapidocr") -> Engine:
    """The engine of that name, made once per process. Raises OcrUnavailable, ValueError for an unknown name."""
    if name not in ENGINES:
        raise ValueError(f"no OCR engine {name!r}; there are {', '.join(sorted(ENGINES))}")
    made = ENGINES[name]()
    made.read([np.full((48, 48), 255, np.uint8)])
    return made
