"""The reviewer's way through a running service, in a browser."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import tiny_claim
from tests.browser.conftest import Service, add_user, wait_until
from tests.browser.looking import assert_well_shown, clean
from tests.factories import id_number

pytestmark = pytest.mark.browser

PASSWORD = "四眼-Two-Signatures-2021"
_SEVERE = ("serious", "critical")


@pytest.fixture(scope="module")
def reviewers(service: Service) -> Service:
    """The service with two people who review."""
    add_user(service, "wang", "王审核", "reviewer", PASSWORD)
    add_user(service, "li", "李复核", "senior", PASSWORD)
    return service


def log_in(page: Any, service: Service, login: str) -> None:
    page.goto(f"{service.address}/login")
    page.get_by_label("用户名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").first.click()
    page.wait_for_url(f"{service.address}/")


def accessible(page: Any) -> None:
    """Nothing that axe calls serious or critical (contrast as WCAG AA has it is among them)."""
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found if v["impact"] in _SEVERE] == []


def scrolled_through(page: Any) -> None:
    """Every part that is fetched when it comes into view."""
    for part in ("timeline", "attendance", "trainees", "evidence", "history"):
        page.locator(f"#{part}").scroll_into_view_if_needed()
        page.locator(f"#{part}").get_by_text("载入中").or_(page.locator(f"#{part}").get_by_text("loading")).wait_for(state="detached")


def status(service: Service) -> str:
    answer = httpx.get(f"{service.address}/api/v1/claims/{service.claim_id}", headers={"Authorization": f"Bearer {service.key}"}, trust_env=False, timeout=30)
    return str(answer.json()["status"])


def test_a_claim_is_returned_then_corrected_and_approved_by_two_people(chromium: Any, reviewers: Service) -> None:
    page = chromium.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    with clean(page):
        log_in(page, reviewers, "wang")
        accessible(page)
        assert_well_shown(page)
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.locator("#verdict").wait_for()
        assert "不通过" in page.locator("section.verdict").inner_text(), "one photo and four seconds of video are too little"
        scrolled_through(page)
        accessible(page)
        assert_well_shown(page, pictures=2)
        whole = page.content()
        assert id_number(0) not in whole and id_number(1) not in whole
        _return(page, reviewers)
        _correct(page, reviewers)
        _approve(page, reviewers)
    page.close()
    _sign(chromium, reviewers)


def _return(page: Any, service: Service) -> None:
    page.get_by_role("button", name="填入补正通知").click()
    assert page.get_by_label("退回补正").is_checked()
    letter = page.get_by_label("理由", exact=True).last.input_value()
    assert tiny_claim.CLAIM["enterprise"]["name"] in letter and "视频" in letter
    page.get_by_role("button", name="提交决定").click()
    page.get_by_text("已退回").first.wait_for()
    assert status(service) == "returned"
    again = httpx.post(
        f"{service.address}/api/v1/claims/{service.claim_id}/submit", headers={"Authorization": f"Bearer {service.key}"}, trust_env=False, timeout=30
    )
    assert again.status_code == 202, again.text
    wait_until(lambda: status(service) == "verified", "verified again")


def _correct(page: Any, service: Service) -> None:
    page.goto(f"{service.address}/claims/{service.claim_id}")
    page.get_by_role("link", name="签到表", exact=True).first.click()
    page.locator(".rowbox").first.wait_for()
    accessible(page)
    page.locator("[data-pick]").nth(1).click()
    row = page.locator("tr[data-row]").nth(1)
    assert "here" in (row.get_attribute("class") or ""), "the row whose number was clicked is marked"
    page.locator(".rowbox").first.click()
    page.locator("tr[data-row].here").first.wait_for()
    row.locator("summary").click()
    row.get_by_label("此行是").select_option(index=2)
    row.get_by_label("签名").select_option("yes")
    row.get_by_label("理由").fill("本人到场，签名在框外")
    row.get_by_role("button", name="保存更正").click()
    page.wait_for_url("**/sheets/**row=2")

    def shown() -> bool:
        page.reload()
        return page.locator("tr[data-row].t-good").count() == 2

    wait_until(shown, "judged anew with the correction")
    assert "更正为" in page.locator("tr[data-row]").nth(1).inner_text() and "机器：" in page.locator("tr[data-row]").nth(1).inner_text()
    page.goto(f"{service.address}/claims/{service.claim_id}")
    assert "160.00" in page.locator(".figures .main").inner_text(), "both are paid now"


def _approve(page: Any, service: Service) -> None:
    finding = page.locator("#findings .opinion").first
    finding.get_by_text("否定…").click()
    finding.get_by_label("理由").fill("已另行提供录像光盘")
    finding.get_by_role("button", name="否定此发现").click()
    page.locator("#findings .opinion").first.get_by_text("已否定").wait_for()
    page.reload()
    page.get_by_label("通过", exact=True).check()
    page.get_by_label("理由", exact=True).last.fill("材料齐全")
    page.get_by_role("button", name="提交决定").click()
    page.get_by_text("等待第二人").first.wait_for()
    assert status(service) == "verified", "one person is not enough"
    assert page.get_by_role("button", name="复核同意").count() == 0
    accessible(page)


def _sign(chromium: Any, service: Service) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    with clean(page):
        log_in(page, service, "li")
        page.get_by_role("link", name=tiny_claim.CLAIM["claim_no"]).click()
        assert page.locator("html").get_attribute("lang") == "en"
        scrolled_through(page)
        accessible(page)
        page.get_by_role("button", name="agree as second person").click()
        page.get_by_text("in force").first.wait_for()
        assert status(service) == "approved"
        page.locator("#history").scroll_into_view_if_needed()
        page.get_by_text("corrected a row").first.wait_for()
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
@pytest.mark.parametrize("path", ["/?status=all", "/claims/{id}", "/claims/{id}/photos", "/claims/{id}/letter", "/statistics"])
def test_every_page_is_readable_on_any_screen(chromium: Any, reviewers: Service, path: str, width: int, scheme: str) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale="zh-CN", color_scheme=scheme)
    page = context.new_page()
    with clean(page):
        log_in(page, reviewers, "wang")
        answer = page.goto(reviewers.address + path.format(id=reviewers.claim_id))
        assert answer.ok, page.content()
        accessible(page)
        assert_well_shown(page)
    context.close()


def test_a_video_is_shown_with_its_frames_and_jumps(chromium: Any, reviewers: Service) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    with clean(page):
        log_in(page, reviewers, "wang")
        page.goto(f"{reviewers.address}/claims/{reviewers.claim_id}")
        page.get_by_role("link", name="视频", exact=True).first.click()
        page.locator("#player").wait_for()
        page.wait_for_function("() => document.getElementById('player').readyState >= 1")
        page.locator("[data-seek]").nth(10).click()
        assert page.evaluate("document.getElementById('player').currentTime") > 0.5
        accessible(page)
    page.close()


def test_a_wrong_password_is_told_so(chromium: Any, service: Service) -> None:
    page = chromium.new_page()
    page.goto(f"{service.address}/login")
    page.get_by_label("用户名").fill("wang")
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录").first.click()
    page.get_by_role("alert").wait_for()
    assert_well_shown(page)
    page.close()


def test_the_description_of_the_api_is_shown(chromium: Any, service: Service) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    with clean(page):
        page.goto(f"{service.address}/docs", wait_until="networkidle")
        assert "/api/v1/claims" in page.inner_text("body")
    page.close()


def test_a_claim_prints(chromium: Any, reviewers: Service) -> None:
    page = chromium.new_page(viewport={"width": 794, "height": 1123})  # A4
    with clean(page):
        log_in(page, reviewers, "wang")
        page.goto(f"{reviewers.address}/claims/{reviewers.claim_id}")
        page.emulate_media(media="print")
        assert_well_shown(page)
    page.close()
