"""HTTP as it comes over the wire: what a stranger sends before anybody knows who he is stays small, and comes in time.

Whoever is refused in the middle of what he sends can still read why: a socket that is closed over bytes nobody read throws away the answer too.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.domain.text import Message
from services.ingest.problems import MEDIA_TYPE, document, plain

log = logging.getLogger("hezheng.access")

_MOST_BYTES = 64 * 1024
"""That bring no byte of a body: of headers, of trailers, of what stands between chunks."""
HEAD_SECONDS = 60.0
SILENT_SECONDS = 60.0
"""Without a byte of a body that is waited for. Networks change under telephones: the old connection is to give an upload's bytes free."""
_LINGER_SECONDS = 30.0
_LINGER_SILENT_SECONDS = 5.0


class _Lingering:
    """A transport that, closed while the other side is still sending, says its last word and then listens for a while without hearing."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._end = self._heard = 0.0
        self.resume: Callable[[], None] = lambda: None
        self.unread = False
        """Whether a request is not read to its end."""
        self.lingers = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        return self.lingers or self._transport.is_closing()

    def close(self) -> None:
        """For good at the second call."""
        if self.lingers or not self.unread or self._transport.is_closing() or not self._transport.can_write_eof():
            self._transport.close()
            return
        self.lingers = True
        self._transport.write_eof()
        self.resume()
        self._heard = self._loop.time()
        self._end = self._heard + _LINGER_SECONDS
        self._look()

    def hear(self) -> None:
        self._heard = self._loop.time()

    def _look(self) -> None:
        """Whether it is time."""
        at = self._loop.time()
        if at >= min(self._end, self._heard + _LINGER_SILENT_SECONDS):
            self._transport.close()
        elif not self._transport.is_closing():
            self._loop.call_later(0.5, self._look)


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's protocol, which itself gathers headers without end and waits for headers and bodies for ever."""

    transport: _Lingering  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fruitless = 0
        self._heard = 0.0
        self._in_body = False
        self._waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(_Lingering(transport, self.loop))  # type: ignore[arg-type]
        self.transport.resume = self.flow.resume_reading
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        if self.transport.lingers:
            self.transport.close()
        super().shutdown()

    def data_received(self, data: bytes) -> None:
        if self.transport.lingers:
            self.transport.hear()
            return
        self._fruitless += len(data)
        super().data_received(data)
        if self._fruitless > _MOST_BYTES and not self.transport.is_closing():
            self._refuse(431, "headers-too-large", Message("请求头过大", "the headers of the request are too large"))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_body, self.transport.unread = False, True
        self._wait()

    def on_headers_complete(self) -> None:
        self._fruitless = 0
        self._wait_no_more()
        super().on_headers_complete()
        self._in_body, self._heard = True, self.loop.time()
        self._waiting = self.loop.call_later(SILENT_SECONDS, self._silent)

    def on_body(self, body: bytes) -> None:
        self._fruitless = 0
        self._heard = self.loop.time()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._fruitless = 0
        self._wait_no_more()
        self._in_body = self.transport.unread = False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        malformed = plain(400)
        self._refuse(400, malformed.kind, malformed.message)

    def _wait(self) -> None:
        self._wait_no_more()
        self._waiting = self.loop.call_later(HEAD_SECONDS, self._late)

    def _wait_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _late(self) -> None:
        if not self.transport.is_closing():
            self._refuse(408, "too-slow", Message("请求头未及时发完，请重试", "the headers of the request did not come in time; try again"))

    def _silent(self) -> None:
        """A body that stopped coming while we listened for it."""
        if self.flow.read_paused or self.cycle.waiting_for_100_continue:  # nobody listened: the disk, say, is slower than the network
            self._heard = self.loop.time()
        left = self._heard + SILENT_SECONDS - self.loop.time()
        if left > 0:
            self._waiting = self.loop.call_later(left, self._silent)
        elif not self.transport.is_closing():
            self._refuse(408, "too-slow", Message("请求内容中断，未及时发完，请重试", "the body of the request stopped coming; try again"))

    def _refuse(self, status: int, kind: str, message: Message) -> None:
        """Answer, unless this request has been answered, and end the connection; who works on the request is told that nothing more comes."""
        self._wait_no_more()
        cycle, identifier = self.cycle, f"req_{secrets.token_hex(8)}"
        under_way = cycle is not None and not cycle.response_complete
        if not (cycle is not None and cycle.response_started and (self._in_body or under_way)):
            body = json.dumps(document(status, kind, message, instance=f"urn:hezheng:request:{identifier}"), ensure_ascii=False).encode()
            head = f"HTTP/1.1 {status} -\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\nx-content-type-options: nosniff\r\n"
            self.transport.write(f"{head}x-request-id: {identifier}\r\nconnection: close\r\n\r\n".encode("ascii") + body)
            log.info("- - %d refused on the wire: %s request_id=%s", status, kind, identifier)
        if under_way:
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.unread = True
        self.transport.close()


__all__ = ["HEAD_SECONDS", "SILENT_SECONDS", "BoundedHttp"]
