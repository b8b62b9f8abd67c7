"""Measures the reviewer's pages: server time and weight of a large claim's page, and of the list over very many claims.

    python -m tests.benchmarks.workbench [--claims 100000] [--trainees 200] [--sheets 40] [--photos 60] [--rounds 15]

The claim's report is made up in the published form: every trainee on every sheet, every tenth row ambiguous, findings on a tenth of the
trainees. Times are of the whole call inside the process (routing, database, rendering), without a network; the yardstick of the same run
is parsing the stored report (`json.loads`), below which no page of it can come.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import insert

from services.adapters.repository import tables as t
from services.adapters.repository.base import now
from services.adapters.settings import Settings
from services.adapters.store import Store
from services.domain.evidence import EvidenceFile, EvidenceKind
from services.ingest.app import create_app
from services.report.pages import pages_router
from services.report.workbench import dossier
from tests.factories import make_case

KEY = "benchmark-key-with-enough-characters"
STATUSES = ("verified", "verified", "verified", "approved", "rejected", "returned", "draft")


def big_report(trainees: int, sheets: int, photos: int) -> dict[str, Any]:
    names = [f"张{chr(0x4E00 + i)}{chr(0x5E00 + i)}" for i in range(trainees)]
    findings = [_finding("sheet.name_ambiguous", "warning", f"{names[i]}", [{"file": "sign_in_sheets/0.jpg", "page": 1, "row": i + 1, "box": [0.1, 0.1, 0.8, 0.01]}]) for i in range(0, trainees, 10)]  # fmt: skip
    findings += [_finding("photo.duplicate", "warning", f"photos/{i}.jpg", [{"file": f"photos/{i}.jpg"}]) for i in range(0, photos, 10)]
    attendance = [_attendance(s, names) for s in range(sheets)]
    people = [_trainee(i, name, sheets) for i, name in enumerate(names)]
    evidence = [
        _entry(
            f"sign_in_sheets/{s}.jpg",
            "sign_in_sheet",
            {
                "pages": [
                    {
                        "page": 1,
                        "width": 2480,
                        "height": 3508,
                        "title": None,
                        "date": "2021-11-08",
                        "date_text": None,
                        "part": "am",
                        "course": None,
                        "place": None,
                        "rows": trainees,
                        "tables": 1,
                        "legible": True,
                    }
                ],
                "engine": "rapidocr",
            },
        )
        for s in range(sheets)
    ]
    facts = {"width": 4000, "height": 3000, "taken_at": "2021-11-08T09:00:00+08:00", "taken_at_source": "exif", "latitude": 43.88, "longitude": 125.32, "camera": "P40"}  # fmt: skip
    evidence += [_entry(f"photos/{i}.jpg", "photo", {**facts, "software": None, "faces": 3, "hash": "0" * 64}) for i in range(photos)]
    project = {"name": "岗前培训", "training_type": "岗前培训", "occupation": "车工", "level": "四级", "start": "2021-11-01", "end": "2021-11-20", "class_hours": "160", "venue": {"name": "厂区", "lat": 43.88, "lon": 125.32}}  # fmt: skip
    sessions = [{"session": s, "date": f"2021-11-{s // 2 + 1:02d}", "start": "08:30", "end": "11:30", "part": "am", "mode": "theory", "course": "机械", "class_hours": "4"} for s in range(sheets)]  # fmt: skip
    return {
        "report_version": 1,
        "claim": {
            "claim_no": "BIG-1",
            "enterprise": {"name": "长春示例机械有限公司", "uscc": None},
            "project": project,
            "submitted_at": "2021-11-25T10:00:00+08:00",
        },  # fmt: skip
        "policy": {"id": "changchun-2021-33", "version": "1", "title": "长人社联〔2021〕33号"},
        "verdict": "review",
        "score": {"value": 91.0, "low": 85.0, "high": 97.0},
        "amount": {"claimed": f"{800 * trainees}.00", "supported": f"{720 * trainees}.00", "unclear": "1600.00", "currency": "CNY", "reasons": []},
        "clauses": [
            {
                "id": "rows",
                "article": "七(二)",
                "text": "签到",
                "about": "persons",
                "outcome": "unclear",
                "weight": 10,
                "critical": False,
                "findings": list(range(len(findings))),
                "confidence": 0.5,
                "manual": False,
                "practice": False,
                "reason": None,
            }
        ],  # fmt: skip
        "findings": findings,
        "attendance": attendance,
        "trainees": people,
        "evidence": evidence,
        "sessions": sessions,
    }


def _finding(code: str, severity: str, subject: str, evidence: list[dict[str, Any]]) -> dict[str, Any]:
    message = {"zh": f"{subject}需核实", "en": f"{subject} needs a look"}
    return {"code": code, "severity": severity, "outcome": "unclear", "article": "七(二)", "message": message, "title": message, "subject": subject, "expected": None, "observed": None, "evidence": evidence, "related": []}  # fmt: skip


def _attendance(sheet: int, names: list[str]) -> dict[str, Any]:
    rows = [
        {
            "row": i + 1,
            "box": [0.1, 0.1 + 0.004 * i, 0.8, 0.004],
            "status": "ambiguous" if i % 10 == 0 else "matched",
            "name": name,
            "id_number": "2201**********1779",
            "confidence": 0.99,
            "candidates": [],
            "signed": {"签到": True, "签退": True},
            "mark": None,
            "trainee": i,
        }  # fmt: skip
        for i, name in enumerate(names)
    ]
    return {"file": f"sign_in_sheets/{sheet}.jpg", "page": 1, "date": f"2021-11-{sheet // 2 + 1:02d}", "part": "am", "session": sheet, "rows": rows}


def _trainee(index: int, name: str, sheets: int) -> dict[str, Any]:
    presence: dict[str, Any] = {"signed": list(range(sheets)), "unclear": [], "void": [], "not_signed": [], "places": []}
    steps = [{"message": {"zh": "签到计入", "en": "signed"}, "hours": "160", "amount": "800.00", "finding": None}] * 4
    return {"name": name, "id_number": "2201**********1779", "sessions_signed": sheets, "online_minutes_logged": 0, "online_minutes_verified": 0, "class_hours_claimed": "160", "class_hours_supported": "144", "amount_claimed": "800.00", "amount_supported": "720.00", "findings": [index // 10] if index % 10 == 0 else [], "amount_unclear": "0.00", "row": index + 2, "category": "参保职工", "department": None, "employee_no": None, "presence": presence, "online": None, "steps": steps}  # fmt: skip


def _entry(file: str, kind: str, facts: dict[str, Any]) -> dict[str, Any]:
    return {"file": file, "kind": kind, "sha256": f"{abs(hash(file)):064x}"[-64:], "facts": facts, "size": 1, "media_type": "image/jpeg", "problems": []}


def fill(store: Store, claims: int, report: dict[str, Any]) -> str:
    """One large claim, and many that are only in the list."""
    repository = store.repository
    claim_id = repository.put_claim(make_case().claim)
    for entry in report["evidence"]:
        repository.add_evidence(claim_id, EvidenceFile(entry["file"], EvidenceKind(entry["kind"]), entry["sha256"], 1, "image/jpeg"))
    repository.put_report(claim_id, report)
    repository.set_status(claim_id, "verified")
    rng, at = random.Random(1), now()
    rows = [
        {
            "id": f"clm_{i:024d}", "claim_key": f"k{i}", "claim_no": f"CC-{i:07d}", "uscc": None, "enterprise": f"长春第{i % 900}机械有限公司", "project": "岗前培训",
            "status": rng.choice(STATUSES), "progress_done": 0, "progress_total": 0, "verdict": rng.choice(("pass", "review", "fail")), "score": 90.0,
            "score_low": 80.0, "score_high": 95.0, "claimed": "800.00", "supported": "700.00", "unclear": "0.00", "claimed_fen": rng.randrange(10**7),
            "gap_fen": rng.randrange(10**6), "score_rank": float(rng.randrange(100)), "created_at": at, "updated_at": at,
        }
        for i in range(claims)
    ]  # fmt: skip
    with store.database.writing() as connection:
        for start in range(0, claims, 5000):
            connection.execute(insert(t.claims), rows[start : start + 5000])
    return claim_id


def median_ms(call: Callable[[], Any], rounds: int, before: Callable[[], Any] | None = None) -> float:
    """`before` each round, not counted."""
    times = []
    for _ in range(rounds):
        if before:
            before()
        start = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("claims", 100_000), ("trainees", 200), ("sheets", 40), ("photos", 60), ("rounds", 15)):
        parser.add_argument(f"--{name}", type=int, default=default)
    wanted = parser.parse_args()
    report = big_report(wanted.trainees, wanted.sheets, wanted.photos)
    with TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=Path(folder), api_key=KEY), [pages_router()])
        with TestClient(app, follow_redirects=False) as client:
            store: Store = app.state.store
            claim_id = fill(store, wanted.claims, report)
            client.post("/login", data={"key": KEY})
            text = json.dumps(report, ensure_ascii=False)
            print(f"report of {len(text) / 1e6:.1f} MB; json.loads of it {median_ms(lambda: json.loads(text), wanted.rounds):.0f} ms")
            first = median_ms(lambda: client.get(f"/claims/{claim_id}"), wanted.rounds, before=dossier._KEPT.clear)
            print(f"{'claim, seen for the first time':40s} {first:7.0f} ms")
            for path in ("", "/parts/timeline", "/parts/attendance", "/parts/trainees", "/parts/evidence", "/parts/history", "/photos"):
                _show(client, f"/claims/{claim_id}{path}", path or "claim", wanted.rounds)
            for query in ("", "sort=newest", "sort=claimed", "sort=gap", "sort=score", "status=all&q=0012", "q=第77机械", "assigned=nobody&verdict=fail"):
                _show(client, f"/?{query}", f"list {query}", wanted.rounds)


def _show(client: TestClient, address: str, name: str, rounds: int) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    print(f"{name:40s} {median_ms(lambda: client.get(address), rounds):7.0f} ms   {len(answer.content) / 1000:7.0f} kB")


if __name__ == "__main__":
    main()
