"""Identity numbers: citizens' ID numbers (GB 11643-1999) and unified social credit codes (GB 32100-2015)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from operator import mul

from services.domain.text import Message

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_ZERO = ord("0") * sum(_ID_WEIGHTS)
_ID_CHECK = "10X98765432"
_ID_IN_TEXT = re.compile(r"\d{17}[\dXx]")
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def normalise_number(untrusted: object) -> str:
    """An ID number, code or account as typed, without blanks, full-width forms, quotes or lower case."""
    if isinstance(untrusted, str) and untrusted.isascii() and untrusted.isdigit():
        return untrusted
    text = unicodedata.normalize("NFKC", "" if untrusted is None else str(untrusted))
    return re.sub(r"[\s'`‘’\"\u200b-\u200f\ufeff]", "", text).upper()


def id_number_problem(number: str) -> Message | None:
    """What is wrong with a normalised 18-digit citizen's ID number, or None."""
    if not number:
        return Message("未填写身份证号", "the ID number is missing")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return Message(f"身份证号应为18位（现为{len(number)}位）", f"an ID number has 18 digits (this one has {len(number)} characters)")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return Message("身份证号中的出生日期不存在", "the date of birth in the ID number does not exist")
    if not 1900 <= born.year <= 2100:
        return Message("身份证号中的出生年份不合理", "the year of birth in the ID number is out of range")
    if id_check_digit(number[:17]) != number[17]:
        return Message("身份证号校验位不符", "the check digit of the ID number does not fit")
    return None


def id_check_digit(first17: str) -> str:
    """The 18th character that GB 11643 gives the first 17 digits. Raises ValueError where they are not 17 digits of ASCII."""
    if len(first17) != len(_ID_WEIGHTS) or not (first17.isascii() and first17.isdigit()):
        raise ValueError("17 digits are wanted")
    return _ID_CHECK[(sum(map(mul, first17.encode(), _ID_WEIGHTS)) - _ID_ZERO) % 11]


def mask_id_number(number: str | None) -> str:
    """First 4 and last 4 digits, the rest as asterisks; of a number too short for that the first 4 only, empty where it has none."""
    number = normalise_number(number)
    if len(number) == 18 and number.isascii() and number[:17].isdigit() and number[17] in "0123456789X":
        return f"{number[:4]}**********{number[14:]}"  # as nearly all are
    if not re.match(r"[0-9]{4}", number):
        return ""
    if len(number) < 12:
        return number[:4] + "*" * max(5, len(number) - 4)
    tail = re.sub(r"[^0-9X*]", "*", number[-4:])
    return f"{number[:4]}{'*' * (len(number) - 8)}{tail}"


def mask_in_text(text: str) -> str:
    """A text with every citizen's number in it masked."""
    return _ID_IN_TEXT.sub(lambda match: mask_id_number(match.group()), text)


def uscc_problem(code: str) -> Message | None:
    """What is wrong with a normalised unified social credit code, or None."""
    if not re.fullmatch(r"[0-9A-HJ-NPQRTUWXY]{18}", code):
        return Message(
            "统一社会信用代码应为18位数字或大写字母（不含I、O、S、V、Z）", "a unified social credit code has 18 digits or capitals without I, O, S, V, Z"
        )
    total = sum(_USCC_ALPHABET.index(c) * w for c, w in zip(code[:17], _USCC_WEIGHTS, strict=True))
    if _USCC_ALPHABET[(31 - total % 31) % 31] != code[17]:
        return Message("统一社会信用代码校验位不符", "the check character of the unified social credit code does not fit")
    return None
