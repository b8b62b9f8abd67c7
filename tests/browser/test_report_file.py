"""The report as a file that is handed on: it needs nobody, on a screen or on paper, in light or dark."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Service
from tests.browser.looking import assert_well_shown, clean

pytestmark = pytest.mark.browser
A4_PIXELS = 794


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("media", "width"), [("screen", 1280), ("screen", 390), ("print", A4_PIXELS)])
def test_the_report_stands_by_itself(chromium: Any, service: Service, width: int, scheme: str, media: str) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
    page.emulate_media(media=media, color_scheme=scheme)
    with clean(page):
        page.goto(service.report.as_uri())
        assert "不通过" in page.inner_text("section.verdict") and "80.00" in page.inner_text("section.verdict")
        assert_well_shown(page, pictures=3)
        lights = page.evaluate(_LIGHTS)
        assert abs(lights["ink"] - lights["paper"]) > 0.5
        if media == "screen":
            assert (lights["paper"] < 0.5) == (scheme == "dark")
    page.close()


_LIGHTS = """() => {
  const light = colour => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number); return (0.299 * r + 0.587 * g + 0.114 * b) / 255; };
  const style = getComputedStyle(document.body);
  return {ink: light(style.color), paper: light(style.backgroundColor)};
}"""
