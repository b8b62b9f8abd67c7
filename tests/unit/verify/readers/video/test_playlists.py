"""Files that name other files or addresses: whatever they are called and begin with, nothing else is read and nobody is called, within five seconds."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from services.domain.errors import EvidenceError
from services.verify.readers import ReaderContext
from services.verify.readers.video import read
from tests.generators import videos
from tests.generators.hostile import box

FTYP = box(b"ftyp", b"isom" + bytes(4))
TS = b"G\x40\x00\x10\x00" + b"\xff" * 183


class Listener:
    """Hears whether anybody calls."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.calls = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self.server.accept()
                self.calls += 1
                line.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.getsockname()[1]}/secret.mp4"


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.server.close()


@pytest.fixture(scope="module")
def neighbour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What would play, were it reached."""
    return videos.hand_held(tmp_path_factory.mktemp("clip") / "secret.mp4", 4, 1, size=(128, 72), fps=8)


HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:300\n#EXTINF:300,\n{to}\n#EXT-X-ENDLIST\n"
DASH = '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT300S"><Period><BaseURL>{to}</BaseURL></Period></MPD>'
FORMS = {
    "hls": HLS,
    "hls after a mark": "\ufeff" + HLS,
    "hls after blanks": "\n\n   " + HLS,
    "hls keys": '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{to}"\n#EXT-X-MAP:URI="{to}"\n#EXTINF:1,\n{to}\n#EXT-X-ENDLIST\n',
    "hls of crypto and data": "#EXTM3U\n#EXTINF:1,\ncrypto+{to}\n#EXTINF:1,\ndata:video/mp4;base64,AAAA\n#EXTINF:1,\nsubfile,,start,0,end,0,,:{to}\n#EXT-X-ENDLIST\n",
    "hls of a pipe": "#EXTM3U\n#EXTINF:1,\npipe:0\n#EXTINF:1,\nconcat:{to}|{to}\n#EXT-X-ENDLIST\n",
    "master": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{to}\n",
    "concat": "ffconcat version 1.0\nfile '{to}'\nduration 300\n",
    "concat with options": "ffconcat version 1.0\nfile '{to}'\noption safe 0\noption protocol_whitelist file,http,tcp\n",
    "dash": DASH,
    "ism": '<SmoothStreamingMedia MajorVersion="2" Duration="3000000000"><StreamIndex Url="{to}"/></SmoothStreamingMedia>',
    "imf": '<?xml version="1.0"?><AssetMap xmlns="http://www.smpte-ra.org/schemas/429-9/2007/AM"><AssetList><Asset><Path>{to}</Path></Asset></AssetList></AssetMap>',
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 9999 RTP/AVP 96\na=control:{to}\n",
    "asx": '<asx version="3.0"><entry><ref href="{to}"/></entry></asx>',
    "redirect of old": "[Reference]\nRef1={to}\nRef2={to}\n",
    "rtsp text": "RTSPtext\nrtsp://127.0.0.1:9/x\n",
    "svg": '<svg xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="{to}"/></svg>',
    "script": "import os; os.system('touch {to}')",
}
BEGINNINGS = {"bare": b"", "like mp4": FTYP, "like mpegts": TS * 3, "like avi": b"RIFF\xff\xff\x00\x00AVI ", "like mkv": b"\x1aE\xdf\xa3\x93B\x82\x88matroska"}


def _reference(to: str) -> bytes:
    """QuickTime's movie that stands for another one, and a track whose data lie elsewhere."""
    url = to.encode() + b"\0"
    elsewhere = box(b"rmra", box(b"rmda", box(b"rdrf", bytes(4) + b"url " + struct.pack(">I", len(url)) + url)))
    reference = box(b"dref", struct.pack(">II", 0, 1) + box(b"url ", bytes(4) + url))
    return FTYP + box(b"moov", box(b"mvhd", bytes(100)) + elsewhere + box(b"trak", box(b"mdia", box(b"minf", box(b"dinf", reference)))))


def _looked_at(path: Path) -> float:
    """Seconds until it was refused; it never plays."""
    began = time.monotonic()
    try:
        facts = read(path, ReaderContext(path.name))
    except EvidenceError as error:
        assert error.message.zh
    else:
        assert not facts.playable_seconds
    return time.monotonic() - began


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_nothing_named_in_a_file_is_read(name: str, neighbour: Path, listener: Listener, tmp_path: Path) -> None:
    videos.copy(neighbour, tmp_path / "secret.mp4")
    slow = []
    for to in ("secret.mp4", f"file:{tmp_path}/secret.mp4", listener.url):
        files = {f"{form} {beginning}": start + text.format(to=to).encode() for form, text in FORMS.items() for beginning, start in BEGINNINGS.items()}
        for what, data in {**files, "reference": _reference(to)}.items():
            path = tmp_path / name
            path.write_bytes(data)
            seconds = _looked_at(path)
            slow += [(what, to, round(seconds, 1))] if seconds > 5 else []
    assert slow == []
    assert listener.calls == 0
