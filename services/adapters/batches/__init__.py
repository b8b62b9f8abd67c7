"""Batches of claims to be verified again, and what each claim's last judgement was made from."""

from __future__ import annotations

from services.adapters.batches.provenance import ClaimState, Judged, ProvenanceStore
from services.adapters.batches.store import BatchRecord, BatchRow, BatchStore, RowState

__all__ = ["BatchRecord", "BatchRow", "BatchStore", "ClaimState", "Judged", "ProvenanceStore", "RowState"]
