"""Who may what: all routes with all roles, tenants, passwords, sessions, rates, and what changed in between."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.adapters.access import COOKIE, GRANTS, SCOPES, Caller, Right, open_session
from services.adapters.passwords import hash_password, password_fits
from services.adapters.rates import Rates
from services.adapters.repository.base import now
from services.adapters.settings import Settings
from services.adapters.store import Store
from services.ingest.api.gates import check_gates, gated_calls
from services.ingest.app import create_app
from services.report.pages import pages_router
from tests.factories import id_number
from tests.integration.conftest import KEY
from tests.integration.test_api import API, CLAIM, JPEG, TRAINEES, add, is_problem, new_claim, verified

pytestmark = [pytest.mark.usefixtures("database_url"), pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
USCC = CLAIM["enterprise"]["uscc"]
OTHER_USCC = "91220101MA84K6TN2T"
FORM = "application/x-www-form-urlencoded"
OPEN = {"OPTIONS /api/v1/uploads", "GET /healthz", "GET /readyz", "GET /metrics", "GET /docs"}
OPEN |= {
    "GET /login",
    "POST /login",
    "POST /logout",
    "GET /login/oidc",
    "GET /login/oidc/callback",
    "GET /static/{version}/{name:path}",
    "GET /language/{language}",
}


def calls_of(client: TestClient) -> list[tuple[str, str, Right | None]]:
    """Every call of the whole application, API and pages: method, path, the right it needs."""
    return list(gated_calls(client.app.state.gated))  # type: ignore[attr-defined]


def headers_of(store: Store, role: str) -> dict[str, str]:
    """A key of the scope, or a session of a user with the role, with the token that it needs."""
    if role in ("portal", "operator"):
        return {"X-API-Key": store.repository.create_api_key(role, scope=role)[1]}
    user = store.repository.create_user(role, role)
    secret = open_session(store, Caller(user.id, user.name, role))
    session = store.repository.session(secret)
    assert session is not None
    return {"Cookie": f"{COOKIE}={secret}", "X-CSRF-Token": session.csrf}


def test_every_route_lets_exactly_those_pass_who_have_its_right(anonymous: TestClient) -> None:
    store: Store = anonymous.app.state.store  # type: ignore[attr-defined]
    shown: dict[str, dict[str, str]] = {role: headers_of(store, role) for role in GRANTS}
    walked = 0
    for method, path, right in calls_of(anonymous):
        address, is_page = re.sub(r"\{[\w:]+\}", "none", path), not path.startswith(API)
        if right is None:
            assert f"{method} {path}" in OPEN, "nothing else is open to everybody"
            assert anonymous.request(method, address).status_code < 500
            continue
        refused = anonymous.request(method, address)
        assert refused.status_code == 401 or (is_page and refused.headers["location"].startswith("/login")), f"{method} {path}"
        for role, headers in shown.items():
            answer = anonymous.request(method, address, headers=headers)
            if is_page and role in SCOPES:
                assert answer.headers["location"].startswith("/login"), f"{method} {path}: pages are for people, not for keys"
            else:
                assert (answer.status_code == 403) == (right not in GRANTS[role]), f"{method} {path} as {role}: {answer.status_code}"
                assert answer.status_code != 401 and answer.status_code < 500
            walked += 1
    assert walked >= 300


def test_the_table_is_of_the_whole_application(anonymous: TestClient) -> None:
    """What answers at all has a gate that the table shows: no router, mount or route beside it."""
    walked = {(method, path) for method, path, _ in calls_of(anonymous)}
    served = {(method, path) for path, operations in anonymous.app.openapi()["paths"].items() for method in map(str.upper, operations)}  # type: ignore[attr-defined]
    assert served <= walked


def test_a_route_without_a_gate_keeps_the_service_from_starting() -> None:
    router = APIRouter()
    router.get("/open-by-mistake")(lambda: None)
    with pytest.raises(RuntimeError, match="open-by-mistake"):
        check_gates(router)
    with pytest.raises(RuntimeError, match="open-by-mistake"):
        create_app(Settings(), [router])
    outer, mounted = APIRouter(), APIRouter()
    outer.include_router(router, prefix="/inner")
    with pytest.raises(RuntimeError, match="/inner/open-by-mistake"):
        check_gates(outer)
    mounted.mount("/files", lambda *_: None)
    with pytest.raises(RuntimeError, match="/files"):
        check_gates(mounted)


def test_a_strangers_form_is_bounded(anonymous: TestClient) -> None:
    assert is_problem(anonymous.post("/login", content=b"name=" + b"x" * 2_000_000, headers={"content-type": FORM}), 413, "too-large")
    assert is_problem(anonymous.post(f"{API}/webhooks", content=b" " * 2_000_000, headers={"content-type": "application/json"}), 413, "too-large")
    pieces = (b"name=" + b"x" * 100_000 for _ in range(20))
    assert is_problem(anonymous.post("/login", content=pieces, headers={"content-type": FORM}), 413, "too-large")


def test_another_tenants_ids_are_simply_not_there(client: TestClient, store: Store) -> None:
    claim_id = new_claim(client)
    evidence_id = add(client, claim_id).json()["evidence_id"]
    hook = client.post(f"{API}/webhooks", json={"url": "https://nowhere.invalid/"}).json()["id"]
    upload = store.repository.create_upload(claim_id, "photo", 5, filename="a", metadata="", seconds=60).id
    client.put(f"{API}/enterprises/{USCC}/roster", json=TRAINEES)
    _, secret = store.repository.create_api_key("other", enterprises=[OTHER_USCC])
    client.headers["Authorization"] = f"Bearer {secret}"
    tus = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    at = f"{API}/claims/{claim_id}"
    calls: list[Any] = [
        client.get(at), client.put(at, json=CLAIM), client.get(f"{at}/report"), client.get(f"{at}/report.pdf"), client.get(f"{at}/trainees"),
        client.put(f"{at}/trainees", json=TRAINEES), client.post(f"{at}/submit"), add(client, claim_id), client.get(f"{at}/evidence/{evidence_id}"), client.delete(f"{at}/evidence/{evidence_id}"),
        client.get(f"{API}/uploads/{upload}"), client.patch(f"{API}/uploads/{upload}", headers=tus, content=b"x"), client.delete(f"{API}/uploads/{upload}", headers=tus),
        client.get(f"{API}/webhooks/{hook}"), client.delete(f"{API}/webhooks/{hook}"), client.get(f"{API}/webhooks/{hook}/deliveries"),
        client.get(f"{API}/enterprises/{USCC}/roster"), client.put(f"{API}/enterprises/{USCC}/roster", json=TRAINEES),
    ]  # fmt: skip
    assert all(is_problem(answer, 404, "not-found") for answer in calls)
    assert id_number(0) not in "".join(answer.text for answer in calls) and USCC not in "".join(answer.text for answer in calls)
    assert client.get(f"{API}/claims").json()["claims"] == []
    assert is_problem(client.post(f"{API}/claims", json=CLAIM | {"claim_no": "2"}), 403, "enterprise-not-yours")
    own = CLAIM | {"enterprise": CLAIM["enterprise"] | {"uscc": OTHER_USCC}}
    assert new_claim(client, **own) != claim_id
    assert len(client.get(f"{API}/claims").json()["claims"]) == 1
    assert is_problem(client.put(f"{API}/claims/{client.get(f'{API}/claims').json()['claims'][0]['id']}", json=CLAIM), 403, "enterprise-not-yours")


def test_what_changed_meanwhile_is_not_overwritten(client: TestClient, store: Store) -> None:
    claim_id = new_claim(client)
    at = f"{API}/claims/{claim_id}"
    first = client.get(at)
    etag = first.headers["etag"]
    assert client.get(at, headers={"If-None-Match": etag}).status_code == 304
    second = client.put(f"{at}/trainees", json=TRAINEES, headers={"If-Match": etag})
    assert second.status_code == 200 and second.headers["etag"] == client.get(at).headers["etag"] != etag
    changed = CLAIM | {"project": CLAIM["project"] | {"name": "另一项目"}}
    for call in (
        client.put(f"{at}/trainees", json=TRAINEES, headers={"If-Match": etag}),
        client.put(at, json=changed, headers={"If-Match": etag}),
        client.post(f"{at}/submit", headers={"If-Match": etag}),
        client.put(at, json=changed, headers={"If-Match": f"W/{second.headers['etag']}"}),
    ):
        assert is_problem(call, 412, "changed-meanwhile")
    assert client.put(at, json=changed, headers={"If-Match": f'"x", {second.headers["etag"]}'}).json()["project"] == "另一项目"
    evidence_id = add(client, claim_id).json()["evidence_id"]
    assert client.delete(f"{at}/evidence/{evidence_id}", headers={"If-Match": second.headers["etag"]}).status_code == 412
    assert client.delete(f"{at}/evidence/{evidence_id}", headers={"If-Match": "*"}).status_code == 204
    assert client.get(at).json()["evidence"] == []
    roster = client.put(f"{API}/enterprises/{USCC}/roster", json=TRAINEES)
    assert client.get(f"{API}/enterprises/{USCC}/roster").headers["etag"] == roster.headers["etag"]
    assert client.put(f"{API}/enterprises/{USCC}/roster", json=TRAINEES, headers={"If-Match": roster.headers["etag"]}).status_code == 200
    assert is_problem(client.put(f"{API}/enterprises/{USCC}/roster", json=TRAINEES, headers={"If-Match": roster.headers["etag"]}), 412, "changed-meanwhile")


def test_there_is_nothing_yet_that_could_be_as_it_was(client: TestClient) -> None:
    at = f"{API}/enterprises/{OTHER_USCC}/roster"
    for tag in ("*", '"none"', '"ros_1"'):
        assert is_problem(client.put(at, json=TRAINEES, headers={"If-Match": tag}), 412, "changed-meanwhile")
    assert client.put(at, json=TRAINEES).status_code == 200
    assert client.put(at, json=TRAINEES, headers={"If-Match": "*"}).status_code == 200


def test_two_reviewers_do_not_decide_over_each_other(client: TestClient, store: Store) -> None:
    claim_id = verified(client, store)
    etag = client.get(f"{API}/claims/{claim_id}").headers["etag"]
    store.repository.put_trainees(claim_id, None)
    store.repository.set_progress(claim_id, 1, 1)
    answer = client.post(f"{API}/claims/{claim_id}/decisions", json={"decision": "approve", "reason": "x"}, headers={"If-Match": etag})
    assert is_problem(answer, 412, "changed-meanwhile")
    assert store.repository.decisions(claim_id) == []


def test_a_decision_sent_twice_is_taken_once(client: TestClient, store: Store) -> None:
    claim_id = verified(client, store)
    calls = [
        client.post(f"{API}/claims/{claim_id}/decisions", json={"decision": "return", "reason": "x"}, headers={"Idempotency-Key": "once"}) for _ in range(2)
    ]
    assert [c.status_code for c in calls] == [201, 201] and calls[0].content == calls[1].content
    assert len(store.repository.decisions(claim_id)) == 1


def test_passwords_are_argon2id_and_fit_only_their_own(store: Store) -> None:
    hashed = hash_password("正确的 password 1")
    assert hashed.startswith("$argon2id$")
    assert password_fits(hashed, "正确的 password 1")
    assert not password_fits(hashed, "正确的 password 2")
    assert not password_fits(None, "nobody has this password")
    with pytest.raises(ValueError, match="10"):
        hash_password("short")


def test_people_log_in_by_name_and_are_shut_out_at_once(anonymous: TestClient) -> None:
    store: Store = anonymous.app.state.store  # type: ignore[attr-defined]
    user = store.repository.create_user("wang", "reviewer", name="王审核", password=hash_password("a long password"))
    assert anonymous.post("/login", data={"name": "wang", "password": "wrong"}).status_code == 403
    answer = anonymous.post("/login", data={"name": "wang", "password": "a long password"})
    assert answer.status_code == 303 and "samesite=strict" in answer.headers["set-cookie"].lower()
    assert anonymous.get(f"{API}/claims").status_code == 200, "the session opens the API too"
    assert is_problem(anonymous.post(f"{API}/claims/none/decisions", json={"decision": "approve", "reason": "x"}), 403, "csrf-token-missing")
    store.repository.change_user(user.id, role="senior")
    assert anonymous.get(f"{API}/claims").status_code == 401, "a changed role begins with a new session"
    anonymous.post("/login", data={"name": "wang", "password": "a long password"})
    store.repository.change_user(user.id, disabled_at=now())
    assert anonymous.get(f"{API}/claims").status_code == 401
    assert anonymous.post("/login", data={"name": "wang", "password": "a long password"}).status_code == 403


def test_passwords_cannot_be_searched(anonymous: TestClient) -> None:
    statuses = [anonymous.post("/login", data={"name": "wang", "password": f"guess {n}"}) for n in range(12)]
    assert statuses[-1].status_code == 429 and int(statuses[-1].headers["retry-after"]) > 0


def test_an_office_behind_one_address_may_all_log_in(anonymous: TestClient, store: Store) -> None:
    store.repository.create_user("wang", "reviewer", name="王审核", password=hash_password("a long password"))
    statuses = [anonymous.post("/login", data={"name": "wang", "password": "a long password"}, follow_redirects=False).status_code for _ in range(12)]
    assert statuses == [303] * 12


def test_originals_and_full_numbers_are_for_those_who_may_and_each_look_is_written_down(client: TestClient, store: Store) -> None:
    claim_id = new_claim(client)
    evidence_id = add(client, claim_id, name="签到.jpg").json()["evidence_id"]
    client.put(f"{API}/claims/{claim_id}/trainees", json=TRAINEES)
    assert id_number(0) not in client.get(f"{API}/claims/{claim_id}/trainees").text
    client.headers.pop("Authorization")
    original, people_ = f"{API}/claims/{claim_id}/evidence/{evidence_id}/original", f"{API}/claims/{claim_id}/trainees?identities=true"
    portal, reviewer, senior = (headers_of(store, role) for role in ("portal", "reviewer", "senior"))
    assert client.get(original, headers=portal).status_code == 403
    answer = client.get(original, headers=reviewer)
    assert answer.content == JPEG and answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment") and answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store" and "sandbox" in answer.headers["content-security-policy"]
    assert client.get(people_, headers=reviewer).status_code == 403
    assert id_number(0) in client.get(people_, headers=senior).text
    assert [(a.action, a.detail) for a in store.repository.accesses(claim_id)] == [("original", evidence_id), ("identities", "1 trainees")]


def test_calls_are_counted_and_the_rest_told_when_to_come_back(tmp_path: Any) -> None:
    settings = Settings(data_dir=tmp_path / "d", api_key=KEY, rate_limit=60)
    with TestClient(create_app(settings), headers={"X-API-Key": KEY}) as client:
        answers = [client.get(f"{API}/claims") for _ in range(8)]
        assert [a.status_code for a in answers[:5]] == [200] * 5
        assert is_problem(answers[-1], 429, "too-many-requests") and int(answers[-1].headers["retry-after"]) >= 1
        assert client.get("/healthz").status_code == 200


def test_a_bucket_fills_again() -> None:
    at = [0.0]
    rates = Rates(60, clock=lambda: at[0])
    assert [rates.spend("a") for _ in range(6)] == [0.0] * 6
    assert rates.spend("a") > 0 and rates.spend("b") == 0
    at[0] = 1.0
    assert rates.spend("a") == 0 < rates.spend("a")


def test_every_answer_bears_the_requests_id(client: TestClient) -> None:
    given = client.get(f"{API}/claims", headers={"X-Request-Id": "portal-7"})
    assert given.headers["x-request-id"] == "portal-7"
    problem = client.get(f"{API}/claims/none")
    assert problem.json()["instance"] == f"urn:hezheng:request:{problem.headers['x-request-id']}"
    assert client.get(f"{API}/claims", headers={"X-Request-Id": "a b\tc"}).headers["x-request-id"].startswith("req_")


def test_what_nobody_expected_is_answered_and_logged_without_what_it_quotes(
    client: TestClient, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise KeyError(id_number(0))

    monkeypatch.setattr(store.repository, "claims", broken)
    answer = client.get(f"{API}/claims", headers={"X-Request-Id": "portal-8"})
    assert is_problem(answer, 500, "internal") and answer.json()["instance"] == "urn:hezheng:request:portal-8"
    assert "KeyError" in caplog.text and id_number(0) not in caplog.text


def test_a_database_that_does_not_answer_is_told_with_when_to_come_back(
    client: TestClient, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for error in (OperationalError("SELECT ?", {"number": id_number(0)}, Exception("away"), hide_parameters=True), PoolTimeout()):

        def away(*_: Any, error: Exception = error, **__: Any) -> Any:
            raise error

        monkeypatch.setattr(store.repository, "claims", away)
        answer = client.get(f"{API}/claims")
        assert is_problem(answer, 503, "database-away") and int(answer.headers["retry-after"]) > 0
    assert id_number(0) not in caplog.text


def test_a_wrong_method_is_told_all_right_ones(client: TestClient) -> None:
    for path, methods in (("claims", {"GET", "POST"}), ("claims/x", {"GET", "PUT"}), ("uploads/x", {"DELETE", "GET", "HEAD", "PATCH", "POST"})):
        answer = client.request("TRACE", f"{API}/{path}")
        assert is_problem(answer, 405, "method-not-allowed") and set(answer.headers["allow"].split(", ")) == methods


def test_nothing_of_the_api_is_kept_by_a_cache_between(client: TestClient) -> None:
    claim_id = new_claim(client)
    for path in ("claims", f"claims/{claim_id}", f"claims/{claim_id}/trainees", "claims/none", "webhooks"):
        assert client.get(f"{API}/{path}").headers["cache-control"] in ("private, no-cache", "no-store")


@pytest.mark.parametrize(
    ("base", "public_url", "secure"), [("http://testserver", None, False), ("https://testserver", None, True), ("http://testserver", "https://h", True)]
)
def test_cookies_of_those_who_come_by_https_never_go_over_http(settings: Settings, base: str, public_url: str | None, secure: bool) -> None:
    with TestClient(create_app(settings.model_copy(update={"public_url": public_url}), [pages_router()]), base_url=base, follow_redirects=False) as browser:
        cookie = browser.post("/login", data={"key": KEY}).headers["set-cookie"].lower()
        assert ("secure" in cookie.split("; ")) is secure and "httponly" in cookie and "samesite=strict" in cookie


def test_a_table_of_nobody_is_refused(client: TestClient) -> None:
    for path in (f"{API}/enterprises/{USCC}/roster", f"{API}/claims/{new_claim(client)}/trainees"):
        assert is_problem(client.put(path, json=[]), 422, "table-empty")
