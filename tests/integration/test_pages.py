"""The reviewer's pages: nothing without a session, the list, the claim with its report, the decision."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from services.adapters.store import Store
from tests.integration.conftest import KEY
from tests.integration.test_api import REPORT, new_claim, verified


@pytest.fixture
def browser(client: TestClient) -> TestClient:
    """A browser that has logged in."""
    answer = client.post("/login", data={"key": KEY, "to": "/"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    return client


@pytest.mark.parametrize("path", ["/", "/claims/clm_1", "/claims/clm_1/report.html", "/claims/clm_1/report.pdf"])
def test_nobody_sees_a_page_without_logging_in(anonymous: TestClient, path: str) -> None:
    for cookie in ("", "x", "AAAA" * 20):
        answer = anonymous.get(path, headers={"cookie": f"hezheng_session={cookie}"})
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login")


def token(browser: TestClient, path: str = "/") -> str:
    """The token that the forms of a page carry."""
    found = re.search(r'name="csrf" value="([^"]+)"', browser.get(path).text)
    assert found is not None
    return found[1]


def test_a_wrong_key_is_told_so(anonymous: TestClient) -> None:
    answer = anonymous.post("/login", data={"key": "wrong"})
    assert answer.status_code == 403
    assert "密钥无效" in answer.text
    assert "set-cookie" not in answer.headers


def test_a_login_from_another_site_or_to_another_site_is_refused(anonymous: TestClient) -> None:
    assert anonymous.post("/login", data={"key": KEY}, headers={"Origin": "https://evil.example"}).status_code == 403
    assert anonymous.post("/login", data={"key": KEY, "to": "//evil.example"}).headers["location"] == "/"
    assert anonymous.post("/login", data={"key": KEY, "to": "/claims/a"}).headers["location"] == "/claims/a"


def test_a_session_ends_with_its_key(client: TestClient, store: Store) -> None:
    _, portal = store.repository.create_api_key("portal")
    assert client.post("/login", data={"key": portal}).status_code == 403, "a portal's key opens the API only"
    key, secret = store.repository.create_api_key("reviewer", scope="operator")
    client.post("/login", data={"key": secret})
    assert client.get("/").status_code == 200
    store.repository.revoke_api_key(key.id)
    assert client.get("/").status_code == 303


def test_the_list_shows_the_claims_with_their_outcome(browser: TestClient, store: Store) -> None:
    assert "暂无申报" in browser.get("/").text
    verified(browser, store)
    new_claim(browser, claim_no="<script>N2</script>")
    page = browser.get("/").text
    for text in ("CC-2021-000123", "长春某某机械有限公司", "需人工复核", "87.5", "31400.00", "待审核"):
        assert text in page
    assert "<script>" not in page
    assert "CC-2021-000123" not in browser.get("/?status=draft").text


def test_the_list_goes_on_over_pages(browser: TestClient) -> None:
    for i in range(51):
        new_claim(browser, claim_no=f"N-{i:03d}-")
    first = browser.get("/").text
    assert "N-050-" in first and "N-000-" not in first
    following = first.split('href="/?after=')[1].split('"')[0]
    assert "N-000-" in browser.get(f"/?after={following}").text


def test_a_claim_shows_its_report_and_takes_a_decision(browser: TestClient, store: Store) -> None:
    claim_id = verified(browser, store)
    page = browser.get(f"/claims/{claim_id}").text
    assert f'src="/claims/{claim_id}/report.html"' in page
    report = browser.get(f"/claims/{claim_id}/report.html")
    assert report.text == "<p>核证</p>"
    assert report.headers["x-frame-options"] == "SAMEORIGIN"
    address = f"/claims/{claim_id}/decision"
    csrf = token(browser, f"/claims/{claim_id}")
    assert browser.post(address, data={"decision": "approve", "reason": " ", "csrf": csrf}).status_code == 422
    assert browser.post(address, data={"decision": "approve", "reason": "x", "csrf": csrf}, headers={"Origin": "https://evil.example"}).status_code == 303
    assert browser.post(address, data={"decision": "approve", "reason": "x"}).status_code == 303, "without the session's token"
    assert store.repository.decisions(claim_id) == []
    assert browser.post(address, data={"decision": "approve", "reason": "材料齐全", "csrf": csrf}).headers["location"] == f"/claims/{claim_id}"
    page = browser.get(f"/claims/{claim_id}").text
    assert "材料齐全" in page and "已通过" in page
    assert store.repository.report(claim_id) == REPORT
    assert browser.post(address, data={"decision": "reject", "reason": "x", "csrf": csrf}).status_code == 409


def test_what_is_not_there_is_said_so(browser: TestClient) -> None:
    claim_id = new_claim(browser)
    assert browser.get("/claims/none").status_code == 404
    assert browser.get(f"/claims/{claim_id}/report.html").status_code == 404
    assert "尚无报告" in browser.get(f"/claims/{claim_id}").text


def test_logging_out_ends_the_session(browser: TestClient) -> None:
    browser.post("/logout")
    assert browser.get("/").status_code == 200, "another site cannot log anybody out"
    old = browser.cookies["hezheng_session"]
    assert browser.post("/logout", data={"csrf": token(browser)}).status_code == 303
    assert browser.get("/").status_code == 303
    assert browser.get("/", headers={"cookie": f"hezheng_session={old}"}).status_code == 303, "a kept cookie is worth nothing either"
