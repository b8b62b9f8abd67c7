"""The REST API as a portal calls it, on SQLite and on PostgreSQL."""

from __future__ import annotations

import hashlib
import io
import json
import re
import sqlite3
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.adapters.access import Caller
from services.adapters.settings import Settings
from services.adapters.store import Store
from services.ingest.api.once import begin
from tests.factories import id_number

API = "/api/v1"
CLAIM: dict[str, Any] = {
    "claim_no": "CC-2021-000123",
    "policy": "changchun-2021-33",
    "enterprise": {"name": "长春某某机械有限公司", "uscc": "91220101MA0Y2XQW66", "employees": 8200, "industrial": True, "area_code": "220100"},
    "project": {"name": "数控车工岗前培训", "training_type": "岗前培训", "start": "2021-11-08", "end": "2021-11-12", "class_hours": "40"},
    "claimed_amount": "35200.00",
    "submitted_at": "2021-11-17T10:00:00+08:00",
}
TRAINEES = [{"姓名": "王小明", "身份证号": id_number(0), "人员类别": "参保职工", "学时": "40", "补贴金额": "800.00"}]
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(100)


def new_claim(client: TestClient, **changes: Any) -> str:
    answer = client.post(f"{API}/claims", json=CLAIM | changes)
    assert answer.status_code == 201, answer.text
    claim_id: str = answer.json()["id"]
    return claim_id


def add(client: TestClient, claim_id: str, data: bytes = JPEG, *, kind: str = "photo", name: str = "a.jpg") -> Any:
    return client.post(f"{API}/claims/{claim_id}/evidence", data={"kind": kind}, files={"file": (name, data)})


def is_problem(answer: Any, status: int, kind: str) -> bool:
    body = answer.json()
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert body["status"] == status
    assert body["message"]["zh"] and body["message"]["en"] and body["detail"]
    return bool(body["type"] == f"urn:hezheng:problem:{kind}")


def test_every_call_needs_a_key(anonymous: TestClient) -> None:
    seen = 0
    for path, operations in anonymous.get(f"{API}/openapi.json").json()["paths"].items():
        for method in operations:
            if path.startswith(API) and method != "options":
                answer = anonymous.request(method, re.sub(r"\{\w+\}", "x", path))
                assert answer.status_code == 401 if method == "head" else is_problem(answer, 401, "unauthorized"), path
                seen += 1
    assert seen >= 10
    assert anonymous.get(f"{API}/claims", headers={"X-API-Key": "wrong"}).status_code == 401


def test_a_key_of_the_database_opens_until_it_is_revoked(client: TestClient, store: Store) -> None:
    key, secret = store.repository.create_api_key("portal")
    client.headers.pop("Authorization")
    assert client.get(f"{API}/claims", headers={"X-API-Key": secret}).status_code == 200
    store.repository.revoke_api_key(key.id)
    assert client.get(f"{API}/claims", headers={"X-API-Key": secret}).status_code == 401


def test_a_claim_is_created_with_its_location(client: TestClient) -> None:
    answer = client.post(f"{API}/claims", json=CLAIM)
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{API}/claims/{body['id']}"
    assert (body["claim_no"], body["status"], body["progress"]) == ("CC-2021-000123", "draft", {"done": 0, "total": 0})
    assert client.get(answer.headers["location"]).json()["enterprise"]["uscc"] == CLAIM["enterprise"]["uscc"]
    again = client.post(f"{API}/claims", json=CLAIM)
    assert is_problem(again, 409, "claim-exists")
    assert again.json()["claim_id"] == body["id"]


def test_an_idempotency_key_gives_the_same_answer_once_and_refuses_another_body(client: TestClient) -> None:
    headers = {"Idempotency-Key": "k1"}
    first = client.post(f"{API}/claims", json=CLAIM, headers=headers)
    second = client.post(f"{API}/claims", json=CLAIM, headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert first.headers["location"] == second.headers["location"]
    assert is_problem(client.post(f"{API}/claims", json=CLAIM | {"claim_no": "other"}, headers=headers), 422, "idempotency-key-reused")
    assert len(client.get(f"{API}/claims").json()["claims"]) == 1


def test_the_same_call_many_times_at_once_makes_one_claim(client: TestClient) -> None:
    def call(_: int) -> Any:
        return client.post(f"{API}/claims", json=CLAIM, headers={"Idempotency-Key": "together"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(call, range(8)))
    assert {a.status_code for a in answers} <= {201, 409}
    assert all(is_problem(a, 409, "idempotency-key-in-progress") and a.headers["retry-after"] for a in answers if a.status_code == 409)
    assert call(0).status_code == 201
    assert len({a.json()["id"] for a in answers if a.status_code == 201}) == 1


def test_a_call_whose_first_is_under_way_is_told_to_wait(client: TestClient, store: Store) -> None:
    body, headers = json.dumps(CLAIM).encode(), {"Idempotency-Key": "slow", "Content-Type": "application/json"}
    assert begin(store, Caller("settings", "another thread"), "slow", "POST /claims", body) is None
    answer = client.post(f"{API}/claims", content=body, headers=headers)
    assert is_problem(answer, 409, "idempotency-key-in-progress") and answer.headers["retry-after"] == "1"
    assert is_problem(client.post(f"{API}/claims", json=CLAIM | {"claim_no": "2"}, headers=headers), 422, "idempotency-key-reused")
    store.repository.drop_answer("settings", "slow")
    assert client.post(f"{API}/claims", content=body, headers=headers).status_code == 201


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"{", 400, "not-json"),
        (b"\xff\xfe\x00", 400, "not-json"),
        (b"[" * 100_000, 400, "not-json"),
        (b"[]", 422, "claim-unreadable"),
        (json.dumps(CLAIM | {"project": {"name": "x"}}).encode(), 422, "claim-unreadable"),
        (b'"' + b"x" * 1_100_000 + b'"', 413, "too-large"),
    ],
)
def test_a_bad_claim_is_refused_with_reasons(client: TestClient, body: bytes, status: int, kind: str) -> None:
    assert is_problem(client.post(f"{API}/claims", content=body, headers={"content-type": "application/json"}), status, kind)


def test_a_missing_field_is_named(client: TestClient) -> None:
    answer = client.post(f"{API}/claims", json=CLAIM | {"project": {**CLAIM["project"], "end": "2021-11-01"}})
    assert is_problem(answer, 422, "claim-unreadable")
    assert answer.json()["errors"][0]["field"] == "project.end"


def test_text_that_databases_refuse_is_taken(client: TestClient) -> None:
    body = json.dumps(CLAIM | {"claim_no": "a\u0000b", "enterprise": {"name": "\ud800公司"}})
    answer = client.post(f"{API}/claims", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (201, 422)
    assert client.get(f"{API}/claims").status_code == 200


@pytest.mark.parametrize("untrusted", ["%00", "x%00", "%ED%A0%80", "签到", "..%2f..%2fetc", "x" * 3000])
def test_strange_ids_are_simply_not_there(client: TestClient, untrusted: str) -> None:
    for call in ("", "/report", "/report.pdf"):
        assert is_problem(client.get(f"{API}/claims/{untrusted}{call}"), 404, "not-found")
    assert add(client, untrusted).status_code == 404
    assert client.post(f"{API}/claims/{untrusted}/submit").status_code == 404


def test_claims_are_paged_newest_first(client: TestClient) -> None:
    made = [new_claim(client, claim_no=f"N{i}") for i in range(5)]
    seen: list[str] = []
    cursor = None
    while True:
        page = client.get(f"{API}/claims", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += [c["id"] for c in page["claims"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == made[::-1]
    assert client.get(f"{API}/claims", params={"status": "verified"}).json() == {"claims": [], "next": None}
    assert is_problem(client.get(f"{API}/claims", params={"cursor": "x"}), 422, "cursor-invalid")
    assert is_problem(client.get(f"{API}/claims", params={"limit": 0}), 422, "invalid")
    assert is_problem(client.get(f"{API}/claims", params={"status": "lost"}), 422, "status-invalid")


def test_trainees_come_as_json_or_as_a_file(client: TestClient, store: Store) -> None:
    claim_id = new_claim(client)
    answer = client.put(f"{API}/claims/{claim_id}/trainees", json=[*TRAINEES, {"备注": "x"}])
    assert answer.status_code == 200, answer.text
    assert answer.json()["taken"] + len(answer.json()["rejected"]) == 2
    csv = f"姓名,身份证号,人员类别,学时,补贴金额\n李建国,{id_number(1)},参保职工,40,800\n".encode("gb18030")
    answer = client.put(f"{API}/claims/{claim_id}/trainees", files={"file": ("trainees.csv", csv)})
    assert answer.status_code == 200, answer.text
    kept = store.repository.trainees(claim_id)
    assert kept is not None
    assert [p.name for p in kept.people] == ["李建国"]
    assert is_problem(client.put(f"{API}/claims/{claim_id}/trainees", files={"file": ("a.csv", b"a,b\n1,2\n")}), 422, "file-unreadable")
    assert is_problem(client.put(f"{API}/claims/{claim_id}/trainees", json={"a": 1}), 422, "file-unreadable")
    assert is_problem(client.put(f"{API}/claims/none/trainees", json=TRAINEES), 404, "not-found")


def test_a_roster_answers_who_was_taken_and_who_refused(client: TestClient, store: Store) -> None:
    rows = [{"姓名": "王小明", "身份证号": id_number(0), "参保开始": "2019-03-01"}, {"姓名": "", "身份证号": ""}]
    answer = client.put(f"{API}/enterprises/{CLAIM['enterprise']['uscc']}/roster", json=rows)
    assert answer.status_code == 200, answer.text
    assert answer.json()["taken"] == 1
    roster = store.repository.roster(new_claim(client))
    assert roster is not None
    assert roster.people[0].name == "王小明"
    assert is_problem(client.put(f"{API}/enterprises/-----/roster", json=rows), 422, "uscc-invalid")


def test_evidence_is_stored_once_and_read_at_once(client: TestClient, store: Store) -> None:
    claim_id = new_claim(client)
    first = add(client, claim_id)
    assert first.status_code == 201, first.text
    body = first.json()
    assert (body["sha256"], body["size"], body["media_type"]) == (hashlib.sha256(JPEG).hexdigest(), len(JPEG), "image/jpeg")
    again = add(client, claim_id, name="another name.jpg")
    assert (again.status_code, again.json()["evidence_id"]) == (200, body["evidence_id"])
    assert store.blobs.path(body["sha256"]).read_bytes() == JPEG
    assert store.queue.counts() == {"queued": 1}
    assert [f.path for f in store.repository.evidence(claim_id)] == ["photos/a.jpg"]
    other = add(client, claim_id, JPEG + b"1", name="a.jpg")
    assert other.status_code == 201
    assert sorted(f.path for f in store.repository.evidence(claim_id)) == ["photos/a (2).jpg", "photos/a.jpg"]
    assert [e["file"] for e in client.get(f"{API}/claims/{claim_id}").json()["evidence"]] == ["photos/a.jpg", "photos/a (2).jpg"]
    seen = client.get(first.headers["location"])
    assert (seen.status_code, seen.json()) == (200, body)
    assert again.headers["location"] == first.headers["location"]
    assert is_problem(client.get(f"{API}/claims/{claim_id}/evidence/none"), 404, "not-found")
    person = add(client, claim_id, JPEG + b"2", kind="face", name=f"{id_number(0)}.jpg")
    assert person.json()["file"] == f"faces/enrolled/{id_number(0)[:4]}**********{id_number(0)[-4:]}.jpg"


@pytest.mark.parametrize(
    ("kind", "name", "path"),
    [
        ("照片", "签到 1.jpg", "photos/签到 1.jpg"),
        ("photo", "../../etc/passwd", "photos/passwd"),
        ("photo", "C:\\Users\\x\\照 片.jpg", "photos/照 片.jpg"),
        ("photo", "..", "photos/file"),
        ("face", f"{id_number(0)}.jpg", f"faces/enrolled/{id_number(0)}.jpg"),
        ("face", "enrolled/x.jpg", "faces/enrolled/x.jpg"),
        ("face", "0001.jpg", "faces/checks/0001.jpg"),
        ("sign_in_sheet", "x" * 300 + ".jpg", "sign_in_sheets/" + "x" * 146 + ".jpg"),
    ],
)
def test_a_file_gets_a_safe_path_in_the_folder_of_its_kind(client: TestClient, store: Store, kind: str, name: str, path: str) -> None:
    claim_id = new_claim(client)
    assert add(client, claim_id, kind=kind, name=name).status_code == 201
    assert [f.path for f in store.repository.evidence(claim_id)] == [path]


def test_bad_uploads_are_refused(client: TestClient, store: Store) -> None:
    claim_id = new_claim(client)
    address = f"{API}/claims/{claim_id}/evidence"
    assert is_problem(add(client, "none"), 404, "not-found")
    assert is_problem(add(client, claim_id, kind="poem"), 422, "kind-invalid")
    assert is_problem(client.post(address, data={"kind": "photo"}, files={"other": ("a", b"x")}), 422, "file-missing")
    assert is_problem(client.post(address, json={"kind": "photo"}), 415, "unsupported-media-type")
    assert is_problem(add(client, claim_id, bytes(3_000_001)), 413, "too-large")
    cut = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\nabc'
    assert is_problem(client.post(address, content=cut, headers={"content-type": "multipart/form-data; boundary=b"}), 400, "broken-multipart")
    endless = b"--b\r\nContent-Disposition: form-data; name=kind\r\n\r\nphoto\r\n" * 150_000
    for body in (endless, bytes(8_000_000)):  # many small parts, or none at all
        assert client.post(address, content=body, headers={"content-type": "multipart/form-data; boundary=b"}).status_code in (400, 413)
    assert is_problem(client.post(address, content=endless, headers={"content-type": "multipart/form-data; boundary=b"}), 413, "too-large")
    assert store.repository.evidence(claim_id) == []
    assert [p for p in store.blobs.root.rglob("*") if p.is_file()] == []


def test_a_wrong_type_is_told_and_kept_for_a_human(client: TestClient, store: Store) -> None:
    claim_id = new_claim(client)
    answer = add(client, claim_id, b"%PDF-1.7\n", kind="photo", name="a.jpg")
    assert answer.status_code == 201
    assert answer.json()["problem"]["code"] == "file.type_mismatch"
    assert [p.code for _, p in store.repository.intake_problems(claim_id)] == ["file.type_mismatch"]


def test_an_archive_is_unpacked_into_evidence(client: TestClient, store: Store) -> None:
    claim_id = new_claim(client)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.jpg", JPEG)
        archive.writestr("../../b.jpg", JPEG + b"2")
        archive.writestr("__MACOSX/._a.jpg", b"left behind by a Mac")
    answer = add(client, claim_id, packed.getvalue(), name="all.zip")
    assert answer.status_code == 201, answer.text
    paths = [f.path for f in store.repository.evidence(claim_id)]
    assert "photos/all.zip/a.jpg" in paths
    assert not any(".." in p or "MACOSX" in p for p in paths)
    assert add(client, claim_id, packed.getvalue(), name="all.zip").status_code == 200


def test_a_submitted_claim_is_verified_once_and_takes_no_more(client: TestClient, store: Store) -> None:
    claim_id = new_claim(client)
    answers = [client.post(f"{API}/claims/{claim_id}/submit") for _ in range(2)]
    assert [a.status_code for a in answers] == [202, 202]
    assert answers[0].json()["status"] == "verifying"
    assert store.queue.counts() == {"queued": 1}
    assert is_problem(add(client, claim_id), 409, "claim-closed")
    assert is_problem(client.put(f"{API}/claims/{claim_id}/trainees", json=TRAINEES), 409, "claim-closed")
    assert is_problem(client.get(f"{API}/claims/{claim_id}/report"), 404, "no-report")
    assert is_problem(client.post(f"{API}/claims/none/submit"), 404, "not-found")


REPORT = {
    "report_version": 1,
    "verdict": "review",
    "score": {"value": 87.5, "low": 82.0, "high": 93.0},
    "amount": {"claimed": "35200.00", "supported": "31400.00", "unclear": "1200.00", "currency": "CNY"},
    "claim": {
        "claim_no": "CC-2021-000123",
        "enterprise": {"name": "长春某某机械有限公司", "uscc": None},
        "project": {
            "name": "岗前培训",
            "training_type": None,
            "occupation": None,
            "level": None,
            "start": "2021-11-08",
            "end": "2021-11-12",
            "class_hours": "40",
        },
        "submitted_at": "2021-11-17T10:00:00+08:00",
    },
    "policy": {"id": "changchun-2021-33", "version": "1", "title": "长人社联〔2021〕33号"},
    "clauses": [],
    "findings": [],
    "attendance": [],
    "trainees": [],
    "evidence": [],
}


def verified(client: TestClient, store: Store) -> str:
    claim_id = new_claim(client)
    store.repository.put_report(claim_id, REPORT)
    store.repository.put_renderings(claim_id, {"html": "<p>核证</p>".encode(), "pdf": b"%PDF-", "xlsx": b"PK"})
    store.repository.set_status(claim_id, "verified")
    return claim_id


def test_the_report_comes_in_every_format(client: TestClient, store: Store) -> None:
    claim_id = verified(client, store)
    assert client.get(f"{API}/claims/{claim_id}/report").json() == REPORT
    assert "default-src 'none'" in client.get(f"{API}/claims/{claim_id}/report.html").headers["content-security-policy"]
    assert client.get(f"{API}/claims/{claim_id}/report.pdf").headers["content-type"] == "application/pdf"
    assert client.get(f"{API}/claims/{claim_id}/report.xlsx").content == b"PK"
    assert client.get(f"{API}/claims/{claim_id}/report.json").json() == REPORT
    assert is_problem(client.get(f"{API}/claims/{claim_id}/report.exe"), 404, "no-report")
    seen = client.get(f"{API}/claims/{claim_id}").json()
    assert (seen["status"], seen["verdict"], seen["score"]["value"], seen["amount"]["supported"]) == ("verified", "review", 87.5, "31400.00")


def test_a_decision_stands_beside_the_verdict(client: TestClient, store: Store) -> None:
    claim_id = verified(client, store)
    address = f"{API}/claims/{claim_id}/decisions"
    assert is_problem(client.post(address, json={"decision": "approve", "reason": "  "}), 422, "invalid")
    assert is_problem(client.post(address, json={"decision": "forget", "reason": "x"}), 422, "invalid")
    answer = client.post(address, json={"decision": "return", "reason": "请补充视频"})
    assert answer.status_code == 201
    assert answer.json()["machine_verdict"] == "review"
    seen = client.get(f"{API}/claims/{claim_id}").json()
    assert (seen["status"], seen["verdict"], seen["decisions"][0]["reason"]) == ("returned", "review", "请补充视频")
    assert is_problem(client.post(address, json={"decision": "approve", "reason": "x"}), 409, "claim-not-verified")
    assert add(client, claim_id).status_code == 201


def test_operators_see_that_it_works(anonymous: TestClient) -> None:
    for prefix in ("", API):
        assert anonymous.get(f"{prefix}/healthz").json() == {"status": "ok"}
        assert anonymous.get(f"{prefix}/readyz").status_code == 200
        assert 'hezheng_jobs{state="queued"} 0.0' in anonymous.get(f"{prefix}/metrics").text
    assert is_problem(anonymous.get("/nothing-here"), 404, "not-found")
    assert is_problem(anonymous.request("PATCH", f"{API}/claims"), 405, "method-not-allowed")


def test_the_description_names_every_call_and_loads_nothing_from_elsewhere(anonymous: TestClient) -> None:
    page = anonymous.get("/docs").text
    for path in anonymous.get(f"{API}/openapi.json").json()["paths"]:
        assert path in page
    assert "://" not in page


def test_a_citizens_number_is_nowhere_in_the_open(client: TestClient, store: Store, settings: Settings) -> None:
    number = id_number(0)
    claim_id = new_claim(client, paid_this_year=[{"id_number": number, "date": "2021-03-02"}])
    client.put(f"{API}/claims/{claim_id}/trainees", json=TRAINEES)
    client.put(f"{API}/enterprises/{CLAIM['enterprise']['uscc']}/roster", json=TRAINEES)
    add(client, claim_id, kind="face", name=f"{number}.jpg")
    if settings.database_url is not None:
        pytest.skip("looks into the file of SQLite")
    path = Path(settings.data_dir) / "hezheng.db"
    assert number.encode() not in path.read_bytes()
    with sqlite3.connect(path) as connection:
        assert number not in "\n".join(connection.iterdump())
