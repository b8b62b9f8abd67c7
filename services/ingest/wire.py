"""HTTP as it comes over the wire: what a stranger sends before anybody knows who he is stays small, and comes in time."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.domain.text import Message
from services.ingest.problems import MEDIA_TYPE, document, plain

_MOST_BYTES = 64 * 1024
"""That bring no byte of a body: of headers, of trailers, of what stands between chunks."""
_HEAD_SECONDS = 60.0


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's protocol, which itself gathers headers without end and waits for them for ever."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fruitless = 0
        self._waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._fruitless += len(data)
        super().data_received(data)
        if self._fruitless > _MOST_BYTES and not self.transport.is_closing():
            self._refuse(431, "headers-too-large", Message("请求头过大", "the headers of the request are too large"))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        self._fruitless = 0
        self._wait_no_more()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._fruitless = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._fruitless = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        malformed = plain(400)
        self._refuse(400, malformed.kind, malformed.message)

    def _wait(self) -> None:
        self._wait_no_more()
        self._waiting = self.loop.call_later(_HEAD_SECONDS, self._late)

    def _wait_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _late(self) -> None:
        if not self.transport.is_closing():
            self._refuse(408, "too-slow", Message("请求头未及时发完，请重试", "the headers of the request did not come in time; try again"))

    def _refuse(self, status: int, kind: str, message: Message) -> None:
        body = json.dumps(document(status, kind, message), ensure_ascii=False).encode()
        head = f"HTTP/1.1 {status} -\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        self.transport.write(head.encode("ascii") + body)
        self.transport.close()


__all__ = ["BoundedHttp"]
