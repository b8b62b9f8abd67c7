"""Rows out of delimited text: csv, tab or semicolon separated, in UTF-8, UTF-16 or GB18030."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.domain.errors import FileUnreadable
from services.domain.text import Message

_DELIMITERS = (",", "\t", ";", "|", "，", "；", "\x01")
_SAMPLE_CHARS = 65_536
_MOST_BROKEN = 0.001
"""Share of undecodable characters up to which a file is still taken as text."""
_FORMULA_TEXT = re.compile(r'^="(.*)"$', re.DOTALL)
_FIELD_LIMIT = 1_000_000
_ODD = frozenset(
    " \t\r\n\v\f\x00\x1c\x1d\x1e\x1f\x85\xa0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u1680\ufeff='"
)
"""Characters at the ends of a cell that are blanks or a spreadsheet's tricks."""
_REMEMBERED = 100_000
"""Distinct cells of a file that are kept in memory."""


def text_rows(path: Path, shown: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """(row number, cells) of a delimited text file; empty cells as None. Raises FileUnreadable if it is no text."""
    encoding, errors = encoding_of(path, shown)
    csv.field_size_limit(_FIELD_LIMIT)
    with path.open(encoding=encoding, errors=errors, newline="") as source:
        sample = source.read(_SAMPLE_CHARS)
        source.seek(0)
        hint = re.match(r"sep=(.)\r?\n", sample, re.IGNORECASE)
        if hint:
            source.readline()
            sample = sample[hint.end() :]
        delimiter = hint[1] if hint else delimiter_of(sample)
        try:
            clean = _Cells()
            for number, record in enumerate(csv.reader(source, delimiter=delimiter, skipinitialspace=True), 1):
                yield number, tuple([clean[text] for text in record])
        except csv.Error as error:
            message = Message(f"表格{shown}的引号或分隔符有误，无法解析，请重新导出", f"{shown} cannot be parsed as delimited text ({error}): export it again")
            raise FileUnreadable(message) from error


class _Cells(dict[str, str | None]):
    """Texts of cells as they are and cleaned: names, numbers and courses come again and again, and are kept once."""

    def __missing__(self, text: str) -> str | None:
        cleaned = text if text and text[0] not in _ODD and text[-1] not in _ODD else _cell(text)
        if len(self) < _REMEMBERED:
            self[text] = cleaned
        return cleaned


def _cell(text: str) -> str | None:
    text = text.strip().strip("\x00\ufeff")
    if text.startswith("="):
        # exporters write ="220102..." so that a spreadsheet program keeps all digits
        found = _FORMULA_TEXT.match(text)
        text = found[1] if found else text
    elif text.startswith("'") and text[1:2].isdigit():
        text = text[1:]
    return text or None


def encoding_of(path: Path, shown: str) -> tuple[str, str]:
    """(codec, error mode) of a text file, tried over the whole of it. Raises FileUnreadable for what is no text."""
    with path.open("rb") as source:
        head = source.read(4096)
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32", "replace"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "replace"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", "replace"
    if len(head) >= 4 and b"\x00" in head:
        odd, even = head[1::2].count(0), head[::2].count(0)
        if max(odd, even) > len(head) // 8 and min(odd, even) < max(odd, even) // 8:
            return ("utf-16-le" if odd > even else "utf-16-be"), "replace"
        raise FileUnreadable(Message(f"文件{shown}不是文本表格，无法读取", f"{shown} is no text table: it holds binary data"))
    for encoding in ("utf-8", "gb18030"):
        if _broken_share(path, encoding, stop=True) == 0:
            return encoding, "strict"
    shares = {encoding: _broken_share(path, encoding, stop=False) for encoding in ("utf-8", "gb18030")}
    best = min(shares, key=lambda encoding: shares[encoding])
    if shares[best] > _MOST_BROKEN:
        raise FileUnreadable(Message(f"文件{shown}的编码无法识别（应为UTF-8或GB18030）", f"the encoding of {shown} is neither UTF-8 nor GB18030"))
    return best, "replace"


def _broken_share(path: Path, encoding: str, *, stop: bool) -> float:
    """Share of characters that do not decode; with `stop` any broken one gives 1."""
    decoder = codecs.getincrementaldecoder(encoding)("strict" if stop else "replace")
    broken = total = 0
    with path.open("rb") as source:
        try:
            while chunk := source.read(1 << 20):
                text = decoder.decode(chunk)
                broken, total = broken + text.count("\ufffd"), total + len(text)
            text = decoder.decode(b"", True)
        except UnicodeDecodeError:
            return 1.0
    broken, total = broken + text.count("\ufffd"), total + len(text)
    if stop:
        return 0.0
    return broken / max(total, 1)


def delimiter_of(sample: str) -> str:
    """The character that cuts most of the sample's lines into the same number of fields, two or more."""
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        if delimiter not in sample:
            continue
        counts = Counter(len(record) for record in _some_records(sample, delimiter) if any(record))
        total = sum(counts.values())
        # the header decides little, the body much: how many lines agree, weighted by how many fields they have
        width, lines = max(counts.items(), key=lambda item: (item[1] * (item[0] - 1), item[0]), default=(1, 0))
        score = lines / max(total, 1) * (width - 1) ** 0.5
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _some_records(sample: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, skipinitialspace=True)
    for _ in range(100):
        try:
            yield next(reader)
        except (StopIteration, csv.Error):
            return
