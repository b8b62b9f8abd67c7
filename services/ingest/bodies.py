"""Request bodies, bounded: JSON and tables in memory or a temporary file, multipart files streamed to disk while they are hashed."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from anyio.to_thread import run_sync
from fastapi import Request
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from services.domain.text import Message
from services.ingest.fields import has_too_many_values, sound
from services.ingest.problems import Problem, plain
from services.ingest.resumable import Writing

_FIELD_BYTES = 64 * 1024
_FIELDS = 20
_AROUND_FILE = 4 * 1024**2
"""Of a multipart body: fields, headers, what stands before and after the parts."""
_BATCH = 1024 * 1024
_EXTENDED_NAME = re.compile(r"filename\*\s*=\s*UTF-8'[^']*'([^;\s]+)", re.IGNORECASE)


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body. Raises Problem 413 past `limit` bytes."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise plain(413)
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise plain(413)
        chunks.append(chunk)
    return b"".join(chunks)


def parse_json(body: bytes) -> Any:
    """Raises Problem 400 with the place where the text is no JSON."""
    if has_too_many_values(body.decode("latin-1")):
        raise plain(413)
    try:
        return sound(json.loads(body))
    except json.JSONDecodeError as error:
        where = f"第{error.lineno}行第{error.colno}列", f"line {error.lineno}, column {error.colno}"
        raise Problem(400, "not-json", Message(f"{where[0]}不是有效的 JSON", f"no valid JSON at {where[1]}: {error.msg}")) from error
    except (ValueError, RecursionError) as error:
        raise Problem(400, "not-json", Message("内容不是有效的 JSON", f"the body is no valid JSON: {error}")) from error


@dataclass
class Form:
    """The fields of a multipart body; `filename` of its `file` part, None if there was none."""

    fields: dict[str, str] = field(default_factory=dict)
    filename: str | None = None


class _Parts:
    """Callbacks of the parser: gathers fields, and the bytes of the `file` part for the reader to write away."""

    def __init__(self) -> None:
        self.form = Form()
        self.pending = bytearray()
        self._header = self._value = b""
        self._headers: dict[str, str] = {}
        self._name = ""
        self._is_file = False
        self._text = bytearray()
        self.ended = False

    def callbacks(self) -> dict[str, Callable[..., None]]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers,
            "on_part_data": self._data,
            "on_part_end": self._on_end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        self._headers, self._text, self._is_file = {}, bytearray(), False

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._header.decode("latin-1").lower()] = self._value.decode("utf-8", "replace")
        self._header = self._value = b""

    def _on_headers(self) -> None:
        name, filename = _disposition(self._headers.get("content-disposition", ""))
        self._name = name
        self._is_file = name == "file" and self.form.filename is None
        if self._is_file:
            self.form.filename = filename or "file"

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self.pending += data[start:end]
            return
        self._text += data[start:end]
        if len(self._text) > _FIELD_BYTES:
            raise plain(413)

    def _on_end(self) -> None:
        if not self._is_file:
            if len(self.form.fields) >= _FIELDS:
                raise plain(413)
            self.form.fields[self._name] = self._text.decode("utf-8", "replace")

    def _finish(self) -> None:
        self.ended = True

    def take(self) -> bytes:
        """The bytes of the file that are not written yet."""
        data, self.pending = bytes(self.pending), bytearray()
        return data


def _disposition(header: str) -> tuple[str, str | None]:
    """(name, filename) of a Content-Disposition. Older clients send names outside ASCII only as `filename*`."""
    _, options = parse_options_header(header.encode("utf-8"))
    name, filename = (None if value is None else value.decode("utf-8", "replace") for value in (options.get(b"name"), options.get(b"filename")))
    extended = _EXTENDED_NAME.search(header)
    if filename is None and extended is not None:
        filename = unquote(extended.group(1))
    return name or "", filename


async def read_form(request: Request, write: Callable[[bytes], None], limit: int) -> Form:
    """Read a multipart body to its end, giving the bytes of its `file` part to `write` (called in a thread).

    Raises Problem 415 for another type of body, 400 for a broken one, 413 for one that is much larger than a file of `limit` bytes, and
    whatever `write` raises.
    """
    content_type, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary")
    if content_type != b"multipart/form-data" or not boundary:
        raise Problem(
            415,
            "unsupported-media-type",
            Message("请以 multipart/form-data 提交，文件字段名为 file", "send multipart/form-data with the file in the field `file`"),
        )
    parts, left = _Parts(), limit + _AROUND_FILE
    writing = Writing(write)
    broken = Problem(
        400, "broken-multipart", Message("multipart 内容不完整或格式有误，请重新上传", "the multipart body is broken or ends too early; send it again")
    )
    try:
        parser = MultipartParser(boundary, parts.callbacks())  # type: ignore[arg-type]
        async for chunk in request.stream():
            left -= len(chunk)
            if left < 0:
                raise plain(413)
            parser.write(chunk)
            if len(parts.pending) >= _BATCH:
                await writing.start(parts.take())
        await writing.start(parts.take())
    except FormParserError as error:
        raise broken from error
    finally:
        await writing.end()
    if not parts.ended:
        raise broken
    return parts.form


@asynccontextmanager
async def table_body(request: Request, limit: int) -> AsyncIterator[tuple[Any, Path | None, str]]:
    """A table sent as JSON, as multipart `file`, or as the bare bytes of a file: (JSON value, None, name) or (None, file, name)."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "application/json":
        yield await run_sync(parse_json, await read_body(request, limit)), None, "body.json"
        return
    with tempfile.TemporaryDirectory(prefix="hezheng-table-") as directory:
        path = Path(directory) / "table"
        with path.open("wb") as file:

            def write(data: bytes) -> None:
                if file.tell() + len(data) > limit:
                    raise plain(413)
                file.write(data)

            if kind == "multipart/form-data":
                form = await read_form(request, write, limit)
                if form.filename is None:
                    raise Problem(422, "file-missing", Message("缺少文件字段 file", "the field `file` is missing"))
                name = form.filename
            else:
                await run_sync(write, await read_body(request, limit))
                name = "table"
        yield None, path, name
