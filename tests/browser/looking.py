"""What is wrong with a page as a browser shows it: errors, requests that leave the machine, overflow, missing pictures and glyphs."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

_LOCAL_SCHEMES = ("data", "blob", "about", "file")

# A glyph that no font has is drawn as the same box for every character: so 核 must differ from 证 and from a character that there is not.
_GLYPHS = """() => {
  const drawn = text => {
    const canvas = document.createElement('canvas'); canvas.width = canvas.height = 64;
    const pen = canvas.getContext('2d'); pen.font = '48px ' + getComputedStyle(document.body).fontFamily; pen.fillText(text, 4, 52);
    return canvas.toDataURL();
  };
  return document.fonts.ready.then(() => new Set(['核', '证', '\\u{10FFFD}', ''].map(drawn)).size);
}"""
_PICTURES = """async () => {
  for (const image of document.images) { image.loading = 'eager'; }
  for (const details of document.querySelectorAll('details')) { details.open = true; }
  await Promise.all([...document.images].map(image => image.decode().catch(() => null)));
  return [[...document.images].length, [...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.alt || i.src.slice(0, 80))];
}"""
_OVERFLOW = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  return [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > room + 1).slice(0, 8)
    .map(e => `${e.tagName}.${e.getAttribute('class') || ''} to ${Math.round(e.getBoundingClientRect().right)} of ${room}: ${(e.textContent || '').trim().slice(0, 40)}`)
    .concat([`scrollWidth ${document.documentElement.scrollWidth} of ${room}`]);
}"""


class Watch:
    """Notes what a page does wrong from the moment it is attached."""

    def __init__(self, page: Any) -> None:
        self.errors: list[str] = []
        self.away: list[str] = []
        page.on("console", lambda message: message.type in ("error", "warning") and self.errors.append(message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("requestfailed", lambda request: self.errors.append(f"{request.url[:120]}: {request.failure}"))
        page.on("request", lambda request: self._local(request.url) or self.away.append(request.url))

    @staticmethod
    def _local(url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme in _LOCAL_SCHEMES or parts.hostname in ("127.0.0.1", "localhost")


@contextmanager
def clean(page: Any) -> Any:
    """Whatever is done with the page in the block leaves no error and asks nobody outside."""
    watch = Watch(page)
    yield watch
    assert watch.errors == [], watch.errors
    assert watch.away == [], watch.away


def assert_well_shown(page: Any, *, pictures: int = 0) -> None:
    """The page and the frames in it: no overflow, Chinese glyphs, every picture there (at least so many in all)."""
    shown = 0
    for frame in page.frames:
        count, missing = frame.evaluate(_PICTURES)
        assert missing == []
        shown += count
        assert frame.evaluate(_GLYPHS) == 4, "Chinese characters are drawn as empty boxes"
        assert frame.evaluate(_OVERFLOW) == []
    assert shown >= pictures
