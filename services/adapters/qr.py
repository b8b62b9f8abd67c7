"""Two-dimensional codes in pictures, through zxing-cpp."""

from __future__ import annotations

from typing import Any

import zxingcpp

_MAX_CODES = 20


def read_qr(image: Any) -> tuple[str, ...]:
    """The texts of the QR codes in a picture (numpy array, grey or BGR, uint8), at most 20; empty without one."""
    codes = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]), text_mode=zxingcpp.TextMode.Plain)
    return tuple(code.text for code in codes[:_MAX_CODES] if code.valid and code.text)
