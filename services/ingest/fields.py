"""Single JSON values of untrusted input: each parser returns the value or raises `WrongForm` with what is expected."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from services.domain.claim import Mode
from services.domain.dates import parse_date, parse_datetime
from services.domain.text import Message

_MODES = {
    "theory": Mode.THEORY, "理论": Mode.THEORY, "理论授课": Mode.THEORY, "理论培训": Mode.THEORY,
    "practical": Mode.PRACTICAL, "practice": Mode.PRACTICAL, "实操": Mode.PRACTICAL, "实操培训": Mode.PRACTICAL, "实训": Mode.PRACTICAL,
    "online": Mode.ONLINE, "线上": Mode.ONLINE, "线上学习": Mode.ONLINE, "线上培训": Mode.ONLINE, "网络": Mode.ONLINE,
}  # fmt: skip

_MOST_VALUES = 2_000_000
"""Of one JSON text: the people of a hundred thousand with twenty fields each."""
_FINEST = -30
"""Least exponent of a number: finer ones are nobody's hours, and written out would fill the memory."""
_LARGEST = 12
"""Exponent of the first digit of a number at most."""
_FLOAT_NOISE = 6
"""Decimals to which an amount in a spreadsheet's binary fractions is exact: 35.7 x 20 is 714.0000000000001 there."""

_EXPECTED = {
    "text": Message("文字", "a text"),
    "day": Message("日期，如 2021-11-08", "a day such as 2021-11-08"),
    "hours": Message("大于0的学时数，如 40", "a number of class hours above 0, such as 40"),
    "money": Message("金额（元），如 35200.00", "an amount in yuan such as 35200.00"),
    "count": Message("非负整数", "a whole number of 0 or more"),
    "flag": Message("true 或 false", "true or false"),
    "mode": Message("theory、practical 或 online", "theory, practical or online"),
}


class WrongForm(ValueError):
    """The value is not of the form; `expected` says which form is."""

    def __init__(self, expected: Message) -> None:
        super().__init__(expected.en)
        self.expected = expected


def expected(parse: Callable[[Any], Any]) -> Message:
    """What a parser of this module expects, for a field that is missing."""
    return _EXPECTED.get(parse.__name__, Message("有值", "a value"))


def has_too_many_values(text: str) -> bool:
    """Whether JSON would become too many objects in memory: an empty list takes two bytes there and sixty here. Signs within texts count too."""
    return sum(text.count(sign) for sign in ",[{") > _MOST_VALUES


def sound(untrusted: Any) -> Any:
    """A JSON value whose texts can be written anywhere: half of a surrogate pair, which JSON can spell, is no character."""
    if isinstance(untrusted, str):
        return untrusted if untrusted.isascii() else untrusted.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(untrusted, dict):
        return {sound(key): sound(value) for key, value in untrusted.items()}
    return [sound(value) for value in untrusted] if isinstance(untrusted, list) else untrusted


def absent(raw: object) -> bool:
    """True for null, missing and blank text: the field was not filled in."""
    return raw is None or (isinstance(raw, str) and not raw.strip())


def shown(raw: object) -> str:
    """An untrusted value as it may be repeated in a message: short, and digits of long numbers hidden."""
    text = str(raw) if not isinstance(raw, dict | list) else f"{'对象' if isinstance(raw, dict) else '列表'}（{len(raw)}）"
    text = re.sub(r"\d{9,}", lambda m: m[0][:4] + "*" * (len(m[0]) - 4), text)
    return repr(text[:60] + ("…" if len(text) > 60 else "")) if isinstance(raw, str) else text[:60]


def text(raw: object) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        raise WrongForm(_EXPECTED["text"])
    return unicodedata.normalize("NFC", str(raw)).strip()


def day(raw: object) -> date:
    found = parse_date(raw if not isinstance(raw, Decimal) else float(raw))
    if found is None or not 1990 <= found.year <= 2100:
        raise WrongForm(_EXPECTED["day"])
    return found


def moment_or_none(raw: object) -> datetime | None:
    return parse_datetime(raw if not isinstance(raw, Decimal) else float(raw))


def decimal(raw: object) -> Decimal:
    """A finite decimal from a number or text; thousands separators and currency signs are dropped. None is finer than floats are."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise InvalidOperation
    cleaned = re.sub(r"[\s,¥￥元]", "", unicodedata.normalize("NFKC", str(raw)))
    number = Decimal(cleaned)
    # By digits, not by arithmetic: of 1e999999999 even the absolute value overflows.
    if not number.is_finite() or number.adjusted() > _LARGEST or int(number.as_tuple().exponent) < _FINEST:
        raise InvalidOperation
    return number


def hours(raw: object) -> Decimal:
    try:
        number = decimal(re.sub(r"(学时|课时|小时)$", "", raw.strip()) if isinstance(raw, str) else raw)
    except InvalidOperation:
        raise WrongForm(_EXPECTED["hours"]) from None
    if not 0 < number <= 100_000:
        raise WrongForm(_EXPECTED["hours"])
    return number


def money(raw: object) -> Decimal:
    try:
        number = decimal(raw)
    except InvalidOperation:
        raise WrongForm(_EXPECTED["money"]) from None
    if isinstance(raw, float):
        number = round(number, _FLOAT_NOISE)
    if number < 0 or number != number.quantize(Decimal("0.01")):
        raise WrongForm(_EXPECTED["money"])
    return number.quantize(Decimal("0.01"))


def count(raw: object) -> int:
    try:
        number = decimal(raw)
    except InvalidOperation:
        raise WrongForm(_EXPECTED["count"]) from None
    if number < 0 or number != number.to_integral_value():
        raise WrongForm(_EXPECTED["count"])
    return int(number)


def flag(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    known = {"true": True, "是": True, "yes": True, "false": False, "否": False, "no": False}
    if isinstance(raw, str) and raw.strip().lower() in known:
        return known[raw.strip().lower()]
    raise WrongForm(_EXPECTED["flag"])


def mode(raw: object) -> Mode:
    if isinstance(raw, str) and raw.strip().lower() in _MODES:
        return _MODES[raw.strip().lower()]
    raise WrongForm(_EXPECTED["mode"])


def modes(raw: object) -> tuple[Mode, ...]:
    items = raw if isinstance(raw, list) else [part for part in re.split(r"[,，、;；/]", raw) if part] if isinstance(raw, str) else None
    if items is None:
        raise WrongForm(_EXPECTED["mode"])
    return tuple(dict.fromkeys(mode(item) for item in items))


def degrees(raw: object, most: int) -> float:
    wrong = WrongForm(Message(f"-{most} 到 {most} 之间的度数", f"degrees from -{most} to {most}"))
    try:
        number = float(decimal(raw))
    except InvalidOperation:
        raise wrong from None
    if not -most <= number <= most:
        raise wrong
    return number
