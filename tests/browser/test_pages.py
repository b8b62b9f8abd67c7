"""The reviewer's way through a running service, in a browser."""

from __future__ import annotations

from typing import Any

import pytest

from tests import tiny_claim
from tests.browser.conftest import Service
from tests.browser.looking import assert_well_shown, clean
from tests.factories import id_number

pytestmark = pytest.mark.browser


def _logged_in(page: Any, service: Service) -> None:
    page.goto(f"{service.address}/")
    assert page.url.startswith(f"{service.address}/login")
    page.get_by_label("访问密钥").fill(service.key)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{service.address}/")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_reviewer_logs_in_and_reads_the_report(chromium: Any, service: Service, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900}, locale="zh-CN")
    with clean(page):
        page.goto(f"{service.address}/login")
        assert_well_shown(page)
        _logged_in(page, service)
        assert_well_shown(page)
        row = page.get_by_role("row").filter(has_text=tiny_claim.CLAIM["claim_no"])
        assert tiny_claim.CLAIM["enterprise"]["name"] in row.inner_text() and "160.00" in row.inner_text()
        page.get_by_role("link", name=tiny_claim.CLAIM["claim_no"]).click()
        page.get_by_title("核验报告").wait_for()
        report = page.frame_locator("iframe[title=核验报告]")
        report.locator("#verdict").wait_for()
        for text in (report.locator("section.verdict").inner_text(), page.locator("dl.facts").inner_text()):
            assert "不通过" in text, "one photo and four seconds of video are too little"
            assert "160.00" in text and "80.00" in text, "claimed, and supported for the one who signed"
        assert_well_shown(page, pictures=3)
        whole = page.content() + page.frames[1].content()
        assert id_number(0) not in whole and id_number(1) not in whole
    page.close()


def test_a_wrong_key_is_told_so(chromium: Any, service: Service) -> None:
    page = chromium.new_page()
    page.goto(f"{service.address}/login")
    page.get_by_label("访问密钥").fill("wrong")
    page.get_by_role("button", name="登录").click()
    assert "密钥无效" in page.get_by_role("alert").inner_text()
    assert_well_shown(page)
    page.close()


def test_the_description_of_the_api_is_shown(chromium: Any, service: Service) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    with clean(page):
        page.goto(f"{service.address}/docs", wait_until="networkidle")
        assert "/api/v1/claims" in page.inner_text("body")
    page.close()


def test_the_list_prints(chromium: Any, service: Service) -> None:
    page = chromium.new_page(viewport={"width": 794, "height": 1123})  # A4
    with clean(page):
        _logged_in(page, service)
        page.emulate_media(media="print")
        assert_well_shown(page)
    page.close()
