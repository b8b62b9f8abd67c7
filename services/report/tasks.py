"""The report's jobs."""

from __future__ import annotations

import tempfile
from pathlib import Path

from services.adapters.queue import job
from services.adapters.store import Store
from services.domain.text import Message
from services.report.reporting import report_claim

__all__ = ["compile_claim"]


def _given_up(store: Store, reason: str, claim_id: str) -> None:
    message = Message(f"报告未能生成：{reason}", f"the report could not be made: {reason}")
    store.repository.set_status(claim_id, "draft", error=f"{message.zh} / {message.en}")


@job("report.compile", seconds=1800.0, dead=_given_up)
def compile_claim(store: Store, claim_id: str) -> None:
    """Compile and render a judged claim; with it the claim is verified. A decision that a person took stands."""
    with tempfile.TemporaryDirectory(prefix="hezheng-report-") as directory:
        report_claim(store, claim_id, Path(directory))
    if store.repository.claim(claim_id).status in ("draft", "verifying"):
        store.repository.set_status(claim_id, "verified")
