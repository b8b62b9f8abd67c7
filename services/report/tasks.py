"""The report's jobs."""

from __future__ import annotations

import tempfile
from pathlib import Path

from services.adapters.announce import announce
from services.adapters.queue import job
from services.adapters.store import Store
from services.domain.text import Message
from services.report.batch_export import keep_changes
from services.report.reporting import report_claim

__all__ = ["compile_claim", "export_batch"]


def _given_up(store: Store, reason: str, claim_id: str, again: bool = False) -> None:
    """The claim can be submitted anew; one whose report was only to be made again keeps its status, and a decision stands in any case."""
    message = Message(f"报告未能生成：{reason}", f"the report could not be made: {reason}")
    status = store.repository.claim_summary(claim_id).status
    store.repository.set_status(claim_id, "draft" if status == "verifying" and not again else status, error=f"{message.zh} / {message.en}")


@job("report.compile", seconds=1800.0, dead=_given_up)
def compile_claim(store: Store, claim_id: str, again: bool = False) -> None:
    """Compile and render a judged claim; with it the claim is verified. A decision that a person took stands.

    `again`: the claim was judged anew because of another one. That says nothing of a verification of its own that may be under way.
    """
    with tempfile.TemporaryDirectory(prefix="hezheng-report-") as directory:
        report_claim(store, claim_id, Path(directory))
    with store.repository.transaction():
        if not again and store.repository.claim_summary(claim_id).status in ("draft", "verifying"):
            store.repository.set_status(claim_id, "verified")
            announce(store, "claim.verified", claim_id)


@job("batch.export", seconds=3600.0)
def export_batch(store: Store, batch_id: str) -> None:
    """Keep the changes of a finished batch as files."""
    keep_changes(store, batch_id)
