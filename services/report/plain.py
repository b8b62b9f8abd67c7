"""Domain values as the plain JSON values of the published report."""

from __future__ import annotations

import math
import re
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import ROUND_DOWN, Decimal
from enum import Enum
from typing import Any

from services.domain.claim import SHANGHAI
from services.domain.evidence import Box, Place
from services.domain.text import Message

_FEN = Decimal("0.01")


def money(value: Decimal | None) -> str | None:
    """CNY as "0.00" (whole fen, cut)."""
    return None if value is None else f"{value.quantize(_FEN, ROUND_DOWN):.2f}"


def decimal(value: Decimal | None) -> str | None:
    """A decimal string without exponent or trailing zeros: 40, 36.5, 36.67."""
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(value: Decimal) -> int | float:
    """A JSON number, whole where it is whole."""
    return int(value) if value == value.to_integral_value() else float(value)


def rounded(value: float, digits: int = 2) -> int | float:
    """A finite JSON number, whole where it is whole; what is not finite counts as 0."""
    if not math.isfinite(value):
        return 0
    short = round(value, digits)
    return int(short) if short == int(short) else short


def moment(value: datetime | None) -> str | None:
    """ISO 8601 with offset; without one it is Asia/Shanghai. Whole seconds."""
    if value is None:
        return None
    return (value if value.tzinfo else value.replace(tzinfo=SHANGHAI)).replace(microsecond=0).isoformat()


def box(value: Box | None) -> list[float] | None:
    """[x, y, w, h] in fractions of the page, cut to the page."""
    if value is None:
        return None
    x, y, w, h = (v if math.isfinite(v) else 0.0 for v in value)
    left, top = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
    right, bottom = min(max(x + w, left), 1.0), min(max(y + h, top), 1.0)
    return [round(left, 5), round(top, 5), round(right - left, 5), round(bottom - top, 5)]


def place(value: Place) -> dict[str, Any]:
    """A place with only what is known of it."""
    out: dict[str, Any] = {"file": value.file}
    if value.page is not None:
        out["page"] = value.page
    if value.row is not None:
        out["row"] = value.row
    if value.box is not None:
        out["box"] = box(value.box)
    if value.seconds is not None:
        out["seconds"] = [rounded(v) for v in value.seconds]
    return out


def message(value: Message) -> dict[str, str]:
    return {"zh": value.zh, "en": value.en}


def no_blanks(text: str) -> str:
    return re.sub(r"\s+", "", text)


def jsonable(value: Any) -> Any:
    """What a check put into `expected` or `observed` as JSON values; bytes are never shown."""
    if value is None or isinstance(value, bool | int | str) and not isinstance(value, Enum):
        return value
    if isinstance(value, Enum):
        return jsonable(value.value)
    if isinstance(value, float):
        return rounded(value, 6) if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return decimal(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Message):
        return message(value)
    if isinstance(value, dict):
        return {str(jsonable(k)): jsonable(v) for k, v in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((jsonable(v) for v in value), key=str)
    if isinstance(value, list | tuple):
        return [jsonable(v) for v in value]
    if isinstance(value, bytes | bytearray | memoryview):
        return None
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: jsonable(getattr(value, f.name)) for f in fields(value)}
    if hasattr(value, "item"):
        return jsonable(value.item())
    return str(value)
