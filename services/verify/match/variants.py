"""Characters that stand for one another: traditional and variant forms that people write for the simplified ones of their ID card."""

from __future__ import annotations

import unicodedata
from functools import cache

from services.verify.match.traditional import FORMS, VARIANTS


@cache
def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    for word in (*"".join(FORMS).split(), *VARIANTS.split()):
        for form in word[1:]:
            table[word[0]] = table.get(word[0], word[0]) + form
            table[form] = table.get(form, form) + word[0]
    return table


def variants(character: str) -> str:
    """The character itself and the other forms it is written in."""
    return _table().get(character, character)


def differing(a: str, b: str) -> int:
    """How many characters of two texts of one length differ, written variants apart; the length of the longer where lengths differ."""
    if len(a) != len(b):
        return max(len(a), len(b))
    return sum(x != y and x not in variants(y) for x, y in zip(a, b, strict=True))


@cache
def is_rare(character: str) -> bool:
    """Outside GBK: no recogniser was taught it, though some people bear it."""
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return True
    return False


def normalise_name(text: str) -> str:
    """A name without blanks, dots, brackets' content or compatibility forms."""
    text = unicodedata.normalize("NFKC", text)
    for opening, closing in ("()", "[]", "【】", "（）"):
        while opening in text and closing in text[text.index(opening) :]:
            start = text.index(opening)
            text = text[:start] + text[text.index(closing, start) + 1 :]
    return "".join(c for c in text if not c.isspace() and c not in "·•・.．,，、。:：;；*_-—'\"‘’“”|｜")
