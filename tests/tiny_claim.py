"""The smallest claim that has something of everything a report shows: two people, one morning, a printed sheet, two photos, a clip."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from services.domain.evidence import EvidenceKind
from tests.contract import evidence_samples
from tests.factories import id_number

CLAIM: dict[str, Any] = {
    "claim_no": "CC-2021-000777",
    "policy": "changchun-2021-33",
    "enterprise": {"name": "长春样例制造有限公司", "uscc": "91220101MA0Y2XQW66", "employees": 8200, "industrial": True, "area_code": "220100"},
    "project": {
        "name": "数控车工岗前培训", "training_type": "岗前培训", "occupation": "车工", "level": "四级", "modes": ["theory"],
        "start": "2021-11-08", "end": "2021-11-08", "class_hours": "4", "trainee_count": 2, "venue": {"name": "一号教室", "lat": 43.88, "lon": 125.32},
    },
    "sessions": [{"date": "2021-11-08", "start": "08:30", "end": "11:30", "class_hours": "4", "mode": "theory", "course": "机械制图"}],
    "claimed_amount": "160.00",
    "submitted_at": "2021-11-12T10:00:00+08:00",
    "paid_this_year": [],
}  # fmt: skip
NAMES = ("王小明", "李建国")
"""Both are trainees; the sheet shows the signature of the first."""
TRAINEES = [{"姓名": n, "身份证号": id_number(k), "人员类别": "参保职工", "学时": "4", "补贴金额": "80.00"} for k, n in enumerate(NAMES)]
ROSTER = [{"姓名": n, "身份证号": id_number(k), "参保开始": "2019-03-01", "人员类别": "参保职工"} for k, n in enumerate(NAMES)]
_FOLDERS = {
    EvidenceKind.PLAN: "plan", EvidenceKind.ASSESSMENT: "评价记录", EvidenceKind.SIGN_IN_SHEET: "sign_in_sheets",
    EvidenceKind.PHOTO: "照片", EvidenceKind.VIDEO: "videos",
}  # fmt: skip


def files() -> list[tuple[EvidenceKind, str, bytes]]:
    """(kind, file name, bytes) of its evidence; one of the photos is broken."""
    sound = [(kind, *evidence_samples.sample(kind)) for kind in _FOLDERS]
    return [*sound, (EvidenceKind.PHOTO, "坏.jpg", b"\xff\xd8\xff broken")]


def write(folder: Path, **changes: Any) -> Path:
    """The claim as a folder; `changes` replace entries of claim.json."""
    folder.mkdir(parents=True)
    (folder / "claim.json").write_text(json.dumps(CLAIM | changes, ensure_ascii=False), encoding="utf-8")
    for name, rows in (("trainees.csv", TRAINEES), ("roster.csv", ROSTER)):
        lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
        (folder / name).write_text("\n".join(lines), encoding="utf-8")
    for kind, name, data in files():
        place = folder / _FOLDERS[kind] / name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(data)
    return folder
