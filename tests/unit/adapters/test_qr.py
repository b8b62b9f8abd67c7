from __future__ import annotations

import numpy as np
import pytest
import zxingcpp

from services.adapters.qr import read_qr


def code(text: str, scale: int = 4) -> np.ndarray:  # type: ignore[type-arg]
    return np.array(zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode), scale=scale))


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_codes_anywhere_in_a_picture_turned_any_way(turns: int) -> None:
    page = np.full((800, 1200), 255, np.uint8)
    for text, x in (("01,10,022002100111,45678901", 60), ("长春", 700)):
        drawn = code(text)
        page[100 : 100 + drawn.shape[0], x : x + drawn.shape[1]] = drawn
    assert sorted(read_qr(np.rot90(page, turns).copy())) == ["01,10,022002100111,45678901", "长春"]


def test_a_page_without_codes_and_other_kinds_of_codes() -> None:
    assert read_qr(np.full((300, 300), 255, np.uint8)) == ()
    bars = np.array(zxingcpp.write_barcode_to_image(zxingcpp.create_barcode("12345678", zxingcpp.BarcodeFormat.Code128), scale=3))
    assert read_qr(np.pad(bars, 40, constant_values=255)) == ()
