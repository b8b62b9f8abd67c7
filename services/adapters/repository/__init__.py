"""The repository: the only place that knows how claims, evidence, facts and judgements are kept.

Every call is one transaction; calls inside `with repository.transaction():` are one together. Safe to use from threads; a process
that forks opens its own.
"""

from __future__ import annotations

from services.adapters.repository.access import AccessStore
from services.adapters.repository.audit import AuditStore
from services.adapters.repository.claims import ClaimExists, ClaimStore
from services.adapters.repository.evidence import EvidenceStore
from services.adapters.repository.index import IndexStore
from services.adapters.repository.proposals import ProposalStore
from services.adapters.repository.purging import PurgeStore
from services.adapters.repository.records import (
    STATUSES,
    Access,
    ApiKey,
    ClaimRecord,
    ClaimSummary,
    Decision,
    Delivery,
    Session,
    Status,
    StoredAnswer,
    Upload,
    User,
    Webhook,
)
from services.adapters.repository.reviews import ReviewStore
from services.adapters.repository.statistics import StatisticsStore
from services.adapters.repository.uploads import UploadStore
from services.adapters.repository.users import UserStore
from services.adapters.repository.webhooks import WebhookStore
from services.adapters.repository.worklist import WorklistStore

__all__ = [
    "STATUSES",
    "Access",
    "ApiKey",
    "ClaimExists",
    "ClaimRecord",
    "ClaimSummary",
    "Decision",
    "Delivery",
    "Repository",
    "Session",
    "Status",
    "StoredAnswer",
    "Upload",
    "User",
    "Webhook",
]


class Repository(
    ClaimStore,
    EvidenceStore,
    IndexStore,
    AccessStore,
    AuditStore,
    UserStore,
    UploadStore,
    WebhookStore,
    ReviewStore,
    ProposalStore,
    WorklistStore,
    StatisticsStore,
    PurgeStore,
):
    """Claims with their documents, evidence with facts, the indexes across claims, keys, users and decisions, uploads, webhooks."""
