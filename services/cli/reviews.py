"""The log of what people did, checked; and their corrections, to calibrate the reader by."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from services.cli.serving import installed_store
from services.domain.identity import mask_id_number
from services.domain.review import STRANGER, CorrectionRecord

_KINDS = {
    "altered": "已被改动 was altered",
    "missing": "缺失 is missing",
    "inserted": "系插入 was inserted",
    "cut": "及以后各条已被删去 and all after it were removed",
}


def verify_audit(data: Path | None) -> int:
    """Exit status 0: the log is as it was written; 1: it is not, and where."""
    with installed_store(data) as store:
        sound, broken = store.repository.check_audit()
    if broken is None:
        typer.echo(f"审计日志完整：{sound}条 the log is sound: {sound} entries")
        return 0
    what = f"（{broken.action}）" if broken.action else ""
    typer.echo(f"审计日志第{broken.number}条{what}{_KINDS[broken.kind]}；此前{sound}条完整 entry {broken.number}; the {sound} before it are sound", err=True)
    return 1


def export_corrections(data: Path | None, out: Path | None, full: bool) -> int:
    """One JSON object per line: the row, what the machine had said, what the person said. ID numbers are masked unless `full`."""
    with installed_store(data) as store:
        found = store.repository.corrections(in_force=False)
    lines = "".join(json.dumps(_line(claim_id, record, full), ensure_ascii=False) + "\n" for claim_id, record in found)
    if out is None:
        typer.echo(lines, nl=False)
    else:
        out.write_text(lines, encoding="utf-8")
        typer.echo(f"已导出{len(found)}条更正 {len(found)} corrections written to {out}")
    return 0


def _line(claim_id: str, record: CorrectionRecord, full: bool) -> dict[str, object]:
    said = record.correction
    who = said.id_number if full or said.id_number == STRANGER or said.id_number.startswith("name:") else mask_id_number(said.id_number)
    return {
        "claim_id": claim_id,
        "sha256": said.place.sha256,
        "page": said.place.page,
        "row": said.place.row,
        "machine": dict(record.machine),
        "person": who,
        "signed": said.signed,
        "at": record.created_at.isoformat(),
        "withdrawn": record.withdrawn_at is not None,
    }
