"""The reviewer's pages: nothing without a session, the list, the claim with its report, the decision."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from services.adapters.access import by_key, of_user, open_session
from services.adapters.store import Store
from services.domain.review import STRANGER, Correction, RowPlace, finding_key
from services.report.workbench.decisions import version_of
from services.report.workbench.dossier import load
from services.report.workbench.media import twins
from tests.factories import id_number
from tests.integration.conftest import KEY
from tests.integration.test_api import REPORT, add, new_claim, verified


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
    assert "没有符合条件的申报" in browser.get("/").text
    verified(browser, store)
    new_claim(browser, claim_no="<script>N2</script>")
    page = browser.get("/?status=all").text
    for text in ("CC-2021-000123", "长春某某机械有限公司", "需人工复核", "87.5", "31400.00", "待审核"):
        assert text in page
    assert "<script>N2" not in page
    assert "CC-2021-000123" in browser.get("/").text, "what waits for a decision is shown first"
    assert "CC-2021-000123" not in browser.get("/?status=draft").text


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=某某", True), ("q=000123 岗前", True), ("q=无此企业", False), ("verdict=review", True), ("verdict=fail", False), ("assigned=me", False)],
)
def test_the_list_is_filtered_and_searched(browser: TestClient, store: Store, query: str, found: bool) -> None:
    verified(browser, store)
    assert ("CC-2021-000123" in browser.get(f"/?{query}").text) is found


@pytest.mark.parametrize("sort", ["oldest", "newest", "claimed", "gap", "score"])
def test_the_list_goes_on_over_pages_in_every_order_and_shows_each_claim_once(browser: TestClient, store: Store, sort: str) -> None:
    for i in range(53):
        claim_id = new_claim(browser, claim_no=f"N-{i:03d}-")
        amount = {"claimed": f"{1000 + 10 * (i % 7)}.00", "supported": f"{900 - i % 5}.00", "unclear": "0.00", "currency": "CNY"}
        store.repository.put_report(claim_id, {**REPORT, "amount": amount, "score": {"value": float(i % 9), "low": 0.0, "high": 9.0}})
    first = browser.get(f"/?status=all&sort={sort}").text
    following = re.search(r'hx-get="(/\?[^"]+after[^"]+)"', first)
    assert following is not None
    rest = browser.get(following[1].replace("&amp;", "&"), headers={"HX-Request": "true"}).text
    assert "<html" not in rest, "only the next rows"
    shown = re.findall(r">N-(\d{3})-<", first + rest)
    assert len(shown) == 53 and set(shown) == {f"{i:03d}" for i in range(53)}


def test_a_claim_is_taken_over_and_found_by_who_looks_after_it(browser: TestClient, store: Store) -> None:
    claim_id = verified(browser, store)
    csrf = token(browser)
    assert browser.post(f"/claims/{claim_id}/assignment", data={"csrf": csrf, "to": "me"}).status_code == 303
    assert "CC-2021-000123" in browser.get("/?assigned=me").text
    assert "CC-2021-000123" not in browser.get("/?assigned=nobody").text
    browser.post(f"/claims/{claim_id}/assignment", data={"csrf": csrf, "to": "nobody"})
    assert "CC-2021-000123" in browser.get("/?assigned=nobody").text


def test_a_face_check_on_the_ribbon_opens_its_snapshot(browser: TestClient, store: Store) -> None:
    claim_id = new_claim(browser)
    added = add(browser, claim_id, kind="face", name="a.jpg").json()["evidence_id"]
    file = store.repository.evidence_by_id(claim_id, added)
    assert file is not None
    looks = [
        {"at": "2021-11-08T19:10:00+08:00", "verdict": "passed", "snapshot": "checks/a.jpg"},
        {"at": "2021-11-08T19:25:00+08:00", "verdict": "failed", "snapshot": "b.jpg"},
    ]
    interval = {"start": "2021-11-08T19:00:00+08:00", "end": "2021-11-08T19:30:00+08:00", "reason": "counted"}
    person = {"name": "王小明", "online_minutes_logged": 30, "online_minutes_verified": 30, "online": {"intervals": [interval], "looks": looks}}
    seen = {"file": file.path, "kind": "face", "sha256": file.sha256, "facts": {"faces": 1, "usable": True, "reason": None}}
    store.repository.put_report(claim_id, {**REPORT, "trainees": [person], "evidence": [seen]})
    store.repository.set_status(claim_id, "verified")
    page = browser.get(f"/claims/{claim_id}/online").text
    picture = f"/claims/{claim_id}/files/{added}/page.jpg"
    assert re.findall(r'<(a|span) class="tick (\w+)"', page) == [("a", "passed"), ("span", "failed")]
    assert f'href="{picture}" title="19:10:00 核验通过 a.jpg"' in page and 'title="19:25:00 核验未通过 b.jpg"' in page


def test_a_way_of_looking_is_kept_under_a_name(browser: TestClient) -> None:
    csrf = token(browser)
    answer = browser.post("/views", data={"csrf": csrf, "name": "大额", "query": "status=verified&sort=claimed"})
    assert answer.headers["location"] == "/?status=verified&sort=claimed"
    page = browser.get("/").text
    assert "大额" in page and "sort=claimed" in page
    view = re.search(r'action="(/views/[^/]+/remove)"', page)
    assert view is not None
    browser.post(view[1], data={"csrf": csrf})
    assert "大额" not in browser.get("/").text
    assert browser.post("/views", data={"csrf": csrf, "name": " ", "query": ""}).status_code == 422


FINDING = {
    "code": "sheet.reused",
    "severity": "critical",
    "outcome": "unmet",
    "article": "附件2 一",
    "message": {"zh": "签到表重复使用", "en": "the sheet was used before"},
    "title": {"zh": "签到表重复使用", "en": "the sheet was used before"},
    "subject": "a.jpg",
    "expected": None,
    "observed": None,
    "evidence": [],
    "related": [],
}
CLAUSE = {"id": "authentic", "article": "附件2 一", "text": "真实", "about": "claim", "outcome": "unmet", "weight": 10, "critical": True, "findings": [0]}
FAILED = {**REPORT, "verdict": "fail", "findings": [FINDING], "clauses": [{**CLAUSE, "manual": False, "practice": False, "reason": None, "confidence": 1.0}]}


def colleague(anonymous: TestClient, store: Store, role: str = "reviewer") -> TestClient:
    """Another person at another browser."""
    user = store.repository.create_user(f"user-{role}", role, name="同事乙")
    other = TestClient(anonymous.app, raise_server_exceptions=False, follow_redirects=False)
    other.cookies["hezheng_session"] = open_session(store, of_user(user))
    return other


def version(browser: TestClient, claim_id: str) -> str:
    found = re.search(r'name="version" value="([^"]+)"', browser.get(f"/claims/{claim_id}").text)
    assert found is not None
    return found[1]


def test_a_claim_takes_a_decision_that_stands_beside_the_verdict(browser: TestClient, store: Store) -> None:
    claim_id = verified(browser, store)
    address = f"/claims/{claim_id}/decision"
    csrf, seen = token(browser, f"/claims/{claim_id}"), version(browser, claim_id)
    filled = {"decision": "approve", "reason": "材料齐全", "version": seen}
    assert browser.post(address, data={**filled, "reason": " ", "csrf": csrf}).status_code == 422
    assert browser.post(address, data=filled).status_code == 403, "without the session's token"
    assert browser.post(address, data={**filled, "amount": "31400.001", "csrf": csrf}).status_code == 422
    assert browser.post(address, data={**filled, "amount": "99999.00", "csrf": csrf}).status_code == 422, "more than is claimed"
    assert store.repository.decisions(claim_id) == []
    assert browser.post(address, data={**filled, "csrf": csrf}).headers["location"] == f"/claims/{claim_id}"
    page = browser.get(f"/claims/{claim_id}").text
    assert "材料齐全" in page and "已通过" in page and "31,400.00" in page
    assert store.repository.report(claim_id) == REPORT
    assert browser.post(address, data={**filled, "decision": "reject", "csrf": csrf}).status_code == 412


def test_a_failed_claim_is_approved_by_two_people_only(browser: TestClient, anonymous: TestClient, store: Store) -> None:
    claim_id = verified(browser, store)
    store.repository.put_report(claim_id, FAILED)
    csrf = token(browser, f"/claims/{claim_id}")
    browser.post(f"/claims/{claim_id}/decision", data={"decision": "approve", "reason": "误判", "version": version(browser, claim_id), "csrf": csrf})
    assert store.repository.claim_summary(claim_id).status == "verified", "one person is not enough"
    waiting = store.repository.waiting_proposal(claim_id)
    assert waiting is not None
    assert browser.post(f"/claims/{claim_id}/decision/{waiting.id}/sign", data={"csrf": csrf}).status_code == 403, "not by the same person"
    second = colleague(anonymous, store)
    page = second.get(f"/claims/{claim_id}").text
    assert "复核同意" in page and "误判" in page
    assert second.post(f"/claims/{claim_id}/decision/{waiting.id}/sign", data={"csrf": token(second)}).status_code == 303
    assert store.repository.claim_summary(claim_id).status == "approved"
    assert [d.decision for d in store.repository.decisions(claim_id)] == ["approve"]


def test_a_decision_is_taken_back_before_the_second_signature_and_never_after(browser: TestClient, anonymous: TestClient, store: Store) -> None:
    claim_id = verified(browser, store)
    store.repository.put_report(claim_id, FAILED)
    csrf = token(browser, f"/claims/{claim_id}")
    browser.post(f"/claims/{claim_id}/decision", data={"decision": "approve", "reason": "误判", "version": version(browser, claim_id), "csrf": csrf})
    waiting = store.repository.waiting_proposal(claim_id)
    assert waiting is not None
    assert browser.post(f"/claims/{claim_id}/decision/{waiting.id}/undo", data={"csrf": csrf}).status_code == 303
    assert store.repository.waiting_proposal(claim_id) is None
    second = colleague(anonymous, store)
    late = second.post(f"/claims/{claim_id}/decision/{waiting.id}/sign", data={"csrf": token(second)})
    assert late.status_code == 412 and "已被处理" in late.text
    assert store.repository.claim_summary(claim_id).status == "verified"


def test_of_two_reviewers_on_one_claim_the_later_is_told(browser: TestClient, anonymous: TestClient, store: Store) -> None:
    claim_id = verified(browser, store)
    store.repository.put_report(claim_id, FAILED)
    csrf, seen = token(browser, f"/claims/{claim_id}"), version(browser, claim_id)
    second = colleague(anonymous, store)
    key = finding_key(FINDING)
    done = second.post(f"/claims/{claim_id}/findings/{key}", data={"opinion": "accept"}, headers={"X-CSRF-Token": token(second)})
    assert done.status_code == 200 and "已采纳" in done.text
    late = browser.post(f"/claims/{claim_id}/decision", data={"decision": "reject", "reason": "造假", "version": seen, "csrf": csrf})
    assert late.status_code == 412 and "同事乙" in late.text
    again = browser.post(f"/claims/{claim_id}/decision", data={"decision": "reject", "reason": "造假", "version": version(browser, claim_id), "csrf": csrf})
    assert again.status_code == 303
    assert store.repository.claim_summary(claim_id).status == "rejected"


def test_a_finding_is_dismissed_with_a_reason_and_then_left_out_of_the_letter(browser: TestClient, store: Store) -> None:
    claim_id = verified(browser, store)
    store.repository.put_report(claim_id, FAILED)
    address, headers = f"/claims/{claim_id}/findings/{finding_key(FINDING)}", {"X-CSRF-Token": token(browser)}
    assert "签到表重复使用" in browser.get(f"/claims/{claim_id}/letter").text
    assert browser.post(address, data={"opinion": "dismiss"}, headers=headers).status_code == 422, "not without a reason"
    assert "两页本是不同课次" in browser.post(address, data={"opinion": "dismiss", "reason": "两页本是不同课次"}, headers=headers).text
    assert "签到表重复使用（" not in browser.get(f"/claims/{claim_id}/letter").text
    assert "否定" in browser.post(address, data={}, headers=headers).text, "taken back: it can be judged anew"
    assert "签到表重复使用（" in browser.get(f"/claims/{claim_id}/letter").text
    assert [a.action for a in store.repository.accesses(claim_id) if a.action.startswith("finding")] == ["finding.dismiss", "finding.withdrawn"]


def test_an_operator_reads_but_does_not_decide(anonymous: TestClient, client: TestClient, store: Store) -> None:
    claim_id = verified(client, store)
    operator = colleague(anonymous, store, "operator")
    page = operator.get(f"/claims/{claim_id}")
    assert page.status_code == 200 and 'name="decision"' not in page.text
    refused = operator.post(f"/claims/{claim_id}/decision", data={"decision": "approve", "reason": "x", "version": "", "csrf": token(operator)})
    assert refused.status_code == 403 and store.repository.decisions(claim_id) == []


def test_the_pages_speak_english_too(browser: TestClient, store: Store) -> None:
    claim_id = verified(browser, store)
    answer = browser.get("/language/en?to=/claims/x")
    assert answer.headers["location"] == "/claims/x"
    assert browser.get("/language/en?to=//evil.example").headers["location"] == "/"
    page = browser.get(f"/claims/{claim_id}").text
    assert 'lang="en"' in page and "needs review" in page and "supported" in page
    assert "审核决定" not in page


def test_what_is_not_there_is_said_so(browser: TestClient) -> None:
    claim_id = new_claim(browser)
    assert browser.get("/claims/none").status_code == 404
    assert browser.get(f"/claims/{claim_id}/report.html").status_code == 404
    assert "尚未提交" in browser.get(f"/claims/{claim_id}").text
    assert browser.get(f"/claims/{claim_id}/photos").status_code == 404
    assert browser.get(f"/claims/{claim_id}/files/ev_1/original").status_code == 404


def test_logging_out_ends_the_session(browser: TestClient) -> None:
    browser.post("/logout")
    assert browser.get("/").status_code == 200, "another site cannot log anybody out"
    old = browser.cookies["hezheng_session"]
    assert browser.post("/logout", data={"csrf": token(browser)}).status_code == 303
    assert browser.get("/").status_code == 303
    assert browser.get("/", headers={"cookie": f"hezheng_session={old}"}).status_code == 303, "a kept cookie is worth nothing either"


def test_the_month_is_told_as_a_page_and_as_a_sheet(browser: TestClient, store: Store) -> None:
    claim_id = verified(browser, store)
    page = browser.get("/statistics").text
    assert "长春某某机械有限公司" in page, "the month shown first is one that has claims"
    assert "长春某某机械有限公司" not in browser.get("/statistics?month=1999-01").text
    sheet = browser.get("/statistics.xlsx")
    assert sheet.content.startswith(b"PK") and sheet.headers["content-disposition"].startswith("attachment")
    assert store.repository.claim_summary(claim_id).verdict == REPORT["verdict"]


def test_a_photo_is_shown_beside_the_one_it_equals_and_never_beside_itself() -> None:
    finding = {"code": "photo.duplicate", "evidence": [{"file": "photos/5.jpg"}], "related": [{"claim_no": "A-1", "file": "photos/2.jpg"}]}
    assert twins(finding, "photos/5.jpg", "A-1") == [("A-1", "photos/2.jpg")]
    assert twins(finding, "photos/2.jpg", "A-1") == [("A-1", "photos/5.jpg")]
    assert twins({**finding, "code": "photo.too_few"}, "photos/5.jpg", "A-1") == []


def test_a_fault_of_the_program_is_a_page_and_its_text_is_not_logged(browser: TestClient, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    claim_id = verified(browser, store)

    def broken(*_args: object) -> None:
        raise ValueError(id_number(0))

    monkeypatch.setattr("services.report.workbench.claim.standing", broken)
    answer = browser.get(f"/claims/{claim_id}")
    assert answer.status_code == 500 and "<main" in answer.text and "程序内部出错" in answer.text
    assert "ValueError" in caplog.text and id_number(0) not in caplog.text + answer.text


def test_a_database_that_is_away_is_told_on_the_page(browser: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: object, **_named: object) -> None:
        raise OperationalError("SELECT", {}, Exception("away"), hide_parameters=True)

    monkeypatch.setattr("services.report.workbench.gates.by_session", away)
    answer = browser.get("/")
    assert answer.status_code == 503 and "<main" in answer.text and "数据库暂时没有应答" in answer.text


def test_what_the_machine_said_at_the_decision_stays_on_the_page(browser: TestClient, store: Store) -> None:
    claim_id = verified(browser, store)
    version = re.search(r'name="version" value="([^"]+)"', browser.get(f"/claims/{claim_id}").text)
    assert version is not None
    form = {"decision": "return", "reason": "请补充照片", "version": version[1], "csrf": token(browser)}
    assert browser.post(f"/claims/{claim_id}/decision", data=form).status_code == 303
    assert "决定时的机器结论" not in browser.get(f"/claims/{claim_id}").text
    history = browser.get(f"/claims/{claim_id}/parts/history").text
    assert "决定退回补正" in history and "请补充照片" in history
    store.repository.put_report(claim_id, {**REPORT, "verdict": "fail"})
    assert "决定时的机器结论" in browser.get(f"/claims/{claim_id}").text


def test_while_a_correction_is_worked_in_nothing_is_decided(browser: TestClient, store: Store) -> None:
    claim_id = verified(browser, store)
    place = RowPlace("ab" * 32, 1, 1)
    store.repository.add_correction(claim_id, Correction(place, STRANGER, None, "王审核", "x"), actor="u", machine={})
    page = browser.get(f"/claims/{claim_id}").text
    assert 'id="pending"' in page and 'name="decision"' not in page
    form = {"decision": "reject", "reason": "x", "version": _version(store, claim_id), "csrf": token(browser)}
    assert browser.post(f"/claims/{claim_id}/decision", data=form).status_code == 412
    assert "hx-refresh" not in browser.get(f"/claims/{claim_id}/pending").headers
    store.repository.put_report(claim_id, REPORT)
    assert browser.get(f"/claims/{claim_id}/pending").headers["hx-refresh"] == "true"
    assert 'name="decision"' in browser.get(f"/claims/{claim_id}").text


def _version(store: Store, claim_id: str) -> str:
    caller = by_key(store, KEY)
    assert caller is not None
    return version_of(load(store, caller, claim_id))
