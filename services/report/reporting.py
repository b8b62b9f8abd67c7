"""The report of a judged claim: compiled, kept in the store, and written as files where that is asked for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from services.adapters.store import Store
from services.domain.claim import SHANGHAI
from services.domain.errors import NotFound
from services.domain.report import Report
from services.domain.text import Message
from services.report.compile import compile_report
from services.report.export import FORMATS, write_reports
from services.report.pictures import FilePictures


def report_claim(store: Store, claim_id: str, out: Path) -> Report:
    """Compile the report of a judged claim, write it into `out` in all formats and keep it in the store. Raises NotFound, OSError."""
    repository = store.repository
    case, judgement = repository.case(claim_id), repository.judgement(claim_id)
    if case is None or judgement is None:
        raise NotFound(Message(f"申报 {claim_id} 尚未核验", f"claim {claim_id} has not been verified yet"))
    report = compile_report(case, judgement, generated_at=datetime.now(SHANGHAI))
    pictures = FilePictures.of(case, {e.file.path: store.blobs.path(e.file.sha256) for e in case.evidence})
    address = f"{store.settings.public_url.rstrip('/')}/claims/{claim_id}" if store.settings.public_url else None
    written = write_reports(report, out, pictures, formats=FORMATS, address=address)
    with repository.transaction():
        repository.put_report(claim_id, report.to_json())
        repository.put_renderings(claim_id, {name: path.read_bytes() for name, path in written.items() if name != "json"})
    return report
