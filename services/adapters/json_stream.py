"""Records out of JSON files one by one, however large the file: lists, lists inside an answer of a web service, JSON lines.

The only importer of ijson.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ijson

from services.adapters.table_text import encoding_of
from services.domain.errors import FileTooLarge, FileUnreadable
from services.domain.text import Message

BROKEN: Any = object()
"""Stands for a line that is no complete JSON value."""
_LIST_KEYS = frozenset(("statements", "data", "records", "rows", "list", "items", "result", "results"))
_DEEPEST = 3
"""Levels below the root at which a list of records is looked for."""
_DEPTH, _BLOCK = 500, 4096
"""Levels that records may have; characters looked at together."""
_MOST_SINGLE_BYTES = 16 * 1024**2
_LONGEST_LINE = 4 * 1024**2


def json_items(path: Path, shown: str, max_items: int) -> Iterator[tuple[int, Any]]:
    """(position in the list or line number from 1, value) of every record of a json or jsonl file; a bad line is BROKEN.

    Raises FileUnreadable for what is no JSON, FileTooLarge beyond `max_items`; here or while the records are taken.
    """
    encoding, errors = encoding_of(path, shown)
    found = _lines(path, encoding, errors) if _is_lines(path, encoding, errors) else _whole(path, encoding, errors, shown)
    for count, item in enumerate(found, 1):
        if count > max_items:
            raise FileTooLarge(Message(f"{shown}超过{max_items}条记录，请拆分后上传", f"{shown} has more than {max_items} records: split it"))
        yield item


def _is_lines(path: Path, encoding: str, errors: str) -> bool:
    """True where the first line is a JSON value of its own and not all there is."""
    with path.open(encoding=encoding, errors=errors) as source:
        first = next((line for line in iter(lambda: source.readline(_LONGEST_LINE), "") if line.strip()), "")
        try:
            json.loads(first)
        except (ValueError, RecursionError):
            return False
        return any(line.strip() for line in iter(lambda: source.readline(_LONGEST_LINE), ""))


def _lines(path: Path, encoding: str, errors: str) -> Iterator[tuple[int, Any]]:
    with path.open(encoding=encoding, errors=errors) as source:
        for number, line in enumerate(source, 1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except (ValueError, RecursionError):
                    yield number, BROKEN


def _whole(path: Path, encoding: str, errors: str, shown: str) -> Iterator[tuple[int, Any]]:
    try:
        _refuse_depth(path, encoding, errors)
        with _Utf8(path, encoding, errors) as source:
            where = _list_in(source)
        if where is None:
            yield 1, _single(path, encoding, errors)
            return
        with _Utf8(path, encoding, errors) as source:
            yield from enumerate(ijson.items(source, where, use_float=True), 1)
    except (ijson.JSONError, ValueError, RecursionError) as error:
        raise FileUnreadable(Message(f"{shown}不是完整的JSON，请重新导出", f"{shown} is no complete JSON: export it again")) from error


class _Utf8:
    """A file's bytes as UTF-8 without a byte order mark, which is what the parser wants."""

    def __init__(self, path: Path, encoding: str, errors: str) -> None:
        self._text = path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, errors=errors)

    def __enter__(self) -> _Utf8:
        return self

    def __exit__(self, *exc: object) -> None:
        self._text.close()

    def read(self, size: int = -1) -> bytes:
        return self._text.read(size).encode("utf-8", "replace")


def _refuse_depth(path: Path, encoding: str, errors: str) -> None:
    """Raises ValueError for values nested so deeply that parsing them would eat the memory.

    Brackets are counted by blocks; only where they don't add up, because of depth or of texts that hold some, each value is looked at.
    """
    depth = 0
    with _Utf8(path, encoding, errors) as source:
        for block in iter(lambda: source.read(_BLOCK), b""):
            depth += block.count(b"[") + block.count(b"{") - block.count(b"]") - block.count(b"}")
            if abs(depth) > _DEPTH:
                break
        else:
            return
    depth = 0
    with _Utf8(path, encoding, errors) as source:
        for event, _ in ijson.basic_parse(source):
            depth += (event in ("start_map", "start_array")) - (event in ("end_map", "end_array"))
            if depth > _DEPTH:
                raise ValueError("nested too deeply")


def _list_in(source: _Utf8) -> str | None:
    """Where the list of records lies, in ijson's words: the root's, or one under a usual name; None: there is none."""
    for prefix, event, _ in ijson.parse(source):
        if event == "start_array":
            keys = prefix.split(".") if prefix else []
            if not keys:
                return "item"
            if len(keys) <= _DEEPEST and "item" not in keys and keys[-1].lower() in _LIST_KEYS:
                return f"{prefix}.item"
    return None


def _single(path: Path, encoding: str, errors: str) -> Any:
    """The one value of a file that holds no list. Raises ValueError."""
    if path.stat().st_size > _MOST_SINGLE_BYTES:
        raise ValueError("one value larger than any record")
    return json.loads(path.read_text(encoding=encoding, errors=errors))
