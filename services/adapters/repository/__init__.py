"""The repository: the only place that knows how claims, evidence, facts and judgements are kept.

Every call is one transaction; calls inside `with repository.transaction():` are one together. Safe to use from threads; a process
that forks opens its own.
"""

from __future__ import annotations

from services.adapters.repository.access import AccessStore
from services.adapters.repository.claims import ClaimExists, ClaimStore
from services.adapters.repository.evidence import EvidenceStore
from services.adapters.repository.index import IndexStore
from services.adapters.repository.records import STATUSES, ApiKey, ClaimRecord, ClaimSummary, Decision, Status, StoredAnswer

__all__ = ["STATUSES", "ApiKey", "ClaimExists", "ClaimRecord", "ClaimSummary", "Decision", "Repository", "Status", "StoredAnswer"]


class Repository(ClaimStore, EvidenceStore, IndexStore, AccessStore):
    """Claims with their documents, evidence with facts, the indexes across claims, keys and decisions."""
