"""JSON records one by one, in whatever they are wrapped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.adapters.json_stream import BROKEN, json_items
from services.domain.errors import FileTooLarge, FileUnreadable

RECORDS = [{"姓名": "张三", "n": 1.5}, {"姓名": "李四", "deep": {"list": [1, {"list": [2]}]}}, None, 7]


def items(tmp_path: Path, text: str | bytes, most: int = 100) -> list[tuple[int, Any]]:
    path = tmp_path / "a.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(json_items(path, "a.json", most))


@pytest.mark.parametrize(
    "wrapped",
    [
        RECORDS,
        {"statements": RECORDS, "more": ""},
        {"code": 0, "msg": "ok", "data": {"total": 4, "records": RECORDS}},
        {"tags": ["x"], "Data": RECORDS},
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("indent", [None, 2])
def test_lists_are_found_wherever_they_lie(tmp_path: Path, wrapped: Any, encoding: str, indent: int | None) -> None:
    text = json.dumps(wrapped, ensure_ascii=False, indent=indent)
    assert items(tmp_path, text.encode(encoding)) == list(enumerate(RECORDS, 1))


def test_lines_and_single_values(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(r, ensure_ascii=False) for r in RECORDS)
    assert items(tmp_path, lines) == list(enumerate(RECORDS, 1))
    assert items(tmp_path, '{"a": 1}\n\n{half\n{"b": 2}\n') == [(1, {"a": 1}), (3, BROKEN), (4, {"b": 2})]
    assert items(tmp_path, '{"a": {"b": [1]}}\n') == [(1, {"a": {"b": [1]}})]


@pytest.mark.parametrize("text", ["{half", '[{"a": 1}, {"a"', '{"statements": [{"a": 1}', "[" * 100_000, "nothing", '{"a": 1} trailing'])
def test_what_is_broken_is_said_to_be(tmp_path: Path, text: str) -> None:
    with pytest.raises(FileUnreadable):
        items(tmp_path, text)


def test_records_are_counted(tmp_path: Path) -> None:
    with pytest.raises(FileTooLarge):
        items(tmp_path, json.dumps(RECORDS), most=3)
    with pytest.raises(FileTooLarge):
        items(tmp_path, "1\n2\n3\n4\n", most=3)
