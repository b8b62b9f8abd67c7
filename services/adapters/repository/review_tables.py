"""Tables of what reviewers add: corrections, opinions on findings, who looks after a claim, saved views. `body` is sealed."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from services.adapters.repository.tables import Instant, Serial, metadata


def _claim_id(*, primary_key: bool = False) -> Column[str]:
    return Column("claim_id", String(40), ForeignKey("claims.id", ondelete="CASCADE"), nullable=False, primary_key=primary_key)


corrections = Table(
    "corrections",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("id", String(40), nullable=False, unique=True),
    _claim_id(),
    Column("sha256", String(64), nullable=False),
    Column("page", Integer, nullable=False),
    Column("row", Integer, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
    Index(None, "claim_id"),
)

opinions = Table(
    "opinions",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("id", String(40), nullable=False, unique=True),
    _claim_id(),
    Column("finding", String(64), nullable=False),
    Column("code", String(64), nullable=False),
    Column("opinion", String(16), nullable=False),
    Column("critical", Boolean, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
    Index(None, "claim_id"),
)

assignments = Table(
    "assignments",
    metadata,
    _claim_id(primary_key=True),
    Column("user_id", String(40), nullable=False),
    Column("name", String(200), nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(None, "user_id"),
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("user_id", String(40), nullable=False),
    Column("name", String(80), nullable=False),
    Column("query", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(None, "user_id"),
)

proposals = Table(
    "proposals",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("id", String(40), nullable=False, unique=True),
    _claim_id(),
    Column("decision", String(16), nullable=False),
    Column("amount", String(32)),
    Column("state", String(16), nullable=False),
    Column("actor", String(40), nullable=False),
    Column("name", String(200), nullable=False),
    Column("second_actor", String(40)),
    Column("second_name", String(200)),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Index(None, "claim_id"),
)
"""Decisions on their way: taken by one person, waiting for the second where one is needed."""
