"""HTTP to addresses that others chose: never to private ones unless they are allowed, no redirects, everything bounded.

The name is resolved once, every address of it is checked, and the connection goes to the checked address: a name that answers
differently the second time gains nothing.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.domain.errors import HezhengError
from services.domain.text import Message

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_SECONDS = 15.0
_ANSWER_BYTES = 16 * 1024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotAllowed(HezhengError):
    """An address that nothing is sent to."""


class SendFailed(HezhengError):
    """The other side could not be reached, or did not answer in time."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be called: `address` is where its name pointed when it was checked."""

    https: bool
    host: str
    port: int
    path: str
    address: str


def parse_networks(text: str) -> tuple[Network, ...]:
    """`10.1.0.0/16, 127.0.0.1` as networks. Raises ValueError."""
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def check_url(url: str, allowed: Sequence[Network] = ()) -> Target:
    """Resolve and check. Raises NotAllowed for what is no http(s) URL and for private addresses outside `allowed`, SendFailed for unknown names."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host_ascii = host.encode("idna").decode() if not host.isascii() else host
    except (ValueError, UnicodeError):
        host_ascii, parts, port = "", urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host_ascii or parts.username is not None or any(c <= " " or c == "\x7f" for c in url):
        raise NotAllowed(Message("地址应为 http:// 或 https:// 开头的完整网址", "the address is to be a whole URL, https://…"))
    port = port or (443 if parts.scheme == "https" else 80)
    addresses = _resolve(host_ascii, port)
    for address in addresses:
        if not _may_be_called(address, allowed):
            raise NotAllowed(
                Message(
                    "地址指向内部或保留网段，不能作为 webhook；如确需使用，请由运维在 HEZHENG_WEBHOOK_NETWORKS 中允许",
                    "the address is private or reserved and gets no webhooks; the operator can allow it in HEZHENG_WEBHOOK_NETWORKS",
                )
            )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", host_ascii, port, path, addresses[0])


def post(target: Target, body: bytes, headers: Mapping[str, str], *, seconds: float = _SECONDS) -> int:
    """Send; the status of the answer, whatever it is. Redirects are not followed. Raises SendFailed, also after `seconds` of an answer in drips."""
    connection = _Connection(target, seconds)
    over = threading.Timer(seconds, connection.cut)
    over.start()
    try:
        connection.request("POST", target.path, body, dict(headers))
        answer = connection.getresponse()
        left = _ANSWER_BYTES
        with suppress(OSError, http.client.HTTPException):  # the status has been said
            while left > 0 and (piece := answer.read1(min(left, 4096))):
                left -= len(piece)
        return answer.status
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = type(error).__name__ if not isinstance(error, OSError) else (error.strerror or str(error) or type(error).__name__)
        raise SendFailed(Message(f"发送失败：{why}", f"sending failed: {why}")) from error
    finally:
        over.cancel()
        connection.close()


class _Connection(http.client.HTTPConnection):
    """Connects to the checked address; the certificate is still asked for the name."""

    def __init__(self, target: Target, seconds: float) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self._target = target

    def connect(self) -> None:
        self.sock = socket.create_connection((self._target.address, self._target.port), self.timeout)
        if self._target.https:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self._target.host)
            self.default_port = 443

    def cut(self) -> None:
        """From another thread: whoever waits for the other side waits no more."""
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


def _resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SendFailed(Message("无法解析该主机名", "the host's name does not resolve")) from error
    return [str(entry[4][0]) for entry in found]


def _may_be_called(address: str, allowed: Sequence[Network]) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner: ipaddress.IPv4Address | ipaddress.IPv6Address = ip
    if isinstance(ip, ipaddress.IPv6Address):  # what an IPv6 address may hide
        if ip.ipv4_mapped:
            inner = ip.ipv4_mapped
        elif ip.sixtofour:
            inner = ip.sixtofour
        elif ip.teredo:
            inner = ip.teredo[1]
        elif ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if any(inner in network for network in allowed):
        return True
    site_local = isinstance(inner, ipaddress.IPv6Address) and inner.is_site_local  # which counts as global, but is some building's own
    return inner.is_global and not inner.is_multicast and not inner.is_reserved and not site_local
