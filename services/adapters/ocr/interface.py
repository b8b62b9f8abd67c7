"""What an OCR engine takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from services.domain.errors import HezhengError
from services.domain.evidence import Box
from services.domain.facts import Posteriors

Gray = NDArray[np.uint8]
"""A grey picture [height, width], dark ink on light paper."""


class OcrUnavailable(HezhengError):
    """The engine's program or models are missing on this machine."""


@dataclass(frozen=True, slots=True)
class OcrReading:
    """One line of text as read. `confidence` 0..1 is the mean over its characters, 0 for no text."""

    text: str
    confidence: float
    posteriors: Posteriors | None = None


@dataclass(frozen=True, slots=True)
class OcrLine:
    """A line of text found on a page; `box` in fractions of the picture given."""

    text: str
    confidence: float
    box: Box


class Engine(Protocol):
    """Reads pictures that each hold one line of text."""

    name: str

    def read(self, crops: Sequence[Gray], *, posteriors: bool = False) -> list[OcrReading]:
        """One reading per crop, in order. With `posteriors` also the likeliest characters per step, where the engine has them."""
        ...
